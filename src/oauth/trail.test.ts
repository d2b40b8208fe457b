import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Context } from 'hono';
import { aCode, aGrant } from '../store/conformance-records.ts';
import type { Code, Grant } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { formatToken, hashSecret } from '../vault/token.ts';
import { referenceOf } from './flow.ts';
import { followFlow, followShown, startTrail, type Trail, trailOf } from './trail.ts';

const [ID, SECRET, OLDER, WRONG] = ['i'.repeat(22), 's'.repeat(43), 'o'.repeat(43), 'w'.repeat(43)];
const CODE = formatToken('code', ID, SECRET);
const REFRESH = formatToken('refreshToken', ID, SECRET);

function aContext(counted?: { site: string }): Context {
  const kept = new Map<string, unknown>([['counted', counted]]);
  return {
    get: (name: string) => kept.get(name),
    set: (name: string, value: unknown) => kept.set(name, value),
  } as never;
}

describe('the note on an attempt', () => {
  it('is kept with its request, and says where that came from', () => {
    const c = aContext({ site: '192.0.2.0/24' });
    assert.equal(trailOf(c), undefined);
    const trail = startTrail(c, 'consent');
    assert.deepEqual(trail, { step: 'consent', site: '192.0.2.0/24' });
    assert.equal(trailOf(c), trail);
    assert.deepEqual(startTrail(aContext(), 'token'), { step: 'token', site: undefined });
  });

  it('follows a flow by the reference that the person is shown', () => {
    const trail: Trail = { step: 'authorize' };
    followFlow(trail, { id: 'flow', clientId: 'client' });
    assert.deepEqual(trail, { step: 'authorize', ref: referenceOf('flow'), clientId: 'client' });
  });
});

describe('what a refused token request showed', () => {
  const code = aCode({ id: ID, secretHash: hashSecret(SECRET), flowId: 'flow', grantId: 'its grant' });
  const grant = aGrant({ id: ID, refreshHash: hashSecret(SECRET) });
  const older = { ...grant, retired: [{ hash: 'else' }, { hash: hashSecret(OLDER) }] } as unknown as Grant;

  /** The trail after `form` was followed, in a store that has this code and this grant. */
  async function follow(
    form: Record<string, string>,
    there: { code?: Code; grant?: Grant },
    begun: Partial<Trail> = {},
  ) {
    const trail: Trail = { step: 'token', ...begun };
    const find = <Found>(found: Found) => ({ find: async (id: string) => (id === ID ? found : undefined) });
    const store = { codes: find(there.code), grants: find(there.grant) } as unknown as Pick<Store, 'codes' | 'grants'>;
    await followShown(store, trail, new Map(Object.entries(form)));
    return trail;
  }

  const ofCode = { step: 'token', clientId: 'client', connectionId: 'connection', grantId: 'its grant' };
  const ofGrant = { step: 'refresh', clientId: 'client', connectionId: 'connection', grantId: ID, ref: 'K7PM-3QXA' };
  const cases: [string, Record<string, string>, { code?: Code; grant?: Grant }, Trail, Partial<Trail>?][] = [
    ['nothing leads nowhere', {}, { code, grant }, { step: 'token' }],
    [
      'a code leads to its flow, and to the grant that was made of it',
      { code: CODE },
      { code },
      { ...ofCode, step: 'token', ref: referenceOf('flow'), isProved: true },
    ],
    ['a code with a wrong secret leads nowhere', { code: formatToken('code', ID, WRONG) }, { code }, { step: 'token' }],
    ['a code that is not there leads nowhere', { code: CODE }, {}, { step: 'token' }],
    ['what is no code leads nowhere', { code: REFRESH }, { code }, { step: 'token' }],
    [
      'a refresh token leads to its grant',
      { refresh_token: REFRESH },
      { grant },
      { ...ofGrant, step: 'refresh', isProved: true },
    ],
    [
      'a refresh token that was replaced leads to its grant',
      { refresh_token: formatToken('refreshToken', ID, OLDER) },
      { grant: older },
      { ...ofGrant, step: 'refresh', isProved: true },
    ],
    [
      'a refresh token leaves the client that proved itself',
      { refresh_token: REFRESH },
      { grant },
      { ...ofGrant, step: 'refresh', clientId: 'another', isProved: true },
      { clientId: 'another' },
    ],
    [
      'a refresh token with a wrong secret leads nowhere',
      { refresh_token: formatToken('refreshToken', ID, WRONG) },
      { grant: older },
      { step: 'refresh', clientId: 'known' },
      { clientId: 'known' },
    ],
    [
      'a refresh token of a grant that is gone is noted for a client that was let in',
      { refresh_token: REFRESH },
      {},
      { step: 'refresh', clientId: 'known', grantId: ID },
      { clientId: 'known' },
    ],
    [
      'a refresh token of a grant that is gone is not noted for a stranger',
      { refresh_token: REFRESH },
      {},
      { step: 'refresh' },
    ],
    ['what is no refresh token leads nowhere', { refresh_token: CODE }, { grant }, { step: 'token' }],
  ];
  for (const [name, form, there, expected, begun] of cases)
    it(name, async () => assert.deepEqual(await follow(form, there, begun), expected));
});
