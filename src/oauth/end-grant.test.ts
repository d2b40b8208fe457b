/** What ends with what, what Google is asked, and what is recorded of it, also when something fails half-way. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { UpstreamError, type UpstreamKind } from '../errors.ts';
import type { Happening } from '../observe/record-event.ts';
import { aCode, aGrant, aLink, T } from '../store/conformance-records.ts';
import type { NewEvent } from '../store/records.ts';
import { openSqlite } from '../store/sqlite.ts';
import { type ConnectionStore, type Store, StoreError } from '../store/store.ts';
import { markPerson } from '../vault/person-mark.ts';
import { createRandom } from '../vault/token.ts';
import { createVault } from '../vault/vault.ts';
import { createEndings, type Endings } from './end-grant.ts';

describe('the end of a grant', () => {
  it('is recorded although its connection cannot be read any more once the grant is gone', async () => {
    const { end, recorded, close } = await openEndings();
    await end.grant('grant', 'client').catch(() => {});
    assert.deepEqual(recorded, ['grant ended client']);
    await close();
  });

  it('by time is recorded although its connection cannot be read any more', async () => {
    const { end, recorded, close } = await openEndings(T + 2 * 86_400_000);
    await end.leftovers(10).catch(() => {});
    assert.deepEqual(recorded, ['grant ended unused']);
    await close();
  });
});

/** One grant on one connection, in a store that fails to read connections as soon as the grant is gone. */
async function openEndings(now: number = T) {
  const store = openSqlite(':memory:');
  await store.connections.link(aLink());
  await store.codes.add(aCode());
  await store.grants.redeem('code', aGrant());
  const vault = createVault([{ kid: 'k1', key: Buffer.alloc(32, 1) }], createRandom());
  const recorded: string[] = [];
  const end = createEndings({
    store: { ...store, connections: failing(store) },
    vault,
    provider: { revoke: async () => {} },
    record: ({ step, outcome, detail }: Happening) => void recorded.push(`${step} ${outcome} ${detail?.why}`),
    log: { debug() {}, info() {}, warn() {}, error() {} } as never,
    now: () => now,
  });
  return { end, recorded, close: () => store.close() };
}

