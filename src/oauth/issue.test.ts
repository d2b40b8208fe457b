import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aCode, aGrant, T } from '../store/conformance-records.ts';
import type { Grant } from '../store/records.ts';
import { createRandom, hashSecret, parseToken } from '../vault/token.ts';
import { createVault } from '../vault/vault.ts';
import { type ApprovedFlow, referenceOf } from './flow.ts';
import { createIssuer } from './issue.ts';

const LIFETIMES = { accessTokenSeconds: 3600, refreshTokenSeconds: 86_400, refreshReplaySeconds: 120 };

describe('our own codes and tokens', () => {
  const vault = createVault([{ kid: 'k1', key: Buffer.alloc(32, 1) }], createRandom());
  let time = T;
  const issue = createIssuer({ vault, random: createRandom(), now: () => time, lifetimes: LIFETIMES });
  const hashOf = (kind: Parameters<typeof parseToken>[0], text: string) =>
    hashSecret(parseToken(kind, text)?.secret ?? '');
  const nextOf = (
    grant: Grant,
    scopes?: string[],
  ): { grant: Grant; answer: { access_token: string; scope: string } } => {
    const { next, answer } = issue.nextPair(grant, scopes);
    return { grant: { ...grant, ...next }, answer };
  };

  it('begin with a code for what the flow is about, good for a minute', () => {
    const flow: ApprovedFlow = {
      id: 'a flow',
      clientId: 'client',
      mode: 'broker',
      redirectUri: 'https://a.example/cb',
      scopes: ['calendar.readonly'],
      resource: 'https://b.example/mcp',
      codeChallenge: 'c'.repeat(43),
      browserHash: '',
      expiresAt: 0,
      approval: { hash: '', kid: 'k1' },
    };
    const { code, record } = issue.code(flow, 'connection');
    const { id, secretHash, ...rest } = record;
    assert.equal(parseToken('code', code)?.id, id);
    assert.equal(hashOf('code', code), secretHash);
    const { clientId, redirectUri, scopes, resource, codeChallenge } = flow;
    assert.deepEqual(rest, {
      ...{ flowId: 'a flow', clientId, connectionId: 'connection', redirectUri, scopes, resource, codeChallenge },
      ...{ expiresAt: T + 60_000, grantId: undefined },
    });
  });

  it('go on with a grant, of which the store keeps hashes and no token', () => {
    const code = aCode();
    const { grant, answer } = issue.firstPair(code);
    assert.equal(parseToken('accessToken', answer.access_token)?.id, grant.id);
    assert.equal(parseToken('refreshToken', answer.refresh_token)?.id, grant.id);
    const { id, rotation, ...rest } = grant;
    const { nonce, ...made } = rotation;
    assert.deepEqual(made, { kid: 'k1', at: T, replays: 0, answeredAt: T });
    assert.equal(nonce.length, 22);
    assert.deepEqual(rest, {
      clientId: 'client',
      connectionId: 'connection',
      scopes: ['analytics.readonly'],
      resource: 'https://b.example/mcp',
      redirectUri: 'https://a.example/cb',
      ref: referenceOf('flow'),
      createdAt: T,
      firstUsedAt: undefined,
      generation: 1,
      refreshHash: hashOf('refreshToken', answer.refresh_token),
      retired: [],
      // Longer than promised by the replay window.
      access: [{ hash: hashOf('accessToken', answer.access_token), issuedAt: T, expiresAt: T + 3_720_000 }],
      expiresAt: T + 86_400_000,
      lastUsedAt: T,
    });
    for (const secret of [answer.access_token, answer.refresh_token])
      assert.ok(!JSON.stringify(grant).includes(secret.slice(-43)));
    assert.equal(id.length, 22);
  });

  it('are made from the nonce as earlier versions made them, or answers that were lost in an upgrade stay lost', () => {
    const rotation = { nonce: 'a nonce', kid: 'k1', at: T, replays: 0, answeredAt: T };
    const { access_token, refresh_token } = issue.sameAgain(aGrant({ id: 'x'.repeat(22), rotation }));
    assert.deepEqual(
      [access_token, refresh_token].map((token) => hashSecret(token)),
      ['9iqUgsQmXC5Z0rJmUwBdLUDH1jwVx8n4SWsZZSOr5yE', 'YN9mbtBqV_TXUnpUJabIDGrjOYE_JKfPu7jp3_kZgqc'],
    );
  });

  it('are given again word for word, narrowed scopes included', () => {
    const { grant, answer } = issue.firstPair(aCode({ scopes: ['a', 'b'] }));
    assert.deepEqual(issue.sameAgain(grant), answer);
    assert.equal(answer.scope, 'a b');
    const narrow = nextOf(grant, ['b']);
    assert.deepEqual(issue.sameAgain(narrow.grant), narrow.answer);
    assert.equal(narrow.answer.scope, 'b');
    assert.deepEqual(narrow.grant.access.at(-1)?.scopes, ['b']);
    const wide = nextOf(narrow.grant);
    assert.equal(wide.answer.scope, 'a b');
    assert.equal('scopes' in (wide.grant.access.at(-1) ?? {}), false);
  });

  it('leave the four newest access tokens alive, of those that have not expired', () => {
    time = T;
    let { grant } = issue.firstPair(aCode());
    const hashes = [grant.access[0]?.hash];
    for (let round = 1; round < 6; round += 1) {
      ({ grant } = nextOf(grant));
      hashes.push(grant.access.at(-1)?.hash);
      assert.deepEqual(
        grant.access.map(({ hash }) => hash),
        hashes.slice(-4),
      );
    }
    time = T + 3_720_000 - 1;
    assert.equal(nextOf(grant).grant.access.length, 4);
    time = T + 3_720_000;
    assert.equal(nextOf(grant).grant.access.length, 1);
    time = T;
  });

  it('leave the sixteen refresh tokens before recognisable, each with the moment at which it was replaced', () => {
    let { grant } = issue.firstPair(aCode());
    const former: { hash: string; at: number }[] = [];
    for (let round = 1; round < 19; round += 1) {
      time = T + round;
      former.push({ hash: grant.refreshHash, at: time });
      ({ grant } = nextOf(grant));
      assert.deepEqual(grant.retired, former.slice(-16));
      assert.equal(grant.generation, round + 1);
      assert.deepEqual([grant.lastUsedAt, grant.expiresAt], [time, time + 86_400_000]);
    }
    time = T;
  });
});
