/**
 * A report's arguments in the words of other tools and of Google's API, read as ours: `date_ranges`, `propertyId`,
 * `dimensionFilter`, `[{"name": "sessions"}]`, `{"metric": {"metricName": "sessions"}, "desc": true}`.
 *
 * Owns: these renamings, the same for every report tool. Does not own: types and spellings that any tool may get wrong
 * (lenient-input.ts) nor the meaning of a value.
 */
import { ToolError } from '../../errors.ts';
import { type Arguments, isObject, squeeze } from '../lenient-input.ts';

const ALIASES: Readonly<Record<string, string>> = {
  propertyid: 'property',
  propertyname: 'property',
  ga4propertyid: 'property',
  site: 'property',
  website: 'property',
  domain: 'property',
  metric: 'metrics',
  dimension: 'dimensions',
  breakdown: 'dimensions',
  breakdowns: 'dimensions',
  groupby: 'dimensions',
  date: 'dates',
  daterange: 'dates',
  dateranges: 'dates',
  period: 'dates',
  range: 'dates',
  timeframe: 'dates',
  timerange: 'dates',
  comparison: 'compare',
  comparisons: 'compare',
  compareto: 'compare',
  comparewith: 'compare',
  comparedates: 'compare',
  compareperiod: 'compare',
  comparedaterange: 'compare',
  order: 'orderBy',
  orderbys: 'orderBy',
  sort: 'orderBy',
  sortby: 'orderBy',
  maxresults: 'limit',
  maxrows: 'limit',
  rowlimit: 'limit',
  pagesize: 'limit',
  top: 'limit',
  skip: 'offset',
  currencycode: 'currency',
};

const FILTERS = ['filter', 'dimensionfilter', 'dimensionfilters', 'metricfilter', 'metricfilters', 'where', 'filters'];
const STARTS = ['startdate', 'start', 'from', 'since', 'datefrom'];
const ENDS = ['enddate', 'end', 'to', 'until', 'dateto'];
/** What Google's request may hold and what we always do, or what changes nothing in an answer. */
const IGNORED = ['returnpropertyquota', 'keepemptyrows', 'metricaggregations', 'includetotals', 'totals', 'kind'];

/** Throws ToolError `bad-input` only for more date ranges than a comparison has. */
export function understandReport(given: Readonly<Arguments>): Arguments {
  const { filters, start, end, ...read } = renameAll(given);
  if (filters !== undefined) read.filters = filters;
  if (start !== undefined || end !== undefined) read.dates ??= joinEnds(start, end);
  return { ...read, ...plainLists(read), ...plainDates(read), ...plainOrder(read), ...plainLimit(read) };
}

/** All kinds of filters come together in one list; of two names for anything else the last one counts. */
function renameAll(given: Readonly<Arguments>): Arguments {
  const renamed: Arguments = {};
  for (const [key, value] of Object.entries(given)) {
    const name = nameFor(key);
    if (name === undefined || value === '') continue;
    renamed[name] = name === 'filters' && name in renamed ? [renamed[name], value].flat() : value;
  }
  return renamed;
}

function nameFor(key: string): string | undefined {
  const squeezed = squeeze(key);
  if (IGNORED.includes(squeezed)) return undefined;
  if (FILTERS.includes(squeezed)) return 'filters';
  if (STARTS.includes(squeezed)) return 'start';
  if (ENDS.includes(squeezed)) return 'end';
  return ALIASES[squeezed] ?? key;
}

function joinEnds(start: unknown, end: unknown): string {
  return `${String(start ?? end)}..${String(end ?? 'yesterday')}`;
}

function plainLists(read: Arguments): Arguments {
  const plain: Arguments = {};
  for (const name of ['metrics', 'dimensions'] as const) {
    const value = parsed(read[name]);
    if (Array.isArray(value)) plain[name] = value.map(nameOf);
    else if (isObject(value)) plain[name] = [nameOf(value)];
  }
  return plain;
}

