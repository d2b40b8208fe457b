/**
 * The answer as a table for a terminal: two weeks side by side, and where the visits came from.
 *
 * Owns: words, number formats, columns. Pure but for colours, which `styleText` leaves out where there are none.
 */
import { styleText } from 'node:util';
import { type Days, type Findings, METRICS, type Metric, type Pair } from './question.ts';

const LABELS: Record<Metric, string> = {
  activeUsers: 'Active users',
  newUsers: 'New users',
  sessions: 'Sessions',
  keyEvents: 'Key events',
  totalRevenue: 'Revenue',
};

const MOST_CHANNELS = 6;
const WIDTHS = { label: 22, number: 16, change: 10 };

/** Lines without an indent. */
export function answerTable(findings: Findings): string[] {
  const { totals, channels, currency } = findings;
  const bySessions = [...channels].sort(([, one], [, other]) => other.sessions.lastWeek - one.sessions.lastWeek);
  const shown = bySessions.slice(0, MOST_CHANNELS);
  const hidden = bySessions.length - shown.length;
  return [
    headLine('', [daysInWords(findings.weekBefore), daysInWords(findings.lastWeek), 'change']),
    ...METRICS.map((metric) => line(LABELS[metric], totals[metric], (value) => inWords(metric, value, currency))),
    '',
    headLine('Sessions by channel', ['the week before', 'last week', 'change']),
    ...shown.map(([name, pairs]) => line(name, pairs.sessions, (value) => inWords('sessions', value, currency))),
    ...(hidden > 0 ? [styleText('gray', `and ${hidden} more`)] : []),
  ];
}

function headLine(label: string, heads: readonly [string, string, string]): string {
  const [before, last, change] = heads;
  const text = `${label.padEnd(WIDTHS.label)}${before.padStart(WIDTHS.number)}${last.padStart(WIDTHS.number)}${change.padStart(WIDTHS.change)}`;
  return styleText('gray', text);
}

function line(label: string, { weekBefore, lastWeek }: Pair, show: (value: number) => string): string {
  const change = changeInWords(weekBefore, lastWeek).padStart(WIDTHS.change);
  const colour = lastWeek > weekBefore ? 'green' : lastWeek < weekBefore ? 'red' : 'gray';
  const numbers = `${show(weekBefore).padStart(WIDTHS.number)}${styleText('bold', show(lastWeek).padStart(WIDTHS.number))}`;
  return `${label.padEnd(WIDTHS.label)}${numbers}${styleText(colour, change)}`;
}

/** `+4.2 %`; a rise from nothing has no percentage. */
export function changeInWords(before: number, after: number): string {
  if (before === after) return '0 %';
  if (before === 0) return 'new';
  const percent = ((after - before) / before) * 100;
  return `${percent > 0 ? '+' : '−'}${Math.abs(percent).toFixed(1)} %`;
}

function inWords(metric: Metric, value: number, currency: string): string {
  if (metric !== 'totalRevenue') return value.toLocaleString('en-US');
  const amount = value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  return `${amount} ${currency}`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `9 – 15 Nov`, `28 Dec – 3 Jan`. */
export function daysInWords({ start, end }: Days): string {
  const [from, to] = [start, end].map((day) => day.split('-').map(Number));
  const [, fromMonth = 1, fromDay = 1] = from ?? [];
  const [, toMonth = 1, toDay = 1] = to ?? [];
  const first = fromMonth === toMonth ? `${fromDay}` : `${fromDay} ${MONTHS[fromMonth - 1]}`;
  return `${first} – ${toDay} ${MONTHS[toMonth - 1]}`;
}
