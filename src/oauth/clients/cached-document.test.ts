import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { ClientDocumentError, FetchError } from '../../errors.ts';
import { type CachedDocuments, createCachedDocuments, FetchesBusy, freshnessMs } from './cached-document.ts';
import { createTestInternet, status, type TestInternet } from './documents.fixture.ts';
import { createNotedLog, type NotedLine } from './noted-log.fixture.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const URL_ = 'https://app.example/client.json';
const refusedAs = (kind: ClientDocumentError['kind']) => (error: unknown) =>
  error instanceof ClientDocumentError && error.kind === kind;

describe('a kept copy of a client document', () => {
  let time: number;
  let internet: TestInternet;
  let documents: CachedDocuments<string>;
  let lines: NotedLine[];
  beforeEach(() => {
    time = Date.parse('2026-11-22T12:00:00Z');
    internet = createTestInternet();
    const noted = createNotedLog();
    lines = noted.lines;
    documents = createCachedDocuments<string>({
      fetch: internet.fetch,
      parse(value) {
        if (typeof value !== 'string') throw new ClientDocumentError('invalid', 'not a text');
        return value;
      },
      now: () => time,
      log: noted.log,
      what: 'a test document was',
      freshMs: { least: 5 * MINUTE, most: DAY },
      staleMs: 7 * DAY,
      most: 3,
      mostBytes: 1000,
      bytesOf: (value) => value.length,
    });
  });

  it('is used as long as the host says, and not a moment longer', async () => {
    internet.serve(URL_, 'one', { 'cache-control': 'public, max-age=1800' });
    await documents.get(URL_);
    internet.serve(URL_, 'two');
    time += 30 * MINUTE - 1;
    assert.equal(await documents.get(URL_), 'one');
    time += 1;
    assert.equal(await documents.get(URL_), 'two');
    assert.equal(internet.asked.length, 2);
  });

  it('is used for five minutes at least and for a day at most', async () => {
    internet.serve(URL_, 'one', { 'cache-control': 'no-store' });
    await documents.get(URL_);
    time += 5 * MINUTE - 1;
    await documents.get(URL_);
    assert.equal(internet.asked.length, 1);
    internet.serve(URL_, 'two', { 'cache-control': 'max-age=31536000' });
    time += 1;
    await documents.get(URL_);
    assert.equal(internet.asked.length, 2);
    time += DAY - 1;
    await documents.get(URL_);
    assert.equal(internet.asked.length, 2);
    time += 1;
    await documents.get(URL_);
    assert.equal(internet.asked.length, 3);
  });

  it('is used for an hour when the host says nothing', async () => {
    internet.serve(URL_, 'one');
    await documents.get(URL_);
    time += HOUR - 1;
    await documents.get(URL_);
    assert.equal(internet.asked.length, 1);
    time += 1;
    await documents.get(URL_);
    assert.equal(internet.asked.length, 2);
  });

  it('is fetched once however many ask at the same moment', async () => {
    internet.serve(URL_, 'one');
    assert.deepEqual(
      new Set(await Promise.all(Array.from({ length: 50 }, () => documents.get(URL_)))),
      new Set(['one']),
    );
    assert.equal(internet.asked.length, 1);
  });

  it('serves for a week while its host fails, and then no more', async () => {
    internet.serve(URL_, 'one', { 'cache-control': 'max-age=300' });
    await documents.get(URL_);
    for (const error of [status(403), status(503), new FetchError('unreachable', ''), new FetchError('not-json', '')]) {
      internet.fail(URL_, error);
      time += HOUR;
      assert.equal(await documents.get(URL_), 'one');
    }
    time += 7 * DAY - 4 * HOUR - 1;
    assert.equal(await documents.get(URL_), 'one');
    time += 1;
    await assert.rejects(documents.get(URL_), refusedAs('unreachable'));
  });

  it('ends when its host says that it is gone, or serves something that is not one', async () => {
    for (const end of [
      () => internet.fail(URL_, status(404)),
      () => internet.fail(URL_, status(410)),
      () => internet.serve(URL_, 42),
    ]) {
      internet.serve(URL_, 'one');
      time += HOUR;
      assert.equal(await documents.get(URL_), 'one');
      end();
      time += HOUR;
      await assert.rejects(documents.get(URL_), refusedAs('invalid'));
      internet.fail(URL_, status(503));
      time += HOUR;
      await assert.rejects(documents.get(URL_), refusedAs('unreachable'));
    }
  });

  it('leaves a host that has just failed in peace for half a minute, with a copy or without', async () => {
    internet.fail(URL_, status(503));
    for (let n = 0; n < 20; n += 1) await assert.rejects(documents.get(URL_), refusedAs('unreachable'));
    time += 29_999;
    await assert.rejects(documents.get(URL_), refusedAs('unreachable'));
    assert.equal(internet.asked.length, 1);
    internet.serve(URL_, 'one', { 'cache-control': 'no-store' });
    time += 1;
    assert.equal(await documents.get(URL_), 'one');
    internet.fail(URL_, status(503));
    time += 5 * MINUTE;
    for (let n = 0; n < 20; n += 1) assert.equal(await documents.get(URL_), 'one');
    assert.equal(internet.asked.length, 3);
    internet.serve(URL_, 'two');
    time += 30_000;
    assert.equal(await documents.get(URL_), 'two');
  });

  it('is asked for again out of turn at most once a minute', async () => {
    internet.serve(URL_, 'one');
    await documents.get(URL_);
    internet.serve(URL_, 'two');
    time += MINUTE - 1;
    assert.equal(await documents.getNewer(URL_), 'one');
    time += 1;
    assert.equal(await documents.getNewer(URL_), 'two');
    assert.equal(await documents.getNewer(URL_), 'two');
    assert.equal(internet.asked.length, 2);
  });

  it('gives way to others when there are too many, the one longest unused first', async () => {
    const urls = [1, 2, 3, 4].map((n) => `https://app${n}.example/c`);
    for (const url of urls) internet.serve(url, url);
    for (const url of urls.slice(0, 3)) await documents.get(url);
    await documents.get(urls[0] ?? '');
    await documents.get(urls[3] ?? '');
    internet.asked.length = 0;
    for (const n of [0, 2, 3]) await documents.get(urls[n] ?? '');
    assert.deepEqual(internet.asked, []);
    await documents.get(urls[1] ?? '');
    assert.deepEqual(internet.asked, [urls[1]]);
  });

  it('is the fault of its maker when it is not to be had in public, and passing trouble otherwise', async () => {
    const theirs = ['url', 'address', 'redirect', 'too-large'] as const;
    const passing = ['unreachable', 'too-slow', 'not-json', 'status'] as const;
    for (const problem of [...theirs, ...passing]) {
      internet.fail(URL_, new FetchError(problem, ''));
      time += HOUR;
      const kind = (theirs as readonly string[]).includes(problem) ? 'invalid' : 'unreachable';
      await assert.rejects(documents.get(URL_), refusedAs(kind), problem);
    }
  });

  it('is asked for again at once after we had no room to ask, since that is no failure of its host', async () => {
    internet.fail(URL_, new FetchError('busy', ''));
    await assert.rejects(documents.get(URL_), FetchesBusy);
    internet.serve(URL_, 'one', { 'cache-control': 'max-age=300' });
    assert.equal(await documents.get(URL_), 'one');
  });

  it('outlives its time by an hour, and not by the week, while we have no room to ask', async () => {
    internet.serve(URL_, 'one', { 'cache-control': 'max-age=300' });
    await documents.get(URL_);
    internet.fail(URL_, new FetchError('busy', ''));
    time += 5 * MINUTE + HOUR - 1;
    assert.equal(await documents.get(URL_), 'one');
    time += 1;
    await assert.rejects(documents.get(URL_), FetchesBusy);
    internet.fail(URL_, status(503));
    assert.equal(await documents.get(URL_), 'one');
  });

  it('gives way when its bytes are too many', async () => {
    const urls = [1, 2].map((n) => `https://app${n}.example/c`);
    for (const url of urls) internet.serve(url, 'x'.repeat(600));
    for (const url of urls) await documents.get(url);
    await documents.get(urls[0] ?? '');
    assert.deepEqual(internet.asked, [...urls, urls[0]]);
  });

  it('leaves of a failure only a short message and what kind it was', async () => {
    const cause = { certificate: 'x'.repeat(1000) };
    internet.fail(URL_, new FetchError('unreachable', 'm'.repeat(1000), { cause }));
    await assert.rejects(documents.get(URL_), (error) => {
      assert.ok(error instanceof ClientDocumentError && error.cause instanceof FetchError);
      assert.equal(error.message.length, 300);
      assert.equal(error.cause.message.length, 300);
      assert.equal(error.cause.cause, undefined);
      return true;
    });
  });

  it('leaves the status of a host’s refusal, where there is one', async () => {
    for (const [error, code] of [
      [status(403), 403],
      [new FetchError('too-slow', ''), undefined],
    ] as const) {
      internet.fail(URL_, error);
      time += HOUR;
      await assert.rejects(documents.get(URL_), (thrown) => {
        assert.ok(thrown instanceof ClientDocumentError && thrown.cause instanceof FetchError);
        assert.deepEqual([thrown.cause.problem, thrown.cause.status], [error.problem, code]);
        return true;
      });
    }
  });

  it('is told to the operator when it is read, when it is not had, and louder when an old one stands in', async () => {
    const step = 'client-document';
    const line = () => lines.splice(0).at(0);
    internet.fail(URL_, status(503));
    await assert.rejects(documents.get(URL_));
    const why = 'the host answered with status 503';
    assert.deepEqual(line(), ['info', { step, url: URL_, why }, 'a test document was not had']);
    internet.serve(URL_, 'one', { 'cache-control': 'max-age=1800' });
    time += MINUTE;
    await documents.get(URL_);
    assert.deepEqual(line(), ['info', { step, url: URL_, freshSeconds: 1800 }, 'a test document was read']);
    internet.fail(URL_, status(503));
    time += HOUR;
    await documents.get(URL_);
    assert.deepEqual(line(), ['warn', { step, url: URL_, why }, 'a test document was not had']);
    internet.fail(URL_, new FetchError('busy', 'no room'));
    time += HOUR;
    await assert.rejects(documents.get(URL_), (error) => {
      assert.ok(error instanceof FetchesBusy && error.cause instanceof FetchError);
      assert.deepEqual([error.name, error.problem, error.status], ['FetchesBusy', 'client-unreachable', 503]);
      return true;
    });
    assert.deepEqual(line(), ['warn', { step, url: URL_, why: 'no room' }, 'a test document was not asked for']);
  });

  it('is not refused for hours because of a failure from before the clock was put back', async () => {
    internet.fail(URL_, status(503));
    await assert.rejects(documents.get(URL_));
    internet.serve(URL_, 'one');
    time -= 2 * HOUR;
    assert.equal(await documents.get(URL_), 'one');
  });

  it('is read when it is asked for out of turn and was never read', async () => {
    internet.serve(URL_, 'one');
    assert.equal(await documents.getNewer(URL_), 'one');
  });

  it('is asked for again at once when so many others failed since that its failure was forgotten', async () => {
    const urls = [1, 2, 3, 4].map((n) => `https://app${n}.example/c`);
    for (const url of urls) internet.fail(url, status(503));
    const askedFor = async (some: readonly string[]) => {
      internet.asked.length = 0;
      for (const url of some) await assert.rejects(documents.get(url));
      return [...internet.asked];
    };
    await askedFor(urls.slice(0, 3));
    assert.deepEqual(await askedFor(urls.slice(0, 3)), []);
    await askedFor(urls.slice(3));
    assert.deepEqual(await askedFor(urls.slice(1)), []);
    assert.deepEqual(await askedFor(urls.slice(0, 1)), [urls[0]]);
  });

  it('does not hide an error that is ours', async () => {
    internet.fail(URL_, new TypeError('a bug'));
    await assert.rejects(documents.get(URL_), TypeError);
    internet.serve(URL_, 'one');
    assert.equal(await documents.get(URL_), 'one');
  });
});

