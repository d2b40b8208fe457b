/**
 * Editors: VS Code, Cursor, Zed and opencode, as described in November 2026.
 *
 * Sources: code.visualstudio.com and the documents at their addresses; Cursor's forum (thread 148096) and captures.
 */
import type { Persona } from './persona.ts';

const VS_CODE = {
  shows: { name: 'Visual Studio Code', redirectHost: '127.0.0.1' },
  discovers: [
    'POST /mcp',
    'GET /.well-known/oauth-protected-resource/mcp',
    'GET /.well-known/oauth-authorization-server',
  ],
  authorize: { hasPkce: true, resource: 'metadata', scope: 'challenge', state: 'YWJj/+=ZGVm' },
  token: { method: 'none', encoding: 'form', sendsResource: true },
  refresh: { sendsResource: true, sendsScope: false },
  speaks: '2025-11-25',
  readsRefusalFrom: 'status',
  userAgents: { discovery: 'node', token: 'node', calls: 'Visual Studio Code/1.117' },
  leaves: 'forgets',
} as const satisfies Partial<Persona>;

export const vscodeDocument: Persona = {
  ...VS_CODE,
  id: 'vscode by document',
  source: { marks: 'D, G', seen: '2026-11', note: 'served no-store; the trailing slash counts' },
  knownBy: {
    way: 'document',
    clientId: 'https://vscode.dev/oauth/client-metadata.json',
    document: {
      client_id: 'https://vscode.dev/oauth/client-metadata.json',
      client_name: 'Visual Studio Code',
      client_uri: 'https://code.visualstudio.com',
      redirect_uris: ['http://127.0.0.1:33418/', 'https://vscode.dev/redirect'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
  },
  redirectUri: 'http://127.0.0.1:50999/',
};

/** The first of the list is not the one that it uses; port 33418 was taken, so it listens on another. */
export const vscodeRegistered: Persona = {
  ...VS_CODE,
  id: 'vscode by registration',
  source: { marks: 'D, O', seen: '2026-10', note: 'its redirect URIs with their trailing slashes' },
  knownBy: {
    way: 'registration',
    body: {
      client_name: 'Visual Studio Code',
      client_uri: 'https://code.visualstudio.com',
      grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
      response_types: ['code'],
      redirect_uris: [
        'https://insiders.vscode.dev/redirect',
        'https://vscode.dev/redirect',
        'http://localhost/',
        'http://127.0.0.1/',
        'http://localhost:33418/',
        'http://127.0.0.1:33418/',
      ],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
    },
  },
  redirectUri: 'http://127.0.0.1:49613/',
};

export const vscodeWeb: Persona = {
  ...vscodeRegistered,
  id: 'vscode by registration, in the web',
  source: { marks: 'D', seen: '2026-10', note: 'the hosted redirect page' },
  shows: { name: 'Visual Studio Code', redirectHost: 'vscode.dev' },
  redirectUri: 'https://vscode.dev/redirect',
};

const CURSOR = {
  discovers: [
    'POST /mcp',
    'GET /.well-known/oauth-protected-resource/mcp',
    'GET /.well-known/oauth-authorization-server',
    'GET /.well-known/openid-configuration',
  ],
  authorize: { hasPkce: true, resource: 'metadata', scope: 'challenge', state: 'eyJpZCI6InVzZXItZ2EifQ==' },
  token: { method: 'none', encoding: 'form', sendsResource: true },
  refresh: { sendsResource: true, sendsScope: false },
  speaks: '2025-06-18',
  readsRefusalFrom: 'status',
  userAgents: { discovery: 'Cursor/2.4', token: 'Cursor/2.4', calls: 'Cursor/2.4' },
  leaves: 'forgets',
} as const satisfies Partial<Persona>;

const CURSOR_BODY = {
  client_name: 'Cursor',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
  application_type: 'native',
};

export const cursorScheme: Persona = {
  ...CURSOR,
  id: 'cursor with its own scheme',
  source: { marks: 'O, G', seen: '2026-08', note: 'accepted as a whole URI, never by scheme' },
  knownBy: {
    way: 'registration',
    body: { ...CURSOR_BODY, redirect_uris: ['cursor://anysphere.cursor-mcp/oauth/callback'] },
  },
  shows: { name: 'Cursor', redirectHost: 'cursor://anysphere.cursor-mcp' },
  redirectUri: 'cursor://anysphere.cursor-mcp/oauth/callback',
};

export const cursorLoopback: Persona = {
  ...CURSOR,
  id: 'cursor on loopback',
  source: { marks: 'O, G', seen: '2026-08', note: 'newer versions' },
  knownBy: {
    way: 'registration',
    body: {
      ...CURSOR_BODY,
      redirect_uris: ['http://localhost:8787/callback', 'https://www.cursor.com/agents/mcp/oauth/callback'],
    },
  },
  shows: { name: 'Cursor', redirectHost: 'localhost:8787' },
  redirectUri: 'http://localhost:8787/callback',
};

function editorByDocument(id: string, name: string, clientId: string, redirectUri: string): Persona {
  return {
    ...CURSOR,
    id,
    source: { marks: 'D, G', seen: '2026-11', note: 'loopback on a free port' },
    knownBy: {
      way: 'document',
      clientId,
      document: {
        client_id: clientId,
        client_name: name,
        redirect_uris: ['http://127.0.0.1/callback', 'http://localhost/callback'],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
      },
    },
    shows: { name, redirectHost: new URL(redirectUri).hostname },
    redirectUri,
    speaks: '2025-11-25',
    userAgents: { discovery: name, token: name, calls: name },
  };
}

export const zed = editorByDocument(
  'zed by document',
  'Zed',
  'https://zed.dev/oauth/client-metadata.json',
  'http://127.0.0.1:53682/callback',
);

export const opencode = editorByDocument(
  'opencode by document',
  'opencode',
  'https://opencode.ai/oauth/opencode/client.json',
  'http://127.0.0.1:19876/callback',
);
