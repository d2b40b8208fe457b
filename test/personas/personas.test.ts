/**
 * Every known client lives its whole life against the bridge, with its own requests: from the first knock to the goodbye.
 *
 * The steps of one client build on each other. What is described of each stands in the files beside this one, with dates.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { BRIDGE } from '../support/world.ts';
import * as anthropic from './anthropic.ts';
import * as editors from './editors.ts';
import * as openai from './openai.ts';
import type { Persona } from './persona.ts';
import { openReplay, type Replay, type TokenPair } from './replay.ts';
import { call, emailIn, greet, knock } from './speak.ts';
import * as terminals from './terminals.ts';

const personas: Persona[] = [openai, anthropic, editors, terminals].flatMap((file) => Object.values(file));
/** Longer than an access token with its replay window lives. */
const NIGHT_MS = 8 * 3_600_000;
const DAY_MS = 86_400_000;

for (const persona of personas) {
  describe(persona.id, () => {
    let replay: Replay;
    let tokens: TokenPair;
    before(async () => {
      replay = await openReplay(persona);
    });
    after(() => replay.close());

    it('finds the authorization server in its own order, and every answer is JSON', async () => {
      const { answers, metadata } = await replay.found();
      for (const { probe, status, type, challenge } of answers) {
        assert.match(type, /^application\/json/, probe);
        assert.equal(status, expectedStatus(probe), probe);
        if (status === 401) assert.match(challenge, /^Bearer resource_metadata="[^"]+", scope="[^"]+"$/, probe);
      }
      assert.equal(metadata.token_endpoint, `${BRIDGE}/token`);
      if (persona.authorize.scope === 'offline') {
        assert.ok((metadata.scopes_supported as string[]).includes('offline_access'));
      }
    });

    it('becomes known, and its consent page names it and the host that is answered', async () => {
      const { page } = await replay.openConsent();
      assert.equal(page.status, 200, page.html);
      const { name, redirectHost } = persona.shows;
      assert.ok(page.html.includes(name), `the page does not say ${name}`);
      assert.ok(page.html.includes(redirectHost), `the page does not say ${redirectHost}`);
      const policy = page.headers.get('content-security-policy') ?? '';
      const { protocol, origin } = new URL(persona.redirectUri);
      const source = origin === 'null' ? protocol : origin;
      assert.ok(/form-action [^;]*/.exec(policy)?.[0].split(' ').includes(source), `${source} is not in: ${policy}`);
    });

    it('is called back with a code, its state byte for byte, and our issuer', async () => {
      const callback = await replay.allow(await replay.openConsent());
      assert.deepEqual([...callback.searchParams.keys()].sort(), ['code', 'iss', 'state']);
      assert.equal(callback.searchParams.get('state'), persona.authorize.state);
      assert.equal(callback.searchParams.get('iss'), BRIDGE);
    });

    it('redeems its code in its encoding, with its own proof', async () => {
      const { status, headers, body, pair } = await replay.redeem(await replay.allow(await replay.openConsent()));
      assert.equal(status, 200, JSON.stringify(body));
      assert.match(headers.get('cache-control') ?? '', /no-store/);
      assert.match(headers.get('content-type') ?? '', /^application\/json/);
      assert.equal(body.token_type, 'Bearer');
      assert.equal(body.expires_in, 3600);
      assert.match(String(body.scope), /analytics\.readonly/);
      tokens = pair;
      if (persona.probesAfterToken !== true) return;
      const knocked = await knock(replay.caller(), 'POST');
      assert.equal(knocked.status, 401);
    });

    it('is understood in the revision that it speaks, and answered in the person’s name', async () => {
      const caller = replay.caller(tokens.accessToken);
      if (persona.opensWithGet === true) {
        const answer = await knock(caller, 'GET');
        assert.equal(answer.status, 405);
        assert.equal(answer.headers.get('allow'), 'POST');
      }
      await greet(caller);
      const answer = await call(caller, 'get_profile');
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
      assert.equal(emailIn(answer), 'ada@example.com');
      assert.equal((await call(caller, 'list_properties')).status, 200);
    });

    it('refreshes from two workers at once and may use both answers', async () => {
      const answers = await Promise.all([replay.refresh(tokens.refreshToken), replay.refresh(tokens.refreshToken)]);
      for (const { status, body, pair } of answers) {
        assert.equal(status, 200, JSON.stringify(body));
        assert.equal((await call(replay.caller(pair.accessToken), 'get_profile')).status, 200);
      }
      const next = await replay.refresh(answers[0].pair.refreshToken);
      assert.equal(next.status, 200);
      // A worker two generations behind was seen 68 seconds later.
      replay.world.advance(68_000);
      const late = await replay.refresh(tokens.refreshToken);
      assert.equal(late.status, 200, JSON.stringify(late.body));
      assert.equal((await call(replay.caller(late.pair.accessToken), 'get_profile')).status, 200);
      tokens = late.pair;
    });

    it('comes back after a night: told to refresh, refreshed, answered', async () => {
      replay.world.advance(NIGHT_MS);
      const refused = await call(replay.caller(tokens.accessToken), 'get_profile');
      assert.equal(refused.status, 401);
      const challenge = refused.headers.get('www-authenticate') ?? '';
      assert.match(challenge, /^Bearer resource_metadata="[^"]+\/oauth-protected-resource\/mcp"/);
      assert.match(challenge, /error="invalid_token", error_description="[^"]+"/);
      const { status, pair } = await replay.refresh(tokens.refreshToken);
      assert.equal(status, 200);
      tokens = pair;
      assert.equal((await call(replay.caller(tokens.accessToken), 'list_properties')).status, 200);
    });

    it('learns from a refusal which scope is missing, asks for it, and is answered', async () => {
      const narrow = await replay.redeem(await replay.allow(await replay.openConsent('calendar.events')));
      assert.equal(narrow.body.scope, 'calendar.events');
      const refused = await call(replay.caller(narrow.pair.accessToken), 'list_properties');
      const challenge = persona.readsRefusalFrom === 'result' ? challengeInResult(refused) : challengeInStatus(refused);
      assert.match(challenge, /error="insufficient_scope", error_description="[^"]+"/);
      assert.match(challenge, /resource_metadata="/);
      const scope = /scope="([^"]+)"/.exec(challenge)?.[1] ?? '';
      assert.equal(scope, 'analytics.readonly');
      const wider = await replay.redeem(await replay.allow(await replay.openConsent(`${scope} calendar.events`)));
      assert.equal((await call(replay.caller(wider.pair.accessToken), 'list_properties')).status, 200);
    });

    it('is told that a client which nobody knows is invalid_client, so that it registers anew', async () => {
      const { metadata } = await replay.found();
      const answer = await replay.world.request(String(metadata.token_endpoint), {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'grant_type=refresh_token&refresh_token=x&client_id=forgotten&client_secret=x',
      });
      assert.equal(answer.status, 401);
      assert.equal(((await answer.json()) as { error: string }).error, 'invalid_client');
    });

    it('leaves, and nothing of it opens anything afterwards', async () => {
      const grace = await replay.redeem(await replay.allow(await replay.openConsent(), 'grace@example.com'));
      if (persona.leaves === 'revokes') {
        const { status, body } = await replay.revoke(tokens.refreshToken);
        assert.equal(status, 200);
        assert.deepEqual(body, {});
        assert.equal((await call(replay.caller(tokens.accessToken), 'get_profile')).status, 401);
        const other = await call(replay.caller(grace.pair.accessToken), 'get_profile');
        assert.equal(emailIn(other), 'grace@example.com', 'a second person through the same client stays');
      } else {
        replay.world.advance(181 * DAY_MS);
      }
      const { status, body } = await replay.refresh(tokens.refreshToken);
      assert.equal(status, 400);
      assert.equal(body.error, 'invalid_grant');
    });

    if (persona.origin !== undefined) {
      it('is a page in a browser and may read every answer', () => {
        assert.deepEqual(replay.unreadable, []);
      });
    }
  });
}

function expectedStatus(probe: string): number {
  if (probe.endsWith(' /mcp')) return 401;
  return probe.includes('openid-configuration') || probe.endsWith('authorization-server/mcp') ? 404 : 200;
}

type Spoken = Awaited<ReturnType<typeof call>>;

/** ChatGPT opens its sign-in from here; on a 403 it would only report a failure. */
function challengeInResult({ status, body }: Spoken): string {
  assert.equal(status, 200);
  const result = body.result as { isError: boolean; _meta: { 'mcp/www_authenticate': string[] } };
  assert.equal(result.isError, true);
  return result._meta['mcp/www_authenticate'][0] ?? '';
}

function challengeInStatus({ status, headers }: Spoken): string {
  assert.equal(status, 403);
  return headers.get('www-authenticate') ?? '';
}
