import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { shellCommand } from './shell-command.ts';

describe('a command for the operator to copy', () => {
  it('reaches the program word by word, though a word was written to break out', () => {
    const words = ["https://chatgpt.com/cb';touch x;'", '$(id)', '`id`', 'a b', '*', '~', '', '!!'].filter(
      (word) => word !== '',
    );
    const line = shellCommand(['printf', '%s\\n', ...words]);
    assert.equal(execFileSync('sh', ['-c', line ?? ''], { encoding: 'utf8' }), `${words.join('\n')}\n`);
  });

  it('leaves ordinary words unquoted, so that it reads well', () => {
    const words = [
      'npx',
      'ganalyticsgpt',
      'clients',
      'add-redirect',
      'gc_1',
      'https://chatgpt.com/aip/g-1/oauth/callback',
    ];
    assert.equal(shellCommand(words), words.join(' '));
  });

  it('is not given at all when a word holds what cannot be seen', () => {
    for (const hostile of ['a\nb', 'a\u0000b', 'a\u202Eb', 'a\u001B[2Jb', ''])
      assert.equal(shellCommand(['npx', hostile]), undefined);
  });
});
