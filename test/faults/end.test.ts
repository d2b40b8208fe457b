/** A bridge that is asked to end: what is being answered is answered, nobody new is let in, and it ends in any case. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openStage, type Stage } from '../../src/demo/stage.ts';
import { type Assistant, createAssistant, type Tokens } from '../support/assistant.ts';
import { readLine } from '../support/read-line.ts';

const CALLBACK = 'https://chatgpt.com/aip/g-end/oauth/callback';

describe('a bridge that is asked to end in the middle of an answer', () => {
  let stage: Stage;
  let assistant: Assistant;
  let tokens: Tokens;
  before(async () => {
    stage = await openStage();
    const client = await stage.addClient({ name: 'End GPT', redirectUri: CALLBACK });
    assistant = createAssistant(stage.bridgeUrl, client, CALLBACK);
    tokens = await assistant.connect('grace@example.com');
  });
  after(() => stage.close());

  const atSandbox = async (method: string, path: string, body?: unknown) => {
    const init =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    return (await fetch(`${stage.sandboxUrl}${path}`, { method, ...init })).json() as Promise<
      Record<string, unknown[]>
    >;
  };
  /** A call whose answer Google holds back; resolves when Google has it. */
  const hold = async (delayMs: number, limit: number) => {
    await atSandbox('POST', '/sandbox/faults', { path: '/analyticsdata/*', effect: 'slow', delayMs, times: 1 });
    const answer = assistant.report(tokens.access, limit).catch((error: unknown) => error as Error);
    while ((await atSandbox('GET', '/sandbox/faults')).faults?.length !== 0);
    return { answer };
  };

  it('answers it, lets nobody else in, and ends with exit code 0', async () => {
    const call = await hold(1_500, 3);
    process.kill(stage.bridge().pid, 'SIGTERM');
    await readLine(() => stage.bridge().lines(), /ending: running answers are finished first/);
    await assert.rejects(fetch(`${stage.bridgeUrl}/health`), 'nobody listens any more');
    const answer = await call.answer;
    assert.ok(!(answer instanceof Error) && answer.status === 200, String(answer));
    assert.equal(await stage.bridge().ended, 'ended with exit code 0');
    await stage.restartBridge();
  });

  it('ends at once at the third signal, whatever is still held back', async () => {
    const call = await hold(60_000, 4);
    for (const words of [/ending: running answers/, /still finishing running answers; once more ends at once/]) {
      process.kill(stage.bridge().pid, 'SIGTERM');
      await readLine(() => stage.bridge().lines(), words);
    }
    process.kill(stage.bridge().pid, 'SIGTERM');
    assert.equal(await stage.bridge().ended, 'ended with exit code 130');
    assert.ok((await call.answer) instanceof Error, 'the connection was cut');
    await stage.restartBridge();
    assert.equal((await assistant.profile(tokens.access)).status, 200);
  });
});
