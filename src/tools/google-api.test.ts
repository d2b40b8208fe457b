import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ToolError, UpstreamError } from '../errors.ts';
import type { OutgoingAnswer, OutgoingRequest } from '../http/outgoing.ts';
import { baseUrls, json, NOW, refusal } from './google.fixture.ts';
import { createGoogleApi, encodePath, type GoogleApiParts, type GoogleRequest } from './google-api.ts';

const question: GoogleRequest = {
  service: 'analyticsdata',
  method: 'POST',
  path: ['v1beta', 'properties', '1:runReport'],
  body: { limit: '1' },
};

/** Answers in turn; the last one again and again. Waiting moves the clock. */
function start(answers: (OutgoingAnswer | Error)[], parts: Partial<GoogleApiParts> = {}) {
  const sent: OutgoingRequest[] = [];
  const waits: number[] = [];
  const rejected: (string | undefined)[] = [];
  let time = NOW;
  const google = createGoogleApi({
    send: async (request) => {
      sent.push(request);
      const answer = answers[Math.min(sent.length, answers.length) - 1];
      if (answer instanceof Error || answer === undefined) throw answer;
      return answer;
    },
    baseUrls,
    accessToken: async (old) => {
      rejected.push(old);
      return `token-${rejected.length}`;
    },
    signal: new AbortController().signal,
    now: () => time,
    scopes: ['analytics.readonly'],
    sleep: async (ms) => {
      waits.push(ms);
      time += ms;
    },
    random: () => 0,
    ...parts,
  });
  return { google, sent, waits, rejected, pass: (ms: number) => (time += ms) };
}

async function failure(promise: Promise<unknown>): Promise<ToolError> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof ToolError, String(error));
    return error;
  }
  return assert.fail('expected a ToolError');
}

