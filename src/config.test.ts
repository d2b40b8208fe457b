import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { isLoopback, readConfig } from './config.ts';
import { ConfigError } from './errors.ts';

const GOOGLE = { GOOGLE_CLIENT_ID: 'id', GOOGLE_CLIENT_SECRET: 'secret' };

function problemsOf(environment: Record<string, string>): string[] {
  try {
    readConfig({ ...GOOGLE, ...environment }, ['analytics.readonly']);
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems.map(({ option }) => option);
  }
}

describe('reading the configuration', () => {
  it('needs nothing but a Google client', () => {
    const config = readConfig(GOOGLE);
    assert.equal(config.publicUrl, 'http://localhost:8787');
    assert.equal(config.resourceUrl, 'http://localhost:8787/mcp');
    assert.deepEqual(config.listen, { port: 8787, host: '127.0.0.1' });
    assert.deepEqual(config.lifetimes, {
      accessTokenSeconds: 3600,
      refreshTokenSeconds: 15_552_000,
      refreshReplaySeconds: 120,
    });
  });

  it('takes the port into the public URL when that is not set', () => {
    assert.equal(readConfig({ ...GOOGLE, PORT: '18787' }).publicUrl, 'http://localhost:18787');
    assert.equal(
      readConfig({ ...GOOGLE, PORT: '18787', PUBLIC_URL: 'https://ga.example.com' }).publicUrl,
      'https://ga.example.com',
    );
  });

  it('reports every problem at once', () => {
    const names = problemsOf({
      PUBLIC_URL: 'http://ga.example.com',
      PORT: 'x',
      WORKERS: '0',
      ACCESS_TOKEN_TTL: 'soon',
      GOOGLE_SCOPES: 'drive',
    });
    assert.deepEqual(names.sort(), ['ACCESS_TOKEN_TTL', 'GOOGLE_SCOPES', 'PORT', 'PUBLIC_URL', 'WORKERS']);
  });

  it('takes an origin only: https, or http on loopback', () => {
    for (const good of [
      'https://ga.example.com',
      'https://ga.example.com/',
      'https://ga.example.com:8443',
      'http://localhost:1',
      'http://127.0.0.1:1',
      'http://[::1]:1',
    ]) {
      assert.deepEqual(problemsOf({ PUBLIC_URL: good }), [], good);
    }
    for (const bad of [
      'ga.example.com',
      'http://ga.example.com',
      'https://ga.example.com/path',
      'https://ga.example.com?x',
      'https://u:p@ga.example.com',
      'ftp://a.example',
    ]) {
      assert.deepEqual(problemsOf({ PUBLIC_URL: bad }), ['PUBLIC_URL'], bad);
    }
  });

  it('never repeats a secret', () => {
    try {
      readConfig({ ...GOOGLE, SECRET_KEYS: 'canary-secret-value' });
      assert.fail('it was accepted');
    } catch (error) {
      assert.ok(error instanceof ConfigError);
      assert.doesNotMatch(error.message, /canary/);
    }
  });

  it('reads durations with units', () => {
    assert.equal(readConfig({ ...GOOGLE, ACCESS_TOKEN_TTL: '15m' }).lifetimes.accessTokenSeconds, 900);
    assert.equal(readConfig({ ...GOOGLE, REFRESH_TOKEN_TTL: '30d' }).lifetimes.refreshTokenSeconds, 2_592_000);
    assert.equal(readConfig({ ...GOOGLE, REFRESH_REPLAY_WINDOW: '0' }).lifetimes.refreshReplaySeconds, 0);
  });

  it("reads Google's downloaded credentials file, and says when it cannot", () => {
    const folder = mkdtempSync(join(tmpdir(), 'ganalyticsgpt-config-'));
    const file = join(folder, 'client_secret.json');
    writeFileSync(file, JSON.stringify({ web: { client_id: 'a', client_secret: 'b' } }));
    assert.equal(readConfig({ GOOGLE_CREDENTIALS_FILE: file }).google.clientId, 'a');
    writeFileSync(file, '{}');
    assert.throws(() => readConfig({ GOOGLE_CREDENTIALS_FILE: file }), ConfigError);
    assert.throws(() => readConfig({ GOOGLE_CREDENTIALS_FILE: join(folder, 'missing') }), ConfigError);
    rmSync(folder, { recursive: true });
  });

  it('takes several secret keys, each id once', () => {
    const encoded = Buffer.alloc(32, 1).toString('base64url');
    const config = readConfig({ ...GOOGLE, SECRET_KEYS: `new:${encoded}, old:${encoded}` });
    assert.deepEqual(
      config.secretKeys?.map(({ kid }) => kid),
      ['new', 'old'],
    );
    for (const bad of [`a:${encoded},a:${encoded}`, 'a:short', encoded, `a b:${encoded}`])
      assert.deepEqual(problemsOf({ SECRET_KEYS: bad }), ['SECRET_KEYS']);
  });

  it('knows loopback hosts and nothing that looks like one', () => {
    for (const host of ['localhost', '127.0.0.1', '127.9.9.9', '[::1]']) assert.equal(isLoopback(host), true, host);
    for (const host of ['localhost.example', '127.0.0.1.example', '128.0.0.1', '0.0.0.0', '::1', 'example.com'])
      assert.equal(isLoopback(host), false, host);
  });
});

describe('DATABASE_URL', () => {
  it('takes SQLite files and PostgreSQL, and PostgreSQL only with keys', () => {
    const keys = `k:${Buffer.alloc(32, 1).toString('base64url')}`;
    const database = (url: string) => readConfig({ ...GOOGLE, DATABASE_URL: url, SECRET_KEYS: keys }).database;
    assert.deepEqual(database('sqlite:./a.db'), { kind: 'sqlite', path: './a.db' });
    assert.deepEqual(database('postgres://u:p@h/d'), { kind: 'postgres', url: 'postgres://u:p@h/d' });
    assert.deepEqual(problemsOf({ DATABASE_URL: 'postgres://u:p@h/d' }), ['SECRET_KEYS']);
    for (const bad of ['mysql://h/d', 'sqlite:', 'postgres://'])
      assert.deepEqual(problemsOf({ DATABASE_URL: bad }), ['DATABASE_URL'], bad);
  });

  it('is shown without its password when it is wrong', () => {
    assert.throws(
      () => readConfig({ ...GOOGLE, DATABASE_URL: 'mysql://u:canary@h/d' }),
      (error) => {
        assert.ok(error instanceof ConfigError);
        assert.match(error.message, /mysql/);
        assert.doesNotMatch(error.message, /canary/);
        return true;
      },
    );
  });
});
