/**
 * Claude on the web and Claude Code, as described in November 2026.
 *
 * Sources: Anthropic's documents at their addresses, modelcontextprotocol.io, and issues of anthropics/claude-ai-mcp.
 */
import type { Persona } from './persona.ts';

const CLAUDE_AI = {
  shows: { name: 'Claude', redirectHost: 'claude.ai' },
  redirectUri: 'https://claude.ai/api/mcp/auth_callback',
  discovers: [
    'POST /mcp',
    'GET /.well-known/oauth-protected-resource/mcp',
    'GET /.well-known/oauth-protected-resource',
    'GET /.well-known/oauth-authorization-server',
  ],
  // It sends the address that the person typed, and offline_access only when the server advertises it.
  authorize: { hasPkce: true, resource: 'typed', scope: 'offline', state: '-x0Tt9_QmU2wYvJk7d1bSg' },
  refresh: { sendsResource: true, sendsScope: false },
  speaks: '2025-11-25',
  readsRefusalFrom: 'status',
  userAgents: { discovery: 'python-httpx/0.28.1', token: 'python-httpx/0.28.1', calls: 'Claude-User' },
  leaves: 'forgets',
} as const satisfies Partial<Persona>;

export const claudeDocument: Persona = {
  ...CLAUDE_AI,
  id: 'claude-ai by document',
  source: { marks: 'D, G', seen: '2026-11', note: 'the document lists a jwt-bearer grant, which is to be ignored' },
  knownBy: {
    way: 'document',
    clientId: 'https://claude.ai/oauth/mcp-oauth-client-metadata',
    document: {
      client_id: 'https://claude.ai/oauth/mcp-oauth-client-metadata',
      client_name: 'Claude',
      client_uri: 'https://claude.ai',
      redirect_uris: ['https://claude.ai/api/mcp/auth_callback', 'https://claude.com/api/mcp/auth_callback'],
      grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:jwt-bearer'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
  },
  token: { method: 'none', encoding: 'form', sendsResource: true },
};

export const claudeRegistered: Persona = {
  ...CLAUDE_AI,
  id: 'claude-ai by registration',
  source: { marks: 'O', seen: '2026-10', note: 'registers with a secret even if unasked, sometimes twice at once' },
  knownBy: {
    way: 'registration',
    body: {
      client_name: 'Claude',
      redirect_uris: ['https://claude.ai/api/mcp/auth_callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_post',
      scope: 'analytics.readonly offline_access',
    },
    atOnce: 2,
  },
  token: { method: 'client_secret_post', encoding: 'form', sendsResource: true },
};

const CLAUDE_CODE = {
  shows: { name: 'Claude Code', redirectHost: 'localhost' },
  discovers: [
    'POST /mcp',
    'GET /.well-known/oauth-protected-resource/mcp',
    'GET /.well-known/oauth-authorization-server',
  ],
  authorize: { hasPkce: true, resource: 'metadata', scope: 'challenge', state: 'kL3-ZbWq81' },
  token: { method: 'none', encoding: 'form', sendsResource: true },
  refresh: { sendsResource: true, sendsScope: false },
  speaks: '2026-07-28',
  readsRefusalFrom: 'status',
  userAgents: { discovery: 'claude-code/2.1', token: 'claude-code/2.1', calls: 'claude-code/2.1' },
  leaves: 'forgets',
} as const satisfies Partial<Persona>;

export const claudeCodeDocument: Persona = {
  ...CLAUDE_CODE,
  id: 'claude-code by document',
  source: { marks: 'D, G', seen: '2026-11', note: 'no application_type; the port is any, for localhost by name too' },
  knownBy: {
    way: 'document',
    clientId: 'https://claude.ai/oauth/claude-code-client-metadata',
    document: {
      client_id: 'https://claude.ai/oauth/claude-code-client-metadata',
      client_name: 'Claude Code',
      client_uri: 'https://claude.com/product/claude-code',
      redirect_uris: ['http://localhost/callback', 'http://127.0.0.1/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
  },
  redirectUri: 'http://localhost:54545/callback',
};

export const claudeCodeRegistered: Persona = {
  ...CLAUDE_CODE,
  id: 'claude-code by registration',
  source: { marks: 'O, G', seen: '2026-10', note: 'listens on another port the second time' },
  knownBy: {
    way: 'registration',
    body: {
      client_name: 'Claude Code (ganalytics)',
      redirect_uris: ['http://localhost:3118/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
  },
  shows: { name: 'Claude Code (ganalytics)', redirectHost: 'localhost' },
  redirectUri: 'http://localhost:61234/callback',
  speaks: '2024-11-05',
};
