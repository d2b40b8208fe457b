/**
 * Which fields realtime reports have, and what to ask instead of those that they do not
 * (https://developers.google.com/analytics/devguides/reporting/data/v1/realtime-api-schema).
 *
 * Owns: the check before Google is asked, and the error with a call that works. Does not own: reading a name
 * (property-fields.ts).
 */
import { ToolError } from '../../errors.ts';
import { quote, quoteAll } from '../quote.ts';
import { type Field, type FieldKind, standardFields } from './fields/catalogue.ts';

/** What comes near in realtime. Whatever is missing here has nothing near: visits and their sources are counted later. */
const INSTEAD: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^(page|unifiedPage|landingPage|fullPage|hostName|contentGroup|unifiedScreenClass)/, 'unifiedScreenName'],
  [/^(region|continent|subContinent)$/, 'country'],
  [/^(browser|operatingSystem|mobileDevice|screenResolution|platformDevice)/, 'deviceCategory'],
  [/^(dateHour|hour|minute|dateHourMinute|nthMinute|nthHour)$/, 'minutesAgo'],
  [/^(sessions|engagedSessions|totalUsers|newUsers|active.*Users)$/, 'activeUsers'],
  [/^(isKeyEvent)$/, 'keyEvents'],
  [/^(eventValue|eventCountPerUser|eventsPerSession)$/, 'eventCount'],
  [/^screenPageViews/, 'screenPageViews'],
];

export function isRealtime(field: Field): boolean {
  return field.realtime || field.name.startsWith('customUser:');
}

/** Throws ToolError `bad-input` for the first field that realtime does not have. */
export function checkRealtime(fields: readonly Field[], corrected: (wrong: string, right: string) => string): void {
  const wrong = fields.find((field) => !isRealtime(field));
  if (wrong === undefined) return;
  const near = INSTEAD.find(([pattern]) => pattern.test(wrong.name))?.[1];
  const today = 'For today so far, ask run_report with `dates` "today" (it lags some hours).';
  if (near !== undefined) {
    const message = `Realtime reports have no ${quote(wrong.name)}. The nearest that they have is ${quote(near)} (${standardFields.get(near)?.meaning}). For example: ${corrected(wrong.name, near)} ${today}`;
    throw new ToolError('bad-input', message);
  }
  const message = `Realtime reports have no ${quote(wrong.name)}, and nothing near it: visits, where they came from, and money are only counted later. They have the ${wrong.kind}s ${quoteAll(realtimeNames(wrong.kind))}. ${today}`;
  throw new ToolError('bad-input', message);
}

function realtimeNames(kind: FieldKind): string[] {
  return [...standardFields.values()].filter((field) => field.kind === kind && field.realtime).map(({ name }) => name);
}
