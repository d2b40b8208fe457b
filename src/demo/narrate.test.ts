import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { tellingLine } from './bridge-log.ts';
import { describeBrowserHop, describeMcpHop } from './describe-hops.ts';
import { type Hop, hopLine, widthFor } from './narrate.ts';
import { cut, cutWords, oneLine, shorten, wrap } from './shorten.ts';

const TOKEN = 'ggpt_at_w7X6xUj0pQm1b2c3d4e5fgH6h7i8j9k0l1m2n3o4p5q6r7s8t9u0v1w2x3y4zAaHc';

describe('the demo’s narration', () => {
  it('shows a token by its kind and its end, and never enough of a secret to use it', () => {
    assert.equal(shorten(TOKEN), 'ggpt_at_…AaHc');
    assert.equal(shorten('16d8377e-2999-43a8-bd3d-176645b7ad83'), '16d837…');
    assert.equal(shorten('sandbox-secret'), 'sand…');
    assert.equal(shorten('ab'), '…');
  });

  it('cuts with an ellipsis, between words where it can, and wraps at words', () => {
    assert.equal(cut('abcdef', 4), 'abc…');
    assert.equal(cut('abcdef', 6), 'abcdef');
    assert.equal(cut('abc…def', 5), 'abc…');
    assert.equal(cutWords('code=1 state=2', 10), 'code=1 …');
    assert.equal(cutWords('code=123456789', 8), 'code=12…');
    assert.equal(oneLine(' a\n\tb\u001b[31m ', 10), 'a b [31m');
    assert.equal(wrap('one two three\nfour', 8), 'one two\nthree\nfour');
  });

  for (const columns of [undefined, 20, 80, 100, 111, 300]) {
    it(`writes a hop into one line of a terminal with ${columns ?? 'no'} columns`, () => {
      const width = widthFor(columns);
      assert.ok(width >= 72 && width <= 110 && (columns === undefined || columns < 72 || width < columns));
      const hop: Hop = {
        from: 'ChatGPT',
        to: 'Bridge',
        asked: 'POST /actions/run_report',
        with: 'with a long story '.repeat(9),
        got: '200 and a long answer '.repeat(9),
      };
      for (const each of [hop, { ...hop, isInner: true }, { ...hop, with: undefined, got: '200' }]) {
        const line = stripVTControlCharacters(hopLine(each, width));
        assert.ok(line.length <= width && !line.includes('\n'), `${line.length} characters: ${line}`);
        assert.match(line, /^ {2}ChatGPT [→└] Bridge {3}POST \/actions\/run_report .*200/);
      }
    });
  }

  it('begins every answer in the same column', () => {
    const at = (asked: string, details: string) =>
      stripVTControlCharacters(
        hopLine({ from: 'Browser', to: 'Google', asked, with: details, got: '418' }, 110),
      ).indexOf('418');
    assert.equal(new Set([at('GET /', ''), at('POST /token', 'form'), at(`GET /${'x'.repeat(99)}`, 'y')]).size, 1);
  });

  it('tells a sign-in without telling its secrets', () => {
    const next = new URL(`https://chatgpt.com/aip/g-1/oauth/callback?code=${TOKEN}&state=the-state-of-the-client`);
    const hop = describeBrowserHop(
      {
        method: 'GET',
        url: new URL(`http://localhost:1/authorize?code=${TOKEN}&scope=&state=the-state-of-the-client`),
        fields: undefined,
        status: 302,
        next,
        title: undefined,
      },
      () => 'Bridge',
    );
    assert.deepEqual(hop, {
      from: 'Browser',
      to: 'Bridge',
      asked: 'GET /authorize',
      with: 'code=ggpt_at_…AaHc scope= state=the-st…',
      got: '302 to chatgpt.com',
    });
  });

  it('tells an MCP call by its tool and its token’s end', () => {
    const hop = describeMcpHop(
      {
        method: 'POST',
        url: new URL('http://localhost:1/mcp'),
        headers: new Headers({ Authorization: `Bearer ${TOKEN}` }),
        body: JSON.stringify({ method: 'tools/call', params: { name: 'run_report', arguments: {} } }),
        answer: {
          status: 200,
          headers: new Headers(),
          text: JSON.stringify({ result: { structuredContent: { rowCount: 3, property: { name: 'Shop' } } } }),
        },
      },
      () => 'Bridge',
    );
    assert.equal(hop.with, 'run_report, Bearer ggpt_at_…AaHc');
    assert.equal(hop.got, '200 3 rows of Shop');
  });

  it('picks the log line that says why: the last warning or crash, else the last line', () => {
    const lines = [
      '{"level":30,"time":"t","msg":"the bridge is up"}',
      '{"level":50,"time":"t","err":{"message":"boom","stack":"s"},"msg":"it failed"}',
      '{"level":30,"time":"t","step":"token","msg":"the code was redeemed"}',
    ];
    assert.equal(tellingLine(lines), 'it failed (error=boom)');
    assert.equal(tellingLine(lines.toSpliced(1, 1)), 'the code was redeemed (step=token)');
    assert.equal(tellingLine([...lines, 'TypeError: x is not a function', '']), 'TypeError: x is not a function');
    assert.equal(tellingLine([]), undefined);
  });
});
