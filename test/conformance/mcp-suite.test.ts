/**
 * MCP's own conformance suite against real processes: both authorization server scenarios, and every server scenario that
 * applies to a server without the suite's own fixture tools.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { createBrowser } from '../../src/demo/browser.ts';
import { answerPages } from '../../src/demo/person.ts';
import { freePort } from '../../src/demo/processes.ts';
import { openStage, type Stage } from '../../src/demo/stage.ts';
import { type BearerProxy, openBearerProxy } from '../support/bearer-proxy.ts';
import { runSuite, type SuiteRun } from './mcp-suite.ts';

const CALLBACK = 'https://chatgpt.com/aip/g-conformance/oauth/callback';
const PERSON = { account: 'ada@example.com' };

/** Scenarios of the server mode, with the checks that they hold at least. */
const SERVER_SCENARIOS = {
  'server-initialize': 2,
  ping: 2,
  'tools-list': 3,
  'http-header-validation': 14,
  'dns-rebinding-protection': 2,
} as const;

/** Four checks of `server-stateless` are only made against the suite's own fixture tools, which are no tools of ours. */
const NEEDS_A_FIXTURE_TOOL = /^Not testable: server does not list the diagnostic tool 'test_/;

describe("MCP's conformance suite 0.2.0-alpha.12", () => {
  let stage: Stage;
  let proxy: BearerProxy;
  before(async () => {
    stage = await openStage();
    proxy = await openBearerProxy(stage.bridgeUrl, await signIn(stage));
  });
  after(async () => {
    await proxy?.close();
    await stage?.close();
  });

  for (const [scenario, checks] of Object.entries(SERVER_SCENARIOS)) {
    it(`passes the server scenario ${scenario}`, async (t) => {
      const run = await runSuite({ args: ['server', '--url', `${proxy.url}/mcp`, '--scenario', scenario] });
      t.diagnostic(`${scenario}: ${run.summary}`);
      assertAllPassed(run, checks);
    });
  }

  it('passes every check of server-stateless that needs no fixture tool', async (t) => {
    const run = await runSuite({ args: ['server', '--url', `${proxy.url}/mcp`, '--scenario', 'server-stateless'] });
    t.diagnostic(`server-stateless: ${run.summary}`);
    const failed = run.checks.filter(
      ({ status, errorMessage = '' }) => status === 'FAILURE' && !NEEDS_A_FIXTURE_TOOL.test(errorMessage),
    );
    assert.deepEqual(failed, []);
    assert.ok(run.checks.filter(({ status }) => status === 'SUCCESS').length >= 12, run.summary);
  });

  it('passes both authorization scenarios, with a person who walks the sign-in', async (t) => {
    const port = await freePort();
    const clientId = await registerNative(stage);
    const resource = `${stage.bridgeUrl}/mcp`;
    const args = ['authorization', '--url', stage.bridgeUrl, '--client-id', clientId, '--resource', resource];
    let walk: Promise<void> | undefined;
    const run = await runSuite({
      args: [...args, '-p', String(port)],
      onLine: (line) => {
        if (line.startsWith(`${stage.bridgeUrl}/authorize?`)) walk = walkToCallback(line.trim());
      },
    });
    await walk;
    report(t, run);
    assertAllPassed(run, 3);
    const passed = run.checks.filter(({ status }) => status === 'SUCCESS').map(({ id }) => id);
    assert.ok(passed.includes('authorization-server-metadata') && passed.includes('authorization-code-grant'));
  });
});

function report(t: TestContext, { printed }: SuiteRun): void {
  for (const [line] of printed.matchAll(/^(?:✓|✗|Passed|Total).*$/gm)) t.diagnostic(`authorization: ${line}`);
}

function assertAllPassed({ checks, exitCode, printed }: SuiteRun, atLeast: number): void {
  assert.equal(exitCode, 0, printed);
  assert.deepEqual(
    checks.filter(({ status }) => !['SUCCESS', 'INFO'].includes(status)),
    [],
  );
  assert.ok(checks.filter(({ status }) => status === 'SUCCESS').length >= atLeast, printed);
}

/** An access token, got as a custom GPT gets one. */
async function signIn(stage: Stage): Promise<string> {
  const { clientId, clientSecret } = await stage.addClient({ name: 'Conformance GPT', redirectUri: CALLBACK });
  const query = new URLSearchParams({ response_type: 'code', client_id: clientId, redirect_uri: CALLBACK });
  const browser = createBrowser();
  const url = await answerPages(browser, await browser.open(`${stage.bridgeUrl}/authorize?${query}`), PERSON);
  const answer = await fetch(`${stage.bridgeUrl}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code: url.searchParams.get('code') ?? '',
      redirect_uri: CALLBACK,
      client_id: clientId,
      client_secret: clientSecret,
    }),
  });
  assert.equal(answer.status, 200);
  return ((await answer.json()) as { access_token: string }).access_token;
}

async function registerNative(stage: Stage): Promise<string> {
  const answer = await fetch(`${stage.bridgeUrl}/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'Conformance',
      redirect_uris: ['http://127.0.0.1/callback'],
      token_endpoint_auth_method: 'none',
    }),
  });
  return ((await answer.json()) as { client_id: string }).client_id;
}

/** The suite listens at the callback and waits for the browser. */
async function walkToCallback(url: string): Promise<void> {
  const browser = createBrowser({ stopsAt: ({ pathname }) => pathname === '/callback' });
  const callback = await answerPages(browser, await browser.open(url), PERSON);
  await fetch(callback);
}
