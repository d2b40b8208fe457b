#!/usr/bin/env node
// The package's one command. In the repository it runs the TypeScript source, in the published package the built files.
// A machine may have an older Node; the repository then brings its own (npm package `node`), and we start again with it.
// The two processes then live and die as one: signals go on to the child, its end becomes ours, and when we are killed
// without warning the child sees the channel between us close and ends too. Plain JavaScript that an old Node can read.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const isNewEnough = major > 24 || (major === 24 && minor >= 12);
const ownNode = path('../node_modules/node/bin/node');
/** Set for the child only, and taken away there at once, so that the child's own children don't inherit it. */
const MARK = 'GANALYTICSGPT_STARTED_AGAIN';

if (isNewEnough) {
  if (process.env[MARK] !== undefined) endWithParent();
  const source = path('../src/cli/main.ts');
  await import(existsSync(source) ? source : path('../dist/cli/main.js'));
} else if (existsSync(ownNode)) {
  startAgain();
} else {
  console.error(
    `ganalyticsgpt needs Node.js 24.12 or newer; this is ${process.versions.node}. Install it and run the command again.`,
  );
  process.exitCode = 1;
}

function startAgain() {
  const child = spawn(ownNode, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [MARK]: '1' },
  });
  const signals = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2'];
  for (const signal of signals) process.on(signal, () => child.kill(signal));

  child.on('error', (error) => {
    console.error(`ganalyticsgpt could not start ${ownNode}: ${error.message}. Run npm ci and try again.`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    for (const name of signals) process.removeAllListeners(name);
    process.kill(process.pid, signal); // whoever waits for us sees the same end
  });
}

function endWithParent() {
  delete process.env[MARK];
  if (process.channel === undefined) return;
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.channel.unref(); // listening must not keep a finished command alive
}
