/**
 * What can happen to a SQLite file under a running bridge, done to it from outside: locked by another process, moved away
 * and back, no room to grow. Reads go on, writes are put off, and nothing has to be restarted.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readLog } from '../../src/demo/bridge-log.ts';
import { openStage, type Stage } from '../../src/demo/stage.ts';
import { type Answer, type Assistant, createAssistant, type Tokens, tokensOf } from '../support/assistant.ts';
import { readLine } from '../support/read-line.ts';
import { searchFolder } from '../support/search-bytes.ts';
import { secretsPassed } from '../support/secrets-passed.ts';

const CALLBACK = 'https://chatgpt.com/aip/g-faults/oauth/callback';
const BIN = fileURLToPath(new URL('../../bin/ganalyticsgpt.js', import.meta.url));
/** Blocks of 512 bytes that a file may have: room for what a few dozen refreshes write. */
const MOST_BLOCKS = 1024;

describe('a bridge on a SQLite file', () => {
  let stage: Stage;
  let assistant: Assistant;
  let tokens: Tokens;
  let file: string;
  before(async () => {
    stage = await openStage({ bridgeEnv: { RATE_LIMITS: '0' } });
    file = join(stage.folder, 'bridge.db');
    const client = await stage.addClient({ name: 'Faults GPT', redirectUri: CALLBACK });
    assistant = createAssistant(stage.bridgeUrl, client, CALLBACK);
    tokens = await assistant.connect('ada@example.com');
    await assistant.properties(tokens.access);
  });
  after(() => stage.close());

  const statusOf = async (path: string) => (await fetch(`${stage.bridgeUrl}${path}`)).status;
  const reads = (pattern: RegExp) => readLine(() => stage.bridge().lines(), pattern);
  const checkReads = async () => {
    for (const answer of [await assistant.properties(tokens.access), await assistant.profile(tokens.access)])
      assert.equal(answer.status, 200);
    assert.equal(await statusOf('/health'), 200);
  };

  describe('that another process has locked', () => {
    let other: DatabaseSync;
    before(() => {
      other = new DatabaseSync(file);
    });
    after(() => other.close());

    it('answers whoever only reads meanwhile, and whoever writes when the lock is gone', async () => {
      other.exec('BEGIN IMMEDIATE');
      let isAnswered = false;
      const refreshing = assistant.refresh(tokens.refresh).finally(() => {
        isAnswered = true;
      });
      for (let n = 0; n < 5; n += 1) await checkReads();
      assert.equal(isAnswered, false);
      other.exec('COMMIT');
      const answer = await refreshing;
      assert.equal(answer.status, 200);
      tokens = tokensOf(answer);
    });

    it('puts writes off when the lock stays, tells the operator, and takes them afterwards', async () => {
      other.exec('BEGIN IMMEDIATE');
      checkPutOff(await assistant.refresh(tokens.refresh));
      await checkReads();
      other.exec('COMMIT');
      await reads(/"level":50.*database is locked.*the database failed/);
      tokens = await renewed(assistant, tokens);
    });
  });

  describe('that was moved away', () => {
    it('writes nothing that would be lost, is not ready, and goes on when the file is back', async () => {
      await rename(file, `${file}.away`);
      checkPutOff(await assistant.refresh(tokens.refresh));
      assert.equal(await statusOf('/ready'), 503);
      await checkReads();
      await reads(/was removed or replaced while it was in use: put it back/);
      await rename(`${file}.away`, file);
      assert.equal(await statusOf('/ready'), 200);
      tokens = await renewed(assistant, tokens);
    });
  });

  it('holds no secret in its files', async () => {
    assert.ok(secretsPassed().size > 5);
    assert.deepEqual(await searchFolder(stage.folder, secretsPassed()), []);
  });

  describe('on a disk without room', () => {
    let limited: Awaited<ReturnType<typeof startLimited>>;
    before(async () => {
      await stage.bridge().stop();
      limited = await startLimited(stage);
    });
    after(async () => {
      await limited.stop();
      await stage.restartBridge();
    });

    it('puts writes off, goes on reading, tells the operator, and takes writes when there is room again', async () => {
      let answer = await assistant.refresh(tokens.refresh);
      for (let n = 0; n < 1000 && answer.status === 200; n += 1) {
        tokens = tokensOf(answer);
        answer = await assistant.refresh(tokens.refresh);
      }
      checkPutOff(answer);
      await checkReads();
      await readLine(
        () => limited.lines,
        /"level":50.*(disk I\/O error|database or disk is full).*the database failed/,
      );

      const other = new DatabaseSync(file);
      other.exec('PRAGMA wal_checkpoint(TRUNCATE)'); // makes room, as a larger disk would
      other.close();
      tokens = await renewed(assistant, tokens);
      await checkReads();
    });
  });
});

function checkPutOff({ status, retryAfter, body }: Answer): void {
  assert.deepEqual([status, retryAfter, body.error], [503, '5', 'temporarily_unavailable']);
}

async function renewed(assistant: Assistant, { refresh }: Tokens): Promise<Tokens> {
  const answer = await assistant.refresh(refresh);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return tokensOf(answer);
}

/** The bridge, none of whose files may grow beyond a limit: a write beyond it fails as it does on a full disk. */
async function startLimited({ bridgeSettings, bridgeUrl, folder }: Stage) {
  const { PATH = '', HOME = '' } = process.env;
  const env = { PATH, HOME, ...bridgeSettings, PUBLIC_URL: bridgeUrl, PORT: new URL(bridgeUrl).port };
  const limit = `ulimit -f ${MOST_BLOCKS}; exec "$0" "$@"`;
  const child = spawn('sh', ['-c', limit, process.execPath, BIN, 'serve'], { env, cwd: folder });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const lines: string[] = [];
  await new Promise<void>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      lines.push(line);
      if (readLog(line)?.url !== undefined) resolve();
    });
    child.stderr.on('data', (data) => lines.push(String(data)));
    void ended.then(() => reject(new Error(`the bridge did not start: ${lines.join('\n')}`)));
  });
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  return { lines, stop };
}
