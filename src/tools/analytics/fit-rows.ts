/**
 * Keeping an answer small enough for a conversation.
 *
 * Owns: how many rows fit, and the sentence about those that did not.
 */
import type { Cell } from './report-table.ts';

/** About 6,000 tokens; GPT Actions end at 100,000 characters, and some hosts at half of that. */
export const ROW_BUDGET_BYTES = 22_000;

export interface FittedRows {
  rows: Cell[][];
  /** Where to go on, when there is more. */
  nextOffset: number | undefined;
  notes: string[];
}

/** As many of the rows as fit, at least one. `rowCount` is how many there are in all. */
export function fitRows(
  rows: readonly Cell[][],
  rowCount: number,
  offset: number,
  budget = ROW_BUDGET_BYTES,
): FittedRows {
  let used = 0;
  let count = 0;
  for (const row of rows) {
    used += Buffer.byteLength(JSON.stringify(row)) + 1;
    if (used > budget && count > 0) break;
    count += 1;
  }
  const shown = rows.slice(0, count);
  const end = offset + shown.length;
  if (end >= rowCount) return { rows: shown, nextOffset: undefined, notes: [] };
  const why = count < rows.length ? ', cut to keep the answer small' : '';
  const which = offset === 0 ? `the first ${count} of ${rowCount} rows` : `rows ${offset + 1} to ${end} of ${rowCount}`;
  return { rows: shown, nextOffset: end, notes: [`These are ${which}${why}; \`offset\`: ${end} gives the next ones.`] };
}
