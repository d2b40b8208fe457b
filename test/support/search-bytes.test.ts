/** A search that finds nothing proves nothing until it is seen to find. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { createSearch } from './search-bytes.ts';

const TOKEN = `ggpt_at_${'i'.repeat(22)}${randomBytes(32).toString('base64url')}`;
const SECRET = TOKEN.slice(-43);
const GOOGLES = '4/0A+canary=google code';

describe('the search for secrets in the files of a database', () => {
  const search = createSearch([
    [TOKEN, 'our token'],
    [GOOGLES, "Google's code"],
  ]);
  const around = (form: string | Uint8Array) =>
    Buffer.concat([randomBytes(1000), Buffer.from(form as string), randomBytes(1000)]);
  const kinds = (form: string | Uint8Array) => search.in('here', around(form)).map(({ kind }) => kind);

  for (const [name, form] of [
    ['as it is', TOKEN],
    ['without its prefix and id', SECRET],
    ['in hex', Buffer.from(SECRET).toString('hex')],
    ['as its bytes', Buffer.from(SECRET, 'base64url')],
    ['as its bytes in hex', Buffer.from(SECRET, 'base64url').toString('hex')],
    ...[0, 1, 2].map(
      (n) => [`in base64 behind ${n} others`, Buffer.from(`${'x'.repeat(n)}${SECRET}!`).toString('base64')] as const,
    ),
    ['in the base64 of a URL', Buffer.from(`{"token":"${SECRET}"}`).toString('base64url')],
  ] as const)
    it(`finds a token ${name}`, () => assert.ok(kinds(form).includes('our token')));

  it('finds a code of Google that is percent-encoded', () => {
    assert.deepEqual(kinds(encodeURIComponent(GOOGLES)), ["Google's code"]);
  });

  it('finds nothing in what is random, nor in a token of which one character differs', () => {
    assert.deepEqual(kinds(`${SECRET.slice(0, -1)}${SECRET.endsWith('A') ? 'B' : 'A'}`.replace(/^./, '!')), []);
    assert.deepEqual(search.in('here', randomBytes(1_000_000)), []);
  });
});
