/**
 * ChatGPT with a plugin of today: the official MCP client, which finds its way from the first 401 to a token by itself
 * (MCP "Authorization": RFC 9728, 8414, 7591, 7636, 8707, 9207).
 *
 * Owns: being ChatGPT towards the client package: its registration body, its callback, its name. Does not own: discovery,
 * PKCE, the token request and the checks of the answer, which are the package's; the person's part of the sign-in
 * (person.ts). The package is a development dependency, loaded when it is needed.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type {
  Client,
  OAuthClientProvider,
  OAuthDiscoveryState,
  StoredOAuthClientInformation,
  StoredOAuthTokens,
} from '@modelcontextprotocol/client';
import { HopError, unexpected } from './hop-error.ts';
import { readCallback } from './oauth-answers.ts';

export interface McpPluginParts {
  bridgeUrl: string;
  /** The part of the callback that ChatGPT makes anew for each connection. */
  callbackId?: string;
  /** Told of every request; awaited, so that what is told keeps its order. */
  onHop?: (hop: McpHop) => void | Promise<void>;
}

/** One request of the official client. */
export interface McpHop {
  method: string;
  url: URL;
  headers: Headers;
  body: string;
  answer: { status: number; headers: Headers; text: string };
}

export interface ConnectedMcp {
  tools: string[];
  protocolVersion: string;
  /** The structured content. Throws HopError for a result that is an error. */
  call(tool: string, input: Record<string, unknown>): Promise<unknown>;
  close(): Promise<void>;
}

/** The callback of a connection, where the authorization server is not known to send `iss`. */
export function mcpCallback(callbackId: string): string {
  return `https://chatgpt.com/connector/oauth/${callbackId}`;
}

/** As ChatGPT registers, once for each connection: no scope, and a secret wanted. */
export function registrationBody(redirectUri: string) {
  return {
    client_name: 'ChatGPT',
    application_type: 'native',
    token_endpoint_auth_method: 'client_secret_post',
    redirect_uris: [redirectUri],
  };
}

const CLIENT_INFO = { name: 'openai-mcp', version: '1.0.0' };

/** Throws HopError when the package is not installed. */
export async function createMcpPlugin({
  bridgeUrl,
  callbackId = randomBytes(12).toString('base64url'),
  onHop,
}: McpPluginParts) {
  const sdk = await loadMcpClient();
  const redirectUri = mcpCallback(callbackId);
  const fetch = tellingFetch(onHop);
  const memory = createProvider({ redirectUri, fetch });
  const url = new URL(`${bridgeUrl}/mcp`);
  const transport = () => new sdk.StreamableHTTPClientTransport(url, { authProvider: memory.provider, fetch });
  const client = () => new sdk.Client(CLIENT_INFO, { versionNegotiation: { mode: 'auto' } });

  return {
    redirectUri,
    tokens: memory.tokens,

    /** Asks without a token, is turned away, and follows what it is told up to the address for the browser. */
    async begin(): Promise<{ url: URL; finish(callback: URL): Promise<void> }> {
      const way = transport();
      const refused = await client()
        .connect(way)
        .then(
          () => undefined,
          (error: unknown) => error,
        );
      const address = memory.authorizationUrl();
      if (address === undefined) throw new HopError(`the MCP client was not sent to a sign-in: ${inWords(refused)}`);
      return {
        url: address,
        async finish(callback) {
          readCallback(callback, { redirectUri, state: memory.state });
          try {
            await way.finishAuth(callback.searchParams);
          } catch (cause) {
            throw new HopError(`the MCP client could not finish its sign-in: ${inWords(cause)}`, { cause });
          }
        },
      };
    },

    /** With the token that `finish` brought. */
    async connect(): Promise<ConnectedMcp> {
      const connected = client();
      try {
        await connected.connect(transport());
        const { tools } = await connected.listTools();
        return {
          tools: tools.map(({ name }) => name),
          protocolVersion: connected.getNegotiatedProtocolVersion() ?? 'unknown',
          call: (tool, input) => callTool(connected, tool, input),
          close: () => connected.close(),
        };
      } catch (cause) {
        throw new HopError(`the MCP client could not connect with its token: ${inWords(cause)}`, { cause });
      }
    },
  };
}

