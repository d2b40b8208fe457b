import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { homePage } from './home.ts';
import { privacyPage } from './privacy.ts';
import { supportPage } from './support.ts';
import { termsPage } from './terms.ts';

const model = {
  publicUrl: 'https://ga.example.com',
  operator: { name: 'Example & Sons', email: 'help@example.com' },
  unusedDays: 90,
  reads: ['See your Google Analytics reports'],
};
const pages = {
  home: homePage(model),
  privacy: privacyPage(model),
  terms: termsPage(model),
  support: supportPage(model),
};

describe('the public pages', () => {
  it('link each other, the privacy policy first of all', () => {
    for (const page of Object.values(pages)) {
      for (const path of ['/', '/privacy', '/terms', '/support']) assert.ok(page.includes(`<a href="${path}">`), path);
    }
  });

  it('name the operator, escaped, with a way to write', () => {
    for (const page of Object.values(pages))
      assert.match(page, /Example &amp; Sons \(<a href="mailto:help@example\.com">/);
  });

  it('load nothing from elsewhere', () => {
    for (const page of Object.values(pages)) {
      const loaded = [...page.matchAll(/<(?:link|img|script|iframe|source)[^>]*(?:src|href)="([^"]*)"/g)].map(
        ([, url]) => url,
      );
      assert.deepEqual(
        loaded.filter((url) => !url?.startsWith('/assets/')),
        [],
      );
    }
  });

  it('have each id once, and no link into a page that leads nowhere', () => {
    for (const page of Object.values(pages)) {
      const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
      assert.equal(new Set(ids).size, ids.length);
      for (const [, id] of page.matchAll(/(?:href="#|aria-labelledby="|data-copy=")([^"]+)"/g))
        assert.ok(ids.includes(id), id);
    }
  });
});

describe('the home page', () => {
  it('says what it is, what it reads and how each assistant connects, with addresses on this server', () => {
    for (const said of [
      'ChatGPT',
      'Claude',
      'Codex',
      'Cursor',
      'VS Code',
      'A custom GPT',
      'See your Google Analytics reports',
      'It can’t change or delete anything',
    ]) {
      assert.ok(pages.home.includes(said), said);
    }
    const copied = [...pages.home.matchAll(/<code id="[^"]+">([^<]+)<\/code>/g)].map(([, text]) => text ?? '');
    assert.ok(copied.includes('https://ga.example.com/mcp'));
    for (const path of ['openapi.json', 'authorize', 'token', 'privacy'])
      assert.ok(copied.includes(`https://ga.example.com/${path}`), path);
  });

  it('starts no sign-in of its own', () => {
    assert.doesNotMatch(pages.home, /<form|google-button/);
  });

  it('hides its copy buttons until the script shows them', () => {
    const buttons = pages.home.match(/<button[^>]*>/g) ?? [];
    assert.ok(buttons.length > 5);
    for (const button of buttons) assert.match(button, / hidden>$/);
  });
});

describe('the privacy policy', () => {
  it("carries Google's Limited Use sentence at the address that the consent page links", () => {
    const section = pages.privacy
      .slice(pages.privacy.indexOf('id="limited-use"'))
      .replace(/<[^>]+>/g, '')
      .replace(/\s+/g, ' ');
    assert.ok(
      section.includes(
        'use and transfer to any other app of information received from Google APIs will adhere to the Google API Services User Data Policy, including the Limited Use requirements.',
      ),
    );
  });

  it('says what is stored, how, and until when', () => {
    for (const said of ['AES-256-GCM', 'SHA-256', '90 days without use', 'Not stored'])
      assert.ok(pages.privacy.includes(said), said);
  });

  it('offers the account page where there is one', () => {
    assert.doesNotMatch(pages.privacy, /\/account"/);
    assert.match(privacyPage({ ...model, hasAccountPage: true }), /href="\/account"/);
  });
});
