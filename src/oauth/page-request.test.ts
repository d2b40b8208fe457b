import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readPageForm, readPageQuery } from './page-request.ts';

describe('a page that is asked with parameters', () => {
  it('shows what is wrong with them to the person', async () => {
    const page = { name: 'PageError', problem: 'request-invalid', status: 400 };
    const message = 'The parameter state was sent more than once.';
    assert.throws(() => readPageQuery('https://ga.example.com/consent?state=x&state=y'), { ...page, message });
    const body = new URLSearchParams('state=x&state=y');
    const request = new Request('https://ga.example.com/consent', { method: 'POST', body });
    await assert.rejects(readPageForm(request), { ...page, message });
  });

  it('does not show a fault of this server as one of theirs', () => {
    assert.throws(() => readPageQuery('no address'), TypeError);
  });
});
