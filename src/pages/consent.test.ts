import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ConsentModel, consentPage } from './consent.ts';

const plain: ConsentModel = {
  ref: 'K7PM-3QXD',
  clientName: 'ChatGPT',
  redirectHost: 'chatgpt.com',
  redirectIsLoopback: false,
  isNewClient: false,
  mode: 'broker',
  reads: ['See your Google Analytics accounts, properties and reports'],
  sealedFlow: 'sealed.flow-1',
  operator: { name: 'Example Ltd', email: 'help@example.com' },
  publicHost: 'ga.example.com',
};

/** What a person reads: tags gone, the few entities back. */
function words(page: string): string {
  const main = page.slice(page.indexOf('<main'), page.indexOf('</main>'));
  const text = main
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
  return text
    .replace(/\s+/g, ' ')
    .replace(/ ([.,:?)])/g, '$1')
    .replaceAll('( ', '(');
}

describe('the consent page', () => {
  it('names who asks, what is read, where it goes and who runs this server', () => {
    const text = words(consentPage(plain));
    for (const said of [
      'Let ChatGPT read your Google Analytics?',
      'chatgpt.com',
      'See your Google Analytics accounts, properties and reports',
      'See your name and email address',
      'The rows you ask about are sent to ChatGPT.',
      'It can’t change or delete anything',
      'This server is run by Example Ltd (help@example.com).',
      'Reference K7PM-3QXD',
    ]) {
      assert.ok(text.includes(said), `${said}\nis not in\n${text}`);
    }
  });

  it('is one form, which posts the flow and one of two decisions to /consent', () => {
    const page = consentPage(plain);
    assert.equal(page.match(/<form/g)?.length, 1);
    assert.match(page, /<form class="decision" action="\/consent" method="post">/);
    assert.match(page, /<input type="hidden" name="flow" value="sealed\.flow-1">/);
    const decisions = [...page.matchAll(/<button[^>]* type="submit" name="decision" value="(\w+)"/g)].map(
      ([, value]) => value,
    );
    assert.deepEqual(decisions, ['allow', 'deny']);
    assert.equal(page.match(/<(button|input)\b/g)?.length, 3);
  });

  it('carries the token against forged requests where there is one', () => {
    assert.match(consentPage({ ...plain, csrf: 'c"1' }), /name="csrf" value="c&quot;1"/);
    assert.doesNotMatch(consentPage(plain), /csrf/);
  });

  it('runs no script and moves nobody on by itself', () => {
    assert.doesNotMatch(consentPage(plain), /<script|http-equiv|javascript:| on\w+=| style=/i);
  });

  it('loads nothing from elsewhere', () => {
    const loaded = [...consentPage(plain).matchAll(/<(?:link|img|script|iframe|source)[^>]*(?:src|href)="([^"]*)"/g)];
    assert.ok(loaded.length >= 5);
    for (const [, url] of loaded) assert.match(url ?? '', /^\/assets\//);
  });

  it('shows hostile text as text, wherever it may stand', () => {
    const attack = `"><script>alert(1)</script><img src=x onerror='alert(2)'>&lt;`;
    const filled = (text: string) =>
      consentPage({
        ...plain,
        ref: text,
        clientName: text,
        clientUri: `https://x.example/${text}`,
        redirectHost: text,
        reads: [text],
        changes: [text],
        subject: text,
        sealedFlow: text,
        csrf: text,
        operator: { name: text, email: text },
        publicHost: text,
        allowedHint: text,
      });
    // The same tags with the same attributes, in the same order: nothing got out of its place.
    const skeleton = (page: string) => page.match(/<[^>]*>/g)?.map((tag) => tag.replace(/"[^"]*"/g, '""'));
    assert.deepEqual(skeleton(filled(attack)), skeleton(filled('harmless')));
  });

  it('takes the direction marks and the length out of a name', () => {
    const page = consentPage({ ...plain, clientName: `\u202Etpg${'W'.repeat(5000)}` });
    assert.doesNotMatch(page, /\u202E/);
    assert.ok(page.length < 6000, `${page.length} characters`);
    assert.match(page, /<bdi>tpgW+…<\/bdi>/);
  });

  it('gives the address a line of its own, so that it can’t be taken for the end of a name', () => {
    assert.match(consentPage(plain), /<\/strong>\s*<p class="address">chatgpt\.com<\/p>/);
  });

  it('warns of an app that nobody has used here', () => {
    assert.match(words(consentPage({ ...plain, isNewClient: true })), /New here\. .* do you know chatgpt\.com\?/);
    assert.doesNotMatch(consentPage(plain), /class="warning"/);
  });

  it('warns of an answer that goes to a program on the same device', () => {
    const page = consentPage({ ...plain, redirectIsLoopback: true, redirectHost: 'localhost:33418' });
    assert.match(words(page), /A program on this device gets the answer, at localhost:33418\./);
  });

  it('says of an app that was connected before that it named itself, and that its address counts', () => {
    const page = consentPage({ ...plain, namedItself: true });
    assert.match(
      words(page),
      /This app named itself, and nobody checked that\. What counts is the address: chatgpt\.com\./,
    );
    assert.doesNotMatch(page, /New here/);
    assert.doesNotMatch(consentPage(plain), /named itself/);
  });

  it('warns of an answer that goes to whichever program claims a scheme', () => {
    const page = consentPage({ ...plain, redirectIsApp: true, redirectHost: 'evilapp://oauth' });
    assert.match(
      words(page),
      /A program on this device gets the answer, whichever one opens evilapp:\/\/oauth links\./,
    );
  });

  it('says in relay mode that the app gets Google’s own token', () => {
    const text = words(consentPage({ ...plain, mode: 'relay' }));
    assert.match(text, /ChatGPT gets Google’s own access token/);
    assert.match(text, /The rows you ask about are sent to ChatGPT\./);
    assert.doesNotMatch(text, /never gets your Google sign-in/);
  });

  it('doesn’t promise to read only when something can be changed', () => {
    const page = consentPage({
      ...plain,
      changes: ['Change events on your calendars'],
      subject: 'Google Analytics and Google Calendar',
    });
    const text = words(page);
    assert.match(text, /Let ChatGPT use your Google Analytics and Google Calendar\?/);
    assert.match(text, /Change events on your calendars/);
    assert.match(text, /It can’t change anything else/);
  });

  it('says which accounts may be connected, where not all may', () => {
    assert.match(
      words(consentPage({ ...plain, allowedHint: 'accounts of example.com' })),
      /Only accounts of example\.com can be connected here\./,
    );
  });

  it('says at which host an app is described, where its id is the address of that description', () => {
    const page = consentPage({ ...plain, documentHost: 'app.example<b>' });
    assert.match(words(page), /The app is described at: app\.example/);
    assert.doesNotMatch(page, /app\.example<b>/);
  });

  it('says that the home page of an app is its own claim, and makes no link of it', () => {
    const page = consentPage({ ...plain, clientUri: 'https://openai.com/gpts?x' });
    assert.doesNotMatch(page, /is described at/);
    assert.match(words(page), /Home page that the app gives, unchecked: openai\.com/);
    assert.doesNotMatch(page, /href="https:\/\/openai/);
    assert.doesNotMatch(consentPage({ ...plain, clientUri: 'javascript:alert(1)' }), /Home page that/);
  });
});
