/**
 * The APIs as the gate sees them: where each is mounted, what it is called, which scopes open it.
 *
 * Owns: the descriptions. Does not own: the check (gate.ts), nor the calls themselves.
 */
import { neededScopes } from './calendar/scopes.ts';
import { mounts } from './environment.ts';
import type { Api } from './gate.ts';

const scope = (name: string) => `https://www.googleapis.com/auth/${name}`;

const reading = [scope('analytics'), scope('analytics.readonly')];
const readingOrEditing = [...reading, scope('analytics.edit')];
const chatting = [scope('analytics.chatbot.read')];

export const analyticsDataApi: Api = {
  mount: mounts.analyticsData,
  service: 'analyticsdata.googleapis.com',
  title: 'Google Analytics Data API',
  hasErrorList: false,
  neededScopes: (_method, path) => (path.endsWith(':chat') ? chatting : reading),
};

export const analyticsAdminApi: Api = {
  mount: mounts.analyticsAdmin,
  service: 'analyticsadmin.googleapis.com',
  title: 'Google Analytics Admin API',
  hasErrorList: false,
  neededScopes: () => readingOrEditing,
};

export const calendarApi: Api = {
  mount: mounts.calendar,
  service: 'calendar-json.googleapis.com',
  title: 'Google Calendar API',
  hasErrorList: true,
  neededScopes,
};
