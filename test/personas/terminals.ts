/**
 * Clients of the terminal and of developers: Gemini CLI, mcp-remote and the MCP Inspector, as described in November 2026.
 *
 * Sources: their repositories (google-gemini/gemini-cli, geelen/mcp-remote, modelcontextprotocol/inspector) and captures.
 */
import type { Persona } from './persona.ts';

const REGISTERS = {
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
};

const TERMINAL = {
  authorize: { hasPkce: true, resource: 'metadata', scope: 'challenge', state: 'b6f0f5d0-0d5c-4a5b-8d0a-2f2f3c9d1e10' },
  token: { method: 'none', encoding: 'form', sendsResource: true },
  refresh: { sendsResource: true, sendsScope: false },
  speaks: '2025-06-18',
  readsRefusalFrom: 'status',
  leaves: 'forgets',
} as const satisfies Partial<Persona>;

export const geminiCli: Persona = {
  ...TERMINAL,
  id: 'gemini-cli',
  source: { marks: 'O, G', seen: '2026-09', note: 'reads the resource metadata at the path form only' },
  knownBy: {
    way: 'registration',
    body: {
      ...REGISTERS,
      client_name: 'Gemini CLI MCP Client',
      redirect_uris: ['http://localhost:7777/oauth/callback'],
    },
  },
  shows: { name: 'Gemini CLI MCP Client', redirectHost: 'localhost' },
  redirectUri: 'http://localhost:45871/oauth/callback',
  discovers: [
    'POST /mcp',
    'GET /.well-known/oauth-protected-resource/mcp',
    'GET /.well-known/oauth-authorization-server',
  ],
  userAgents: { discovery: 'GeminiCLI/0.20', token: 'GeminiCLI/0.20', calls: 'GeminiCLI/0.20' },
};

export const mcpRemote: Persona = {
  ...TERMINAL,
  id: 'mcp-remote',
  source: { marks: 'O, G', seen: '2026-10', note: 'version 0.15.1; takes 404 and 405 for an older transport' },
  knownBy: {
    way: 'registration',
    body: {
      ...REGISTERS,
      client_name: 'MCP CLI Proxy',
      client_uri: 'https://github.com/geelen/mcp-remote',
      software_id: '2e6dc280-f3c3-4e01-99a7-8181dbd1d23d',
      software_version: '0.15.1',
      redirect_uris: ['http://localhost:9696/oauth/callback'],
    },
  },
  shows: { name: 'MCP CLI Proxy', redirectHost: 'localhost' },
  redirectUri: 'http://localhost:9696/oauth/callback',
  discovers: [
    'POST /mcp',
    'GET /.well-known/oauth-protected-resource/mcp',
    'GET /.well-known/oauth-protected-resource',
    'GET /.well-known/oauth-authorization-server',
    'GET /.well-known/oauth-authorization-server/mcp',
    'GET /.well-known/openid-configuration/mcp',
    'GET /mcp/.well-known/openid-configuration',
  ],
  authorize: { ...TERMINAL.authorize, scope: 'offline' },
  refresh: { sendsResource: true, sendsScope: true },
  userAgents: { discovery: 'node', token: 'node', calls: 'node' },
};

export const inspector: Persona = {
  ...TERMINAL,
  id: 'mcp-inspector',
  source: {
    marks: 'O, G',
    seen: '2026-10',
    note: 'a page in the browser, so that it also asks for cross-origin access',
  },
  knownBy: {
    way: 'registration',
    body: {
      ...REGISTERS,
      client_name: 'MCP Inspector',
      client_uri: 'https://github.com/modelcontextprotocol/inspector',
      redirect_uris: ['http://localhost:6274/oauth/callback', 'http://localhost:6274/oauth/callback/debug'],
      scope: '',
    },
  },
  shows: { name: 'MCP Inspector', redirectHost: 'localhost:6274' },
  redirectUri: 'http://localhost:6274/oauth/callback/debug',
  discovers: [
    'POST /mcp',
    'GET /.well-known/oauth-protected-resource/mcp',
    'GET /.well-known/oauth-protected-resource',
    'GET /.well-known/oauth-authorization-server',
  ],
  speaks: '2025-11-25',
  userAgents: { discovery: 'Mozilla/5.0', token: 'Mozilla/5.0', calls: 'Mozilla/5.0' },
  origin: 'http://localhost:6274',
  leaves: 'revokes',
};

/** Stands for the hosted ones that send a secret in the header and know no resource: n8n, Copilot Studio, Perplexity. */
export const hostedBasic: Persona = {
  ...TERMINAL,
  id: 'a hosted client with a secret in the header',
  source: { marks: 'G', seen: '2026-11', note: 'registers without saying how it proves itself, which means Basic' },
  knownBy: {
    way: 'registration',
    body: { client_name: 'Perplexity', redirect_uris: ['https://www.perplexity.ai/rest/connections/oauth_callback'] },
  },
  shows: { name: 'Perplexity', redirectHost: 'www.perplexity.ai' },
  redirectUri: 'https://www.perplexity.ai/rest/connections/oauth_callback',
  discovers: [
    'POST /mcp',
    'GET /.well-known/oauth-protected-resource/mcp',
    'GET /.well-known/oauth-authorization-server',
  ],
  authorize: { ...TERMINAL.authorize, resource: 'none', scope: 'omitted' },
  token: { method: 'client_secret_basic', encoding: 'form', sendsResource: false },
  refresh: { sendsResource: false, sendsScope: false },
  speaks: 'call',
  userAgents: { discovery: 'axios/1.9', token: 'axios/1.9', calls: 'axios/1.9' },
  leaves: 'revokes',
};
