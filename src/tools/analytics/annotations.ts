/**
 * What people (and Google) pinned to days of a property's reports
 * (https://developers.google.com/analytics/devguides/config/admin/v1/rest/v1alpha/properties.reportingDataAnnotations).
 *
 * Owns: reading them. The texts are the property owner's own, cut short and on one line before anybody sees them.
 */
import { plainLine } from '../quote.ts';
import { type Day, type DayRange, dayOf, isoDay } from './calendar-days.ts';
import type { Asking } from './directory.ts';

export interface Annotation extends DayRange {
  title: string;
  description: string;
}

interface GoogleDate {
  year?: number;
  month?: number;
  day?: number;
}

interface AnnotationPage {
  reportingDataAnnotations?: {
    title?: string;
    description?: string;
    annotationDate?: GoogleDate;
    annotationDateRange?: { startDate?: GoogleDate; endDate?: GoogleDate };
  }[];
}

/** The newest last. Throws ToolError when Google refuses. */
export function readAnnotations(asking: Asking, propertyId: string): Promise<Annotation[]> {
  return asking.remember(`annotations ${propertyId}`, 600_000, async () => {
    const answer = await asking.google.send<AnnotationPage | undefined>({
      service: 'analyticsadmin',
      method: 'GET',
      path: ['v1alpha', 'properties', propertyId, 'reportingDataAnnotations'],
      query: { pageSize: 200 },
    });
    const found = (answer?.reportingDataAnnotations ?? []).map((one) => {
      const range = one.annotationDateRange;
      return {
        title: plainLine(one.title ?? '', 80),
        description: plainLine(one.description ?? '', 160),
        start: dayFrom(range?.startDate ?? one.annotationDate),
        end: dayFrom(range?.endDate ?? one.annotationDate),
      };
    });
    return found.sort((a, b) => a.start - b.start);
  });
}

function dayFrom({ year = 1970, month = 1, day = 1 }: GoogleDate = {}): Day {
  return dayOf(year, month, day);
}

export function isWithin(annotation: Annotation, range: DayRange): boolean {
  return annotation.start <= range.end && annotation.end >= range.start;
}

/** `2026-11-15 to 2026-11-16: Checkout incident (The pay button …)`. */
export function annotationText({ title, description, start, end }: Annotation): string {
  const days = start === end ? isoDay(start) : `${isoDay(start)} to ${isoDay(end)}`;
  return `${days}: ${title}${description === '' ? '' : ` (${description})`}`;
}
