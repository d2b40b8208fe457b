/** Waits until a process has said a line: what it prints comes here later than what it answers. */
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';

const PATIENCE_MS = 10_000;

export async function readLine(from: () => readonly string[], pattern: RegExp): Promise<string> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = from().findLast((line) => pattern.test(line));
    if (found !== undefined) return found;
    assert.ok(performance.now() < end, `no line like ${pattern}, the last ones being:\n${from().slice(-5).join('\n')}`);
    await turn();
  }
}
