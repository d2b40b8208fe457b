/**
 * Every secret that passes through the server on every path, good and bad, and then the places where none may be found:
 * the log, the bodies of refusals, the database file. A secret in a log outlives every rotation of it.
 */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openSqlite } from '../../src/store/sqlite.ts';
import { StoreError } from '../../src/store/store.ts';
import { createSearch } from '../support/search-bytes.ts';
import { connect, createWorld, redeem, refresh, signIn, type World } from '../support/world.ts';
import { changeKeys, checkSeen, walkEveryPath, walkWrongPlaces } from './every-path.ts';
import { createWitness, type Witness } from './witness.ts';

describe('secrets on every path', () => {
  let folder: string;
  let world: World;
  let witness: Witness;
  let refusals: Witness['refusals'];
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ganalyticsgpt-canary-'));
    world = await createWorld({ store: openSqlite(join(folder, 'bridge.db')) });
    witness = createWitness(world);
    await walkEveryPath(world, witness);
    refusals = [...witness.refusals];
    await walkWrongPlaces(world);
    await changeKeys(world, witness);
  });
  after(async () => {
    await world.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('have passed in numbers, of every kind', () => {
    checkSeen(witness);
    assert.ok(refusals.length > 60, `${refusals.length} refusals`);
  });

  it('stand in no line of the log', () => {
    const log = world.logged();
    assert.ok(log.split('\n').length > 50, 'something was logged at all');
    assert.deepEqual(witness.leaksIn('the log', log), []);
  });

  it('stand in no refusal', () => {
    // A page for a person carries on the flow that the browser holds anyway.
    const but = ['our flow', 'our form flow'];
    assert.deepEqual(
      refusals.flatMap(({ where, text }) => witness.leaksIn(where, text, but)),
      [],
    );
  });

  it('of Google stand in no answer, but those of a relay client', () => {
    const answers = witness.answers.filter(({ where }) => where !== 'POST /token 200');
    const found = answers.flatMap(({ where, text }) => witness.leaksIn(where, text));
    assert.deepEqual(
      found.filter(({ secret }) => secret.startsWith("Google's") && !secret.startsWith("Google's state")),
      [],
    );
  });

  it('stand nowhere in the files of the database, in no form', async () => {
    await world.store.sweep(world.now(), 100);
    const files = await readdir(folder);
    assert.deepEqual(files.sort(), ['bridge.db', 'bridge.db-shm', 'bridge.db-wal']);
    const search = createSearch(witness.secrets);
    for (const file of files) assert.deepEqual(search.in(file, await readFile(join(folder, file))), []);
    const address = createSearch([['ada@example.com', 'an address']]);
    const inClear = await Promise.all(files.map(async (file) => address.in(file, await readFile(join(folder, file)))));
    assert.ok(inClear.flat().length > 0, 'what does stand there is found');
  });
});

describe('a secret that was sent as the name of a parameter', () => {
  it('stands neither in the answer nor in a line of the log', async () => {
    const world = await createWorld();
    const { secret } = await world.client();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await world.request('/token', { method: 'POST', headers, body: `${secret}=1&${secret}=2` });
    assert.equal(answer.status, 400);
    assert.ok(!(await answer.text()).includes(secret));
    assert.match(world.logged(), /sent more than once/);
    assert.ok(!world.logged().includes(secret));
    await world.close();
  });
});

describe('secrets in a request that our database fails', () => {
  it('stand neither in the log nor in the answer', async () => {
    const store = openSqlite(':memory:');
    let isBroken = false;
    const failing = <Verbs extends object>(verbs: Verbs): Verbs =>
      new Proxy(verbs, {
        get: (real, verb) => {
          if (!isBroken) return Reflect.get(real, verb);
          return () => Promise.reject(new StoreError('the database did not take it'));
        },
      });
    const world = await createWorld({
      store: { ...store, codes: failing(store.codes), grants: failing(store.grants) },
    });
    const witness = createWitness(world);
    const client = await world.client();
    witness.tell('our client_secret', client.secret);
    const { refreshToken } = await connect(world, client);
    const code = (await signIn(world, client)).get('code') ?? '';
    isBroken = true;
    assert.equal((await redeem(world, client, code)).status, 503);
    assert.equal((await refresh(world, client, refreshToken)).status, 503);
    assert.deepEqual(witness.leaksIn('the log', world.logged()), []);
    assert.equal(witness.refusals.length, 2);
    assert.deepEqual(
      witness.refusals.flatMap(({ where, text }) => witness.leaksIn(where, text)),
      [],
    );
    await world.close();
  });
});