describe('asking Google in a person’s name', () => {
  it('sends the token, the body and the query, and returns the parsed answer', async () => {
    const { google, sent } = start([json({ rowCount: 3 })]);
    const answer = await google.send({ ...question, query: { a: 'x y', b: undefined, c: 2 } });
    assert.deepEqual(answer, { rowCount: 3 });
    assert.equal(sent[0]?.url, 'https://data.test/v1beta/properties/1:runReport?a=x+y&c=2');
    assert.equal(sent[0]?.headers?.authorization, 'Bearer token-1');
    assert.equal(sent[0]?.body, '{"limit":"1"}');
    assert.equal(sent[0]?.timeoutMs, 25_000);
  });

  it('returns undefined for an answer without a body', async () => {
    const { google } = start([{ status: 204, headers: {}, body: '' }]);
    assert.equal(
      await google.send({ service: 'calendar', method: 'DELETE', path: ['calendars', 'primary'] }),
      undefined,
    );
  });

  it('asks once more with a fresh token after a 401', async () => {
    const { google, sent, rejected } = start([refusal(401, 'expired', 'ACCESS_TOKEN_EXPIRED'), json({ fine: true })]);
    assert.deepEqual(await google.send(question), { fine: true });
    assert.deepEqual(rejected, [undefined, 'token-1']);
    assert.equal(sent[1]?.headers?.authorization, 'Bearer token-2');
  });

  it('asks the person to connect again when the fresh token is refused too', async () => {
    const { google, sent } = start([refusal(401, 'expired')]);
    assert.equal((await failure(google.send(question))).kind, 'connect-again');
    assert.equal(sent.length, 2);
  });

  it('asks the person to connect again when the link to Google is dead', async () => {
    const { google, sent } = start([json({})], {
      accessToken: async () => {
        throw new UpstreamError('grant-dead', 'invalid_grant');
      },
    });
    assert.equal((await failure(google.send(question))).kind, 'connect-again');
    assert.equal(sent.length, 0);
  });

  it('names the operator when Google does not know our client', async () => {
    const { google } = start([json({})], {
      accessToken: async () => {
        throw new UpstreamError('misconfigured', 'invalid_client');
      },
    });
    assert.equal((await failure(google.send(question))).kind, 'operator');
  });

  it('tries a failing server three times in all, waiting longer each time', async () => {
    const { google, sent, waits } = start([refusal(503, 'backend')]);
    const error = await failure(google.send(question));
    assert.equal(error.kind, 'unavailable');
    assert.equal(sent.length, 3);
    assert.deepEqual(waits, [500, 1500]);
  });

  it('adds up to half of a wait by chance, so that callers do not come back together', async () => {
    const { google, waits } = start([refusal(500, 'x'), json({})], { random: () => 1 });
    await google.send(question);
    assert.deepEqual(waits, [750]);
  });

  it('waits for a busy property', async () => {
    const busy = refusal(
      429,
      'Exhausted concurrent requests quota. Please wait for existing requests to finish before sending new requests.',
    );
    const { google, sent, waits } = start([busy, busy, json({ fine: true })]);
    assert.deepEqual(await google.send(question), { fine: true });
    assert.equal(sent.length, 3);
    assert.deepEqual(waits, [1000, 2000]);
  });

  it('never retries a used-up quota, a wrong question or a foreign property', async () => {
    const answers = [
      refusal(429, 'Exhausted property tokens per day. These quota tokens will return in under 24 hours.'),
      refusal(400, 'Field x is not a valid metric.'),
      refusal(403, 'User does not have sufficient permissions for this property.'),
    ];
    for (const answer of answers) {
      const { google, sent } = start([answer]);
      await failure(google.send(question));
      assert.equal(sent.length, 1, answer.body);
    }
  });

  it('asks a second time after a lost connection, but never repeats a write to the calendar', async () => {
    const lost = new UpstreamError('unreachable', 'reset');
    const reading = start([lost, json({ fine: true })]);
    assert.deepEqual(await reading.google.send(question), { fine: true });
    const writing = start([lost, json({ fine: true })]);
    await failure(
      writing.google.send({ service: 'calendar', method: 'POST', path: ['calendars', 'primary', 'events'], body: {} }),
    );
    assert.equal(writing.sent.length, 1);
    const refusedWrite = start([refusal(503, 'x'), json({})]);
    await failure(
      refusedWrite.google.send({ service: 'calendar', method: 'PATCH', path: ['calendars', 'a'], body: {} }),
    );
    assert.equal(refusedWrite.sent.length, 1);
  });

  it('shares one time budget over all requests of a call', async () => {
    const { google, sent, pass } = start([json({})]);
    await google.send(question);
    pass(20_000);
    await google.send(question);
    assert.equal(sent[1]?.timeoutMs, 5000);
    pass(5000);
    const error = await failure(google.send(question));
    assert.equal(error.kind, 'unavailable');
    assert.equal(sent.length, 2);
  });

  it('gives up waiting when the wait would not fit into the budget', async () => {
    const { google, sent } = start([refusal(503, 'x')], { budgetMs: 1400 });
    await failure(google.send(question));
    assert.equal(sent.length, 1);
  });

  it('does not ask for somebody who has gone away', async () => {
    const { google, sent } = start([json({})], { signal: AbortSignal.abort() });
    assert.equal((await failure(google.send(question))).kind, 'unavailable');
    assert.equal(sent.length, 0);
  });

  it('calls a success without JSON a failure of Google', async () => {
    const { google } = start([{ status: 200, headers: {}, body: '<html>login</html>' }]);
    assert.equal((await failure(google.send(question))).kind, 'unavailable');
  });
});

describe('the path of a Google request', () => {
  it('keeps every segment in its place', () => {
    assert.equal(encodePath(['v1beta', 'properties', '1/../../accounts']), '/v1beta/properties/1%2F..%2F..%2Faccounts');
    assert.equal(encodePath(['calendars', 'ada@example.com', 'events']), '/calendars/ada%40example.com/events');
    assert.equal(encodePath(['a', '%2e%2e', '?x#y']), '/a/%252e%252e/%3Fx%23y');
  });

  it('leaves the colon before a method only behind a number', () => {
    assert.equal(encodePath(['v1beta', 'properties', '12:runReport']), '/v1beta/properties/12:runReport');
    assert.equal(encodePath(['properties', 'x:runReport']), '/properties/x%3ArunReport');
    assert.equal(encodePath(['properties', '12:run/Report']), '/properties/12%3Arun%2FReport');
  });

  it('refuses segments that a server could take for a step', () => {
    for (const segment of ['', '.', '..', '\ud800']) {
      assert.throws(
        () => encodePath(['v1beta', segment]),
        (error) => error instanceof ToolError && error.kind === 'bad-input',
      );
    }
  });
});
