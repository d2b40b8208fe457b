/**
 * The same secrets on the same paths as in canary.test.ts, with PostgreSQL below, and then every place in which that keeps
 * anything: each column of each table, and the files as they lie on the disk, the write-ahead log among them.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openPostgres } from '../../src/store/postgres.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { createSearch } from '../support/search-bytes.ts';
import { createWorld, type World } from '../support/world.ts';
import { changeKeys, checkSeen, walkEveryPath, walkWrongPlaces } from './every-path.ts';
import { createWitness, type Witness } from './witness.ts';

describe('secrets on every path, with PostgreSQL', () => {
  let postgres: TestPostgres;
  let url: string;
  let world: World;
  let witness: Witness;
  before(async () => {
    postgres = await startPostgres();
    url = await postgres.database();
    world = await createWorld({ store: await openPostgres(url) });
    witness = createWitness(world);
    await walkEveryPath(world, witness);
    await walkWrongPlaces(world);
    await changeKeys(world, witness);
  });
  after(async () => {
    await world.close();
    await postgres.close();
  });

  it('have passed, of every kind, and left rows in every table that a bridge fills', async () => {
    checkSeen(witness);
    const dumped = await postgres.dump(url);
    const filled = dumped.filter(({ rows }) => rows > 0).map(({ table }) => table);
    assert.deepEqual(filled, ['assertions', 'clients', 'codes', 'connections', 'events', 'grants', 'schema_version']);
  });

  it('stand in no column of any table, in no form', async () => {
    const search = createSearch(witness.secrets);
    const dumped = await postgres.dump(url);
    assert.deepEqual(
      dumped.flatMap(({ table, text }) => search.in(table, Buffer.from(text))),
      [],
    );
    assert.ok(
      dumped.some(({ text }) => text.includes('ada@example.com')),
      'what does stand there is found',
    );
  });

  it('stand in none of its files, nor in its write-ahead log or what it says', async () => {
    assert.deepEqual(await postgres.searchFiles(witness.secrets), []);
    const found = await postgres.searchFiles(new Map([['ada@example.com', 'an address']]));
    const names = found.map(({ where }) => where);
    assert.ok(
      names.some((name) => /^[0-9A-F]{24}$/.test(name)),
      'the log ahead of writing is read',
    );
    assert.ok(
      names.some((name) => /^\d+$/.test(name)),
      'a table is read',
    );
  });
});
