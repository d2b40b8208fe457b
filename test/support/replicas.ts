/**
 * Several bridges, each a process, on one PostgreSQL behind one address, and a sandbox as their Google.
 *
 * Owns: starting them, ending one, ending all. Does not own: the proxy (round-robin.ts), the database (postgres.ts).
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readLog } from '../../src/demo/bridge-log.ts';
import { type Child, freePort, runCommand, startProcess } from '../../src/demo/processes.ts';
import type { Credentials } from '../../src/demo/stage.ts';
import { bridgeEnvironment } from '../../src/sandbox/environment.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { startPostgres } from './postgres.ts';
import { type RoundRobin, startRoundRobin } from './round-robin.ts';

export interface Replicas {
  /** The one address of them all. */
  url: string;
  /** Each replica's own. */
  urls: readonly string[];
  sandboxUrl: string;
  databaseUrl: string;
  proxy: RoundRobin;
  addClient(client: { name: string; redirectUri: string }): Promise<Credentials>;
  /** SIGKILL without warning, or SIGTERM as a deployment does. Resolves when it is gone, with how it ended. */
  end(n: number, signal: 'SIGKILL' | 'SIGTERM'): Promise<{ pid: number; how: string }>;
  /** The same again on the same port. */
  startAgain(n: number): Promise<void>;
  /** SQL on their database, as an operator would. */
  query(sql: string): Promise<Record<string, unknown>[]>;
  /** Lines of all logs at level error or worse. */
  errors(): string[];
  close(): Promise<void>;
}

/** `google` is the environment of a Google that is there already; without it a sandbox is started. */
export async function startReplicas(count: number, google?: Readonly<Record<string, string>>): Promise<Replicas> {
  const folder = await mkdtemp(join(tmpdir(), 'ganalyticsgpt-replicas-'));
  const postgres = await startPostgres();
  const databaseUrl = await postgres.database();
  const sandbox = google === undefined ? await startSandbox({ data: 'small' }) : undefined;
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const env: Record<string, string> = {
    ...(google ?? bridgeEnvironment(sandbox?.url ?? '')),
    PUBLIC_URL: url,
    DATABASE_URL: databaseUrl,
    SECRET_KEYS: `k1:${randomBytes(32).toString('base64url')}`,
    RATE_LIMITS: '0',
    LOG_FORMAT: 'json',
    OPERATOR_NAME: 'the tests on this machine',
  };
  const start = (own: number): Promise<Child<string>> =>
    startProcess({
      name: `The replica on ${own}`,
      args: ['serve'],
      cwd: folder,
      env: { ...env, PORT: String(own) },
      isReady: (line) => readLog(line)?.url,
    });
  const ports = await Promise.all(Array.from({ length: count }, freePort));
  const children = await Promise.all(ports.map(start));
  const urls = ports.map((own) => `http://127.0.0.1:${own}`);
  const gone: string[] = [];
  const proxy = await startRoundRobin(port, () => urls);
  return {
    url,
    urls,
    databaseUrl,
    proxy,
    sandboxUrl: env.GOOGLE_ISSUER ?? '',
    async addClient({ name, redirectUri }) {
      const args = ['clients', 'add', '--name', name, '--redirect-uri', redirectUri, '--json'];
      const printed = await runCommand({ name: 'clients add', args, env: { DATABASE_URL: databaseUrl }, cwd: folder });
      const { client_id, client_secret } = JSON.parse(printed) as { client_id: string; client_secret: string };
      return { clientId: client_id, clientSecret: client_secret };
    },
    async end(n, signal) {
      const child = children[n];
      if (child === undefined) throw new Error(`there is no replica ${n}`);
      await (signal === 'SIGKILL' ? child.crash() : child.stop());
      gone.push(...child.lines());
      return { pid: child.pid, how: await child.ended };
    },
    async startAgain(n) {
      children[n] = await start(ports[n] ?? 0);
    },
    query: (sql) => postgres.query(databaseUrl, sql),
    errors: () =>
      [...gone, ...children.flatMap((child) => child.lines())].filter((line) => /"level":(50|60)/.test(line)),
    async close() {
      await proxy.close();
      await Promise.all(children.map((child) => child.stop()));
      await sandbox?.close();
      await postgres.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
