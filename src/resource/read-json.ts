/**
 * A request body as JSON, bounded in size and depth, every name used once per object.
 *
 * Owns: the limits and the words for each way a body can be wrong. Does not own: what the JSON means to a door.
 */

export interface BadBody {
  ok: false;
  status: 400 | 413 | 415;
  message: string;
}

export type Body = { ok: true; value: unknown } | BadBody;

export interface BodyRules {
  maxBytes: number;
  /** What an absent body stands for; without it an absent body is wrong. */
  whenEmpty?: unknown;
}

/** Arguments nest a handful of levels; thousands are an attack on the stack of whoever walks them. */
const MAX_DEPTH = 64;

export async function readJson(request: Request, rules: BodyRules): Promise<Body> {
  const bytes = await readBounded(request, rules.maxBytes);
  if (bytes === undefined) return bad(413, `The request body is larger than ${rules.maxBytes} bytes`);
  if (bytes.length === 0 && rules.whenEmpty !== undefined) return { ok: true, value: rules.whenEmpty };
  if (!isJson(request.headers.get('content-type')))
    return bad(415, 'Send the body with Content-Type: application/json');
  if (bytes.length === 0) return bad(400, 'The request has no body; send a JSON document');
  return parse(bytes);
}

/** `undefined` when there is more than `limit`; the declared length is believed only when it is too large already. */
async function readBounded(request: Request, limit: number): Promise<Uint8Array | undefined> {
  if (Number(request.headers.get('content-length')) > limit) return undefined;
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.length;
    if (size > limit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function isJson(contentType: string | null): boolean {
  const essence = (contentType ?? '').split(';', 1)[0] ?? '';
  return /^application\/(json|[\w.!#$&^+-]+\+json)$/i.test(essence.trim());
}

function parse(bytes: Uint8Array): Body {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const value: unknown = JSON.parse(text);
    const flaw = findFlaw(text);
    return flaw === undefined ? { ok: true, value } : bad(400, flaw);
  } catch {
    return bad(400, 'The request body is not valid JSON in UTF-8'); // the parser's own words quote the body: not repeated
  }
}

/**
 * Walks JSON that is known to be valid for what `JSON.parse` lets pass: depth, and a name given twice, of which it
 * silently takes the last. Two readers that disagree on which one counts is how requests are smuggled.
 */
function findFlaw(text: string): string | undefined {
  const token = /"(?:[^"\\]|\\.)*"(?=\s*(:)?)|[{}[\]]/g;
  const open: Set<string>[] = [];
  for (const [found, colon] of text.matchAll(token)) {
    if (found === '{' || found === '[') {
      if (open.push(new Set()) > MAX_DEPTH) return `The JSON is nested more than ${MAX_DEPTH} levels deep`;
    } else if (found === '}' || found === ']') {
      open.pop();
    } else if (colon !== undefined) {
      const name: string = JSON.parse(found);
      const names = open.at(-1);
      if (names?.has(name)) return `The JSON gives "${name.slice(0, 64)}" twice in one object`;
      names?.add(name);
    }
  }
  return undefined;
}

function bad(status: BadBody['status'], message: string): BadBody {
  return { ok: false, status, message };
}
