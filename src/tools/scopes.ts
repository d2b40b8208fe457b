/**
 * Which of Google's scopes contain which others: who may change events may also read them.
 *
 * Owns: that order. Does not own: which scope a tool needs (each tool names the least one that is enough) nor which are
 * asked for (`GOOGLE_SCOPES`). Reference: https://developers.google.com/identity/protocols/oauth2/scopes
 */
import type { GoogleScope, Tool } from './tool.ts';

const EVENTS_TO_READ = 'calendar.events.readonly';

/** Beyond the rule that `x` contains `x.readonly`. */
const CONTAINED: Readonly<Record<GoogleScope, readonly GoogleScope[]>> = {
  calendar: [
    'calendar.events',
    EVENTS_TO_READ,
    'calendar.calendarlist',
    'calendar.calendarlist.readonly',
    'calendar.freebusy',
  ],
  'calendar.readonly': [EVENTS_TO_READ, 'calendar.calendarlist.readonly', 'calendar.freebusy'],
};

/** Whether `held` is enough where `needed` is wanted. */
export function contains(held: GoogleScope, needed: GoogleScope): boolean {
  return held === needed || `${held}.readonly` === needed || (CONTAINED[held] ?? []).includes(needed);
}

/** Those of `needed` that nothing in `held` contains. */
export function missingScopes(held: readonly GoogleScope[], needed: readonly GoogleScope[]): GoogleScope[] {
  return needed.filter((scope) => !held.some((one) => contains(one, scope)));
}

/**
 * The tool as it is offered where `offered` can be asked for: its scopes by the names that a person can be asked for
 * here, so that a step-up never asks for one that this server does not offer. Undefined where one cannot be had.
 */
export function offeredWith(offered: readonly GoogleScope[], tool: Tool): Tool | undefined {
  if (missingScopes(offered, tool.scopes).length > 0) return undefined;
  const scopes = tool.scopes.map((scope) => nameOf(scope, offered));
  return scopes.every((scope, index) => scope === tool.scopes[index])
    ? tool
    : { ...tool, scopes: [...new Set(scopes)] };
}

function nameOf(scope: GoogleScope, offered: readonly GoogleScope[]): GoogleScope {
  if (offered.includes(scope)) return scope;
  return offered.find((one) => contains(one, scope)) ?? scope;
}
