/**
 * ChatGPT with a custom GPT's Action: an imported OpenAPI document, OAuth with form bodies and without PKCE, and calls by
 * the document (developers.openai.com/api/docs/actions).
 *
 * Owns: these requests, in both of the builder's token exchange methods: "Default (POST request)" puts the secret into the
 * form, "Basic authorization header" into the header. Does not own: the person's part of the sign-in (person.ts), what is
 * asked (question.ts). Each step is a method of its own, so that a test can pull the plug between any two.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { HopError } from './hop-error.ts';
import { readCallback, readTokens, type Tokens, tokensInWords } from './oauth-answers.ts';
import { authorizationUrl, codeFields, refreshFields } from './oauth-requests.ts';
import { callOperation, fetchOpenapi, type OpenapiDocument, type RestCall } from './rest-call.ts';
import type { Answer, Send } from './send.ts';
import { shorten } from './shorten.ts';
import type { Credentials } from './stage.ts';

/** What the builder's form holds after the import. */
export interface ImportedAction {
  document: OpenapiDocument;
  authorizationUrl: string;
  tokenUrl: string;
}

export type TokenExchangeMethod = 'default_post' | 'basic_auth_header';

export interface GptActionParts {
  bridgeUrl: string;
  /** `g-…`; ids of several shapes have been seen. */
  gptId: string;
  credentials: Credentials;
  send: Send;
}

const AGENT = {
  'User-Agent':
    'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ChatGPT-User/1.0; +https://openai.com/bot)',
};

/** The callback that the builder shows for a GPT. */
export function gptCallback(gptId: string): string {
  return `https://chatgpt.com/aip/${gptId}/oauth/callback`;
}

export function createGptAction(parts: GptActionParts) {
  const { gptId, credentials, send } = parts;
  const redirectUri = gptCallback(gptId);
  const about = {
    ...AGENT,
    'openai-ephemeral-user-id': randomUUID(),
    'openai-conversation-id': randomUUID(),
    'openai-gpt-id': gptId,
  };
  return {
    redirectUri,

    importActions: (): Promise<ImportedAction> => importActions(parts),

    /** Where the person's browser is sent ("Sign in to …"), and the state that must come back. */
    begin({ authorizationUrl: address }: ImportedAction): { url: URL; state: string } {
      const state = randomBytes(24).toString('base64url');
      return {
        url: authorizationUrl(address, { clientId: credentials.clientId, redirectUri, scope: '', state }),
        state,
      };
    },

    async redeem(
      action: ImportedAction,
      { callback, state, method = 'default_post' }: { callback: URL; state: string; method?: TokenExchangeMethod },
    ): Promise<Tokens> {
      const code = readCallback(callback, { redirectUri, state });
      const what = `code=${shorten(code)}`;
      return readTokens(await askForTokens(parts, action, { fields: codeFields(code, redirectUri), method, what }));
    },

    async refresh(
      action: ImportedAction,
      { refreshToken }: Tokens,
      method: TokenExchangeMethod = 'default_post',
    ): Promise<Tokens> {
      const what = `refresh=${shorten(refreshToken)}`;
      return readTokens(await askForTokens(parts, action, { fields: refreshFields(refreshToken), method, what }));
    },

    call: (call: Omit<RestCall, 'headers'>): Promise<unknown> => callOperation(send, { ...call, headers: about }),
  };
}

/** "Import from URL" in the builder. Where to sign in stands in the document too. */
async function importActions({ bridgeUrl, send }: GptActionParts): Promise<ImportedAction> {
  const document = await fetchOpenapi(send, `${bridgeUrl}/openapi.json`, AGENT);
  const scheme = Object.values(document.components.securitySchemes).find(({ flows }) => flows?.authorizationCode);
  const flow = scheme?.flows?.authorizationCode;
  if (flow === undefined) throw new HopError('the OpenAPI document does not say where to sign in');
  return { document, authorizationUrl: flow.authorizationUrl, tokenUrl: flow.tokenUrl };
}

function askForTokens(
  { credentials: { clientId, clientSecret }, send }: GptActionParts,
  { tokenUrl }: ImportedAction,
  { fields, method, what }: { fields: Record<string, string>; method: TokenExchangeMethod; what: string },
): Promise<Answer> {
  const isBasic = method === 'basic_auth_header';
  // RFC 6749 2.3.1: both halves are form-encoded before they are joined.
  const basic = `Basic ${btoa(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`)}`;
  return send({
    method: 'POST',
    url: tokenUrl,
    headers: { ...AGENT, ...(isBasic && { Authorization: basic }) },
    form: isBasic ? fields : { ...fields, client_id: clientId, client_secret: clientSecret },
    with: `form ${what}${isBasic ? ', Basic header' : ' and a secret'}`,
    wanted: 'tokens',
    got: tokensInWords,
  });
}
