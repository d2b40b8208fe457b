/**
 * A request body as JSON, bounded in size and depth, every name used once per object.
 *
 * Owns: the doors' words for each way a body can be wrong. Does not own: reading (http/read-body.ts), nor what the JSON
 * means to a door.
 */
import { findJsonFlaw } from '../http/json-flaw.ts';
import { readBodyText, type UnreadableBody } from '../http/read-body.ts';

export interface BadBody {
  ok: false;
  status: 400 | 408 | 413 | 415;
  message: string;
}

export type Body = { ok: true; value: unknown } | BadBody;

export interface BodyRules {
  maxBytes: number;
  /** What an absent body stands for; without it an absent body is wrong. */
  whenEmpty?: unknown;
}

export async function readJson(request: Request, rules: BodyRules): Promise<Body> {
  const body = await readBodyText(request, rules);
  if (!body.ok) return unreadable(body.why, rules.maxBytes);
  if (body.text === '' && rules.whenEmpty !== undefined) return { ok: true, value: rules.whenEmpty };
  if (!isJson(request.headers.get('content-type')))
    return bad(415, 'Send the body with Content-Type: application/json');
  if (body.text === '') return bad(400, 'The request has no body; send a JSON document');
  return parse(body.text);
}

function unreadable(why: UnreadableBody, maxBytes: number): BadBody {
  switch (why) {
    case 'too-large':
      return bad(413, `The request body is larger than ${maxBytes} bytes`);
    case 'too-slow':
      return bad(408, 'The request body did not arrive in time');
    case 'compressed':
      return bad(415, 'Send the body without Content-Encoding');
    case 'other-charset':
      return bad(415, 'Send the body in UTF-8');
    case 'cut-short':
      return bad(400, 'The request body ended before its end');
    case 'not-utf-8':
      return bad(400, NOT_JSON);
  }
}

const NOT_JSON = 'The request body is not valid JSON in UTF-8';

function isJson(contentType: string | null): boolean {
  const essence = (contentType ?? '').split(';', 1)[0] ?? '';
  return /^application\/(json|[\w.!#$&^+-]+\+json)$/i.test(essence.trim());
}

function parse(text: string): Body {
  try {
    const value: unknown = JSON.parse(text);
    const flaw = findJsonFlaw(text);
    return flaw === undefined ? { ok: true, value } : bad(400, flaw);
  } catch {
    return bad(400, NOT_JSON); // the parser's own words quote the body: not repeated
  }
}

function bad(status: BadBody['status'], message: string): BadBody {
  return { ok: false, status, message };
}
