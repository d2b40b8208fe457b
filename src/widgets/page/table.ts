/** The report as a table: what everyone can read who cannot or will not read the drawing. */
import type { Cell, Report } from '../report.ts';
import { fieldWords, showChange, showNumber, showTime } from '../wording.ts';

const MOST_ROWS = 300;

/** `closer` gives the button for a row's name, where there is something to look closer at. */
export function tableOf(report: Report, title: string, closer: (row: number) => HTMLElement | undefined): HTMLElement {
  const table = document.createElement('table');
  const caption = table.createCaption();
  caption.textContent = title;
  const head = table.createTHead().insertRow();
  for (const { name, unit } of report.columns) {
    const cell = element('th', columnWords(name), unit === undefined ? '' : 'number');
    cell.setAttribute('scope', 'col');
    head.append(cell);
  }
  const body = table.createTBody();
  report.rows.slice(0, MOST_ROWS).forEach((row, index) => {
    body.insertRow().append(...row.map((cell, column) => cellOf(report, cell, column, closer(index))));
  });
  if (report.totals !== undefined) {
    const total = report.totals.map((cell, index) => (index === 0 && cell === null ? 'Total' : cell));
    table
      .createTFoot()
      .insertRow()
      .append(...total.map((cell, column) => cellOf(report, cell, column, undefined)));
  }
  return table;
}

function cellOf(report: Report, cell: Cell, column: number, closer: HTMLElement | undefined): HTMLElement {
  const { name = '', unit } = report.columns[column] ?? {};
  const isHead = column === 0 && unit === undefined;
  const shown = element(isHead ? 'th' : 'td', '', unit === undefined ? '' : 'number');
  if (isHead) shown.setAttribute('scope', 'row');
  if (isHead && closer !== undefined) {
    closer.textContent = cellWords(cell, name, unit);
    shown.append(closer);
  } else shown.textContent = cellWords(cell, name, unit);
  return shown;
}

function cellWords(cell: Cell, name: string, unit: string | undefined): string {
  if (cell === null) return unit === undefined ? '' : '–';
  if (typeof cell === 'string') return showTime(cell);
  return name.endsWith('_change_percent') ? showChange(cell) : showNumber(cell, unit);
}

/** "Sessions, before", "Sessions, change in %". */
function columnWords(name: string): string {
  const [, base, part] = /^(.*?)_(previous|change|change_percent)$/.exec(name) ?? [];
  const parts: Readonly<Record<string, string>> = {
    previous: 'before',
    change: 'change',
    change_percent: 'change in %',
  };
  return base === undefined || part === undefined ? fieldWords(name) : `${fieldWords(base)}, ${parts[part]}`;
}

export function element(tag: string, words = '', className = ''): HTMLElement {
  const made = document.createElement(tag);
  if (words !== '') made.textContent = words;
  if (className !== '') made.className = className;
  return made;
}
