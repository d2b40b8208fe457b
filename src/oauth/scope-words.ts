/** What each scope means to the person who is asked, for the consent page. */

interface Words {
  area: string;
  reads?: string;
  changes?: string;
}

const WORDS: Readonly<Record<string, Words>> = {
  'analytics.readonly': {
    area: 'Google Analytics',
    reads: 'See your Google Analytics accounts, properties and reports',
  },
  'calendar.readonly': { area: 'Google Calendar', reads: 'See your calendars and their events' },
  'calendar.events.readonly': { area: 'Google Calendar', reads: 'See the events on your calendars' },
  'calendar.events': { area: 'Google Calendar', changes: 'See, create, change and delete events on your calendars' },
};

/** `subject` names what is connected; `offline_access` is every connection's nature and is said elsewhere on the page. */
export function scopeWords(scopes: readonly string[]): { reads: string[]; changes: string[]; subject: string } {
  const known = scopes.flatMap((scope) => WORDS[scope] ?? []);
  return {
    reads: known.flatMap(({ reads }) => reads ?? []),
    changes: known.flatMap(({ changes }) => changes ?? []),
    subject: [...new Set(known.map(({ area }) => area))].join(' and '),
  };
}

/** A scope as Google's own consent page words it, for telling a person which box was left unticked. */
export function scopeName(scope: string): string {
  const words = WORDS[scope];
  return words?.reads ?? words?.changes ?? scope;
}
