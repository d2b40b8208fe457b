import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { displayHost, displayName } from './hostile-text.ts';

const graphemes = new Intl.Segmenter('en');

describe('a name that a client gave itself', () => {
  it('is shown as it is when it is an honest one', () => {
    for (const name of ['ChatGPT', 'Größe & Söhne', 'Ассистент', '分析 GPT', 'Tiếng Việt'])
      assert.equal(displayName(name), name);
  });

  it('loses direction overrides, so that no letters after it are turned round', () => {
    assert.equal(displayName('\u202Emoc.tpgtahc\u202C \u2066x\u2069 \u200Fy'), 'moc.tpgtahc x y');
  });

  it('loses what is drawn as nothing', () => {
    assert.equal(displayName('Chat\u200B\u200D\u2060\uFEFFG\u00ADPT\u{E0041}\u3164\u2800'), 'ChatGPT');
  });

  it('becomes one line with single spaces', () => {
    assert.equal(displayName('Chat\r\nGPT\u2028 \t\u00A0\u3000asks\u0000you\u0085now'), 'Chat GPT asksyounow');
  });

  it('keeps its accents but no towers of them', () => {
    assert.equal(
      displayName(`e${'\u0301'.repeat(50)}vil`)
        .normalize('NFD')
        .match(/\p{M}/gu)?.length,
      4,
    );
  });

  it('is called nameless when nothing is left of it', () => {
    for (const name of ['', ' ', '\u202E', '\u0000\u0007']) assert.equal(displayName(name), 'an app without a name');
  });

  it('is cut after 60 letters, not in the middle of one', () => {
    assert.equal(displayName('W'.repeat(300)), `${'W'.repeat(60)}…`);
    assert.equal(displayName('👩🏽'.repeat(61)), `${'👩🏽'.repeat(60)}…`);
  });

  it('is one short, printable line whatever is sent', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (name) => {
        const shown = displayName(name);
        assert.ok(shown.length > 0);
        assert.doesNotMatch(shown, /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        const letters = [...graphemes.segment(shown)].length;
        assert.ok(letters <= 61, `${letters} letters`);
      }),
    );
  });
});

describe('a host that an answer is sent to', () => {
  it('is shown as it is', () => {
    for (const host of ['chatgpt.com', 'localhost:33418', '[::1]:7777', 'cursor:', 'xn--pple-43d.com']) {
      assert.equal(displayHost(host), host);
    }
  });

  it('keeps its end when it is too long, since the end decides whose it is', () => {
    const host = `chatgpt.com.${'a.'.repeat(100)}evil.example:8443`;
    assert.match(displayHost(host), /^….*\.evil\.example:8443$/);
    assert.ok(displayHost(host).length <= 121);
  });

  it('shows a mark for each letter that could pass for another', () => {
    assert.equal(displayHost('сhatgpt.com'), '\u{FFFD}hatgpt.com');
    assert.equal(displayHost('chat\u202Egpt.com'), 'chat\u{FFFD}gpt.com');
  });
});
