/**
 * The checks of `npm run check` that we wrote ourselves, tried on a copy of the sources with one mistake of each kind: a
 * check that has gone blind is worse than none. What Biome refuses is tried in layers.test.ts.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

const root = join(import.meta.dirname, '..');
const COPIED = ['src', 'scripts', 'docs', 'assets', 'package.json', 'README.md', 'CONTRIBUTING.md', 'ARCHITECTURE.md'];

describe('our own checks', () => {
  let tree = '';
  before(() => {
    tree = mkdtempSync(join(tmpdir(), 'habits-'));
    for (const name of COPIED) cpSync(join(root, name), join(tree, name), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
    mkdirSync(join(tree, 'src/helpers'));
    mkdirSync(join(tree, 'test'));
  });
  after(() => rmSync(tree, { recursive: true, force: true }));

  const write = (path: string, text: string) => writeFileSync(join(tree, path), text);
  const check = (name: string) => {
    const run = spawnSync(process.execPath, [join(tree, `scripts/check-${name}.ts`)], { encoding: 'utf8' });
    assert.equal(run.status, 1, `check-${name} found nothing wrong: ${run.stdout}${run.stderr}`);
    return run.stdout;
  };

  it('find a file that is too long', () => {
    write('src/long.ts', 'export {};\n'.repeat(401));
    assert.match(check('size'), /^too long: src\/long\.ts has 401 lines/m);
  });

  it('find a drawer and a file that does not say what it owns', () => {
    write('src/helpers/mute.ts', 'export {};\n');
    const said = check('files');
    assert.match(said, /^src\/helpers\/mute\.ts: the name is a drawer/m);
    assert.match(said, /^src\/helpers\/mute\.ts: opens without a comment/m);
  });

  it('find a test name that is used twice, one that promises instead of saying, and one that is no sentence', () => {
    const names = ['works twice', 'works twice', 'sho\u0075ld work', 'works'];
    write(
      'test/a.test.ts',
      `import { it } from 'node:test';\n${names.map((name) => `it('${name}', () => {});\n`).join('')}`,
    );
    const said = check('test-names');
    assert.match(said, /^test\/a\.test\.ts:3: "works twice" is also the name of test\/a\.test\.ts:2/m);
    assert.match(said, /^test\/a\.test\.ts:4: .* say what it does/m);
    assert.match(said, /^test\/a\.test\.ts:5: "works" is not a sentence/m);
  });

  it('find links, headings, paths, functions, commands, columns and generated pages that are wrong', () => {
    const lines = [
      '[a](docs/gone.md) [b](CONTRIBUTING.md#gone) [fine](CONTRIBUTING.md#recipes)',
      '`src/gone.ts` `oauth/gone.ts` `config.ts:gone` `config.ts:readConfig` `npm run gone`',
    ];
    write('README.md', lines.join('\n'));
    write('docs/configuration.md', 'by hand');
    write('docs/storage.md', '## clients\n\n`client_id`\n');
    const said = check('docs');
    for (const complaint of [
      'README.md: the link to docs/gone.md leads nowhere',
      'README.md: CONTRIBUTING.md has no heading #gone',
      'README.md: `src/gone.ts`: there is no src/gone.ts',
      'README.md: `oauth/gone.ts`: there is no src/oauth/gone.ts',
      'README.md: `config.ts:gone`: src/config.ts declares no gone',
      'README.md: there is no script "gone" in package.json',
      'docs/configuration.md is not what the code prints; run npm run docs',
      'docs/storage.md: nothing about clients.secret_hash',
    ]) {
      assert.ok(said.split('\n').includes(complaint), `missing: ${complaint}\n${said}`);
    }
    assert.ok(!said.includes('#recipes') && !said.includes('readConfig') && !said.includes('clients.client_id'));
  });
});