function failing(store: Store): ConnectionStore {
  const find: ConnectionStore['find'] = async (id) => {
    if ((await store.grants.find('grant')) === undefined) throw new StoreError('the database is gone');
    return store.connections.find(id);
  };
  const retire = async () => {
    throw new StoreError('the database is gone');
  };
  return { ...store.connections, find, retire };
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const vault = createVault([{ kid: 'k1', key: Buffer.alloc(32, 1) }], createRandom());

/** A link of a person, whose token at Google is `1//<subject>`. */
function theLink(id: string, subject: string, at: number = T) {
  const sealedRefreshToken = vault.seal('google-tokens', `${subject}/refresh`, `1//${subject}`);
  return aLink({ id, subject, email: `${subject}@example.com`, sealedRefreshToken, at });
}

describe('an end', () => {
  let store: Store;
  let end: Endings;
  let time: number;
  /** What Google answers a revocation with, if not with success. */
  let refusal: Error | undefined;
  let asked: string[];
  let recorded: Happening[];
  let logged: unknown[][];
  beforeEach(async () => {
    store = openSqlite(':memory:');
    [time, refusal, asked, recorded, logged] = [T, undefined, [], [], []];
    end = endingsOf(store);
    await store.connections.link(theLink('ada', 'ada'));
    await addGrant('one', 'ada');
  });
  afterEach(() => store.close());

  function endingsOf(some: Store): Endings {
    const note =
      (level: string) =>
      (...line: unknown[]) =>
        logged.push([level, ...line]);
    return createEndings({
      store: some,
      vault,
      provider: {
        revoke: async (token) => {
          asked.push(token);
          if (refusal !== undefined) throw refusal;
        },
      },
      record: (event) => void recorded.push(event),
      log: { error: note('error'), warn: note('warn') } as never,
      now: () => time,
    });
  }

  /** A grant that is made a moment after its code was given. */
  async function addGrant(id: string, connectionId: string, createdAt: number = T) {
    await store.codes.add(aCode({ id, flowId: id, connectionId }));
    await store.grants.redeem(id, aGrant({ id, connectionId, createdAt, expiresAt: createdAt + 24 * HOUR }));
  }
  const grantIds = async () => (await store.grants.list()).map(({ id }) => id).sort();
  const link = (id = 'ada') => store.connections.find(id);
  const said = () => recorded.map(({ step, outcome, detail }) => [step, outcome, detail?.why].join(' ').trim());
  const outage = (kind: UpstreamKind = 'unreachable') => new UpstreamError(kind, 'no', { code: 'their_code' });

  describe('of a grant', () => {
    it('of what nothing needs takes along nothing that somebody has connected meanwhile', async () => {
      assert.equal(await end.unneeded('ada'), 'kept');
      assert.ok(await store.grants.find('one'));
      assert.deepEqual(asked, []);
    });

    it('leaves the link while another grant needs it', async () => {
      await addGrant('two', 'ada');
      assert.equal(await end.grant('one', 'person'), 'kept');
      assert.deepEqual(await grantIds(), ['two']);
      assert.deepEqual(asked, []);
      assert.equal((await link())?.deadReason, undefined);
    });

    it('takes the link along as the last one, and is recorded with whose it was', async () => {
      assert.equal(await end.grant('one', 'operator'), 'ended');
      assert.deepEqual(asked, ['1//ada']);
      assert.equal(await link(), undefined);
      const about = { connectionId: 'ada', email: 'ada@example.com' };
      const who = { ref: 'K7PM-3QXA', clientId: 'client', grantId: 'one' };
      assert.deepEqual(recorded, [
        { step: 'grant', outcome: 'ended', ...who, ...about, detail: { why: 'operator' } },
        { step: 'connection', outcome: 'ended', ...about },
      ]);
    });

    it('that is not there says so and does nothing', async () => {
      assert.equal(await end.grant('none', 'client'), undefined);
      assert.deepEqual([asked, recorded], [[], []]);
    });

    it('that somebody else ended meanwhile is theirs to record', async () => {
      const late = endingsOf({ ...store, grants: { ...store.grants, revoke: async () => undefined } });
      assert.equal(await late.grant('one', 'client'), undefined);
      assert.deepEqual([asked, recorded], [[], []]);
    });

    it('leaves a link for which a code is on its way', async () => {
      await store.codes.add(aCode({ id: 'way', flowId: 'way', connectionId: 'ada', expiresAt: T + 1 }));
      assert.equal(await end.grant('one', 'person'), 'kept');
      assert.equal((await link())?.deadReason, undefined);
    });
  });

  describe('at Google', () => {
    for (const kind of ['grant-dead', 'refused'] as const)
      it(`is not asked for again after ${kind}`, async () => {
        refusal = outage(kind);
        assert.equal(await end.grant('one', 'person'), 'ended');
        assert.equal(await link(), undefined);
        const fields = { connection: 'ada', kind, code: 'their_code' };
        assert.deepEqual(logged, [['warn', fields, 'Google did not take the revocation']]);
      });

    for (const kind of ['unreachable', 'busy', 'misconfigured', 'odd-answer'] as const)
      it(`is left for later after ${kind}`, async () => {
        refusal = outage(kind);
        assert.equal(await end.grant('one', 'person'), 'not-ended');
        assert.equal((await link())?.deadReason, 'ended');
        assert.deepEqual(recorded.at(-1), {
          step: 'connection',
          outcome: 'end-failed',
          connectionId: 'ada',
          email: 'ada@example.com',
          detail: { why: kind },
        });
      });

    it('cannot be asked for by a token whose key is gone, which the operator is told', async () => {
      const sealedRefreshToken = createVault([{ kid: 'k0', key: Buffer.alloc(32, 9) }], createRandom()).seal(
        'google-tokens',
        'ada/refresh',
        '1//ada',
      );
      await store.connections.link({ ...theLink('ada', 'ada'), sealedRefreshToken });
      assert.equal(await end.grant('one', 'person'), 'ended');
      assert.deepEqual(asked, []);
      assert.equal(await link(), undefined);
      const sentence = 'the key of this Google token is gone, so that Google cannot be asked to end the link';
      assert.deepEqual(logged, [['error', { connection: 'ada' }, sentence]]);
    });

    it('is not asked for where there is no token', async () => {
      await store.connections.link({ ...aLink({ id: 'bob', subject: 'bob', sealedRefreshToken: undefined }) });
      await addGrant('his', 'bob');
      assert.equal(await end.grant('his', 'person'), 'ended');
      assert.deepEqual([asked, logged], [[], []]);
    });

    it('that fails by a fault of ours is not taken for done', async () => {
      refusal = new TypeError('a fault');
      await assert.rejects(end.grant('one', 'person'), refusal);
      assert.equal((await link())?.deadReason, 'ended', 'the next round takes it up again');
    });
  });

  describe('of a connection', () => {
    it('ends all its grants and then the link, once', async () => {
      await addGrant('two', 'ada');
      assert.equal(await end.connection('ada', 'operator'), 'ended');
      assert.deepEqual([await grantIds(), asked, await link()], [[], ['1//ada'], undefined]);
      assert.deepEqual(said(), ['grant ended operator', 'grant ended operator', 'connection ended']);
    });

    it('asks Google once, also in vain', async () => {
      refusal = outage();
      assert.equal(await end.connection('ada', 'operator'), 'not-ended');
      assert.deepEqual(asked, ['1//ada']);
    });

    it('takes a code along that is on its way, given a moment ago', async () => {
      await store.codes.add(aCode({ id: 'way', flowId: 'way', connectionId: 'ada', expiresAt: T + MINUTE }));
      assert.equal(await end.connection('ada', 'person'), 'ended');
      assert.equal(await link(), undefined);
    });

    it('ends a link that no grant is on', async () => {
      await store.connections.link(theLink('eve', 'eve'));
      assert.equal(await end.connection('eve', 'person'), 'ended');
      assert.deepEqual(asked, ['1//eve']);
      assert.deepEqual(await grantIds(), ['one'], 'nobody else’s');
    });
  });

  describe('of what was before a moment', () => {
    const at = T + 10 * MINUTE;
    beforeEach(() => {
      time = T + HOUR;
    });

    it('leaves what was made in that moment or later', async () => {
      await addGrant('then', 'ada', at);
      assert.equal(await end.before('ada', at, 'sessions-revoked'), 'kept');
      assert.deepEqual(await grantIds(), ['then']);
      assert.deepEqual(asked, []);
    });

    it('takes the link along that was made before, and nobody else’s', async () => {
      await store.connections.link(theLink('bob', 'bob'));
      await addGrant('his', 'bob');
      assert.equal(await end.before('ada', at, 'sessions-revoked'), 'ended');
      assert.deepEqual([await grantIds(), asked, await link()], [['his'], ['1//ada'], undefined]);
      assert.deepEqual(said(), ['grant ended sessions-revoked', 'connection ended']);
    });

    it('leaves the link that was made again in that moment', async () => {
      await store.connections.link(theLink('ada', 'ada', at));
      assert.equal(await end.before('ada', at, 'sessions-revoked'), 'kept');
      assert.deepEqual(await grantIds(), []);
      assert.equal((await link())?.deadReason, undefined);
    });

    it('does nothing where there is no link', async () => {
      assert.equal(await end.before('none', at, 'sessions-revoked'), 'kept');
    });

    it('takes a code along that had been given by then, and no later one', async () => {
      const code = (id: string, expiresAt: number) =>
        store.codes.add(aCode({ id, flowId: id, connectionId: 'ada', expiresAt }));
      await code('later', at + MINUTE + 1);
      assert.equal(await end.before('ada', at, 'sessions-revoked'), 'kept');
      await store.connections.remove('ada');
      await store.connections.link(theLink('ada', 'ada'));
      await code('by then', at + MINUTE);
      assert.equal(await end.before('ada', at, 'sessions-revoked'), 'ended');
    });

    it('takes no later code along although the moment, by a clock that is fast, has not come yet', async () => {
      await store.codes.add(aCode({ id: 'way', flowId: 'way', connectionId: 'ada', expiresAt: time + MINUTE + 1 }));
      assert.equal(await end.before('ada', time + 1, 'sessions-revoked'), 'kept');
    });
  });

  describe('of all that is held about a person', () => {
    const event = (connectionId: string, email: string): NewEvent => ({
      ...{ step: 'code', outcome: 'issued', at: T, expiresAt: T + 24 * HOUR, ref: undefined, clientId: undefined },
      ...{ connectionId, grantId: undefined, person: markPerson(vault, email), detail: {} },
    });
    const told = async () => (await store.events.list({ limit: 100 })).map(({ connectionId }) => connectionId);
    beforeEach(() =>
      store.events.append([
        event('ada', 'ada@example.com'),
        event('former', 'Ada@example.com'),
        event('bob', 'bob@example.com'),
      ]),
    );

    it('takes grants, link and notes along, those on former links too, and nobody else’s', async () => {
      assert.equal(await end.person({ subject: 'ada', email: undefined }), 'ended');
      assert.deepEqual([await grantIds(), asked, await link()], [[], ['1//ada'], undefined]);
      assert.deepEqual(await told(), ['bob']);
      assert.deepEqual(said(), ['grant ended deleted', 'connection ended', 'account deleted']);
    });

    it('does not wait for Google', async () => {
      refusal = outage();
      assert.equal(await end.person({ subject: 'ada', email: 'ada@example.com' }), 'not-ended');
      assert.equal(await link(), undefined);
      assert.deepEqual(await told(), ['bob']);
    });

    it('finds the notes on former links by the address of the session when there is no link', async () => {
      await store.connections.remove('ada');
      assert.equal(await end.person({ subject: 'ada', email: 'ada@example.com' }), 'ended');
      assert.deepEqual(await told(), ['bob']);
      assert.deepEqual(said(), ['account deleted']);
    });

    it('finds the notes on a link without an address by the link itself', async () => {
      await store.connections.link({ ...theLink('eve', 'eve'), email: undefined });
      await store.events.append([{ ...event('eve', ''), person: undefined }]);
      await end.person({ subject: 'eve', email: undefined });
      assert.deepEqual(await told(), ['ada', 'former', 'bob']);
    });

    it('leaves everything where nothing is known of the person', async () => {
      assert.equal(await end.person({ subject: 'nobody', email: undefined }), 'ended');
      assert.deepEqual(await told(), ['ada', 'former', 'bob']);
      assert.deepEqual(await grantIds(), ['one']);
    });
  });

  describe('of what is left over', () => {
    it('comes for grants whose time is over, and says how many', async () => {
      await store.connections.link(theLink('bob', 'bob'));
      await addGrant('his', 'bob', T + HOUR);
      await addGrant('two', 'ada');
      time = T + 24 * HOUR + 1;
      assert.equal(await end.leftovers(10), 2);
      assert.deepEqual(await grantIds(), ['his']);
      assert.deepEqual(asked, ['1//ada'], 'once for the two');
      assert.deepEqual(said(), ['grant ended unused', 'grant ended unused', 'connection ended']);
      assert.equal(recorded[0]?.email, 'ada@example.com');
    });

    it('comes for no more than it was asked to', async () => {
      await addGrant('two', 'ada');
      time = T + 24 * HOUR + 1;
      assert.equal(await end.leftovers(1), 1);
      assert.equal((await grantIds()).length, 1);
    });

    it('is recorded without the person when that cannot be looked up, and the operator is told', async () => {
      const broken = new StoreError('the database is gone');
      const find = async () => {
        throw broken;
      };
      time = T + 24 * HOUR + 1;
      await endingsOf({ ...store, connections: { ...store.connections, find } }).leftovers(10);
      assert.deepEqual(said(), ['grant ended unused', 'connection ended']);
      assert.equal(recorded[0]?.email, undefined);
      const sentence = 'the person of a grant that ended could not be looked up';
      assert.deepEqual(logged, [['error', { err: broken, connection: 'ada' }, sentence]]);
    });

    it('comes for a link an hour after its last use, when no grant is on it', async () => {
      await store.connections.link(theLink('bob', 'bob'));
      time = T + HOUR;
      assert.equal(await end.leftovers(10), 0);
      assert.deepEqual(asked, []);
      time = T + HOUR + 1;
      assert.equal(await end.leftovers(10), 0);
      assert.deepEqual(asked, ['1//bob']);
      assert.deepEqual(await grantIds(), ['one']);
    });

    it('is taken up again until Google takes it, five links a round', async () => {
      const people = ['b', 'c', 'd', 'e', 'f', 'g'];
      for (const each of people) await store.connections.link(theLink(each, each));
      time = T + 2 * HOUR;
      refusal = outage();
      await end.leftovers(10);
      assert.equal(asked.length, 1, 'Google is away: one try will do');
      refusal = undefined;
      await end.leftovers(10);
      assert.equal((await store.connections.list()).length, 2);
      await end.leftovers(10);
      assert.deepEqual(
        (await store.connections.list()).map(({ id }) => id),
        ['ada'],
      );
    });
  });
});
