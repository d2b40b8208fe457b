/** The operator has Google's events sent to a bridge, with real processes and the sandbox in Google's place. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { HopError } from '../../src/demo/hop-error.ts';
import { openStage, type Stage } from '../../src/demo/stage.ts';
import { createAssistant } from '../support/assistant.ts';

const REDIRECT = 'https://chatgpt.com/aip/g-0123456789abcdef/oauth/callback';

describe('ganalyticsgpt google-events', () => {
  let stage: Stage;
  let credentials: string;
  before(async () => {
    stage = await openStage();
    credentials = join(stage.folder, 'service-account.json');
    writeFileSync(credentials, await (await fetch(`${stage.sandboxUrl}/sandbox/service-account`)).text());
  });
  after(() => stage.close());

  const run = (verb: string, ...more: string[]) =>
    stage.command(['google-events', verb, '--credentials', credentials, ...more]);
  const happen = async (happens: object) => {
    const body = JSON.stringify({ person: 'ada@example.com', ...happens });
    const answer = await fetch(`${stage.sandboxUrl}/sandbox/security-events`, { method: 'POST', body });
    return ((await answer.json()) as { answer: number | null }).answer;
  };
  /** Lines come through a pipe: what a process has printed may arrive after what it has answered. */
  const logged = async (text: string) => {
    for (let asks = 0; asks < 200; asks += 1) {
      const line = stage
        .bridge()
        .lines()
        .find((each) => each.includes(text));
      if (line !== undefined) return line;
      await fetch(`${stage.bridgeUrl}/health`);
    }
    return assert.fail(`nothing was logged of ${text}`);
  };

  it('registers the bridge, which then hears of the test and of what happens, until it is stopped', async () => {
    const url = `${stage.bridgeUrl}/google/events`;
    assert.equal(await happen({ type: 'sessions-revoked' }), null, 'there is no stream yet');
    assert.ok((await run('register')).includes(url));
    const [, text = 'none'] = /with the text (\S+)\./.exec(await run('verify')) ?? [];
    assert.match(await logged(text), /test event has arrived/);

    const client = await stage.addClient({ name: 'Test', redirectUri: REDIRECT });
    const assistant = createAssistant(stage.bridgeUrl, client, REDIRECT);
    const { access } = await assistant.connect('ada@example.com');
    assert.equal((await assistant.profile(access)).status, 200);
    assert.equal(await happen({ type: 'account-disabled', reason: 'hijacking' }), 202);
    assert.equal((await assistant.profile(access)).status, 401);
    const told = await stage.command(['events', '--user', 'ada@example.com']);
    assert.match(told, /connection noticed .*account-hijacked[\s\S]*grant ended .*account-hijacked/);

    await run('stop');
    assert.equal(await happen({ type: 'sessions-revoked' }), null);
    assert.deepEqual(JSON.parse(await run('status', '--json')), {
      receiver: url,
      stream: { url, enabled: false, missing: [] },
    });
  });

  it('names the mistake, and nothing that stands in the file, when it cannot be done', async () => {
    const failure = async (file: string, env: Record<string, string> = {}) => {
      const error = await stage.command(['google-events', 'status', '--credentials', file], env).then(
        () => assert.fail('it did not fail'),
        (thrown: unknown) => thrown,
      );
      assert.ok(error instanceof HopError);
      return error.message;
    };
    const wrong = join(stage.folder, 'wrong.json');
    writeFileSync(wrong, JSON.stringify({ type: 'authorized_user', client_secret: 'hunter2' }));
    const said = await failure(wrong);
    assert.match(said, /exit code 1[\s\S]*is not the key of a service account/);
    assert.ok(!said.includes('hunter2'));
    const atGoogle = await failure(credentials, { GOOGLE_ISSUER: '' });
    assert.match(atGoogle, /exit code 1[\s\S]*Google sends to https only/);
  });
});
