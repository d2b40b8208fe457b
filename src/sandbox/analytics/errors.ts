/**
 * How the Data API says no, in Google's words: its error object (https://cloud.google.com/apis/design/errors), and the HTML page
 * that the gateway shows for a path or verb it does not know.
 *
 * Owns: every refusal's text and status. Texts were checked against answers of the real service where people have published
 * them; the others say so. Does not own: when to refuse.
 */
import type { Context } from 'hono';

type Status = 'INVALID_ARGUMENT' | 'PERMISSION_DENIED' | 'RESOURCE_EXHAUSTED' | 'NOT_FOUND' | 'INTERNAL';

const httpStatus = {
  INVALID_ARGUMENT: 400,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  RESOURCE_EXHAUSTED: 429,
  INTERNAL: 500,
} as const;

export class GoogleError extends Error {
  readonly status: Status;
  readonly details: readonly unknown[] | undefined;
  constructor(status: Status, message: string, details?: readonly unknown[]) {
    super(message);
    this.status = status;
    this.details = details;
  }
}

export function invalid(message: string): GoogleError {
  return new GoogleError('INVALID_ARGUMENT', message);
}

export interface Violation {
  /** Path in proto (snake_case) names; absent at the root. */
  field?: string;
  description: string;
}

/** The JSON layer's refusals: every bad field at once, each as a violation. */
export function badRequest(violations: readonly Violation[]): GoogleError {
  return new GoogleError('INVALID_ARGUMENT', violations.map((violation) => violation.description).join('\n'), [
    { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: violations },
  ]);
}

const guides = 'https://developers.google.com/analytics/devguides/reporting/data/v1';

/** Which list of names a refusal points at. */
export type SchemaPage = 'api-schema' | 'realtime-api-schema' | 'exploration-api-schema';

/** One space after "dimension.", two after "metric.", one at the end: as the service prints it. */
export function unknownField(
  kind: 'dimension' | 'metric',
  name: string,
  parts: { nearest: string | undefined; page: SchemaPage },
): GoogleError {
  const hint = parts.nearest === undefined ? '' : `Did you mean ${parts.nearest}? `;
  const gap = kind === 'dimension' ? ' ' : '  ';
  return invalid(
    `${hint}Field ${name} is not a valid ${kind}.${gap}For a list of valid dimensions and metrics, see ${guides}/${parts.page} `,
  );
}

export function incompatible(advice: { verb: 'remove' | 'add'; fields: readonly string[] }): GoogleError {
  return invalid(
    `Please ${advice.verb} ${advice.fields.join(' and ')} to make the request compatible. The request's dimensions & metrics are incompatible. To learn more, see https://ga-dev-tools.google/ga4/dimensions-metrics-explorer/`,
  );
}

/** The same for a property that is not there: whoever may not read it does not learn whether it exists. */
export function noAccess(): GoogleError {
  return new GoogleError(
    'PERMISSION_DENIED',
    `User does not have sufficient permissions for this property. To learn more about Property ID, see ${guides}/property-id.`,
  );
}

export function notNumeric(id: string): GoogleError {
  return invalid(
    `Invalid property ID: ${id}. A numeric Property ID is required. To learn more about Property ID, see ${guides}/property-id.`,
  );
}

/** The Cloud project has not switched the API on: an operator's fault, not a user's. */
export function apiDisabled(): GoogleError {
  const project = '123456';
  const link = `https://console.developers.google.com/apis/api/analyticsdata.googleapis.com/overview?project=${project}`;
  return new GoogleError(
    'PERMISSION_DENIED',
    `Google Analytics Data API has not been used in project ${project} before or it is disabled. Enable it by visiting ${link} then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.`,
    [
      {
        '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
        reason: 'SERVICE_DISABLED',
        domain: 'googleapis.com',
        metadata: {
          activationUrl: link,
          consumer: `projects/${project}`,
          containerInfo: project,
          service: 'analyticsdata.googleapis.com',
          serviceTitle: 'Google Analytics Data API',
        },
      },
      {
        '@type': 'type.googleapis.com/google.rpc.Help',
        links: [{ description: 'Google developers console API activation', url: link }],
      },
    ],
  );
}

const learnMore = `To learn more, see ${guides}/quotas`;

const exhausted = {
  'quota-hour': `Exhausted property tokens for a project per hour. These quota tokens will return in under one hour. ${learnMore}`,
  'quota-day': `Exhausted property tokens per day. These quota tokens will return in under 24 hours. ${learnMore}`,
  'quota-concurrent': `Exhausted concurrent requests quota. Please wait for existing requests to finish before sending new requests. ${learnMore}`,
  'quota-thresholded': `Exhausted potentially thresholded requests quota. This quota will refresh in under one hour. ${learnMore}`,
} as const;

export type ExhaustedQuota = keyof typeof exhausted;

export const exhaustedQuotas = Object.keys(exhausted) as readonly ExhaustedQuota[];

export function quotaExhausted(which: ExhaustedQuota): GoogleError {
  return new GoogleError('RESOURCE_EXHAUSTED', exhausted[which]);
}

/** Anything that is not Google's refusal is ours; it leaves as Google's "Internal error", without a trace. */
export function answerError(c: Context, error: unknown): Response {
  const known = error instanceof GoogleError ? error : new GoogleError('INTERNAL', 'Internal error encountered.');
  const code = httpStatus[known.status];
  const body = { code, message: known.message, status: known.status };
  return c.json({ error: known.details === undefined ? body : { ...body, details: known.details } }, code);
}

/** Routing does not speak JSON: unknown paths and wrong verbs alike get the gateway's page. */
export function notFoundPage(c: Context): Response {
  const path = new URL(c.req.url).pathname.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return c.html(
    `<!DOCTYPE html>\n<html lang=en>\n<meta charset=utf-8>\n<title>Error 404 (Not Found)!!1</title>\n<p><b>404.</b> <ins>That’s an error.</ins>\n<p>The requested URL <code>${path}</code> was not found on this server.  <ins>That’s all we know.</ins>\n`,
    404,
  );
}
