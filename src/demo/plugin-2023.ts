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
import { authorizationUrl, codeFields, refreshFields } from './oauth-requests.ts';
import { callOperation, fetchOpenapi, type OpenapiDocument, type RestCall } from './rest-call.ts';
import type { Answer, Send } from './send.ts';
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

const AGENT = {
  'User-Agent':
    'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ChatGPT-User/1.0; +https://openai.com/bot)',
};

/** The callback of a plugin, as it had to be registered. */
export function pluginCallback(pluginId: string): string {
  return `https://chat.openai.com/aip/${pluginId}/oauth/callback`;
}

export function createPlugin2023(parts: PluginParts) {
  const { pluginId, credentials, send } = parts;
  const redirectUri = pluginCallback(pluginId);
  const about = {
    ...AGENT,
    'openai-ephemeral-user-id': randomUUID(),
    'openai-conversation-id': randomUUID(),
    'openai-subdivision-1-iso-code': 'US-CA',
  };
  return {
    redirectUri,

    install: (): Promise<InstalledPlugin> => install(parts),

    /** Where the person's browser is sent, and the state that must come back. */
    begin({ authorizationUrl: address, scope }: InstalledPlugin): { url: URL; state: string } {
      const state = randomUUID();
      return { url: authorizationUrl(address, { clientId: credentials.clientId, redirectUri, scope, state }), state };
    },

    async redeem(plugin: InstalledPlugin, callback: URL, state: string): Promise<Tokens> {
      const code = readCallback(callback, { redirectUri, state });
      const what = `code=${shorten(code)}`;
      return readTokens(await askForTokens(parts, plugin, { fields: codeFields(code, redirectUri), what }));
    },

    async refresh(plugin: InstalledPlugin, { refreshToken }: Tokens): Promise<Tokens> {
      const what = `refresh=${shorten(refreshToken)}`;
      return readTokens(await askForTokens(parts, plugin, { fields: refreshFields(refreshToken), what }));
    },

    call: (call: Omit<RestCall, 'headers'>): Promise<unknown> => callOperation(send, { ...call, headers: about }),
  };
}

async function install({ bridgeUrl, send }: PluginParts): Promise<InstalledPlugin> {
  const { json } = await send({
    method: 'GET',
    url: `${bridgeUrl}/.well-known/ai-plugin.json`,
    headers: AGENT,
    wanted: 'a plugin manifest',
    got: ({ json: manifest }) => `“${manifest?.name_for_human}”, auth ${manifest?.auth?.type}`,
  });
  return {
    nameForHuman: json.name_for_human,
    authorizationUrl: json.auth.client_url,
    tokenUrl: json.auth.authorization_url,
    tokenContentType: json.auth.authorization_content_type,
    scope: json.auth.scope,
    document: await fetchOpenapi(send, json.api.url, AGENT),
  };
}

/** The manifest says in which of two encodings it wants the body; the secret is always in it. */
function askForTokens(
  { credentials, send }: PluginParts,
  plugin: InstalledPlugin,
  { fields, what }: { fields: Record<string, string>; what: string },
): Promise<Answer> {
  const isForm = plugin.tokenContentType === 'application/x-www-form-urlencoded';
  const body = { ...fields, client_id: credentials.clientId, client_secret: credentials.clientSecret };
  return send({
    method: 'POST',
    url: plugin.tokenUrl,
    headers: AGENT,
    ...(isForm ? { form: body } : { json: body }),
    with: `${isForm ? 'form' : 'JSON'} ${what} and a secret`,
    wanted: 'tokens',
    got: tokensInWords,
  });
}
