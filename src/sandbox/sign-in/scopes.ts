/**
 * The scopes that the sandbox knows, their class, and how a list of them is read and printed.
 *
 * Owns: names, classes (developers.google.com/identity/protocols/oauth2/scopes) and the words on the consent page. Does
 * not own: which API call needs which scope (gate.ts and the API apps).
 */

const base = 'https://www.googleapis.com/auth/';

/** Sign-in scopes in the form in which Google gives them back. */
export const openidScope = 'openid';
export const emailScope = `${base}userinfo.email`;
export const profileScope = `${base}userinfo.profile`;

export interface ScopeInfo {
  scope: string;
  /** What the consent page says it allows. */
  says: string;
  /** Sensitive scopes have a check box of their own; the others come with the sign-in. */
  isSensitive: boolean;
}

const info = (name: string, says: string, isSensitive: boolean): ScopeInfo => ({
  scope: name === openidScope ? name : base + name,
  says,
  isSensitive,
});

const known: readonly ScopeInfo[] = [
  info('openid', 'Know who you are', false),
  info('userinfo.email', 'See your e-mail address', false),
  info('userinfo.profile', 'See your name and picture', false),
  info('analytics.readonly', 'See your Google Analytics data', true),
  info('analytics', 'See and manage your Google Analytics data', true),
  info('analytics.edit', 'Edit Google Analytics accounts and properties', true),
  info('analytics.manage.users', 'Manage the users of your Analytics accounts', true),
  info('analytics.manage.users.readonly', 'See the users of your Analytics accounts', true),
  info('analytics.user.deletion', 'Delete user data from Analytics', true),
  info('analytics.chatbot.read', 'Ask questions about your Analytics data', false),
  info('calendar', 'See, change and delete all your calendars', true),
  info('calendar.readonly', 'See all your calendars', true),
  info('calendar.events', 'See and change events on all your calendars', true),
  info('calendar.events.readonly', 'See events on all your calendars', true),
  info('calendar.events.owned', 'See and change events on calendars you own', true),
  info('calendar.events.owned.readonly', 'See events on calendars you own', true),
  info('calendar.calendars', 'See and change the properties of your calendars', true),
  info('calendar.calendars.readonly', 'See the properties of your calendars', true),
  info('calendar.calendarlist', 'See and change the list of your calendars', true),
  info('calendar.acls', 'See and change who your calendars are shared with', true),
  info('calendar.acls.readonly', 'See who your calendars are shared with', true),
  info('calendar.app.created', 'Keep calendars of its own in your account', false),
  info('calendar.calendarlist.readonly', 'See the list of your calendars', false),
  info('calendar.events.freebusy', 'See when you are free or busy', false),
  info('calendar.freebusy', 'See when your calendars are free or busy', false),
  info('calendar.events.public.readonly', 'See events on public calendars', false),
  info('calendar.settings.readonly', 'See your calendar settings', false),
  info('webmasters', 'See and manage your sites in Search Console', true),
  info('webmasters.readonly', 'See your sites in Search Console', true),
];

const byScope = new Map(known.map((each) => [each.scope, each]));
const aliases = new Map([
  ['email', emailScope],
  ['profile', profileScope],
]);

/** What is known about a scope that `readScopes` accepted. */
export function scopeInfo(scope: string): ScopeInfo {
  const found = byScope.get(scope);
  if (found === undefined) throw new Error(`not a scope of the sandbox: ${scope}`);
  return found;
}

/**
 * Splits a `scope` parameter into scopes in Google's long form and names that do not exist. Case counts (RFC 6749 3.3).
 * E-mail or profile bring `openid` along, as at Google, where the answer then names a scope that nobody asked for.
 */
export function readScopes(text: string): { valid: string[]; invalid: string[] } {
  const valid = new Set<string>();
  const invalid: string[] = [];
  for (const name of text.split(' ').filter((each) => each !== '')) {
    const scope = aliases.get(name) ?? name;
    if (byScope.has(scope)) valid.add(scope);
    else invalid.push(name);
  }
  if (valid.has(emailScope) || valid.has(profileScope)) valid.add(openidScope);
  return { valid: [...valid], invalid };
}

/** The `scope` of an answer. Google does not keep the order of the request, so neither do we: alphabetical. */
export function printScopes(scopes: Iterable<string>): string {
  return [...scopes].sort().join(' ');
}

export const isSignInScope = (scope: string): boolean =>
  scope === openidScope || scope === emailScope || scope === profileScope;