async function callTool(client: Client, name: string, input: Record<string, unknown>): Promise<unknown> {
  const result = await client.callTool({ name, arguments: input });
  if (result.isError !== true && result.structuredContent !== undefined) return result.structuredContent;
  throw unexpected(`the MCP client called ${name}`, 'structured content', {
    status: 200,
    body: JSON.stringify(result),
  });
}

interface ProviderParts {
  redirectUri: string;
  fetch: typeof globalThis.fetch;
}

/** What the package wants to keep between the steps of a sign-in, in memory. */
function createProvider({ redirectUri, fetch }: ProviderParts) {
  const state = randomUUID();
  let client: StoredOAuthClientInformation | undefined;
  let tokens: StoredOAuthTokens | undefined;
  let verifier = '';
  let discovery: OAuthDiscoveryState | undefined;
  let authorizationUrl: URL | undefined;

  const provider: OAuthClientProvider = {
    redirectUrl: redirectUri,
    clientMetadata: { ...registrationBody(redirectUri), grant_types: ['authorization_code', 'refresh_token'] },
    state: () => state,
    // The package would register with a scope and more besides; ChatGPT's own body says less.
    clientInformation: async () => {
      client ??= await register(discovery, redirectUri, fetch);
      return client;
    },
    saveClientInformation: (information) => {
      client = information;
    },
    tokens: () => tokens,
    saveTokens: (given) => {
      tokens = given;
    },
    redirectToAuthorization: (url) => {
      authorizationUrl = url;
    },
    saveCodeVerifier: (given) => {
      verifier = given;
    },
    codeVerifier: () => verifier,
    saveDiscoveryState: (found) => {
      discovery = found;
    },
    discoveryState: () => discovery,
  };
  return { provider, state, authorizationUrl: () => authorizationUrl, tokens: () => tokens };
}

async function register(
  discovery: OAuthDiscoveryState | undefined,
  redirectUri: string,
  fetch: typeof globalThis.fetch,
): Promise<StoredOAuthClientInformation> {
  const metadata = discovery?.authorizationServerMetadata;
  if (metadata?.registration_endpoint === undefined)
    throw new HopError('the authorization server offers no registration');
  const response = await fetch(metadata.registration_endpoint, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify(registrationBody(redirectUri)),
  });
  const body = await response.text();
  if (response.status !== 201) {
    throw unexpected(`ChatGPT asked POST ${metadata.registration_endpoint}`, 'a client_id', {
      status: response.status,
      body,
    });
  }
  return { ...JSON.parse(body), issuer: metadata.issuer };
}

/** The global fetch under ChatGPT's names, told of afterwards. */
function tellingFetch(onHop: McpPluginParts['onHop']): typeof globalThis.fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const headers = new Headers(init?.headers);
    headers.set('User-Agent', userAgentFor(url.pathname));
    const response = await globalThis.fetch(url, { ...init, headers });
    const method = init?.method ?? 'GET';
    // The stream that answers a POST ends with the answer; one that was asked for with GET stays open.
    const isEndless =
      method === 'GET' && response.headers.get('content-type')?.startsWith('text/event-stream') === true;
    if (onHop !== undefined && !isEndless) {
      const answer = { status: response.status, headers: response.headers, text: await response.clone().text() };
      await onHop({ method, url, headers, body: String(init?.body ?? ''), answer });
    }
    return response;
  };
}

/** One sign-in of ChatGPT comes under several names. */
function userAgentFor(path: string): string {
  if (path === '/mcp') return 'openai-mcp/1.0.0';
  return path === '/token' || path === '/revoke' ? 'openai-connectors-oauth/1.0' : 'Python/3.14 aiohttp/3.13.5';
}

function inWords(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** The official client package. Throws HopError, with what to do, where it is not installed. */
export async function loadMcpClient(): Promise<typeof import('@modelcontextprotocol/client')> {
  try {
    return await import('@modelcontextprotocol/client');
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND';
    if (!isMissing) throw cause;
    const how = 'install it beside this package with: npm install @modelcontextprotocol/client@2';
    throw new HopError(`The third door is walked with the official MCP client, which is missing here; ${how}`, {
      cause,
    });
  }
}
