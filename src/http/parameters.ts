/**
 * Reading request parameters strictly: from a query, a form body or a JSON body, each name once, bounded in size.
 *
 * Owns: encodings and bounds. Does not own: what a parameter means. RFC 6749 3.1 and 3.2: parameters sent without a
 * value are treated as if they were omitted, and none may be included more than once. JSON bodies are for the 2023
 * plugin generation, whose manifest may ask for `application/json` at the token endpoint.
 */
import { OAuthError } from '../errors.ts';

/** Name → value; empty values are absent. */
export type Parameters = ReadonlyMap<string, string>;

export const MAX_BODY_BYTES = 64 * 1024;
const MAX_PARAMETERS = 64;

/** Throws OAuthError `invalid_request` naming the first parameter that came twice. */
export function readQuery(url: string): Parameters {
  return collect(new URL(url).searchParams);
}

/** The body of a POST as parameters. Throws OAuthError `invalid_request` with what is wrong with it. */
export async function readBody(request: Request): Promise<Parameters> {
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  const text = await readText(request, MAX_BODY_BYTES);
  if (type === 'application/json') return collect(jsonEntries(text));
  if (type === 'application/x-www-form-urlencoded' || (type === '' && text !== ''))
    return collect(new URLSearchParams(text));
  if (text === '') return new Map();
  throw new OAuthError('invalid_request', 'Send the body as application/x-www-form-urlencoded or application/json.');
}

/** The body as text. Throws OAuthError `invalid_request` when it is longer than `limit` bytes or not UTF-8. */
export async function readText(request: Request, limit: number): Promise<string> {
  const tooLarge = () => new OAuthError('invalid_request', `The request body is larger than ${limit} bytes.`);
  if (Number(request.headers.get('content-length') ?? 0) > limit) throw tooLarge();
  if (request.body === null) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.length;
    if (size > limit) throw tooLarge();
    chunks.push(chunk);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new OAuthError('invalid_request', 'The request body is not valid UTF-8.');
  }
}

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
  return value as Record<string, unknown>;
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
      throw new OAuthError('invalid_request', `The parameter ${readable(name)} was sent more than once.`, {
        reason: { kind: 'parameter', name },
      });
    }
    seen.add(name);
    if (seen.size > MAX_PARAMETERS) throw new OAuthError('invalid_request', 'The request has too many parameters.');
    if (value !== '') parameters.set(name, value);
  }
  return parameters;
}

/** RFC 6749 5.2 allows only some characters in a description; a name from outside is shown only if it is harmless. */
function readable(name: string): string {
  return /^[A-Za-z0-9_.-]{1,64}$/.test(name) ? name : '(unreadable name)';
}
