/**
 * `npm run test:pack`: is what would be published whole? Builds, packs, installs the tarball in an empty folder without
 * development dependencies, and runs the installed command there: help, a bad configuration, and a bridge that answers.
 *
 * Needs the registry for the run-time dependencies. Does not own: what the bridge answers beyond being up (the tests).
 */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const root = join(import.meta.dirname, '..');
const home = mkdtempSync(join(tmpdir(), 'package-'));
const npm = (args: string[], cwd: string) =>
  execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

interface Packed {
  filename: string;
  version: string;
  size: number;
  files: { path: string }[];
}

try {
  const packed = pack();
  console.log(`${packed.filename}: ${packed.files.length} files, ${kilobytes(packed.size)}`);
  checkContents(packed.files.map(({ path }) => path));

  writeFileSync(join(home, 'package.json'), '{ "private": true }');
  npm(['install', '--omit=dev', '--no-fund', '--no-audit', join(home, packed.filename)], home);
  console.log(`installed: ${kilobytes(sizeOf(join(home, 'node_modules')))} in node_modules`);

  assert.equal(command(['--version']).stdout.trim(), packed.version);
  assert.match(command(['--help']).stdout, /serve[\s\S]*sandbox/);
  const refused = command(['serve']);
  assert.equal(refused.status, 78, `serve without a configuration ended with ${refused.status}: ${refused.stderr}`);
  assert.match(refused.stderr, /GOOGLE_CLIENT_ID/);
  await checkBridge(packed.version);
  console.log('the installed package works');
} finally {
  rmSync(home, { recursive: true, force: true });
}

function pack(): Packed {
  npm(['run', 'build'], root);
  const [packed] = JSON.parse(
    npm(['pack', '--json', '--ignore-scripts', '--pack-destination', home], root),
  ) as Packed[];
  assert.ok(packed !== undefined, 'npm pack made nothing');
  return packed;
}

/** Everything that runs and nothing that does not. */
function checkContents(paths: string[]): void {
  for (const wanted of [
    'LICENSE',
    'README.md',
    'CHANGELOG.md',
    'bin/ganalyticsgpt.js',
    'dist/cli/main.js',
    'assets/style.css',
  ]) {
    assert.ok(paths.includes(wanted), `${wanted} is not in the package`);
  }
  const unwanted = paths.filter((path) =>
    /\.(test|fixture)\.|^(src|test|scripts|data)\/|\.(db|keys|env)$|(?<!\.d)\.ts$/.test(path),
  );
  assert.deepEqual(unwanted, []);
}

/** The installed command, run by this very Node whatever the machine's is. */
function command(args: string[]) {
  const bin = join(home, 'node_modules/ganalyticsgpt/bin/ganalyticsgpt.js');
  return spawnSync(process.execPath, [bin, ...args], { cwd: home, env: {}, encoding: 'utf8', timeout: 30_000 });
}

async function checkBridge(version: string): Promise<void> {
  const env = {
    PORT: '0',
    DATABASE_URL: 'sqlite::memory:',
    GOOGLE_CLIENT_ID: 'probe',
    GOOGLE_CLIENT_SECRET: 'probe',
    LOG_FORMAT: 'json',
  };
  const bin = join(home, 'node_modules/ganalyticsgpt/bin/ganalyticsgpt.js');
  const bridge = spawn(process.execPath, [bin, 'serve'], { cwd: home, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(bridge, 'exit');
  try {
    const origin = `http://127.0.0.1:${await portOf(bridge)}`;
    const health = await fetch(`${origin}/health`);
    assert.deepEqual([health.status, ((await health.json()) as { version: string }).version], [200, version]);
    for (const path of ['/', '/assets/style.css', '/openapi.json', '/.well-known/oauth-authorization-server']) {
      assert.equal((await fetch(origin + path)).status, 200, path);
    }
  } finally {
    bridge.kill('SIGTERM');
    await ended;
  }
}

/** The bridge's own log line says where it listens. */
async function portOf(bridge: ChildProcess): Promise<number> {
  assert.ok(bridge.stdout);
  for await (const line of createInterface({ input: bridge.stdout })) {
    const { port } = JSON.parse(line) as { port?: number };
    if (port !== undefined) return port;
  }
  throw new Error('the installed bridge ended before it listened');
}

function sizeOf(folder: string): number {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1000)} kB`;
}
