/**
 * Google's refusals, turned into ToolErrors in our own words.
 *
 * Owns: telling refusals apart by status, code and reason, and lifting the few useful facts (which field, which quota)
 * out of Google's sentences with strict patterns. Does not own: retrying (google-api.ts) nor advice that needs to know
 * the question, such as better field names (each tool). Google's own text goes into `cause`, for logs; a model never
 * sees it, since whatever reaches a model can carry instructions.
 */
import { ToolError, type ToolErrorKind, UpstreamError } from '../errors.ts';
import { describeQuota, isQuotaReason, type QuotaName, quotaName } from './google-quota.ts';

/** What a refusal was about, for a tool that can say more than the general sentence. */
export type GoogleRefusalDetail =
  | { about: 'unknown-field'; field: string; list: 'dimension' | 'metric'; suggestion: string | undefined }
  | { about: 'incompatible-fields'; remove: readonly string[]; add: readonly string[] }
  | { about: 'filter-field'; field: string }
  | { about: 'no-access'; reason?: string }
  | { about: 'scope' }
  | { about: 'api-disabled' }
  | { about: 'quota'; quota: QuotaName }
  | { about: 'other'; status: number; reason: string | undefined };

/** A ToolError that came of Google's answer, with what could be read from it. */
export class GoogleRefusal extends ToolError {
  readonly status: number;
  readonly detail: GoogleRefusalDetail;
  constructor(
    kind: ToolErrorKind,
    message: string,
    status: number,
    detail: GoogleRefusalDetail,
    options: { scopes?: readonly string[]; retryAfterSeconds?: number | undefined; cause?: unknown } = {},
  ) {
    super(kind, message, options);
    this.name = 'GoogleRefusal';
    this.status = status;
    this.detail = detail;
  }
}

/** The product whose refusals are worded with properties, fields and reports. */
export const ANALYTICS = 'Google Analytics';

export interface RefusedAnswer {
  status: number;
  /** Lower-case names. */
  headers: Readonly<Record<string, string>>;
  body: string;
}

export interface RefusalContext {
  /** The JSON that was sent: a field that Google names is repeated only if it stands in it or is a plain field name. */
  sentBody: string;
  /** All scopes that the tool needs. */
  scopes: readonly string[];
  nowMs: number;
  /** Which of Google's products was asked, as people call it; left out, Analytics. */
  product?: string;
}

/** Reads an answer that is not a success. Never throws, whatever the body holds. */
export function readRefusal(answer: RefusedAnswer, context: RefusalContext): GoogleRefusal {
  const parsed = parseGoogleError(answer.body);
  const cause = new UpstreamError('refused', parsed.message ?? `status ${answer.status}`, {
    code: parsed.reason ?? parsed.status ?? String(answer.status),
  });
  if (answer.status === 401) return connectAgain(answer.status, cause);
  if (answer.status === 403) return readForbidden(answer, parsed, context, cause);
  if (answer.status === 429) return readQuota(answer, parsed, context, cause);
  if (answer.status === 404 || answer.status === 410) {
    const detail = { about: 'other', status: answer.status, reason: parsed.reason } as const;
    return new GoogleRefusal(
      'not-found',
      'Google has nothing under that identifier. Check it and ask again.',
      answer.status,
      detail,
      { cause },
    );
  }
  if (answer.status >= 500) return unavailable(answer.status, context.product ?? ANALYTICS, cause);
  return readBadRequest(answer.status, parsed, context, cause);
}

interface ParsedGoogleError {
  message: string | undefined;
  status: string | undefined;
  reason: string | undefined;
}

/** Both shapes: google.rpc.Status with ErrorInfo details, and the older `errors` list that Calendar still uses. */
function parseGoogleError(body: string): ParsedGoogleError {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    // Not JSON: a proxy's page, or a cut answer. The HTTP status alone has to do.
    return { message: undefined, status: undefined, reason: undefined };
  }
  const error = property(parsed, 'error');
  return {
    message: asString(property(error, 'message')),
    status: asString(property(error, 'status')),
    reason: firstReason(property(error, 'details')) ?? firstReason(property(error, 'errors')),
  };
}

