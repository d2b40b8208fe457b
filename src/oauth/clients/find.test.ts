import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AuthMethod, Client } from '../../store/records.ts';
import { createFindClient, mustUsePkce } from './find.ts';

describe('a client id', () => {
  const asked: string[] = [];
  const askedFor = (where: string) => async (clientId: string) => {
    asked.push(`${where} ${clientId.slice(0, 40)}`);
    return undefined;
  };
  const clients = { find: askedFor('store') };
  const url = 'https://app.example/client.json';

  it('is looked up where it can be: an address in its document, everything else among those given out', async () => {
    asked.length = 0;
    const find = createFindClient({ clients, documents: askedFor('documents') });
    for (const clientId of [url, 'given-out']) assert.equal(await find(clientId), undefined);
    assert.deepEqual(asked, [`documents ${url}`, 'store given-out']);
  });

  it('is nobody’s when it is an address and documents are switched off', async () => {
    asked.length = 0;
    assert.equal(await createFindClient({ clients, documents: undefined })(url), undefined);
    assert.deepEqual(asked, []);
  });

  it('is nobody’s when it is longer than any that there is, and no database hears of it', async () => {
    asked.length = 0;
    const find = createFindClient({ clients, documents: askedFor('documents') });
    await find('x'.repeat(2049));
    await find(`https://app.example/${'x'.repeat(2048)}`);
    assert.deepEqual(asked, []);
    await find('x'.repeat(2048));
    assert.equal(asked.length, 1);
  });
});

describe('PKCE (OAuth 2.1 7.5.1)', () => {
  it('is asked of whoever may come without proof of itself, and of whoever we know from a document only', () => {
    const cases: [Client['kind'], AuthMethod[], boolean][] = [
      ['registered', ['none'], true],
      ['registered', ['client_secret_basic', 'none'], true],
      ['registered', ['client_secret_basic', 'client_secret_post'], false],
      ['document', ['none', 'private_key_jwt'], true],
      ['document', ['private_key_jwt'], true],
      ['predefined', ['client_secret_post'], false],
    ];
    for (const [kind, authMethods, isAsked] of cases)
      assert.equal(mustUsePkce({ kind, authMethods }), isAsked, `${kind} ${authMethods}`);
  });
});
