/**
 * Everything that the walk walks through: a sandbox and a bridge, each a process of its own on a free port of this
 * machine, and a folder for the bridge's database that goes away with them.
 *
 * Owns: with what they are started, as the README tells a person to. Does not own: processes as such (processes.ts).
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readLog } from './bridge-log.ts';
import { type Child, freePort, runCommand, startProcess } from './processes.ts';

/** A client as `clients add --json` prints it. */
export interface Credentials {
  clientId: string;
  clientSecret: string;
}

export interface Stage {
  sandboxUrl: string;
  bridgeUrl: string;
  sandbox: Child<SandboxReady>;
  bridge(): Child<string>;
  /** `ganalyticsgpt clients add`, on the bridge's database, beside the running bridge. */
  addClient(client: { name: string; redirectUri: string; mode?: 'broker' | 'relay' }): Promise<Credentials>;
  /** Any other command of the operator's, with the environment that the bridge has. Returns what it printed. */
  command(args: readonly string[], more?: Readonly<Record<string, string>>): Promise<string>;
  /** What the bridge was started with, but for its address: another one with it would be a replica. */
  bridgeSettings: Readonly<Record<string, string>>;
  /** The bridge's folder, with its database. */
  folder: string;
  /** Starts the bridge anew on the same port and database, after a crash. */
  restartBridge(more?: Readonly<Record<string, string>>): Promise<void>;
  /** Ends both processes and removes the folder. Safe to call twice. */
  close(): Promise<void>;
}

export interface SandboxReady {
  url: string;
  /** The environment that it tells a person to start the bridge with. */
  env: Record<string, string>;
}

export interface StageOptions {
  /** Settings of the bridge besides the needed ones. */
  bridgeEnv?: Readonly<Record<string, string>>;
  data?: 'small' | 'shop';
  /** Told when something is up: what, where, after how many milliseconds. */
  onUp?: (what: 'sandbox' | 'bridge', url: string, milliseconds: number) => void;
  /** Gives up while things are still starting. */
  signal?: AbortSignal;
}

/** Rejects with HopError, and leaves nothing behind, when one of them does not start. */
export async function openStage(options: StageOptions = {}): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'ganalyticsgpt-demo-'));
  const children: Child<unknown>[] = [];
  const close = async () => {
    await Promise.all(children.map((child) => child.stop()));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const sandbox = await timed(options, 'sandbox', () => startSandbox(folder, options));
    children.push(sandbox);
    const env = { ...bridgeSettings(folder), ...sandbox.ready.env, ...options.bridgeEnv };
    let bridge = await timed(options, 'bridge', () => startBridge(folder, env, options.signal));
    children.push(bridge);
    const bridgeUrl = bridge.ready;
    return {
      sandboxUrl: sandbox.ready.url,
      bridgeUrl,
      sandbox,
      bridge: () => bridge,
      addClient: (client) => addClient(folder, env, client),
      bridgeSettings: env,
      folder,
      command: (args, more) =>
        runCommand({
          name: `ganalyticsgpt ${args.join(' ')}`,
          args,
          env: { ...env, ...addressOf(Number(new URL(bridgeUrl).port)), ...more },
          cwd: folder,
        }),
      restartBridge: async (more) => {
        await bridge.stop();
        bridge = await startBridge(folder, { ...env, ...more, ...addressOf(Number(new URL(bridgeUrl).port)) });
        children.push(bridge);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

type Up = Child<SandboxReady> | Child<string>;

async function timed<Started extends Up>(
  { onUp }: StageOptions,
  what: 'sandbox' | 'bridge',
  start: () => Promise<Started>,
): Promise<Started> {
  const began = performance.now();
  const child = await start();
  const { ready } = child;
  onUp?.(what, typeof ready === 'string' ? ready : ready.url, performance.now() - began);
  return child;
}

function startSandbox(cwd: string, { data = 'small', signal }: StageOptions): Promise<Child<SandboxReady>> {
  const env: Record<string, string> = {};
  return startProcess({
    name: 'The sandbox',
    args: ['sandbox', '--port', '0', '--data', data],
    cwd,
    signal,
    isReady(line) {
      const [, name, value] = /^\s*export ([A-Z_]+)=(\S+)$/.exec(line) ?? [];
      if (name !== undefined && value !== undefined) env[name] = value;
      const url = env.GOOGLE_ISSUER;
      // Its last line: everything was printed by then.
      return line.includes('Ctrl-C') && url !== undefined ? { url, env } : undefined;
    },
  });
}

function bridgeSettings(folder: string): Record<string, string> {
  return {
    DATABASE_URL: `sqlite:${join(folder, 'bridge.db')}`,
    LOG_FORMAT: 'json',
    OPERATOR_NAME: 'the demo on this machine',
  };
}

function addressOf(port: number): Record<string, string> {
  return { PORT: String(port), PUBLIC_URL: `http://localhost:${port}` };
}

const PORT_TRIES = 3;

/** The bridge must know its public address before it listens, so the port is chosen here; another program may be quicker. */
async function startBridge(
  cwd: string,
  env: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<Child<string>> {
  for (let tries = 1; ; tries += 1) {
    const address = env.PORT === undefined ? addressOf(await freePort()) : {};
    try {
      return await startProcess({
        name: 'The bridge',
        args: ['serve'],
        cwd,
        signal,
        env: { ...env, ...address },
        isReady: (line) => readLog(line)?.url,
      });
    } catch (error) {
      const isTaken = error instanceof Error && error.message.includes('is in use');
      if (!isTaken || tries === PORT_TRIES || env.PORT !== undefined) throw error;
    }
  }
}

async function addClient(
  cwd: string,
  { DATABASE_URL = '' }: Readonly<Record<string, string>>,
  { name, redirectUri, mode = 'broker' }: { name: string; redirectUri: string; mode?: 'broker' | 'relay' },
): Promise<Credentials> {
  const args = ['clients', 'add', '--name', name, '--redirect-uri', redirectUri, '--mode', mode, '--json'];
  const printed = await runCommand({ name: 'ganalyticsgpt clients add', args, env: { DATABASE_URL }, cwd });
  const { client_id, client_secret } = JSON.parse(printed) as { client_id: string; client_secret: string };
  return { clientId: client_id, clientSecret: client_secret };
}
