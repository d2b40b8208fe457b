import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Answer, startTestGoogle, type TestGoogle } from '../../test/support/sandbox-google.ts';
import { createFaults } from './faults.ts';
import { ConnectionReset } from './refusal.ts';

const switchOn = (google: TestGoogle, json: unknown): Promise<Answer> =>
  google.call('POST', '/sandbox/faults', { json });
const discovery = '/.well-known/openid-configuration';

describe('the sandbox’s faults', () => {
  it('answer with a status, a body and headers as often as told, then with the work again', async () => {
    const google = startTestGoogle();
    const body = { error: { code: 429 } };
    const fault = { path: discovery, effect: 'status', status: 429, times: 2, body, headers: { 'Retry-After': '7' } };
    await switchOn(google, fault);
    for (let count = 1; count <= 2; count += 1) {
      const answer = await google.call('GET', discovery);
      assert.deepEqual([answer.status, answer.json, answer.headers.get('retry-after')], [429, body, '7']);
    }
    assert.equal((await google.call('GET', discovery)).status, 200);
    assert.deepEqual((await google.call('GET', '/sandbox/faults')).json, { faults: [] });
  });

  it('answer without a body when none is given, also for statuses that may not have one', async () => {
    const google = startTestGoogle();
    await switchOn(google, { path: discovery, effect: 'status', status: 503, times: 1 });
    assert.deepEqual(pair(await google.call('GET', discovery)), [503, '']);
    await switchOn(google, { path: discovery, effect: 'status', status: 204, body: { a: 1 } });
    assert.deepEqual(pair(await google.call('GET', discovery)), [204, '']);
  });

  it('answer with HTML as an ill proxy does', async () => {
    const google = startTestGoogle();
    const headers = { 'content-type': 'text/html' };
    await switchOn(google, { path: '/token', effect: 'status', status: 502, body: '<h1>Bad Gateway</h1>', headers });
    assert.deepEqual(pair(await google.token({})), [502, '<h1>Bad Gateway</h1>']);
  });

  it('keep to the method and to the pattern of the path', async () => {
    const google = startTestGoogle();
    await switchOn(google, { path: '/t*n', method: 'POST', effect: 'status', status: 500 });
    assert.equal((await google.call('GET', '/token')).status, 404);
    assert.equal((await google.call('POST', '/token')).status, 500);
    assert.equal((await google.call('POST', '/tokeninfo')).status, 400);
  });

  it('come one after the other when switched on one after the other', async () => {
    const google = startTestGoogle();
    const once = (status: number) => ({ path: discovery, effect: 'status', status, times: 1 });
    await switchOn(google, [once(500), once(429)]);
    const statuses = [];
    for (let count = 1; count <= 3; count += 1) statuses.push((await google.call('GET', discovery)).status);
    assert.deepEqual(statuses, [500, 429, 200]);
  });

  it('delay the work or only the answer to it', async () => {
    const google = startTestGoogle();
    const code = await google.code();
    await switchOn(google, [
      { path: '/token', effect: 'slow', delayMs: 30, times: 1 },
      { path: '/token', effect: 'slow-answer', delayMs: 40, times: 1 },
    ]);
    assert.equal((await google.redeem(code)).status, 200);
    assert.deepEqual(google.waits, [30, 40]);
    await google.redeem(code);
    assert.deepEqual(google.waits, [30, 40], 'used up');
  });

  it('cut the connection without doing the work', async () => {
    const google = startTestGoogle();
    const code = await google.code();
    await switchOn(google, { path: '/token', effect: 'reset', times: 1 });
    await assert.rejects(google.redeem(code), ConnectionReset);
    assert.equal((await google.redeem(code)).status, 200);
    const { requests } = (await google.call('GET', '/sandbox/requests')).json;
    const [cut, done] = requests.filter((each: { path: string }) => each.path === '/token');
    assert.deepEqual([cut.status, cut.faults, done.status, done.faults], [null, ['reset'], 200, []]);
  });

  it('never touch the controls, so that they can be switched off again', async () => {
    const google = startTestGoogle();
    await switchOn(google, { path: '*', effect: 'status', status: 500 });
    assert.equal((await google.call('GET', '/')).status, 500);
    assert.equal((await google.call('GET', '/sandbox/faults')).json.faults.length, 1);
    assert.deepEqual((await google.call('DELETE', '/sandbox/faults')).json, { faults: [] });
    assert.equal((await google.call('GET', '/')).status, 200);
  });

  it('show how many times they still have', async () => {
    const google = startTestGoogle();
    await switchOn(google, { path: '/x', effect: 'status', status: 500, times: 3 });
    await google.call('GET', '/x');
    assert.equal((await google.call('GET', '/sandbox/faults')).json.faults[0].times, 2);
  });

  for (const [what, fault, problem] of [
    ['an unknown effect', { path: '/', effect: 'explode' }, /effect/],
    ['no path', { effect: 'reset' }, /path/],
    ['a path that starts with nothing', { path: 'token', effect: 'reset' }, /path: must start with/],
    ['a status effect without a status', { path: '/', effect: 'status' }, /status: is needed/],
    ['a slow effect without a delay', { path: '/', effect: 'slow-answer' }, /delayMs: is needed/],
    ['a status that HTTP does not have', { path: '/', effect: 'status', status: 99 }, /status/],
    ['a misspelt field', { path: '/', effect: 'reset', time: 1 }, /time/],
    ['times of zero', { path: '/', effect: 'reset', times: 0 }, /times/],
    ['a header that cannot be sent', { path: '/', effect: 'reset', headers: { 'a b': 'c' } }, /headers/],
    ['an empty list', [], /body/],
    ['a list with one bad fault', [{ path: '/', effect: 'reset' }, 7], /1/],
    ['no object at all', null, /./],
  ] as const) {
    it(`are refused with the reason: ${what}`, async () => {
      const google = startTestGoogle();
      const answer = await switchOn(google, fault);
      assert.equal(answer.status, 400);
      assert.match(answer.json.error_description, problem);
      assert.deepEqual((await google.call('GET', '/sandbox/faults')).json, { faults: [] });
    });
  }

  it('are refused when they are no JSON', async () => {
    const google = startTestGoogle();
    assert.equal((await google.call('POST', '/sandbox/faults', { form: { path: '/' } })).status, 400);
  });
});

describe('the board of faults', () => {
  it('hands on every effect once per request and takes a dot for a dot', () => {
    const faults = createFaults();
    faults.add([
      { path: '/a.b*', effect: 'sampling' },
      { path: '/a.b*', effect: 'sampling' },
      { path: '*', effect: 'thresholding', times: 1 },
    ]);
    assert.deepEqual(
      faults.take('GET', '/a.b/c').map((fault) => fault.effect),
      ['sampling', 'thresholding'],
    );
    assert.deepEqual(faults.take('GET', '/axb/c'), []);
  });

  it('lets only one fault answer a request: the next one waits its turn', () => {
    const faults = createFaults();
    faults.add([
      { path: '*', effect: 'reset', times: 1 },
      { path: '*', effect: 'status', status: 500 },
    ]);
    const effects = () => faults.take('GET', '/').map((fault) => fault.effect);
    assert.deepEqual([effects(), effects()], [['reset'], ['status']]);
  });

  it('does not lend its own records: a handler cannot change a fault', () => {
    const faults = createFaults();
    faults.add([{ path: '*', effect: 'status', status: 500 }]);
    for (const fault of [...faults.take('GET', '/'), ...faults.list()]) fault.status = 200;
    assert.equal(faults.list()[0]?.status, 500);
  });
});

const pair = (answer: Answer) => [answer.status, answer.json];
