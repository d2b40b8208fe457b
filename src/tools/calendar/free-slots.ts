/**
 * The gaps that are left between busy times, within working hours.
 *
 * Owns: this arithmetic. Does not own: who is busy (Google) nor the words for a time (when.ts). Pure.
 */
import { weekdayOf } from '../analytics/calendar-days.ts';
import type { Span } from './when.ts';
import { clockTime, dayAt } from './zone.ts';

export interface WorkingTime {
  zone: string;
  /** Minutes since midnight. */
  from: number;
  to: number;
  withWeekends: boolean;
}

/** Working hours of each day that the span touches, cut to the span. */
export function workingSpans(span: Span, { zone, from, to, withWeekends }: WorkingTime): Span[] {
  const spans: Span[] = [];
  for (let day = dayAt(span.start, zone); day <= dayAt(span.end - 1, zone); day += 1) {
    if (!withWeekends && weekdayOf(day) >= 5) continue;
    const start = Math.max(clockTime(day, from, zone), span.start);
    const end = Math.min(clockTime(day, to, zone), span.end);
    if (end > start) spans.push({ start, end });
  }
  return spans;
}

/** What is left of `open` without `busy`, as far as it lasts `leastMs`. */
export function freeSlots(open: readonly Span[], busy: readonly Span[], leastMs: number): Span[] {
  const taken = busy.toSorted((a, b) => a.start - b.start);
  const slots: Span[] = [];
  for (const { start, end } of open) {
    let from = start;
    for (const one of taken) {
      if (one.end <= from || one.start >= end) continue;
      if (one.start > from) slots.push({ start: from, end: one.start });
      from = one.end;
    }
    if (from < end) slots.push({ start: from, end });
  }
  return slots.filter((slot) => slot.end - slot.start >= leastMs);
}
