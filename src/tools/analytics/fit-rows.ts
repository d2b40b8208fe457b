/**
 * Keeping an answer small enough for a conversation.
 *
 * Owns: how many rows fit, and the sentence about those that did not.
 */
import type { Cell, Table } from './report-table.ts';

/** A whole answer: about 7,000 tokens. GPT Actions end at 100,000 characters, and some hosts at half of that. */
const ANSWER_BUDGET_BYTES = 24_000;
/** What an answer holds besides its table: property, dates, notes. */
const REST_BYTES = 2500;

/** How many bytes of rows go with these columns. */
function rowBudget(table: Table): number {
  const frame = JSON.stringify([table.columns, table.totals ?? []]);
  return Math.max(2000, ANSWER_BUDGET_BYTES - REST_BYTES - Buffer.byteLength(frame));
}

export interface FittedRows {
  rows: Cell[][];
  /** Where to go on, when there is more. */
  nextOffset: number | undefined;
  notes: string[];
}

/** As many of the table's rows as fit, at least one. */
export function fitRows(table: Table, offset: number): FittedRows {
  const { rows, rowCount } = table;
  const budget = rowBudget(table);
  let used = 0;
  let count = 0;
  for (const row of rows) {
    used += Buffer.byteLength(JSON.stringify(row)) + 1;
    if (used > budget && count > 0) break;
    count += 1;
  }
  const shown = rows.slice(0, count);
  const end = offset + shown.length;
  if (end >= rowCount) {
    const isBeyond = count === 0 && rowCount > 0;
    return { rows: shown, nextOffset: undefined, notes: isBeyond ? [`There are only ${rowCount} rows.`] : [] };
  }
  const why = count < rows.length ? ', cut to keep the answer small' : '';
  const which = offset === 0 ? `the first ${count} of ${rowCount} rows` : `rows ${offset + 1} to ${end} of ${rowCount}`;
  return { rows: shown, nextOffset: end, notes: [`These are ${which}${why}; \`offset\`: ${end} gives the next ones.`] };
}

/** The sentence about rows left out by a tool that has no pages. */
export function cutNotes(shown: number, rowCount: number): string[] {
  if (shown >= rowCount) return [];
  return [`These are the first ${shown} of ${rowCount} rows; a higher \`limit\` or filters show others.`];
}
