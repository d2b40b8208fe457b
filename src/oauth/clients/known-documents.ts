/**
 * Copies of the metadata documents of assistants that many people use, for when their host does not give them to us: some
 * answer 403 to requests from cloud networks. Data with dates, not rules: the live document is always asked first.
 *
 * Owns: the copies. Does not own: when one serves (packaged-copies.ts). None of them was fetched from this machine. `seen`
 * is the day on which others reported the document, `source` whose word that is: `document` when they printed it whole,
 * `summary` when they told its redirect URIs and methods, and the rest is left out here. Ids that are made for each
 * connection (`chatgpt.com/oauth/{callback_id}/client.json`) cannot be packaged: ids are compared whole, never by pattern.
 */

export interface KnownDocument {
  seen: string;
  source: 'document' | 'summary';
  document: { readonly client_id: string } & Readonly<Record<string, unknown>>;
}

const CHATGPT = {
  client_uri: 'https://chatgpt.com/',
  token_endpoint_auth_method: 'private_key_jwt',
  token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  client_name: 'ChatGPT',
  logo_uri: 'https://persistent.oaistatic.com/sonic/misc/openai-logo.png',
  token_endpoint_auth_signing_alg: 'RS256',
  jwks_uri: 'https://chatgpt.com/oauth/jwks.json',
} as const;

const PUBLIC_CODE_CLIENT = {
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
} as const;

export const knownDocuments: readonly KnownDocument[] = [
  {
    // Used with servers that answer with `iss` (RFC 9207), as ours does.
    seen: '2026-09-08',
    source: 'document',
    document: {
      ...CHATGPT,
      client_id: 'https://chatgpt.com/oauth/client.json',
      redirect_uris: ['https://chatgpt.com/connector_platform_oauth_redirect'],
    },
  },
  {
    seen: '2026-08-03',
    source: 'document',
    document: {
      ...CHATGPT,
      client_id: 'https://chatgpt.com/oauth/mcp/client.json',
      redirect_uris: ['https://chatgpt.com/connector/oauth/mcp'],
    },
  },
  {
    seen: '2026-09-24',
    source: 'summary',
    document: {
      ...PUBLIC_CODE_CLIENT,
      client_id: 'https://chatgpt.com/oauth/codex/client.json',
      client_name: 'Codex',
      redirect_uris: ['http://127.0.0.1/callback', 'http://localhost/callback'],
    },
  },
  {
    seen: '2026-08-14',
    source: 'document',
    document: {
      ...PUBLIC_CODE_CLIENT,
      client_id: 'https://claude.ai/oauth/mcp-oauth-client-metadata',
      client_name: 'Claude',
      client_uri: 'https://claude.ai',
      redirect_uris: ['https://claude.ai/api/mcp/auth_callback'],
      grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:jwt-bearer'],
    },
  },
  {
    seen: '2026-09-08',
    source: 'document',
    document: {
      ...PUBLIC_CODE_CLIENT,
      client_id: 'https://claude.ai/oauth/claude-code-client-metadata',
      client_name: 'Claude Code',
      client_uri: 'https://claude.ai',
      redirect_uris: ['http://localhost/callback', 'http://127.0.0.1/callback'],
    },
  },
  {
    seen: '2026-09-08',
    source: 'document',
    document: {
      ...PUBLIC_CODE_CLIENT,
      client_id: 'https://vscode.dev/oauth/client-metadata.json',
      client_name: 'Visual Studio Code',
      client_uri: 'https://vscode.dev/product',
      logo_uri: 'https://code.visualstudio.com/assets/branding/code-stable.png',
      redirect_uris: ['http://127.0.0.1:33418/', 'https://vscode.dev/redirect'],
      grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
      application_type: 'native',
    },
  },
  {
    seen: '2026-09-24',
    source: 'summary',
    document: {
      ...PUBLIC_CODE_CLIENT,
      client_id: 'https://zed.dev/oauth/client-metadata.json',
      client_name: 'Zed',
      redirect_uris: ['http://127.0.0.1/callback'],
    },
  },
  {
    seen: '2026-09-24',
    source: 'document',
    document: {
      ...PUBLIC_CODE_CLIENT,
      client_id: 'https://opencode.ai/oauth/opencode/client.json',
      client_name: 'opencode',
      client_uri: 'https://opencode.ai',
      logo_uri: 'https://opencode.ai/web-app-manifest-512x512.png',
      redirect_uris: ['http://127.0.0.1/callback', 'http://localhost/callback'],
      application_type: 'native',
      token_endpoint_auth_methods_supported: ['none'],
    },
  },
];

/** What these clients publish, keys included: a few URLs, for which there is always room (create-clients.ts). */
export const knownUrls: ReadonlySet<string> = new Set(
  knownDocuments.flatMap(({ document }) => [document.client_id, String(document.jwks_uri ?? document.client_id)]),
);
