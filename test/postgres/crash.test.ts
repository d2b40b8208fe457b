/** The points at which a bridge is killed, on a real PostgreSQL that lives on. */
import { randomBytes } from 'node:crypto';
import { after, before } from 'node:test';
import { crashPoints } from '../journeys/crash-points.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

let postgres: TestPostgres;
before(async () => {
  postgres = await startPostgres();
});
after(() => postgres.close());

crashPoints('PostgreSQL', async () => ({
  DATABASE_URL: await postgres.database(),
  SECRET_KEYS: `k1:${randomBytes(32).toString('base64url')}`,
}));
