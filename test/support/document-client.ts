/**
 * Clients known by the document at their id: publishing one, going its whole way, and proving it with signatures.
 *
 * Owns: what such a client sends. Does not own: the world that it lives in (world.ts).
 */
import assert from 'node:assert/strict';
import { claimsFor, type SigningClient } from '../../src/oauth/clients/signing-client.fixture.ts';
import {
  authorizeUrl,
  BRIDGE,
  callMcp,
  createBrowser,
  type FlowOptions,
  type Page,
  PKCE,
  passGoogle,
  postToken,
  type TestClient,
  type TokenAnswer,
  textOf,
  type World,
} from './world.ts';

const RESOURCE = `${BRIDGE}/mcp`;
const TOKEN_ENDPOINT = `${BRIDGE}/token`;
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

export type Fields = Record<string, string | undefined>;

/** What the authorization request of an MCP client carries beside the usual. */
const MCP_PARAMETERS = { code_challenge: PKCE.challenge, code_challenge_method: 'S256', resource: RESOURCE };

/** As served on 2026-08-26 (django-oauth-toolkit issue 1845). */
export const CHATGPT_DOCUMENT = {
  client_id: 'https://chatgpt.com/oauth/client.json',
  client_uri: 'https://chatgpt.com/',
  redirect_uris: ['https://chatgpt.com/connector_platform_oauth_redirect'],
  token_endpoint_auth_method: 'private_key_jwt',
  token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  client_name: 'ChatGPT',
  logo_uri: 'https://persistent.oaistatic.com/sonic/misc/openai-logo.png',
  token_endpoint_auth_signing_alg: 'RS256',
  jwks_uri: 'https://chatgpt.com/oauth/jwks.json',
};

export const CLAUDE_CODE_DOCUMENT = {
  client_id: 'https://claude.ai/oauth/claude-code-client-metadata',
  client_name: 'Claude Code',
  client_uri: 'https://claude.ai',
  redirect_uris: ['http://localhost/callback', 'http://127.0.0.1/callback'],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
};

interface Document {
  client_id: string;
  redirect_uris: string[];
}

export function publish(world: World, document: Document, redirectUri = document.redirect_uris[0] ?? ''): TestClient {
  world.internet.set(document.client_id, { document, headers: { 'cache-control': 'public, max-age=300' } });
  return { clientId: document.client_id, secret: '', redirectUri };
}

export async function openConsent(world: World, client: TestClient, parameters: Fields = {}): Promise<Page> {
  return createBrowser(world).open(authorizeUrl(client, { ...MCP_PARAMETERS, ...parameters }));
}

/** From the assistant's button to its redirect URI. */
export async function signInAs(world: World, client: TestClient, options: FlowOptions = {}): Promise<URL> {
  const browser = createBrowser(world);
  const consent = await browser.open(authorizeUrl(client, { ...MCP_PARAMETERS, ...options.parameters }));
  const page = await passGoogle(browser, await browser.submit(consent, { name: 'decision', value: 'allow' }), options);
  assert.equal(page.status, 0, textOf(page));
  return page.url;
}

export async function redeemAs(world: World, client: TestClient, proof: Fields): Promise<TokenAnswer> {
  const code = (await signInAs(world, client)).searchParams.get('code') ?? '';
  return postToken(world, { grant_type: 'authorization_code', code, ...redeemFields(client), ...proof });
}

export function redeemFields({ redirectUri: redirect_uri }: TestClient): Fields {
  return { redirect_uri, code_verifier: PKCE.verifier, resource: RESOURCE };
}

export function refreshAs(world: World, refreshToken: unknown, proof: Fields): Promise<TokenAnswer> {
  return postToken(world, { grant_type: 'refresh_token', refresh_token: String(refreshToken), ...proof });
}

export async function revokeAs(world: World, token: unknown, proof: Fields): Promise<number> {
  const fields = Object.entries({ token: String(token), ...proof });
  const body = new URLSearchParams(fields.filter((pair): pair is [string, string] => pair[1] !== undefined));
  return (await world.request('/revoke', { method: 'POST', body })).status;
}

export async function opensDoor(world: World, answer: TokenAnswer): Promise<boolean> {
  return (await callMcp(world, String(answer.body.access_token), 'tools/list')).status === 200;
}

let count = 0;

export function createAssertions(world: World, clientId: string, signer: SigningClient) {
  return async (changed: Record<string, unknown> = {}): Promise<Fields> => ({
    client_assertion_type: ASSERTION_TYPE,
    client_assertion: await signer.sign({
      ...claimsFor(clientId, TOKEN_ENDPOINT, world.now(), `jti ${count++}`),
      ...changed,
    }),
  });
}
