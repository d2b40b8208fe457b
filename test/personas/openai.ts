/**
 * ChatGPT's three generations and Codex, as described in November 2026.
 *
 * Sources: developers.openai.com/plugins/build/auth, developers.openai.com/api/docs/actions, the archived
 * platform.openai.com/docs/plugins/authentication, and captures of August to October 2026.
 */
import type { Persona, Probe } from './persona.ts';

const CHATGPT_PROBES: readonly Probe[] = [
  'POST /mcp',
  'GET /.well-known/oauth-protected-resource/mcp',
  'GET /.well-known/oauth-protected-resource',
  'GET /.well-known/oauth-authorization-server',
  'GET /.well-known/openid-configuration',
];

/** As served on 2026-08-26. */
const CHATGPT_DOCUMENT = {
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
} as const;

/** What ChatGPT's plugin generation has in common, however it is known. */
const CHATGPT_MCP = {
  shows: { name: 'ChatGPT', redirectHost: 'chatgpt.com' },
  redirectUri: 'https://chatgpt.com/connector_platform_oauth_redirect',
  discovers: CHATGPT_PROBES,
  authorize: { hasPkce: true, resource: 'metadata', scope: 'offline', state: 'oauth_s_68a1f0d2c4d08191b5' },
  refresh: { sendsResource: true, sendsScope: false },
  speaks: '2026-07-28',
  readsRefusalFrom: 'result',
  userAgents: {
    discovery: 'Python/3.14 aiohttp/3.13.5',
    token: 'openai-connectors-oauth/1.0',
    calls: 'openai-mcp/1.0.0',
  },
  probesAfterToken: true,
  isOneClientForAll: true,
  leaves: 'revokes',
} as const satisfies Partial<Persona>;

const BY_DOCUMENT = { way: 'document', clientId: CHATGPT_DOCUMENT.client_id, document: CHATGPT_DOCUMENT } as const;

export const chatgptSigned: Persona = {
  ...CHATGPT_MCP,
  id: 'chatgpt-mcp-iss by document, private_key_jwt',
  source: { marks: 'D, O', seen: '2026-10', note: 'the server offers private_key_jwt, so the preference wins' },
  knownBy: BY_DOCUMENT,
  token: { method: 'private_key_jwt', encoding: 'form', sendsResource: true },
};

export const chatgptPublic: Persona = {
  ...CHATGPT_MCP,
  id: 'chatgpt-mcp-iss by document, none',
  source: { marks: 'D, O', seen: '2026-10', note: 'any method of the intersection may be used' },
  knownBy: BY_DOCUMENT,
  token: { method: 'none', encoding: 'form', sendsResource: true },
};

export const chatgptHidden: Persona = {
  ...CHATGPT_MCP,
  id: 'chatgpt-mcp-iss by document that its host hides from servers',
  source: { marks: 'O', seen: '2026-09', note: 'chatgpt.com answers 403 to some cloud networks' },
  knownBy: { ...BY_DOCUMENT, isHidden: true },
  token: { method: 'none', encoding: 'form', sendsResource: true },
};

export const chatgptOwnCallback: Persona = {
  ...CHATGPT_MCP,
  id: 'chatgpt-mcp-noiss by document',
  source: { marks: 'D', seen: '2026-11', note: 'a document and a callback for each connection' },
  knownBy: {
    way: 'document',
    clientId: 'https://chatgpt.com/oauth/conn_68f2a7/client.json',
    document: {
      ...CHATGPT_DOCUMENT,
      client_id: 'https://chatgpt.com/oauth/conn_68f2a7/client.json',
      redirect_uris: ['https://chatgpt.com/connector/oauth/conn_68f2a7'],
    },
  },
  redirectUri: 'https://chatgpt.com/connector/oauth/conn_68f2a7',
  token: { method: 'private_key_jwt', encoding: 'form', sendsResource: true },
  speaks: '2025-11-25',
};

export const chatgptRegistered: Persona = {
  ...CHATGPT_MCP,
  id: 'chatgpt-mcp-dcr',
  source: {
    marks: 'O',
    seen: '2026-09',
    note: 'the body has no scope, no grant types, and wants a secret as a native app',
  },
  knownBy: {
    way: 'registration',
    body: {
      client_name: 'ChatGPT',
      application_type: 'native',
      token_endpoint_auth_method: 'client_secret_post',
      redirect_uris: ['https://chatgpt.com/connector/oauth/R4nd0mCallbackId'],
    },
  },
  redirectUri: 'https://chatgpt.com/connector/oauth/R4nd0mCallbackId',
  token: { method: 'client_secret_post', encoding: 'form', sendsResource: true },
  speaks: '2025-11-25',
};

export const chatgptPredefined: Persona = {
  ...CHATGPT_MCP,
  id: 'chatgpt predefined',
  source: { marks: 'D', seen: '2026-11', note: 'id and secret typed into the plugin form' },
  knownBy: { way: 'operator' },
  // A reconnect has been seen to leave the scope out.
  authorize: { ...CHATGPT_MCP.authorize, scope: 'omitted' },
  token: { method: 'client_secret_post', encoding: 'form', sendsResource: true },
  speaks: 'call',
};

