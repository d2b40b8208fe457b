import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NewEvent } from '../store/records.ts';
import { createRecordEvent } from './record-event.ts';

const DAY = 86_400_000;

function recorder() {
  let time = 1_800_000_000_000;
  const kept: NewEvent[] = [];
  const lines: [level: string, fields: unknown, sentence: string][] = [];
  const write = (level: string) => (fields: unknown, sentence: string) => lines.push([level, fields, sentence]);
  const log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  const record = createRecordEvent({
    events: { append: async (events) => void kept.push(...events) },
    log: log as unknown as Parameters<typeof createRecordEvent>[0]['log'],
    now: () => time,
    mark: (email) => `mark of ${email.length} letters`,
  });
  return { record, kept, lines, pass: (ms: number) => (time += ms), now: () => time };
}

describe('recording an event', () => {
  it('writes one line and one row, with the free text in the line alone', () => {
    const { record, kept, lines, now } = recorder();
    record({ step: 'token', outcome: 'refused', ref: 'R', detail: { why: 'pkce-mismatch' } }, { text: 'in words' });
    assert.deepEqual(lines, [
      [
        'info',
        {
          step: 'token',
          outcome: 'refused',
          ref: 'R',
          client: undefined,
          connection: undefined,
          grant: undefined,
          why: 'pkce-mismatch',
          text: 'in words',
        },
        'the assistant was refused tokens',
      ],
    ]);
    assert.equal(kept.length, 1);
    assert.deepEqual(kept[0]?.detail, { why: 'pkce-mismatch' });
    assert.equal(kept[0]?.expiresAt, now() + 30 * DAY);
  });

  it('keeps an address as a fingerprint and does not log it', () => {
    const { record, kept, lines } = recorder();
    record({ step: 'grant', outcome: 'ended', grantId: 'g', email: 'ada@example.com', detail: { why: 'client' } });
    assert.equal(kept[0]?.person, 'mark of 15 letters');
    assert.ok(!JSON.stringify([kept, lines]).includes('ada@'));
  });

  it('keeps the end of a grant or a connection for ninety days', () => {
    const { record, kept, now } = recorder();
    record({ step: 'grant', outcome: 'ended', grantId: 'g' });
    record({ step: 'connection', outcome: 'dead', connectionId: 'c' });
    assert.deepEqual(
      kept.map(({ expiresAt }) => expiresAt - now()),
      [90 * DAY, 90 * DAY],
    );
  });

  it('logs, and does not keep, what concerns nobody who is known', () => {
    const { record, kept, lines } = recorder();
    record({ step: 'token', outcome: 'refused', detail: { why: 'client-unknown' } });
    assert.deepEqual([kept.length, lines.length], [0, 1]);
  });

  it('keeps the same refusal of the same grant once in ten minutes, however a client loops', () => {
    const { record, kept, pass } = recorder();
    const loop = (grantId: string) =>
      record({ step: 'refresh', outcome: 'refused', grantId, detail: { why: 'grant-dead' } });
    for (let n = 0; n < 50; n += 1) loop('g');
    loop('another');
    assert.equal(kept.length, 2);
    pass(10 * 60_000);
    loop('g');
    assert.equal(kept.length, 3);
  });

  it('keeps a refusal again at once when the clock was put back', () => {
    const { record, kept, pass } = recorder();
    const refusal = { step: 'refresh', outcome: 'refused', grantId: 'g', detail: { why: 'refresh-stale' } } as const;
    record(refusal);
    pass(-6 * 3_600_000);
    record(refusal);
    assert.equal(kept.length, 2);
  });

  it('keeps the same refusal of the same proved code once in ten minutes, too', () => {
    const { record, kept } = recorder();
    const loop = (ref: string) =>
      record({ step: 'token', outcome: 'refused', ref, isProved: true, detail: { why: 'pkce-mismatch' } });
    for (let n = 0; n < 50; n += 1) loop('a');
    loop('b');
    assert.equal(kept.length, 2);
  });

  it('does not let strangers fill the trail, though the log has them all', () => {
    const { record, kept, lines } = recorder();
    for (let n = 0; n < 60_000; n += 1)
      record({ step: 'authorize', outcome: 'started', ref: `r${n}`, clientId: 'c', site: `site ${n % 300}` });
    const strangers = kept.length;
    assert.ok(strangers > 1000 && strangers < 20_000, `${strangers} rows`);
    assert.equal(lines.length, 60_000);
    record({ step: 'grant', outcome: 'ended', grantId: 'g' });
    record({ step: 'refresh', outcome: 'refused', grantId: 'g', isProved: true, site: 'site 1' });
    record({ step: 'call', outcome: 'refused', grantId: 'g', detail: { why: 'connection-dead' } });
    assert.equal(kept.length, strangers + 3, 'what only the entitled can cause is always kept');
  });

  for (const happening of [
    { step: 'authorize', outcome: 'refused' },
    { step: 'consent', outcome: 'denied' },
    { step: 'token', outcome: 'refused' },
    { step: 'code', outcome: 'issued', detail: { mode: 'relay' } },
  ] as const) {
    it(`counts as a stranger's what a stranger can cause: ${happening.step} ${happening.outcome}`, () => {
      const { record, kept } = recorder();
      for (let n = 0; n < 3000; n += 1) record({ ...happening, ref: `r${n}`, clientId: 'c', site: 'one' });
      assert.ok(kept.length < 1000, `${kept.length} rows`);
    });
  }

  it('neither keeps nor logs where a stranger came from', () => {
    const { record, kept, lines } = recorder();
    record({ step: 'authorize', outcome: 'started', ref: 'r', site: '203.0.113.7' });
    assert.equal(kept.length, 1);
    assert.ok(!JSON.stringify([kept, lines]).includes('203.0.113'));
  });

  it('survives a store that fails at once', () => {
    const lines: string[] = [];
    const log = { info: () => {}, error: (_: unknown, sentence: string) => lines.push(sentence) };
    const record = createRecordEvent({
      events: {
        append: () => {
          throw new Error('closed');
        },
      },
      log: log as unknown as Parameters<typeof createRecordEvent>[0]['log'],
      now: () => 0,
      mark: () => '',
    });
    record({ step: 'code', outcome: 'issued', ref: 'R' });
    assert.deepEqual(lines, ['an event could not be kept']);
  });
});
