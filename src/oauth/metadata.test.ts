import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Hono } from 'hono';
import { authorizationServerMetadata } from './metadata.ts';

const PARTS = {
  publicUrl: 'https://ga.example.com',
  scopes: ['analytics.readonly', 'offline_access'],
  registration: 'open',
  hasDocuments: true,
} as const;

type Changed = Partial<Parameters<typeof authorizationServerMetadata>[0]>;

async function ask(changed: Changed = {}): Promise<Response> {
  return new Hono().get('/', authorizationServerMetadata({ ...PARTS, ...changed })).request('/');
}

async function tell(changed: Changed = {}) {
  return (await (await ask(changed)).json()) as Record<string, unknown>;
}

const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];

describe('authorization server metadata (RFC 8414 2)', () => {
  it('names every endpoint at the issuer, and all that they take', async () => {
    assert.deepEqual(await tell(), {
      issuer: 'https://ga.example.com',
      authorization_endpoint: 'https://ga.example.com/authorize',
      token_endpoint: 'https://ga.example.com/token',
      revocation_endpoint: 'https://ga.example.com/revoke',
      introspection_endpoint: 'https://ga.example.com/introspect',
      registration_endpoint: 'https://ga.example.com/register',
      response_types_supported: ['code'],
      response_modes_supported: ['query'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      code_challenge_methods_supported: ['S256'],
      client_id_metadata_document_supported: true,
      token_endpoint_auth_methods_supported: ['none', 'client_secret_post', 'client_secret_basic', 'private_key_jwt'],
      token_endpoint_auth_signing_alg_values_supported: ALGORITHMS,
      revocation_endpoint_auth_methods_supported: [
        'none',
        'client_secret_post',
        'client_secret_basic',
        'private_key_jwt',
      ],
      revocation_endpoint_auth_signing_alg_values_supported: ALGORITHMS,
      introspection_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic', 'private_key_jwt'],
      introspection_endpoint_auth_signing_alg_values_supported: ALGORITHMS,
      scopes_supported: ['analytics.readonly', 'offline_access'],
      authorization_response_iss_parameter_supported: true,
      service_documentation: 'https://ga.example.com',
      op_policy_uri: 'https://ga.example.com/privacy',
      op_tos_uri: 'https://ga.example.com/terms',
    });
  });

  it('says nothing of signing and documents where clients cannot be known by one', async () => {
    const told = await tell({ hasDocuments: false });
    assert.deepEqual(told.token_endpoint_auth_methods_supported, ['none', 'client_secret_post', 'client_secret_basic']);
    assert.deepEqual(
      Object.keys(told).filter((name) => /signing_alg|document_supported/.test(name)),
      [],
    );
  });

  it('says nothing of registering where that is switched off', async () => {
    const { registration_endpoint: _, ...others } = await tell();
    assert.deepEqual(await tell({ registration: 'off' }), others);
  });

  it('is JSON that any page may read and keep for five minutes', async () => {
    const { headers, status } = await ask();
    assert.equal(status, 200);
    assert.equal(headers.get('content-type'), 'application/json');
    assert.equal(headers.get('cache-control'), 'public, max-age=300');
    assert.equal(headers.get('access-control-allow-origin'), '*');
  });
});
