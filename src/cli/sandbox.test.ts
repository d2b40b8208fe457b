import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const program = `
import { Command } from 'commander';
import { sandboxCommand } from ${JSON.stringify(import.meta.resolve('./sandbox.ts'))};
const program = new Command();
sandboxCommand(program);
await program.parseAsync();
`;
const cwd = fileURLToPath(new URL('../..', import.meta.url));

function start(...args: string[]): ChildProcess & { output: () => string } {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, '--', 'sandbox', ...args], { cwd });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (output += data));
  return Object.assign(child, { output: () => output });
}

describe('the command `sandbox`', () => {
  it('prints who lives there and the lines that point a bridge at it, and ends on Ctrl-C', async () => {
    const child = start('--port', '0', '--data', 'small');
    while (!child.output().includes('Ctrl-C')) await once(child.stdout ?? child, 'data');
    const url = /GOOGLE_ISSUER=(http:\/\/127\.0\.0\.1:\d+)\n/.exec(child.output())?.[1];
    assert.ok(url, child.output());
    const lines = [
      `GOOGLE_ANALYTICS_DATA_URL=${url}/analyticsdata`,
      `GOOGLE_ANALYTICS_ADMIN_URL=${url}/analyticsadmin`,
      `GOOGLE_CALENDAR_URL=${url}/calendar/v3`,
      'GOOGLE_CLIENT_ID=sandbox-client',
      'GOOGLE_CLIENT_SECRET=sandbox-secret',
      ...['ada@example.com', 'grace@example.com', 'nobody@example.com'],
    ];
    for (const line of lines) assert.ok(child.output().includes(line), `${line} is not printed`);
    assert.equal((await fetch(url)).status, 200);
    child.kill('SIGINT');
    const [code] = await once(child, 'exit');
    assert.equal(code, 0);
  });

  it('says in one sentence that its port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const child = start('--port', String(port));
    const [code] = await once(child, 'close');
    taken.close();
    assert.equal(code, 1);
    assert.match(child.output(), new RegExp(`^The sandbox cannot listen on port ${port} .*--port\\.\\n$`));
  });

  for (const args of [
    ['--port', 'http'],
    ['--port', '70000'],
    ['--data', 'huge'],
  ]) {
    it(`refuses ${args.join(' ')}`, async () => {
      const child = start(...args);
      const [code] = await once(child, 'close');
      assert.notEqual(code, 0);
      assert.match(child.output(), /^error: option/);
    });
  }
});