/** A list that was sent as JSON text. */
function parsed(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    // A text that only looks like JSON: judged as text.
    return value;
  }
}

/** `{"name": "sessions"}`, `{"metricName": "sessions"}`, `{"expression": "ga:sessions"}`. */
function nameOf(item: unknown): unknown {
  if (!isObject(item)) return item;
  const parts = new Map(Object.entries(item).map(([key, value]) => [squeeze(key), value]));
  for (const key of ['name', 'metricname', 'dimensionname', 'fieldname', 'field', 'apiname', 'expression']) {
    const name = parts.get(key);
    if (typeof name === 'string') return name;
  }
  return item;
}

function plainDates(read: Arguments): Arguments {
  const plain: Arguments = {};
  const ranges = rangesOf(parsed(read.dates));
  const [first, second] = ranges;
  if (ranges.length > 2) {
    throw new ToolError(
      'bad-input',
      '`dates` holds more than two ranges. Give one range in `dates` and the one to compare it with in `compare`, or ask twice.',
    );
  }
  if (first !== undefined && second !== undefined) {
    // The later period is the one that is asked about, in whichever order they came.
    const [current, other] = isLater(second, first) ? [second, first] : [first, second];
    plain.dates = current;
    plain.compare = read.compare ?? other;
  } else if (first !== undefined) {
    plain.dates = first;
  }
  const compared = parsed(read.compare);
  if (typeof compared === 'boolean') plain.compare = compared ? 'previous_period' : 'none';
  else if (typeof compared === 'object' && compared !== null) plain.compare = rangesOf(compared)[0];
  return plain;
}

function isLater(a: string, b: string): boolean {
  const isDate = /^[0-9]{4}-[0-9]{2}/;
  return isDate.test(a) && isDate.test(b) && a > b;
}

/** Ranges as text; a list of two single days is one range. */
function rangesOf(value: unknown): string[] {
  if (isObject(value)) {
    const parts = new Map(Object.entries(value).map(([key, part]) => [squeeze(key), part]));
    const start = STARTS.map((key) => parts.get(key)).find((part) => part !== undefined);
    const end = ENDS.map((key) => parts.get(key)).find((part) => part !== undefined);
    return start === undefined && end === undefined ? [] : [joinEnds(start, end)];
  }
  if (!Array.isArray(value)) return [];
  const texts = value.filter((one) => typeof one === 'string');
  const [first, second] = texts;
  const isDay = /^([0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]+daysAgo|today|yesterday)$/i;
  if (texts.length === 2 && isDay.test(first ?? '') && isDay.test(second ?? '')) return [`${first}..${second}`];
  return value.flatMap((one) => (typeof one === 'string' ? [one] : rangesOf(one)));
}

function plainOrder(read: Arguments): Arguments {
  const value = parsed(read.orderBy);
  const list = Array.isArray(value) ? value : [value];
  if (!list.some(isObject)) return {};
  return { orderBy: list.map((one) => (isObject(one) ? orderText(one) : one)) };
}

/** Google's `{"desc": true, "metric": {"metricName": "sessions"}}` as `-sessions`. */
function orderText(order: Record<string, unknown>): unknown {
  const inner = Object.values(order).find(isObject);
  const name = nameOf(inner ?? order);
  if (typeof name !== 'string') return order;
  const direction = String(order.direction ?? order.order ?? '').toLowerCase();
  const isDescending = order.desc === true || order.descending === true || direction.startsWith('desc');
  return isDescending ? `-${name}` : `${name} asc`;
}

const MAX_LIMIT = 1000;

/** More rows than fit into an answer are a wish for all of them. */
function plainLimit(read: Arguments): Arguments {
  const limit = Number(read.limit);
  return Number.isFinite(limit) && limit > MAX_LIMIT ? { limit: MAX_LIMIT } : {};
}
