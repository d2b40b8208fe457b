/** A chart in one or two sentences: the alternative text of a picture and of a widget's drawing. */
import type { Chart } from './chart.ts';
import { showChange, showNumber, showTime } from './wording.ts';

export function describeChart(chart: Chart): string {
  return [`${chart.title}.`, chart.kind === 'line' ? describeLine(chart) : describeLabels(chart)].join(' ');
}

function describeLine({ labels, series, unit }: Chart): string {
  const words = series.slice(0, 3).map(({ name, values }) => {
    const known = values.flatMap((value, index) => (value === null ? [] : [{ value, label: labels[index] ?? '' }]));
    const [first, last] = [known[0], known.at(-1)];
    if (first === undefined || last === undefined) return `${name}: no numbers.`;
    const highest = known.reduce((best, one) => (one.value > best.value ? one : best), first);
    const point = (one: typeof first) => `${showNumber(one.value, unit)} on ${showTime(one.label)}`;
    return `${name}: from ${point(first)} to ${point(last)}, highest ${point(highest)}.`;
  });
  return words.join(' ');
}

function describeLabels({ labels, series, unit, units }: Chart): string {
  const [now, before] = series;
  const words = labels.slice(0, 5).map((label, index) => {
    const [value, earlier] = [now?.values[index] ?? null, before?.values[index] ?? null];
    const number = value === null ? 'nothing' : showNumber(value, units?.[index] ?? unit);
    const change = value === null || earlier === null || earlier <= 0 ? null : ((value - earlier) / earlier) * 100;
    return `${label} ${number}${change === null ? '' : ` (${showChange(change)})`}`;
  });
  const more = labels.length > words.length ? `, and ${labels.length - words.length} more` : '';
  return `${words.join(', ')}${more}.`;
}