function firstReason(list: unknown): string | undefined {
  if (!Array.isArray(list)) return undefined;
  for (const item of list) {
    const reason = asString(property(item, 'reason'));
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function asString(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function connectAgain(status: number, cause: unknown): GoogleRefusal {
  const message =
    'Google no longer accepts this connection, even with a fresh token. The person has to connect their Google account again.';
  return new GoogleRefusal('connect-again', message, status, { about: 'other', status, reason: undefined }, { cause });
}

function unavailable(status: number, product: string, cause: unknown): GoogleRefusal {
  const message = `${product} is failing right now; retrying did not help. Ask again in a minute.`;
  return new GoogleRefusal(
    'unavailable',
    message,
    status,
    { about: 'other', status, reason: undefined },
    { cause, retryAfterSeconds: 60 },
  );
}

const DISABLED_REASONS = ['SERVICE_DISABLED', 'accessNotConfigured'];
const SCOPE_REASONS = ['ACCESS_TOKEN_SCOPE_INSUFFICIENT', 'insufficientPermissions'];

function readForbidden(
  answer: RefusedAnswer,
  parsed: ParsedGoogleError,
  context: RefusalContext,
  cause: unknown,
): GoogleRefusal {
  const reason = parsed.reason ?? '';
  if (SCOPE_REASONS.includes(reason) || (answer.headers['www-authenticate'] ?? '').includes('insufficient_scope')) {
    const message = `The person has not allowed this: the connection lacks ${listScopes(context.scopes)}. They have to connect again and leave its box ticked on Google's page.`;
    return new GoogleRefusal('scope-missing', message, 403, { about: 'scope' }, { scopes: context.scopes, cause });
  }
  if (DISABLED_REASONS.includes(reason)) {
    const message = `The ${apiName(parsed.message, context)} is not switched on in this server's Google Cloud project. Tell the person that the operator has to enable it in the Google Cloud console; asking again does not help before.`;
    return new GoogleRefusal('operator', message, 403, { about: 'api-disabled' }, { cause });
  }
  if (isQuotaReason(reason)) return readQuota(answer, parsed, context, cause);
  if (!isAnalytics(context)) {
    const message = `${context.product} does not let this Google account do that here.`;
    return new GoogleRefusal('no-access', message, 403, { about: 'no-access', reason }, { cause });
  }
  const message =
    "Google does not let this Google account read that, or it does not exist (Google gives the same answer to both). Ask for one of the person's own properties; list_properties shows them.";
  return new GoogleRefusal('no-access', message, 403, { about: 'no-access' }, { cause });
}

const APIS = ['Google Analytics Data API', 'Google Analytics Admin API', 'Google Calendar API'];

/** Google's sentence begins with the name, and only one that we know is repeated. */
function apiName(message: string | undefined, context: RefusalContext): string {
  const known = APIS.find((name) => message?.startsWith(`${name} has not been used`));
  return known ?? `${context.product ?? ANALYTICS} API behind this tool`;
}

function isAnalytics({ product = ANALYTICS }: RefusalContext): boolean {
  return product === ANALYTICS;
}

function listScopes(scopes: readonly string[]): string {
  return scopes.length === 0 ? 'a permission that this needs' : `the permission ${scopes.join(', ')}`;
}

function readQuota(
  answer: RefusedAnswer,
  parsed: ParsedGoogleError,
  context: RefusalContext,
  cause: unknown,
): GoogleRefusal {
  const quota = quotaName(parsed.message, parsed.reason);
  const { sentence, retryAfterSeconds } = describeQuota(quota, answer.headers['retry-after'], context.nowMs);
  return new GoogleRefusal('quota', sentence, answer.status, { about: 'quota', quota }, { retryAfterSeconds, cause });
}

/** A field name as Google's schema writes it. Anything else in its place is not repeated. */
const FIELD = '[A-Za-z][A-Za-z0-9_]{0,79}(?::[A-Za-z0-9_]{1,80})?';
const UNKNOWN_FIELD = new RegExp(
  `^(?:Did you mean (${FIELD})\\? )?Field (${FIELD}) is not a valid (dimension|metric)\\.`,
);
const INCOMPATIBLE = new RegExp(
  `^Please (remove|add) (${FIELD}(?:(?:, and |, | and )${FIELD})*) to make the request compatible`,
);
const FILTER_FIELD = new RegExp(`^Unknown field for FilterExpression: (${FIELD})`);

function readBadRequest(
  status: number,
  parsed: ParsedGoogleError,
  context: RefusalContext,
  cause: unknown,
): GoogleRefusal {
  const other = { about: 'other', status, reason: parsed.reason } as const;
  if (!isAnalytics(context)) {
    const message = `${context.product} refused the request as invalid. Check the arguments and ask again.`;
    return new GoogleRefusal('bad-input', message, status, other, { cause });
  }
  const detail = readFieldDetail(parsed.message ?? '', context.sentBody) ?? other;
  return new GoogleRefusal('bad-input', badRequestSentence(detail), status, detail, { cause });
}

function readFieldDetail(message: string, sentBody: string): GoogleRefusalDetail | undefined {
  const unknown = UNKNOWN_FIELD.exec(message);
  if (unknown !== null) {
    const [, suggestion, field = '', list] = unknown;
    if (!sentBody.includes(JSON.stringify(field))) return undefined;
    const detail = { about: 'unknown-field', field, list: list === 'metric' ? 'metric' : 'dimension' } as const;
    return { ...detail, suggestion: plainField(suggestion) };
  }
  const incompatible = INCOMPATIBLE.exec(message);
  if (incompatible !== null) {
    const fields = (incompatible[2] ?? '').split(/, and |, | and /);
    if (incompatible[1] === 'add') {
      return {
        about: 'incompatible-fields',
        remove: [],
        add: fields.filter((field) => plainField(field) !== undefined),
      };
    }
    const sent = fields.filter((field) => sentBody.includes(JSON.stringify(field)));
    return { about: 'incompatible-fields', remove: sent, add: [] };
  }
  const filter = FILTER_FIELD.exec(message);
  const field = filter?.[1];
  if (field === undefined || !sentBody.includes(JSON.stringify(field))) return undefined;
  return { about: 'filter-field', field };
}

/** A name that we did not send: only the plain camelCase that every standard field has. */
function plainField(name: string | undefined): string | undefined {
  return name !== undefined && /^[a-z][A-Za-z0-9]{2,49}$/.test(name) ? name : undefined;
}

function badRequestSentence(detail: GoogleRefusalDetail): string {
  if (detail.about === 'unknown-field') {
    const advice =
      detail.suggestion === undefined ? 'Choose another one.' : `The nearest one is \`${detail.suggestion}\`.`;
    return `\`${detail.field}\` is not a ${detail.list} of this property. ${advice}`;
  }
  if (detail.about === 'incompatible-fields') {
    if (detail.add.length > 0)
      return `These fields only go together when ${quoteAll(detail.add)} is among them: add it and ask again.`;
    if (detail.remove.length > 0)
      return `These fields cannot stand in one report: leave out ${quoteAll(detail.remove)} and ask again, or ask two questions.`;
    return 'These dimensions and metrics cannot stand in one report. Ask with fewer of them.';
  }
  if (detail.about === 'filter-field') return `A filter names \`${detail.field}\`, which is no field of this property.`;
  return 'Google refused the request as invalid. Ask in a simpler way: fewer fields, a plain date range, no filters.';
}

function quoteAll(fields: readonly string[]): string {
  return fields.map((field) => `\`${field}\``).join(', ');
}
