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
import { callOperation, fetchOpenapi, type OpenapiDocument, type RestCall } from './rest-call.ts';
import type { Send } from './send.ts';
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

const USER_AGENT =
  'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ChatGPT-User/1.0; +https://openai.com/bot)';

/** The callback that the builder shows for a GPT. */
export function gptCallback(gptId: string): string {
  return `https://chatgpt.com/aip/${gptId}/oauth/callback`;
}

export function createGptAction({ bridgeUrl, gptId, credentials, send }: GptActionParts) {
  const redirectUri = gptCallback(gptId);
  const { clientId, clientSecret } = credentials;
  const agent = { 'User-Agent': USER_AGENT };
  const about = {
    ...agent,
    'openai-ephemeral-user-id': randomUUID(),
    'openai-conversation-id': randomUUID(),
    'openai-gpt-id': gptId,
  };

  function tokenRequest(
    { tokenUrl }: ImportedAction,
    { fields, method, what }: { fields: Record<string, string>; method: TokenExchangeMethod; what: string },
  ) {
    const isBasic = method === 'basic_auth_header';
    // RFC 6749 2.3.1: both halves are form-encoded before they are joined.
    const basic = `Basic ${btoa(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`)}`;
    const inBody = { client_id: clientId, client_secret: clientSecret };
    return send({
      method: 'POST',
      url: tokenUrl,
      headers: { ...agent, ...(isBasic && { Authorization: basic }) },
      form: isBasic ? fields : { ...fields, ...inBody },
      with: `form ${what}${isBasic ? ', Basic header' : ' and a secret'}`,
      wanted: 'tokens',
      got: tokensInWords,
    });
  }

  return {
    redirectUri,

    /** "Import from URL" in the builder. Where to sign in stands in the document too. */
    async importActions(): Promise<ImportedAction> {
      const document = await fetchOpenapi(send, `${bridgeUrl}/openapi.json`, agent);
      const scheme = Object.values(document.components.securitySchemes).find(({ flows }) => flows?.authorizationCode);
      const flow = scheme?.flows?.authorizationCode;
      if (flow === undefined) throw new HopError('the OpenAPI document does not say where to sign in');
      return { document, authorizationUrl: flow.authorizationUrl, tokenUrl: flow.tokenUrl };
    },

    /** Where the person's browser is sent ("Sign in to …"), and the state that must come back. */
    begin({ authorizationUrl }: ImportedAction): { url: URL; state: string } {
      const state = randomBytes(24).toString('base64url');
      const url = new URL(authorizationUrl);
      url.searchParams.set('response_type', 'code');
      url.searchParams.set('client_id', clientId);
      url.searchParams.set('redirect_uri', redirectUri);
      url.searchParams.set('scope', '');
      url.searchParams.set('state', state);
      return { url, state };
    },

    async redeem(
      action: ImportedAction,
      { callback, state, method = 'default_post' }: { callback: URL; state: string; method?: TokenExchangeMethod },
    ): Promise<Tokens> {
      const code = readCallback(callback, { redirectUri, state });
      const fields = { grant_type: 'authorization_code', code, redirect_uri: redirectUri };
      return readTokens(await tokenRequest(action, { fields, method, what: `code=${shorten(code)}` }));
    },

    async refresh(
      action: ImportedAction,
      { refreshToken }: Tokens,
      method: TokenExchangeMethod = 'default_post',
    ): Promise<Tokens> {
      const fields = { grant_type: 'refresh_token', refresh_token: refreshToken };
      return readTokens(await tokenRequest(action, { fields, method, what: `refresh=${shorten(refreshToken)}` }));
    },

    call: (call: Omit<RestCall, 'headers'>): Promise<unknown> => callOperation(send, { ...call, headers: about }),
  };
}
