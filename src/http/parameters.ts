/**
 * Reading request parameters strictly: from a query, a form body or a JSON body, each name once, bounded in size.
 *
 * Owns: encodings and bounds. Does not own: what a parameter means. RFC 6749 3.1 and 3.2: parameters sent without a
 * value are treated as if they were omitted, and none may be included more than once. JSON bodies are for the 2023
 * plugin generation, whose manifest may ask for `application/json` at the token endpoint.
 */
import { OAuthError } from '../errors.ts';
import { findJsonFlaw } from './json-flaw.ts';
import { readBodyText, type UnreadableBody } from './read-body.ts';

/** Name → value; empty values are absent. */
export type Parameters = ReadonlyMap<string, string>;

export const MAX_BODY_BYTES = 64 * 1024;
const MAX_PARAMETERS = 64;
/** The longest that is sent in earnest is a signed assertion of a few thousand. */
const MAX_VALUE = 16_384;

/** Throws OAuthError `invalid_request` naming the first parameter that came twice. */
export function readQuery(url: string): Parameters {
  const { search, searchParams } = new URL(url);
  return readEncoded(search, searchParams);
}

/** The body of a POST as parameters. Throws OAuthError `invalid_request` with what is wrong with it. */
export async function readBody(request: Request): Promise<Parameters> {
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  const text = await readText(request, MAX_BODY_BYTES);
  if (type === 'application/json') return collect(jsonEntries(text));
  if (type === 'application/x-www-form-urlencoded' || (type === '' && text !== ''))
    return readEncoded(text, new URLSearchParams(text));
  if (text === '') return new Map();
  throw new OAuthError('invalid_request', 'Send the body as application/x-www-form-urlencoded or application/json.');
}

/** The body as text. Throws OAuthError `invalid_request` when it is longer than `limit` bytes or cannot be read. */
export async function readText(request: Request, limit: number): Promise<string> {
  const body = await readBodyText(request, { maxBytes: limit });
  if (body.ok) return body.text;
  const [status, description] = REFUSALS[body.why];
  throw new OAuthError('invalid_request', description.replace('LIMIT', String(limit)), { status });
}

const REFUSALS: Record<UnreadableBody, [status: 400 | 408 | 413 | 415, description: string]> = {
  'too-large': [413, 'The request body is larger than LIMIT bytes.'],
  'too-slow': [408, 'The request body did not arrive in time.'],
  'cut-short': [400, 'The request body ended before its end.'],
  'not-utf-8': [400, 'The request body is not valid UTF-8.'],
  'other-charset': [415, 'Send the request body in UTF-8.'],
  compressed: [415, 'Send the request body without Content-Encoding.'],
};

/** A JSON object, or OAuthError `invalid_request`. */
export function parseJsonObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new OAuthError('invalid_request', 'The request body is not valid JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new OAuthError('invalid_request', 'The request body must be a JSON object.');
  }
  if (findJsonFlaw(text) !== undefined) {
    throw new OAuthError('invalid_request', 'The JSON gives a name twice in one object, or nests too deep.');
  }
  return value as Record<string, unknown>;
}

/**
 * The decoder puts U+FFFD in place of bytes that are not UTF-8. A value changed like that is no longer the sender's: a
 * state could not be handed back, and two different secrets would read the same.
 */
function readEncoded(encoded: string, entries: Iterable<[string, string]>): Parameters {
  const parameters = collect(entries);
  const isChanged = [...parameters].some(([name, value]) => `${name}${value}`.includes('\ufffd'));
  if (isChanged && !encoded.includes('\ufffd') && !/%EF%BF%BD/i.test(encoded)) {
    throw new OAuthError('invalid_request', 'A parameter is not valid UTF-8 after percent-decoding.');
  }
  return parameters;
}

function jsonEntries(text: string): [string, string][] {
  return Object.entries(parseJsonObject(text)).map(([name, value]) => {
    if (value === null) return [name, ''];
    if (typeof value === 'string') return [name, value];
    throw new OAuthError('invalid_request', 'Every member of the JSON body must be a string.');
  });
}

function collect(entries: Iterable<[string, string]>): Parameters {
  const parameters = new Map<string, string>();
  const seen = new Set<string>();
  for (const [name, value] of entries) {
    if (seen.has(name)) {
      throw new OAuthError('invalid_request', `${called(name)} was sent more than once.`, {
        reason: { kind: 'parameter', name: KNOWN.has(name) ? name : '(a parameter)' },
      });
    }
    seen.add(name);
    if (seen.size > MAX_PARAMETERS) throw new OAuthError('invalid_request', 'The request has too many parameters.');
    if (value.length > MAX_VALUE) {
      throw new OAuthError('invalid_request', `${called(name)} is longer than ${MAX_VALUE} characters.`);
    }
    if (value !== '') parameters.set(name, value);
  }
  return parameters;
}

/** The names that may be repeated in an answer and in the log: RFC 6749, 7009, 7521, 7636, 7662, 8707, 9101, OIDC Core. */
const KNOWN: ReadonlySet<string> = new Set([
  ...['response_type', 'response_mode', 'client_id', 'client_secret', 'redirect_uri', 'scope', 'state', 'resource'],
  ...['grant_type', 'code', 'refresh_token', 'code_challenge', 'code_challenge_method', 'code_verifier'],
  ...['client_assertion', 'client_assertion_type', 'assertion', 'token', 'token_type_hint', 'username', 'password'],
  ...['request', 'request_uri', 'nonce', 'prompt', 'display', 'max_age', 'login_hint', 'id_token_hint', 'audience'],
]);

/** Any other name is not repeated: a secret stands there when a client mixes up name and value. */
function called(name: string): string {
  return KNOWN.has(name) ? `The parameter ${name}` : 'A parameter of a name that OAuth does not have';
}
