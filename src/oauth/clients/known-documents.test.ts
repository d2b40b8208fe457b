/** The packaged copies of well-known clients' documents: whether each is one that could have been published. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isLoopbackUri, problemOf } from '../redirect-uri.ts';
import { knownDocuments, knownUrls } from './known-documents.ts';
import { problemOfClientId, readDocument } from './metadata-document.ts';

const SEEN_WITHIN = { from: '2026-01-01', until: '2027-01-01' };

describe('the packaged documents', () => {
  it('are those of the assistants that many people use', () => {
    assert.deepEqual(
      knownDocuments.map(({ document }) => document.client_name),
      ['ChatGPT', 'ChatGPT', 'Codex', 'Claude', 'Claude Code', 'Visual Studio Code', 'Zed', 'opencode'],
    );
  });

  it('are each a good document at an id of its own, with the day on which it was seen', () => {
    const ids = knownDocuments.map(({ document }) => document.client_id);
    assert.equal(new Set(ids).size, ids.length);
    for (const { document, seen } of knownDocuments) {
      assert.equal(problemOfClientId(document.client_id), undefined);
      assert.ok(seen > SEEN_WITHIN.from && seen < SEEN_WITHIN.until, seen);
      const client = readDocument(document, document.client_id, { policy: 'open', at: 1 });
      for (const uri of client.redirectUris) assert.equal(problemOf(uri), undefined, uri);
    }
  });

  it('send answers to their publisher or to the person’s own device', () => {
    for (const { document } of knownDocuments) {
      const { redirectUris } = readDocument(document, document.client_id, { policy: 'open', at: 1 });
      const publisher = new URL(document.client_id).origin;
      for (const uri of redirectUris) assert.ok(isLoopbackUri(uri) || new URL(uri).origin === publisher, uri);
    }
  });

  it('say everywhere what they say: no member is empty, addresses are https, and all renew their tokens by a code', () => {
    for (const { source, document } of knownDocuments) {
      assert.match(source, /^(?:document|summary)$/);
      for (const [member, value] of Object.entries(document)) {
        const texts = [value].flat().map(String);
        assert.ok(texts.length > 0 && !texts.includes(''), `${member} of ${document.client_id}`);
        if (/_uri$/.test(member)) assert.equal(new URL(texts.join()).protocol, 'https:', member);
        if (member === 'application_type') assert.equal(value, 'native');
      }
      const grants = [document.grant_types].flat();
      assert.ok(grants.includes('authorization_code') && grants.includes('refresh_token'), document.client_id);
      assert.deepEqual(document.response_types, ['code']);
    }
  });

  it('have room for every URL that they name, keys included, and for no other', () => {
    const urls = knownDocuments.map(({ document }) => document.client_id);
    assert.deepEqual(knownUrls, new Set([...urls, 'https://chatgpt.com/oauth/jwks.json']));
  });

  it('let ChatGPT sign or not, and everybody else come as a public client', () => {
    for (const { document } of knownDocuments) {
      const { authMethods, name, jwksUri } = readDocument(document, document.client_id, { policy: 'open', at: 1 });
      assert.deepEqual(authMethods, name === 'ChatGPT' ? ['none', 'private_key_jwt'] : ['none'], name);
      assert.equal(jwksUri, name === 'ChatGPT' ? 'https://chatgpt.com/oauth/jwks.json' : undefined);
    }
  });
});