describe('freshness from headers (RFC 9111 4.2)', () => {
  const now = Date.parse('2026-11-22T12:00:00Z');
  const cases: [Record<string, string>, number | undefined][] = [
    [{}, undefined],
    [{ 'cache-control': 'max-age=300' }, 300_000],
    [{ 'cache-control': 'Public, Max-Age = "60"' }, 60_000],
    [{ 'cache-control': 'max-age=300, s-maxage=20' }, 20_000],
    [{ 'cache-control': 'max-age=300', age: '120' }, 180_000],
    [{ 'cache-control': 'max-age=300', age: '900' }, 0],
    [{ 'cache-control': 'max-age=300', age: 'old' }, 300_000],
    [{ 'cache-control': 'max-age=300', age: 'x120' }, 300_000],
    [{ 'cache-control': 'max-age=300', age: '120x' }, 300_000],
    [{ 'cache-control': 'max-age' }, 0],
    [{ 'cache-control': 'max-age=-5' }, 0],
    [{ 'cache-control': 'max-age=x5' }, 0],
    [{ 'cache-control': 'max-age=5x' }, 0],
    [{ 'cache-control': 'max-age=1"60"' }, 0],
    [{ 'cache-control': 'max-age="60"1' }, 0],
    [{ 'cache-control': 'max-age=soon', expires: 'Sun, 22 Nov 2026 13:00:00 GMT' }, 0],
    [{ 'cache-control': 'no-store, max-age=300' }, 0],
    [{ 'cache-control': 'no-cache' }, 0],
    [{ 'cache-control': 'private, max-age=300' }, 0],
    [{ expires: 'Sun, 22 Nov 2026 13:00:00 GMT' }, HOUR],
    [{ expires: 'Sun, 22 Nov 2026 11:00:00 GMT' }, 0],
    [{ expires: '0' }, 0],
  ];
  it('reads what the host says, the stricter word first, and nonsense as "not at all"', () => {
    for (const [headers, wanted] of cases) assert.equal(freshnessMs(headers, now), wanted, JSON.stringify(headers));
  });
});
