import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pageHeaders } from './headers.ts';

function formAction(...formActionOrigins: string[]): string | undefined {
  const policy = pageHeaders({ formActionOrigins })['Content-Security-Policy'] ?? '';
  return policy.split('; ').find((directive) => directive.startsWith('form-action '));
}

describe('the headers of a page', () => {
  it('allow our own styles, font and pictures, and nothing else', () => {
    assert.equal(
      pageHeaders()['Content-Security-Policy'],
      "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    );
  });

  it('allow our own script only where a page says that it has one', () => {
    assert.match(pageHeaders({ hasScript: true })['Content-Security-Policy'] ?? '', /script-src 'self'/);
  });

  it('let a form end at the origins of the flow', () => {
    const got = formAction('https://accounts.google.com/o/oauth2/v2/auth', 'https://chatgpt.com/connector/oauth/x?y=1');
    assert.equal(got, "form-action 'self' https://accounts.google.com https://chatgpt.com");
  });

  it('name a scheme alone where a policy cannot write the host', () => {
    assert.equal(
      formAction('cursor://anysphere.cursor-mcp/oauth/callback', 'http://[::1]:7777/cb'),
      "form-action 'self' cursor: http:",
    );
  });

  it('cannot be made to say more by a hostile address', () => {
    const hostile = [
      "https://a.example; script-src 'unsafe-inline'",
      "'none'",
      '*',
      'javascript:alert(1)',
      'data:text/html,x',
      'https://*',
    ];
    for (const address of hostile) {
      const got = formAction(address) ?? '';
      assert.doesNotMatch(got, /;|\*|unsafe|javascript|data:|none/, address);
    }
  });

  it('keep the page out of frames and caches', () => {
    const headers = pageHeaders();
    assert.equal(headers['X-Frame-Options'], 'DENY');
    assert.equal(headers['Cache-Control'], 'no-store');
    assert.equal(headers['X-Content-Type-Options'], 'nosniff');
  });
});
