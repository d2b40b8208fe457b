/**
 * The import rules of biome.json, tried out: every room tries to import every other room, file and package, and Biome
 * must refuse exactly what this table does not allow.
 *
 * Owns: the table (ARCHITECTURE.md draws the same arrows). Does not own: the wording of a refusal (biome.json).
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';

const root = join(import.meta.dirname, '..');
const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');

const ROOMS = 'oauth resource tools widgets pages upstream vault store http observe operate demo sandbox cli'.split(
  ' ',
);
const FILES = 'bridge.ts index.ts config.ts errors.ts'.split(' ');
const PACKAGES =
  'hono hono/cookie @hono/node-server undici jose pino commander @modelcontextprotocol/server @modelcontextprotocol/client node:sqlite pg zod'.split(
    ' ',
  );

/** What each place under src/ may import besides itself. `store contract` is store.ts and records.ts. */
const ALLOWED: Record<string, string> = {
  'errors.ts': '',
  'config.ts': 'errors.ts config.ts zod',
  'bridge.ts':
    'oauth resource tools widgets pages upstream google vault store http observe operate FILES PACKAGES outgoing',
  'observe/probe.ts': 'errors.ts config.ts store-contract hono hono/cookie pino zod',
  'http/probe.ts': 'errors.ts config.ts hono hono/cookie @hono/node-server undici zod outgoing',
  'vault/probe.ts': 'errors.ts config.ts',
  'store/probe.ts': 'errors.ts config.ts node:sqlite pg',
  'pages/probe.ts': 'errors.ts config.ts widgets http hono hono/cookie zod outgoing',
  'upstream/probe.ts': 'errors.ts config.ts http observe vault store-contract google jose zod outgoing',
  'tools/area/probe.ts': 'errors.ts widgets outgoing-type zod',
  'oauth/probe.ts':
    'errors.ts config.ts http observe pages upstream vault store-contract hono hono/cookie jose zod outgoing',
  'oauth/grants/probe.ts':
    'errors.ts config.ts http observe pages upstream vault store-contract hono hono/cookie jose zod outgoing',
  'resource/probe.ts':
    'errors.ts config.ts http observe pages tools upstream vault widgets store-contract hono hono/cookie zod outgoing',
  'resource/mcp.ts':
    'errors.ts config.ts http observe pages tools upstream vault widgets store-contract hono hono/cookie zod outgoing @modelcontextprotocol/server @modelcontextprotocol/client',
  'demo/probe.ts': 'zod @modelcontextprotocol/client',
  'operate/probe.ts': 'errors.ts config.ts observe vault store-contract redirect-uri zod',
  'sandbox/area/probe.ts': 'http hono hono/cookie @hono/node-server jose node:sqlite zod outgoing',
  'sandbox/probe.ts': 'http hono hono/cookie @hono/node-server jose node:sqlite zod outgoing',
  'cli/probe.ts':
    'bridge.ts config.ts errors.ts http observe operate demo sandbox store vault @hono/node-server commander @modelcontextprotocol/server @modelcontextprotocol/client zod outgoing',
};

interface Import {
  label: string;
  text: string;
}

/** One line of source per thing that could be imported, as seen from `place`. */
function attempts(place: string): Import[] {
  const up = place.includes('/') ? '../'.repeat(place.split('/').length - 1) : './';
  const own = place.split('/')[0];
  const of = (label: string, from: string, what = '{ a }') => ({ label, text: `export ${what} from '${from}';` });
  return [
    ...ROOMS.filter((room) => room !== own).map((room) => of(room, `${up}${room}/probe.ts`)),
    ...FILES.filter((file) => file !== own).map((file) => of(file, `${up}${file}`)),
    ...PACKAGES.map((name) => of(name, name)),
    of('store-contract', `${up}store/store.ts`),
    of('store-contract', `${up}store/records.ts`),
    of('google', `${up}upstream/google.ts`),
    of('redirect-uri', `${up}oauth/redirect-uri.ts`),
    of('outgoing', `${up}http/outgoing.ts`, '{ createOutgoing }'),
    {
      label: 'outgoing-type',
      text: `import type { Outgoing } from '${up}http/outgoing.ts'; export type A = Outgoing;`,
    },
    of('read-config', `${up}config.ts`, '{ readConfig }'),
    of('test', `${up}../test/support/probe.ts`),
    of('test', './probe.test.ts'),
    of('test', './probe.fixture.ts'),
  ];
}

/** The table's short forms spelled out. */
function allowed(place: string): Set<string> {
  const names = (ALLOWED[place] ?? '').replace('FILES', FILES.join(' ')).replace('PACKAGES', PACKAGES.join(' '));
  const set = new Set(names.split(' '));
  if (set.has('outgoing')) set.add('outgoing-type');
  if (set.has('store') || place.startsWith('store/')) set.add('store-contract');
  if (place.startsWith('upstream/')) set.add('google');
  if (set.has('oauth') || place.startsWith('oauth/')) set.add('redirect-uri');
  if (place === 'bridge.ts' || place === 'cli/probe.ts' || place === 'config.ts') set.add('read-config');
  return set;
}

describe('the import rules (biome.json)', () => {
  let tree = '';
  let refused: Set<string>;

  before(() => {
    tree = mkdtempSync(join(tmpdir(), 'layers-'));
    copyFileSync(join(root, 'biome.json'), join(tree, 'biome.json'));
    for (const place of [...Object.keys(ALLOWED), 'oauth/probe.test.ts']) {
      mkdirSync(dirname(join(tree, 'src', place)), { recursive: true });
      writeFileSync(
        join(tree, 'src', place),
        `${attempts(place)
          .map(({ text }) => text)
          .join('\n')}\n`,
      );
    }
    const options = [
      'lint',
      '--vcs-enabled=false',

      '--reporter=github',
      '--max-diagnostics=none',
      'src',
    ];
    const run = spawnSync(process.execPath, [biome, ...options], { cwd: tree, encoding: 'utf8', timeout: 60_000 });
    const found = run.stdout.matchAll(/noRestrictedImports,file=(?:.*?\/)?src\/([^,]+),line=(\d+)/g);
    refused = new Set([...found].map(([, place, line]) => `${place}:${line}`));
    assert.ok(refused.size > 0, `Biome said: ${run.stdout}${run.stderr}`);
  });
  after(() => rmSync(tree, { recursive: true, force: true }));

  for (const place of Object.keys(ALLOWED)) {
    it(`let src/${place} import what the table allows and nothing else`, () => {
      const isAllowed = allowed(place);
      const wrong = attempts(place).filter(
        ({ label }, index) => isAllowed.has(label) === refused.has(`${place}:${index + 1}`),
      );
      assert.deepEqual(wrong, []);
    });
  }

  it('leave test files alone', () => {
    assert.deepEqual(
      [...refused].filter((line) => line.includes('.test.ts')),
      [],
    );
  });

  it('cover every folder of src/', () => {
    const folders = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    assert.deepEqual(
      folders.map(({ name }) => name).filter((name) => !ROOMS.includes(name)),
      [],
    );
  });
});