const GPT_ACTION = {
  knownBy: { way: 'operator' },
  shows: { name: 'GPT Action', redirectHost: 'chatgpt.com' },
  redirectUri: 'https://chatgpt.com/aip/g-6967b65b2ce08191bc1dd2f4f786bbc4/oauth/callback',
  discovers: ['GET /openapi.json'],
  authorize: {
    hasPkce: false,
    resource: 'none',
    scope: { text: '' },
    state: '3f0c9d8e-5b1a-4a53-9c57-7f1c2d9be0aa',
  },
  refresh: { sendsResource: false, sendsScope: false },
  speaks: 'rest',
  readsRefusalFrom: 'status',
  userAgents: {
    discovery:
      'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ChatGPT-User/1.0; +https://openai.com/bot)',
    token: 'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ChatGPT-User/1.0; +https://openai.com/bot)',
    calls: 'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ChatGPT-User/1.0; +https://openai.com/bot)',
  },
  isOneClientForAll: true,
  leaves: 'forgets',
} as const satisfies Partial<Persona>;

export const gptActionPost: Persona = {
  ...GPT_ACTION,
  id: 'gpt-action, default POST request',
  source: { marks: 'D, O', seen: '2026-11', note: 'scope= is sent empty; no PKCE; no resource' },
  token: { method: 'client_secret_post', encoding: 'form', sendsResource: false },
};

export const gptActionBasic: Persona = {
  ...GPT_ACTION,
  id: 'gpt-action, basic authorization header',
  source: { marks: 'D, O', seen: '2026-11', note: "the builder's other token exchange method, and the older host" },
  shows: { name: 'GPT Action', redirectHost: 'chat.openai.com' },
  redirectUri: 'https://chat.openai.com/aip/g-3RXxeUIZQ-blogstreak-gpt/oauth/callback',
  token: { method: 'client_secret_basic', encoding: 'form', sendsResource: false },
};

const PLUGIN_2023 = {
  ...GPT_ACTION,
  shows: { name: 'GPT Action', redirectHost: 'chat.openai.com' },
  redirectUri: 'https://chat.openai.com/aip/plugin-7e1d1f3a-0b9c-4e55-8a4e-2f8f1f9f0c11/oauth/callback',
  discovers: ['GET /.well-known/ai-plugin.json', 'GET /openapi.json'],
} as const satisfies Partial<Persona>;

export const pluginJson: Persona = {
  ...PLUGIN_2023,
  id: 'plugin-2023, JSON',
  source: { marks: 'D, O', seen: '2023-11', note: 'authorization_content_type application/json' },
  token: { method: 'client_secret_post', encoding: 'json', sendsResource: false },
};

export const pluginForm: Persona = {
  ...PLUGIN_2023,
  id: 'plugin-2023, form',
  source: { marks: 'D, O', seen: '2023-11', note: 'authorization_content_type application/x-www-form-urlencoded' },
  token: { method: 'client_secret_post', encoding: 'form', sendsResource: false },
};

const CODEX = {
  shows: { name: 'Codex', redirectHost: '127.0.0.1' },
  discovers: [
    'GET /mcp',
    'GET /.well-known/oauth-protected-resource/mcp',
    'GET /.well-known/oauth-authorization-server/mcp',
    'GET /.well-known/oauth-authorization-server',
  ],
  authorize: { hasPkce: true, resource: 'metadata', scope: 'offline', state: 'c0dex-8X_k2' },
  token: { method: 'none', encoding: 'form', sendsResource: true },
  // The resource was seen missing at refresh (openai/codex #33403): the grant's own counts.
  refresh: { sendsResource: false, sendsScope: false },
  speaks: '2025-06-18',
  readsRefusalFrom: 'status',
  userAgents: { discovery: 'codex-mcp-client/0.60', token: 'codex-mcp-client/0.60', calls: 'codex-mcp-client/0.60' },
  opensWithGet: true,
  leaves: 'forgets',
} as const satisfies Partial<Persona>;

export const codexRegistered: Persona = {
  ...CODEX,
  id: 'codex by registration',
  source: { marks: 'O', seen: '2026-10', note: 'registers with a scope that ends in offline_access' },
  knownBy: {
    way: 'registration',
    body: {
      client_name: 'Codex',
      redirect_uris: ['http://127.0.0.1:50123/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'none',
      response_types: ['code'],
      scope: 'analytics.readonly offline_access',
    },
  },
  redirectUri: 'http://127.0.0.1:50123/callback',
};

export const codexDocument: Persona = {
  ...CODEX,
  id: 'codex by document',
  source: { marks: 'D, G', seen: '2026-11', note: 'any port of loopback' },
  knownBy: {
    way: 'document',
    clientId: 'https://chatgpt.com/oauth/codex/client.json',
    document: {
      client_id: 'https://chatgpt.com/oauth/codex/client.json',
      client_name: 'Codex',
      client_uri: 'https://chatgpt.com/codex',
      redirect_uris: ['http://127.0.0.1/callback', 'http://localhost/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
  },
  redirectUri: 'http://127.0.0.1:61877/callback',
};
