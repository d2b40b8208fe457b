/**
 * Texts gone wrong: what a value can become.
 *
 * Owns: the dictionary and the ways to damage a text. Does not own: where in a request a value stands (twist-message.ts).
 */
import type { Dice } from './dice.ts';

/** What has broken some parser before. */
const TRAPS = [
  ...[
    '',
    ' ',
    '\t',
    '0',
    '-1',
    '1e999',
    'NaN',
    'null',
    'undefined',
    'true',
    '[]',
    '{}',
    '""',
    "'",
    '"',
    '\\',
    '%',
    '&',
  ],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', '__defineGetter__', 'prototype', 'length', 'then'],
  ...['\0', 'a\0b', '\r\n', '\n', 'x\r\nSet-Cookie: a=b', '\ufeff', '\ufffd', '\u202e', '\u2028', 'é', '日本語', '🦊'],
  ...['\ud800', '\udfff', 'ı', 'ﬀ', 'A\u0301', '\u200b', '١٢٣', 'Ⅷ', '．', '／', '％'],
  ...[
    '%00',
    '%',
    '%zz',
    '%ff',
    '%c0%ae',
    '%25',
    '%2f',
    '%0d%0a',
    '%uD800',
    '+',
    ';',
    '#',
    '?',
    '=',
    '&&',
    '..',
    '../..',
  ],
  ...[
    '<script>alert(1)</script>',
    '"><img src=x onerror=x>',
    "' OR 1=1 --",
    '$\u007b7*7}',
    '{{7*7}}',
    '$(id)',
    '`id`',
    '|id',
  ],
  ...['javascript:alert(1)', 'data:text/html,x', 'file:/etc/passwd', '//evil.example', 'https://evil.example/'],
  ...[
    'http://localhost:80@evil.example/',
    'http://127.0.0.1:1/',
    'http://[::1]:1/',
    'https://chatgpt.com/oauth/client.json',
  ],
  ...['https://client.example/client.json', 'https://client.example', 'cursor://x', 'urn:x', 'http:', 'https://', ':'],
  ...['authorization_code', 'refresh_token', 'client_credentials', 'password', 'code', 'token', 'id_token', 'none'],
  ...[
    'S256',
    'plain',
    'query',
    'fragment',
    'form_post',
    'login',
    'consent',
    'openid',
    'offline_access',
    'Bearer',
    'Basic',
  ],
  ...[
    'Bearer ',
    'Basic ',
    'Basic Og==',
    'Basic OjpA',
    'Basic ////',
    'Digest x',
    'Bearer a b',
    'bearer x,y',
    'Negotiate',
  ],
  ...[
    'application/json',
    'text/html',
    '*/*',
    'a/b;q=x',
    'application/x-www-form-urlencoded; charset=utf-16',
    'gzip, br',
  ],
  ...[
    '2026-13-99',
    '9999999999999999999',
    '0x10',
    '1_000',
    '1.5',
    '-0',
    'Infinity',
    '2000-01-01',
    'today',
    '90daysAgo',
  ],
  ...['properties/1', 'properties/999999999999', 'a'.repeat(300), 'x'.repeat(5000), 'é'.repeat(3000), '%'.repeat(500)],
  ...[
    '['.repeat(70),
    '{"a":'.repeat(70),
    '[]'.repeat(500),
    '=&'.repeat(300),
    ','.repeat(2000),
    '203.0.113.7',
    '::ffff:1.2.3.4',
  ],
];

/** Another text in place of this one: a trap, one from elsewhere (`pool`), or the same one damaged. */
export function twistText(dice: Dice, text: string, pool: readonly string[]): string {
  const at = dice.below(text.length + 1);
  switch (dice.below(12)) {
    case 0:
    case 1:
    case 2:
      return dice.pick(TRAPS);
    case 3:
    case 4:
      return dice.pick(pool);
    case 5:
      return text.slice(0, at);
    case 6:
      return text.slice(0, at) + dice.pick(TRAPS) + text.slice(at);
    case 7:
      return text.slice(0, at) + text.slice(at + 1);
    case 8:
      return text.slice(0, at) + String.fromCharCode(dice.below(dice.chance(0.5) ? 128 : 65_536)) + text.slice(at + 1);
    case 9:
      return dice.chance(0.5) ? text.toUpperCase() : text.toLowerCase();
    case 10:
      return text + text;
    default:
      return dice.pick(pool) + text;
  }
}

export function trap(dice: Dice): string {
  return dice.pick(TRAPS);
}

/** Pieces of another kind in place of bytes: flipped, cut, doubled, not UTF-8. */
export function twistBytes(dice: Dice, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = Buffer.from(bytes);
  const at = dice.below(copy.length + 1);
  switch (dice.below(6)) {
    case 0:
      return Uint8Array.from(copy.subarray(0, at));
    case 1:
      return Uint8Array.from(Buffer.concat([copy.subarray(0, at), Buffer.from([0xff, 0xc0, 0x80]), copy.subarray(at)]));
    case 2:
      return Uint8Array.from(Buffer.concat([copy, copy]));
    case 3:
      return Uint8Array.from(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), copy]));
    case 4:
      return Uint8Array.from(Buffer.concat([copy.subarray(0, at), Buffer.alloc(dice.below(70_000), dice.below(256))]));
    default: {
      for (let flips = 0; flips <= dice.below(4) && copy.length > 0; flips += 1) {
        const index = dice.below(copy.length);
        copy[index] = (copy[index] ?? 0) ^ (1 << dice.below(8));
      }
      return Uint8Array.from(copy);
    }
  }
}
