/**
 * GET /.well-known/oauth-authorization-server (RFC 8414), computed once from the same configuration that mounts the
 * routes, so that it cannot promise what is not served.
 */
import type { Handler } from 'hono';
import { ASSERTION_ALGORITHMS } from './clients/assertion-keys.ts';

interface MetadataParts {
  publicUrl: string;
  scopes: readonly string[];
  registration: 'open' | 'off';
  /** Whether clients may be known by their metadata documents; they alone can sign. */
  hasDocuments: boolean;
}

export function authorizationServerMetadata(parts: MetadataParts): Handler {
  const { publicUrl, scopes, registration, hasDocuments } = parts;
  const methods = ['none', 'client_secret_post', 'client_secret_basic', ...(hasDocuments ? ['private_key_jwt'] : [])];
  const algorithms = hasDocuments ? ASSERTION_ALGORITHMS : undefined;
  const body = JSON.stringify({
    issuer: publicUrl,
    authorization_endpoint: `${publicUrl}/authorize`,
    token_endpoint: `${publicUrl}/token`,
    revocation_endpoint: `${publicUrl}/revoke`,
    introspection_endpoint: `${publicUrl}/introspect`,
    ...(registration === 'open' && { registration_endpoint: `${publicUrl}/register` }),
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    code_challenge_methods_supported: ['S256'],
    ...(hasDocuments && { client_id_metadata_document_supported: true }),
    token_endpoint_auth_methods_supported: methods,
    token_endpoint_auth_signing_alg_values_supported: algorithms,
    revocation_endpoint_auth_methods_supported: methods,
    revocation_endpoint_auth_signing_alg_values_supported: algorithms,
    introspection_endpoint_auth_methods_supported: methods.filter((method) => method !== 'none'),
    introspection_endpoint_auth_signing_alg_values_supported: algorithms,
    // With offline_access: ChatGPT goes on refreshing only when it stands here.
    scopes_supported: scopes,
    // RFC 9207: every answer carries `iss`, errors included (answer-redirect.ts).
    authorization_response_iss_parameter_supported: true,
    service_documentation: publicUrl,
    op_policy_uri: `${publicUrl}/privacy`,
    op_tos_uri: `${publicUrl}/terms`,
  });
  return (c) =>
    c.body(body, 200, {
      'Content-Type': 'application/json',
      'Cache-Control': 'public, max-age=300',
      'Access-Control-Allow-Origin': '*',
    });
}
