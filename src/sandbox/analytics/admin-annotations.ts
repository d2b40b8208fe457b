/**
 * Reporting data annotations: notes that people (and Google) pinned to days of a property's reports.
 *
 * Owns: the notes, dated backwards from the day on which the sandbox was opened, as the stories in the data are
 * (stories.ts), and the part of Google's filter language that picks them (AIP-160: a date window, title and description,
 * joined by AND). Does not own: paging and access (admin.ts). Fields as in https://developers.google.com/analytics/devguides/config/admin/v1/rest/v1alpha/properties.reportingDataAnnotations
 */
import type { Property } from '../world.ts';
import type { Resource } from './admin-content.ts';
import { invalidField } from './admin-errors.ts';

interface Annotation {
  id: string;
  title: string;
  description?: string;
  color: 'PURPLE' | 'BLUE' | 'GREEN' | 'RED' | 'ORANGE';
  /** Days before the opening day in the property's time zone, first and last; equal for a note on one day. */
  daysAgo: readonly [number, number];
  systemGenerated?: boolean;
}

const annotations: Readonly<Record<string, readonly Annotation[]>> = {
  '213025502': [
    {
      id: '5500210001',
      title: 'Checkout incident on mobile',
      description: 'The pay button did not answer on phones for two days.',
      color: 'RED',
      daysAgo: [7, 6],
    },
    { id: '5500210002', title: 'Autumn sale begins', color: 'GREEN', daysAgo: [13, 13] },
    {
      id: '5500210003',
      title: 'Key event created: generate_lead',
      color: 'BLUE',
      daysAgo: [55, 55],
      systemGenerated: true,
    },
  ],
  '402118977': [{ id: '5500230001', title: 'Harbour festival', color: 'ORANGE', daysAgo: [16, 14] }],
};

/** The notes of a property that match Google's `filter`; '' matches all. */
export function reportingDataAnnotations(property: Property, opened: Date, filter: string): Resource[] {
  const matches = readFilter(filter);
  const today = new Intl.DateTimeFormat('en-CA', { timeZone: property.timeZone }).format(opened);
  return (annotations[property.id] ?? [])
    .map((annotation) => ({ annotation, days: annotation.daysAgo.map((ago) => dayBefore(today, ago)) }))
    .filter(({ annotation, days }) => matches(annotation, days[0] ?? today, days[1] ?? today))
    .map(({ annotation, days }) => annotationResource(property, annotation, days[0] ?? today, days[1] ?? today));
}

function dayBefore(day: string, ago: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - ago * 86_400_000).toISOString().slice(0, 10);
}

function annotationResource(property: Property, annotation: Annotation, first: string, last: string): Resource {
  return {
    name: `properties/${property.id}/reportingDataAnnotations/${annotation.id}`,
    title: annotation.title,
    ...(annotation.description !== undefined && { description: annotation.description }),
    color: annotation.color,
    ...(annotation.systemGenerated === true && { systemGenerated: true }),
    ...(first === last
      ? { annotationDate: dateParts(first) }
      : { annotationDateRange: { startDate: dateParts(first), endDate: dateParts(last) } }),
  };
}

/** google.type.Date */
function dateParts(day: string): Resource {
  const [year, month, date] = day.split('-').map(Number);
  return { year, month, day: date };
}

type Match = (annotation: Annotation, first: string, last: string) => boolean;

const inRange = /^is_annotation_in_range\(\s*"(\d{4}-\d{2}-\d{2})"\s*,\s*"(\d{4}-\d{2}-\d{2})"\s*\)\s*=\s*true$/;
const text = /^(title|description)\s*(=|:)\s*("[^"]*"|[^\s"]+)$/;

function readFilter(filter: string): Match {
  if (filter.trim() === '') return () => true;
  const terms = filter.split(/\s+AND\s+/).map((term) => readTerm(term.trim()));
  return (...annotation) => terms.every((matches) => matches(...annotation));
}

function readTerm(term: string): Match {
  const [, from, to] = inRange.exec(term) ?? [];
  if (from !== undefined && to !== undefined) return (_, first, last) => first <= to && last >= from;
  const [, field, operator, quoted] = text.exec(term) ?? [];
  if (field === undefined || quoted === undefined) throw invalidField('filter', 'invalid.');
  const wanted = quoted.replaceAll('"', '');
  return (annotation) => {
    const value = (field === 'title' ? annotation.title : annotation.description) ?? '';
    return operator === '=' ? value === wanted : value.toLowerCase().includes(wanted.toLowerCase());
  };
}
