/**
 * ChatGPT as it was with plugins in 2023: the manifest, OAuth with a secret in a JSON body and without PKCE, and calls by
 * the OpenAPI document (OpenAI's archived "Plugin authentication" and "Plugins in production" pages).
 *
 * Owns: these requests, spelled as ChatGPT spelled them: `scope=` sent although it is empty, a UUID as state. Does not
 * own: the person's part of the sign-in (person.ts), what is asked (question.ts). Each step is a method of its own, so that
 * a test can pull the plug between any two.
 */
import { randomUUID } from 'node:crypto';
import { readCallback, readTokens, type Tokens, tokensInWords } from './oauth-answers.ts';
import { callOperation, fetchOpenapi, type OpenapiDocument, type RestCall } from './rest-call.ts';
import type { Send } from './send.ts';
import { shorten } from './shorten.ts';
import type { Credentials } from './stage.ts';

/** What the walk needs to know of a plugin that is installed. Two names mislead: see `auth`. */
export interface InstalledPlugin {
  nameForHuman: string;
  /** `client_url`: where the browser is sent. */
  authorizationUrl: string;
  /** `authorization_url`: where the tokens are. */
  tokenUrl: string;
  tokenContentType: string;
  scope: string;
  document: OpenapiDocument;
}

export interface PluginParts {
  bridgeUrl: string;
  /** `plugin-<uuid>` */
  pluginId: string;
  credentials: Credentials;
  send: Send;
}

const USER_AGENT =
  'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ChatGPT-User/1.0; +https://openai.com/bot)';

/** The callback of a plugin, as it had to be registered. */
export function pluginCallback(pluginId: string): string {
  return `https://chat.openai.com/aip/${pluginId}/oauth/callback`;
}

export function createPlugin2023({ bridgeUrl, pluginId, credentials, send }: PluginParts) {
  const redirectUri = pluginCallback(pluginId);
  const { clientId, clientSecret } = credentials;
  const agent = { 'User-Agent': USER_AGENT };
  const about = {
    ...agent,
    'openai-ephemeral-user-id': randomUUID(),
    'openai-conversation-id': randomUUID(),
    'openai-subdivision-1-iso-code': 'US-CA',
  };

  /** The manifest says in which of two encodings it wants the body; the secret is always in it. */
  function tokenRequest(plugin: InstalledPlugin, fields: Record<string, string>, what: string) {
    const isForm = plugin.tokenContentType === 'application/x-www-form-urlencoded';
    return send({
      method: 'POST',
      url: plugin.tokenUrl,
      headers: agent,
      ...(isForm ? { form: fields } : { json: fields }),
      with: `${isForm ? 'form' : 'JSON'} ${what} and a secret`,
      wanted: 'tokens',
      got: tokensInWords,
    });
  }

  return {
    redirectUri,

    async install(): Promise<InstalledPlugin> {
      const { json } = await send({
        method: 'GET',
        url: `${bridgeUrl}/.well-known/ai-plugin.json`,
        headers: agent,
        wanted: 'a plugin manifest',
        got: ({ json: manifest }) => `“${manifest?.name_for_human}”, auth ${manifest?.auth?.type}`,
      });
      return {
        nameForHuman: json.name_for_human,
        authorizationUrl: json.auth.client_url,
        tokenUrl: json.auth.authorization_url,
        tokenContentType: json.auth.authorization_content_type,
        scope: json.auth.scope,
        document: await fetchOpenapi(send, json.api.url, agent),
      };
    },

    /** Where the person's browser is sent, and the state that must come back. */
    begin(plugin: InstalledPlugin): { url: URL; state: string } {
      const state = randomUUID();
      const url = new URL(plugin.authorizationUrl);
      url.searchParams.set('response_type', 'code');
      url.searchParams.set('client_id', clientId);
      url.searchParams.set('redirect_uri', redirectUri);
      url.searchParams.set('scope', plugin.scope);
      url.searchParams.set('state', state);
      return { url, state };
    },

    async redeem(plugin: InstalledPlugin, callback: URL, state: string): Promise<Tokens> {
      const code = readCallback(callback, { redirectUri, state });
      const fields = {
        grant_type: 'authorization_code',
        client_id: clientId,
        client_secret: clientSecret,
        code,
        redirect_uri: redirectUri,
      };
      return readTokens(await tokenRequest(plugin, fields, `code=${shorten(code)}`));
    },

    async refresh(plugin: InstalledPlugin, { refreshToken }: Tokens): Promise<Tokens> {
      const fields = {
        grant_type: 'refresh_token',
        refresh_token: refreshToken,
        client_id: clientId,
        client_secret: clientSecret,
      };
      return readTokens(await tokenRequest(plugin, fields, `refresh=${shorten(refreshToken)}`));
    },

    call: (call: Omit<RestCall, 'headers'>): Promise<unknown> => callOperation(send, { ...call, headers: about }),
  };
}
