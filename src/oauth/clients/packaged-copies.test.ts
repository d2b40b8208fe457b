import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ClientDocumentError, FetchError, type FetchProblem } from '../../errors.ts';
import { knownDocuments } from './known-documents.ts';
import { readDocument } from './metadata-document.ts';
import { createPackagedCopies } from './packaged-copies.ts';

const CHATGPT = 'https://chatgpt.com/oauth/client.json';
const CODEX = 'https://chatgpt.com/oauth/codex/client.json';

const read = (document: unknown, id: string) => readDocument(document, id, { policy: 'open', at: 1 });
const failed = (problem: FetchProblem, status?: number) =>
  new ClientDocumentError('unreachable', '', {
    cause: new FetchError(problem, '', status === undefined ? {} : { status }),
  });
const copyOf = (id: string) => knownDocuments.find(({ document }) => document.client_id === id);

describe('the packaged copy of a document', () => {
  it('serves while its host cannot be reached or turns servers away', () => {
    const silences: [FetchProblem, number?][] = [
      ...[403, 429, 500, 503].map((status): [FetchProblem, number] => ['status', status]),
      ...(['unreachable', 'too-slow', 'address'] as const).map((problem): [FetchProblem] => [problem]),
    ];
    for (const [problem, status] of silences) {
      const copies = createPackagedCopies(read);
      const copy = copies.insteadOf(CODEX, failed(problem, status));
      assert.equal(copy?.document.client_id, CODEX, `${problem} ${status}`);
      assert.equal(copy, copyOf(CODEX));
      assert.equal(copies.insteadOf('https://other.example/c', failed(problem, status)), undefined);
    }
  });

  it('does not serve when the host gave an answer of its own, but may the next time', () => {
    const answers: [FetchProblem, number?][] = [
      ...[400, 401, 402, 430, 499].map((status): [FetchProblem, number] => ['status', status]),
      ['redirect', 302],
      ...(['too-large', 'not-json', 'url', 'busy'] as const).map((problem): [FetchProblem] => [problem]),
    ];
    for (const [problem, status] of answers) {
      const copies = createPackagedCopies(read);
      assert.equal(copies.insteadOf(CODEX, failed(problem, status)), undefined, `${problem} ${status}`);
      assert.ok(copies.insteadOf(CODEX, failed('unreachable')));
    }
  });

  it('never serves again once the document was gone or wrong, and the other copies still do', () => {
    for (const last of [failed('status', 404), failed('status', 410), new ClientDocumentError('invalid', 'wrong')]) {
      const copies = createPackagedCopies(read);
      assert.equal(copies.insteadOf(CODEX, last), undefined);
      assert.equal(copies.insteadOf(CODEX, failed('unreachable')), undefined);
      assert.ok(copies.insteadOf(CHATGPT, failed('unreachable')));
    }
  });

  it('is not blamed for a fault of ours', () => {
    const copies = createPackagedCopies(read);
    assert.equal(copies.insteadOf(CODEX, new Error('the database is away')), undefined);
    assert.ok(copies.insteadOf(CODEX, failed('unreachable')));
  });

  it('serves on after a live document that differs in name, picture or order only', () => {
    const copies = createPackagedCopies(read);
    const live = read(copyOf(CODEX)?.document, CODEX);
    copies.see({ ...live, name: 'Codex 2', logoUri: 'https://a.example/', clientUri: undefined, createdAt: 2 });
    copies.see({ ...live, redirectUris: live.redirectUris.toReversed() });
    copies.see({ ...live, clientId: 'https://other.example/c', redirectUris: ['https://other.example/cb'] });
    assert.ok(copies.insteadOf(CODEX, failed('unreachable')));
  });

  it('never serves after a live document with other redirect URIs, ways to prove itself or keys', () => {
    for (const other of [
      { redirectUris: ['https://chatgpt.com/other'] },
      { authMethods: ['none'] as const },
      { jwksUri: 'https://chatgpt.com/other.json' },
      { jwks: { keys: [] } },
      { assertionAlgorithm: 'ES256' },
    ]) {
      const copies = createPackagedCopies(read);
      copies.see({ ...read(copyOf(CHATGPT)?.document, CHATGPT), ...other });
      assert.equal(copies.insteadOf(CHATGPT, failed('unreachable')), undefined, JSON.stringify(other));
    }
  });
});
