import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Event, EventDetail, EventName } from '../store/records.ts';
import { explain } from './explain.ts';

const NOW = 1_800_000_000_000;

function attempt(...names: [...EventName[]]): Event[] {
  return names.map((name, index) => eventOf(name, index + 1));
}

function eventOf(name: EventName, id: number, detail: EventDetail = {}): Event {
  const who = { ref: 'K7PM-3QXA', clientId: 'c', connectionId: 'x', grantId: 'g', person: undefined };
  return { ...name, ...who, id, at: NOW - 3_600_000 + id * 1000, expiresAt: NOW, detail };
}

const read = (events: Event[]) =>
  explain({ events, grant: undefined, now: NOW, publicUrl: 'https://a.example' }).join(' ');

const WAY: EventName[] = [
  { step: 'authorize', outcome: 'started' },
  { step: 'consent', outcome: 'shown' },
  { step: 'google', outcome: 'sent' },
  { step: 'code', outcome: 'issued' },
  { step: 'token', outcome: 'issued' },
  { step: 'call', outcome: 'first' },
];

describe('the meaning of an attempt', () => {
  for (const [far, expected] of [
    [0, /Nothing is known of this reference/],
    [1, /never loaded the consent page/],
    [2, /has not answered it/],
    [3, /register https:\/\/a\.example\/google\/callback/],
    [4, /no token request with that code came/],
    [5, /has not used them: no request with them has come to https:\/\/a\.example\/mcp/],
    [6, /went well/],
  ] as const) {
    it(`is told when it came as far as ${far === 0 ? 'nowhere' : Object.values(WAY[far - 1] ?? {}).join(' ')}`, () => {
      assert.match(read(attempt(...WAY.slice(0, far))), expected);
    });
  }

  it('has words of its own for every way in which a permission ends', () => {
    const ends = [
      'client',
      'client-removed',
      'person',
      'operator',
      'code-twice',
      'refresh-stale',
      'unused',
      'deleted',
      'sessions-revoked',
      'tokens-revoked',
      'account-hijacked',
    ] as const;
    const sentences = ends.map((why) =>
      read([...attempt(...WAY), eventOf({ step: 'grant', outcome: 'ended' }, 9, { why })]),
    );
    assert.equal(new Set(sentences).size, ends.length);
    for (const sentence of sentences) assert.doesNotMatch(sentence, /The permission ended \(/);
  });

  it('tells what Google said by itself from what it answered when the link was used', () => {
    const deaths = ['tokens-revoked', 'token-revoked', 'account-disabled', 'invalid_grant'];
    const sentences = deaths.map((google) =>
      read([...attempt(...WAY), eventOf({ step: 'connection', outcome: 'dead' }, 9, { google })]),
    );
    assert.equal(new Set(sentences).size, deaths.length);
    assert.deepEqual(
      sentences.map((sentence) => sentence.startsWith('Google says')),
      [true, true, true, false],
    );
  });

  it('names the reason plainly where there are no words for it', () => {
    const refused = eventOf({ step: 'token', outcome: 'refused' }, 9, { why: 'invalid_request' });
    assert.match(read([...attempt(...WAY.slice(0, 4)), refused]), /refused tokens \(invalid_request\)/);
    assert.match(read([eventOf({ step: 'token', outcome: 'refused' }, 1)]), /\(no reason noted\)/);
  });

  it('believes a first use after a refused one', () => {
    const refused = eventOf({ step: 'call', outcome: 'refused' }, 1, { why: 'account-not-allowed' });
    const first = eventOf({ step: 'call', outcome: 'first' }, 2);
    assert.match(read([refused, first]), /went well/);
    assert.match(
      read([
        { ...first, id: 1 },
        { ...refused, id: 2 },
      ]),
      /not in ALLOWED_ACCOUNTS/,
    );
  });

  it('says of relay mode what it cannot see', () => {
    const issued = eventOf({ step: 'token', outcome: 'issued' }, 5, { mode: 'relay' });
    assert.match(read([...attempt(...WAY.slice(0, 4)), issued]), /is not noted here/);
  });
});
