/**
 * A funnel's steps as they are written: `view_item`, `page_view where pagePath contains /cart`,
 * `{"event": "purchase", "within": "30 minutes"}`, or Google's own form.
 *
 * Owns: reading these into events and conditions. Does not own: fields (property-fields.ts), Google's request
 * (funnel-request.ts). Throws ToolError `bad-input` with a step that would do.
 */
import { ToolError } from '../../errors.ts';
import { isObject, squeeze } from '../lenient-input.ts';
import { quote, quoteValue } from '../quote.ts';
import type { RawCondition } from './condition.ts';
import { readConditions } from './condition-objects.ts';

export interface RawStep {
  name: string;
  /** Any of these; none: any event that meets the condition. */
  events: readonly string[];
  condition: RawCondition | undefined;
  isDirect: boolean;
  withinSeconds: number | undefined;
}

const MAX_STEPS = 10;

export function readSteps(given: readonly unknown[]): RawStep[] {
  if (given.length < 2 || given.length > MAX_STEPS) {
    const message = `A funnel has 2 to ${MAX_STEPS} steps; these are ${given.length}. For example: {"steps":["view_item","add_to_cart","purchase"]}`;
    throw new ToolError('bad-input', message);
  }
  return given.map(readStep);
}

function readStep(given: unknown): RawStep {
  if (typeof given === 'string') return { ...readText(given), isDirect: false, withinSeconds: undefined };
  if (!isObject(given)) throw notStep(given);
  const parts = new Map(Object.entries(given).map(([key, value]) => [squeeze(key), value]));
  const what = readWhat(parts, given);
  const name = parts.get('name');
  const direct = parts.get('direct') ?? parts.get('directly') ?? parts.get('isdirectlyfollowedby');
  return {
    ...what,
    name: typeof name === 'string' && name.trim() !== '' ? name.trim() : what.name,
    isDirect: direct === true || direct === 'true',
    withinSeconds: readWithin(parts.get('within') ?? parts.get('withindurationfrompriorstep')),
  };
}

type What = Pick<RawStep, 'name' | 'events' | 'condition'>;

const EVENT = /^[A-Za-z]\w{0,39}$/;

/** An event, several joined by `or`, an event with a condition, or a condition alone. */
function readText(given: string): What {
  const text = given.trim().replaceAll(/\s+/g, ' ');
  const [head = '', ...rest] = text.split(/ (?:where|with|when) /i);
  const events = head.split(/ or | ?\| ?/i);
  if (events.every((event) => EVENT.test(event))) {
    const condition = rest.length === 0 ? undefined : readConditions(rest.join(' where '));
    return { name: text, events, condition };
  }
  return { name: text, events: [], condition: readConditions(text) };
}

function readWhat(parts: ReadonlyMap<string, unknown>, given: unknown): What {
  const filters = parts.get('filters') ?? parts.get('filter') ?? parts.get('where') ?? parts.get('conditions');
  const google = parts.get('filterexpression');
  const condition = readConditions(google === undefined ? filters : plainExpression(google));
  const event = parts.get('event') ?? parts.get('eventname') ?? parts.get('events');
  const list = (Array.isArray(event) ? event : [event]).filter((one) => typeof one === 'string');
  const texts = list.map(readText);
  const own = texts.flatMap((text) => text.condition ?? []);
  if (own.length > 1) throw notStep(given);
  const conditions = [...own, ...(condition === undefined ? [] : [condition])];
  const events = texts.flatMap((text) => text.events);
  const [first] = conditions;
  if (events.length === 0 && first === undefined) return nameOnly(parts, given);
  return {
    name: events.join(' or ') || 'step',
    events,
    condition: conditions.length > 1 ? { kind: 'all', of: conditions } : first,
  };
}

/** `{"name": "purchase"}` can only mean the event of that name. */
function nameOnly(parts: ReadonlyMap<string, unknown>, given: unknown): What {
  const name = parts.get('name') ?? parts.get('step');
  if (typeof name !== 'string' || !EVENT.test(name.trim())) throw notStep(given);
  return { name: name.trim(), events: [name.trim()], condition: undefined };
}

/** Google's funnel filters as its ordinary ones, which are read already. */
function plainExpression(given: unknown, depth = 0): unknown {
  if (depth > 10 || typeof given !== 'object' || given === null) return given;
  if (Array.isArray(given)) return given.map((one) => plainExpression(one, depth + 1));
  const entries = Object.entries(given).map(([key, value]) => {
    const squeezed = squeeze(key);
    if (squeezed === 'funnelfieldfilter') return ['filter', value];
    if (squeezed === 'funneleventfilter' && isObject(value)) {
      if (Object.keys(value).length > 1) throw noParameters();
      return ['filter', { field: 'eventName', op: '==', value: Object.values(value)[0] }];
    }
    return [key, plainExpression(value, depth + 1)];
  });
  return Object.fromEntries(entries) as unknown;
}

function noParameters(): ToolError {
  const message =
    'Filters on event parameters are written as conditions on fields: {"event": "page_view", "filters": ["pagePath contains /cart"]}; own parameters as `customEvent:…`.';
  return new ToolError('bad-input', message);
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** `30 minutes`, `1h`, `1800s`, `1800`. */
function readWithin(given: unknown): number | undefined {
  if (given === undefined || given === null || given === '') return undefined;
  const text = String(given).trim().toLowerCase();
  const match =
    /^([0-9]{1,9}(?:\.[0-9]{1,3})?) ?(s|m|h|d|w|secs?|seconds?|mins?|minutes?|hours?|hrs?|days?|weeks?)?$/.exec(text);
  const seconds = Number(match?.[1]) * (UNITS[match?.[2]?.[0] ?? 's'] ?? 1);
  if (match === null || !(seconds > 0)) {
    const message = `\`within\` is ${quote(text)}, wanted a duration such as "30 minutes", "1 hour" or "7 days".`;
    throw new ToolError('bad-input', message);
  }
  return seconds;
}

function notStep(given: unknown): ToolError {
  const message = `The step ${quoteValue(given)} cannot be read. Write the name of an event ("purchase"), an event with a condition ("page_view where pagePath contains /cart"), or {"event": "purchase", "filters": [], "within": "1 hour", "direct": true}.`;
  return new ToolError('bad-input', message);
}
