/**
 * A valid request gone wrong in one to three places: method, path, query, headers, body, or the form of the body.
 *
 * Owns: where to twist. Does not own: what a text becomes (twist-text.ts), nor what a good answer is (judge.ts).
 */
import type { Dice } from './dice.ts';
import type { Message } from './message.ts';
import { twistJson } from './twist-json.ts';
import { trap, twistBytes, twistText } from './twist-text.ts';

/** Texts of other valid requests: ids, tokens, addresses. Swapped in, they pass the first checks and fail a later one. */
export type Pool = readonly string[];

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'get', 'X', 'QUERY'];
const HEADER_NAMES = [
  ...['authorization', 'content-type', 'content-encoding', 'content-length', 'accept', 'cookie', 'origin', 'host'],
  ...['mcp-protocol-version', 'mcp-method', 'mcp-name', 'mcp-session-id', 'last-event-id', 'x-forwarded-for', 'range'],
  ...['sec-fetch-site', 'if-none-match', 'user-agent', 'x-http-method-override', 'transfer-encoding', 'forwarded'],
];

/** Valid as it is in one of twenty, so that what is behind the gates stays exercised. */
export function twistMessage(dice: Dice, message: Message, pool: Pool): Message {
  if (dice.chance(0.05)) return message;
  let twisted = message;
  for (let twists = 0; twists <= dice.below(3); twists += 1) twisted = twistOnce(dice, twisted, pool);
  return twisted;
}

function twistOnce(dice: Dice, message: Message, pool: Pool): Message {
  const [path = '', query] = message.path.split(/\?(.*)/s, 2);
  const roll = dice.below(100);
  if (roll < 5) return { ...message, method: dice.pick(METHODS) };
  if (roll < 12) return { ...message, path: twistPath(dice, path, pool) + (query === undefined ? '' : `?${query}`) };
  if (roll < 35 || message.body === undefined) {
    return dice.chance(0.6)
      ? { ...message, path: `${path}?${twistPairs(dice, query ?? '', pool)}` }
      : { ...message, headers: twistHeaders(dice, message.headers, pool) };
  }
  if (roll < 50) return { ...message, headers: twistHeaders(dice, message.headers, pool) };
  return twistBody(dice, message, message.body, pool);
}

function twistPath(dice: Dice, path: string, pool: Pool): string {
  const segments = path.split('/');
  const at = 1 + dice.below(segments.length);
  switch (dice.below(5)) {
    case 0:
      return segments
        .with(Math.min(at, segments.length - 1), encode(dice, twistText(dice, segments[at] ?? '', pool)))
        .join('/');
    case 1:
      return segments.toSpliced(at, 0, encode(dice, trap(dice))).join('/');
    case 2:
      return `${path}/`;
    case 3:
      return path.replaceAll('/', dice.pick(['//', '/./', '/x/../', '%2f', '\\']));
    default:
      return path.toUpperCase();
  }
}

/** Mostly encoded as a client would; raw in one of five. */
function encode(dice: Dice, text: string): string {
  return dice.chance(0.2) ? text : encodeURIComponent(text.toWellFormed());
}

function twistPairs(dice: Dice, encoded: string, pool: Pool): string {
  const pairs = encoded === '' ? [] : encoded.split('&');
  const at = dice.below(Math.max(1, pairs.length));
  const [name = '', value = ''] = (pairs[at] ?? '').split(/=(.*)/s, 2);
  switch (dice.below(8)) {
    case 0:
      return pairs.toSpliced(at, 1).join('&');
    case 1:
      return [...pairs, pairs[at] ?? 'a=1'].join('&');
    case 2:
      return [...pairs, `${encode(dice, trap(dice))}=${encode(dice, trap(dice))}`].join('&');
    case 3:
      return [...pairs, ...Array.from({ length: dice.below(100) }, (_, n) => `p${n}=${n}`)].join('&');
    case 4:
      return pairs.toSpliced(at, 1, `${encode(dice, twistText(dice, name, pool))}=${value}`).join('&');
    default:
      return pairs.toSpliced(at, 1, `${name}=${encode(dice, twistText(dice, decode(value), pool))}`).join('&');
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text; // twisted before: taken as it stands
  }
}

function twistHeaders(dice: Dice, headers: Message['headers'], pool: Pool): Message['headers'] {
  const at = dice.below(Math.max(1, headers.length));
  const [name, value] = headers[at] ?? ['x', ''];
  switch (dice.below(6)) {
    case 0:
      return headers.toSpliced(at, 1);
    case 1:
      return [...headers, [name, headerText(twistText(dice, value, pool))]];
    case 2:
      return [...headers, [dice.pick(HEADER_NAMES), headerText(dice.chance(0.5) ? trap(dice) : dice.pick(pool))]];
    case 3:
      return [...headers, ['x-long', 'x'.repeat(dice.below(30_000))]];
    default:
      return headers.toSpliced(at, 1, [name, headerText(twistText(dice, value, pool))]);
  }
}

/** What a `Request` can carry; the rest goes over a socket. */
function headerText(text: string): string {
  return Buffer.from(text.toWellFormed())
    .toString('latin1')
    .replaceAll(/[\0\r\n]/g, ' ');
}

const TYPES = [
  ...['application/json', 'application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x', ''],
  ...[
    'application/json; charset=utf-16',
    'application/json;charset="utf-8"',
    'application/jwt',
    'text/xml',
    '/',
    'a/b/c',
  ],
];

function twistBody(dice: Dice, message: Message, body: Uint8Array<ArrayBuffer>, pool: Pool): Message {
  const text = Buffer.from(body).toString('utf8');
  const isJson = /^\s*[[{]/.test(text);
  switch (dice.below(10)) {
    case 0:
      return { ...message, body: twistBytes(dice, body) };
    case 1:
      return withType(message, dice.pick(TYPES));
    case 2:
      return {
        ...message,
        headers: [...message.headers, ['content-encoding', dice.pick(['gzip', 'br', 'identity', 'x'])]],
      };
    case 3:
      return isJson
        ? message
        : withType(
            { ...message, body: bytes(JSON.stringify(Object.fromEntries(new URLSearchParams(text)))) },
            'application/json',
          );
    default:
      return { ...message, body: bytes(isJson ? twistJson(dice, text, pool) : twistPairs(dice, text, pool)) };
  }
}

function withType(message: Message, type: string): Message {
  const others = message.headers.filter(([name]) => name.toLowerCase() !== 'content-type');
  return { ...message, headers: type === '' ? others : [...others, ['content-type', type]] };
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(text));
}
