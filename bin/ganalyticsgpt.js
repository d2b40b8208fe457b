#!/usr/bin/env node
// The package's one command. In the repository it runs the TypeScript source, in the published package the built files.
// A machine may have an older Node; the repository then brings its own (npm package `node`), and we start again with it.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const isNewEnough = major > 24 || (major === 24 && minor >= 12);
const ownNode = path('../node_modules/node/bin/node');

if (!isNewEnough && existsSync(ownNode)) {
  const run = spawnSync(ownNode, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exit(run.status ?? 1);
} else if (!isNewEnough) {
  console.error(`ganalyticsgpt needs Node.js 24.12 or newer; this is ${process.versions.node}. Install it from your package manager and run the command again.`);
  process.exit(1);
} else {
  const source = path('../src/cli/main.ts');
  await import(existsSync(source) ? source : path('../dist/cli/main.js'));
}
