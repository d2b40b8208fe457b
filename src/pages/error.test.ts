import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PageProblem } from '../errors.ts';
import { errorPage, leavingPage } from './error.ts';
import { scopeMissingPage } from './scope-missing.ts';

/** Complete by type: a new problem does not compile until it stands here. */
const problems = Object.keys({
  'client-unknown': 0,
  'client-unreachable': 0,
  'client-document-invalid': 0,
  'redirect-uri-unregistered': 0,
  'request-invalid': 0,
  'flow-expired': 0,
  'flow-damaged': 0,
  'other-browser': 0,
  'google-unreachable': 0,
  'google-misconfigured': 0,
  'google-refused': 0,
  'account-not-allowed': 0,
  'scope-not-granted': 0,
  'not-found': 0,
  'too-many-requests': 0,
  unexpected: 0,
} satisfies Record<PageProblem, 0>) as PageProblem[];

describe('an error page', () => {
  it('says what happened, why and what to do, for every problem in words of its own', () => {
    const titles = new Set<string>();
    for (const problem of problems) {
      const page = errorPage({ problem, ref: 'K7PM-3QXD' });
      const [, happened = '', why = '', what = ''] =
        /<h1>([^<]+)<\/h1>\s*<p class="lead">([^<]+)<\/p>[\s\S]*?<h2 id="next">What to do<\/h2>\s*<p>([^<]+)<\/p>/.exec(
          page,
        ) ?? [];
      for (const sentence of [why, what]) assert.match(sentence, /^[A-Z].{20,}\.$/, problem);
      assert.match(happened, /^[A-Z][^.]{10,80}$/, problem);
      titles.add(happened);
    }
    assert.equal(titles.size, problems.length);
  });

  it('names the reference where a flow has one', () => {
    assert.match(errorPage({ problem: 'flow-expired', ref: 'K7PM-3QXD' }), /Reference <code>K7PM-3QXD<\/code>/);
    assert.doesNotMatch(errorPage({ problem: 'not-found' }), /Reference/);
  });

  it('speaks to people, without codes of the protocol', () => {
    for (const problem of problems) {
      const page = errorPage({ problem });
      const main = page.slice(page.indexOf('<main'));
      assert.doesNotMatch(main, /invalid_|_mismatch|\bOAuth\b|HTTP|undefined|\bnull\b/, problem);
    }
  });

  it('gives the operator the one command, quoted against what a stranger wrote', () => {
    const command = ['npx', 'ganalyticsgpt', 'clients', 'add-redirect', 'gc_1', "https://x.example/<b>'$(id)"];
    const page = errorPage({ problem: 'redirect-uri-unregistered', extra: { command } });
    assert.match(
      page,
      /<code>npx ganalyticsgpt clients add-redirect gc_1 &#39;https:\/\/x\.example\/&lt;b&gt;&#39;\\&#39;&#39;\$\(id\)&#39;<\/code>/,
    );
  });

  it('links a way to go on only within this server', () => {
    const link = (continuePath: string) =>
      /<a class="action" href="([^"]*)"/.exec(errorPage({ problem: 'other-browser', extra: { continuePath } }))?.[1];
    assert.equal(link('/authorize?client_id=a&state=b'), '/authorize?client_id=a&amp;state=b');
    for (const elsewhere of [
      '//evil.example',
      '/\\evil.example',
      'https://evil.example',
      'javascript:alert(1)',
      '/a\nb',
    ]) {
      assert.equal(link(elsewhere), undefined, elsewhere);
    }
  });

  it('says how long to wait when it is more than a minute', () => {
    assert.match(errorPage({ problem: 'too-many-requests', extra: { retryAfterSeconds: 200 } }), /in about 4 minutes/);
    assert.doesNotMatch(errorPage({ problem: 'too-many-requests', extra: { retryAfterSeconds: 30 } }), /in about/);
  });

  it('says whom to write to where the operator must act', () => {
    const operator = { name: 'Example Ltd', email: 'help@example.com' };
    assert.match(
      errorPage({ problem: 'google-misconfigured', extra: { operator } }),
      /run by Example Ltd \(<a href="mailto:help@example\.com">/,
    );
    assert.doesNotMatch(errorPage({ problem: 'flow-expired', extra: { operator } }), /Example Ltd/);
  });
});

describe('the page before an app that nobody uses here', () => {
  const model = { host: 'evil.example', address: 'https://evil.example/cb?error=x&state="><script>', ref: 'K7PM-3QXD' };

  it('names the host, links back to it, and moves nobody on by itself', () => {
    const page = leavingPage(model);
    assert.match(
      page,
      /href="https:\/\/evil\.example\/cb\?error=x&amp;state=&quot;&gt;&lt;script&gt;"[^>]*>Back to evil/,
    );
    assert.match(page, /If you know <span class="address">evil\.example<\/span>/);
    assert.doesNotMatch(page, /<script|http-equiv|javascript:/i);
    assert.match(page, /Reference <code>K7PM-3QXD/);
  });
});

describe('the page about an unticked box', () => {
  const model = { ref: 'K7PM-3QXD', missing: ['See <your> data'], sealedFlow: 'sealed"', clientName: '<b>GPT</b>' };

  it('names each box and offers the same flow once more with a Google button', () => {
    const page = scopeMissingPage(model);
    assert.match(page, /<li>See &lt;your&gt; data<\/li>/);
    assert.match(
      page,
      /<form class="decision" action="\/consent" method="post">\s*<input type="hidden" name="flow" value="sealed&quot;">/,
    );
    assert.match(page, /value="allow"><img[^>]*><span>Continue with Google<\/span>/);
    assert.match(page, /<bdi>&lt;b&gt;GPT&lt;\/b&gt;<\/bdi>/);
    assert.match(page, /Reference <code>K7PM-3QXD/);
  });

  it('counts the boxes in its words', () => {
    assert.match(scopeMissingPage(model), /A box on Google’s page was left unticked/);
    assert.match(scopeMissingPage({ ...model, missing: ['a', 'b'] }), /Some boxes on Google’s page were left unticked/);
  });
});
