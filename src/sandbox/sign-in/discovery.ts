/**
 * GET /.well-known/openid-configuration and the keys it points to.
 *
 * Owns: Google's discovery fields, narrowed to what the sandbox really serves, plus `tokeninfo_endpoint`, which is ours:
 * Google has the endpoint but does not announce it.
 */
import { Hono } from 'hono';
import type { ApiEnv } from '../api.ts';
import { authorizePath } from './authorize.ts';
import type { Keys } from './keys.ts';

export function discovery({ issuer, keys }: { issuer: string; keys: Keys }): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();

  app.get('/.well-known/openid-configuration', (c) => {
    c.header('Cache-Control', 'public, max-age=3600');
    return c.json({
      issuer,
      authorization_endpoint: issuer + authorizePath,
      token_endpoint: `${issuer}/token`,
      revocation_endpoint: `${issuer}/revoke`,
      userinfo_endpoint: `${issuer}/v1/userinfo`,
      tokeninfo_endpoint: `${issuer}/tokeninfo`,
      jwks_uri: `${issuer}/oauth2/v3/certs`,
      response_types_supported: ['code'],
      response_modes_supported: ['query'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      scopes_supported: ['openid', 'email', 'profile'],
      token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
      claims_supported: claims,
      code_challenge_methods_supported: ['plain', 'S256'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
    });
  });

  app.get('/oauth2/v3/certs', async (c) => {
    c.header('Cache-Control', 'public, max-age=19800, must-revalidate, no-transform');
    return c.json(await keys.published());
  });

  return app;
}

const claims = [
  ...['aud', 'email', 'email_verified', 'exp', 'family_name', 'given_name', 'iat', 'iss', 'name', 'picture', 'sub'],
];
