/**
 * Google's sign-in: its endpoints, and the seven things that we ask of it.
 *
 * Owns: parameter names and values that Google wants. Does not own: sorting of refusals (token-request.ts), when a
 * token is refreshed (live-token.ts), what is asked of the Analytics APIs (tools/).
 * https://developers.google.com/identity/openid-connect/openid-connect
 */
import { createRemoteJWKSet, customFetch, errors as joseErrors, jwtVerify } from 'jose';
import { z } from 'zod';
import { UpstreamError } from '../errors.ts';
import type { Outgoing } from '../http/outgoing.ts';
import type { Identity, Provider, ProviderTokens, TokenInfo } from './provider.ts';
import { parseJson, postForm, readAnswer, TIMEOUT_MS, toUpstreamError } from './token-request.ts';

const SCOPE_BASE = 'https://www.googleapis.com/auth/';
const SIGN_IN_SCOPES = ['openid', 'email', 'profile'] as const;

/** As in https://accounts.google.com/.well-known/openid-configuration; tokeninfo is not listed there. */
const GOOGLE: Endpoints = {
  issuers: ['https://accounts.google.com', 'accounts.google.com'],
  authorization: 'https://accounts.google.com/o/oauth2/v2/auth',
  token: 'https://oauth2.googleapis.com/token',
  revocation: 'https://oauth2.googleapis.com/revoke',
  tokeninfo: 'https://oauth2.googleapis.com/tokeninfo',
  jwks: 'https://www.googleapis.com/oauth2/v3/certs',
};

interface Endpoints {
  issuers: string[];
  authorization: string;
  token: string;
  revocation: string;
  tokeninfo: string;
  jwks: string;
}

export interface GoogleParts {
  clientId: string;
  clientSecret: string;
  /** Another issuer in Google's place, whose discovery document is read. */
  issuer: string | undefined;
  /** The one redirect URI that Google ever sees. */
  redirectUri: string;
  send: Outgoing;
  now(): number;
}

export function createGoogle(parts: GoogleParts): Provider {
  const { send, clientId, clientSecret, redirectUri } = parts;
  const endpoints = createEndpoints(parts);
  const keys = createKeys(parts, endpoints);
  const ask = async (fields: Record<string, string>): Promise<ProviderTokens> => {
    const { token } = await endpoints();
    const answer = await postForm(send, token, { ...fields, client_id: clientId, client_secret: clientSecret });
    return toTokens(readAnswer(answer, tokenAnswer));
  };

  return {
    async authorizationUrl({ state, scopes, codeChallenge, nonce, prompt, loginHint, identityOnly = false }) {
      const data = [...SIGN_IN_SCOPES, ...scopes.map((scope) => SCOPE_BASE + scope)];
      const url = new URL((await endpoints()).authorization);
      url.search = new URLSearchParams({
        client_id: clientId,
        redirect_uri: redirectUri,
        response_type: 'code',
        scope: identityOnly ? 'openid email' : data.join(' '),
        access_type: identityOnly ? 'online' : 'offline',
        state,
        nonce,
        code_challenge: codeChallenge,
        code_challenge_method: 'S256',
        prompt,
        ...(loginHint === undefined ? {} : { login_hint: loginHint }),
      }).toString();
      return url.href;
    },

    authorizationOrigin: async () => new URL((await endpoints()).authorization).origin,

    exchange: (code, codeVerifier) =>
      ask({ grant_type: 'authorization_code', code, code_verifier: codeVerifier, redirect_uri: redirectUri }),

    refresh: (refreshToken) => ask({ grant_type: 'refresh_token', refresh_token: refreshToken }),

    async revoke(token) {
      const answer = await postForm(send, (await endpoints()).revocation, { token });
      // A link that is gone already answers 400 invalid_token; gone is what we wanted.
      if (answer.status === 400 && readCode(answer.body) === 'invalid_token') return;
      if (answer.status !== 200) throw toUpstreamError(answer);
    },

    async identify(idToken, nonce) {
      const { issuers } = await endpoints();
      const { payload } = await verify(idToken, keys, { issuer: issuers, audience: clientId, now: parts.now() });
      if (payload.nonce !== nonce) throw new UpstreamError('odd-answer', 'the ID token carries another nonce');
      return toIdentity(payload);
    },

    async tokenInfo(accessToken) {
      // Google's own client library asks this way; a token in the query would end up in somebody's log.
      const answer = await send({
        method: 'POST',
        url: (await endpoints()).tokeninfo,
        headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/x-www-form-urlencoded' },
        timeoutMs: TIMEOUT_MS,
      });
      if (answer.status === 400 || answer.status === 401) return undefined;
      return toTokenInfo(readAnswer(answer, tokenInfoAnswer));
    },

    async forward(fields) {
      const ours = { client_id: clientId, client_secret: clientSecret };
      const body =
        fields.grant_type === 'authorization_code'
          ? { ...fields, ...ours, redirect_uri: redirectUri }
          : { ...fields, ...ours };
      const answer = await postForm(send, (await endpoints()).token, body);
      if (answer.status === 200) return { status: 200, body: answer.body };
      const error = toUpstreamError(answer);
      // A refused code or token is the client's to hear from Google itself; our credentials and outages are our matter.
      if (error.kind === 'grant-dead' || error.kind === 'refused') return { status: 400, body: answer.body };
      throw error;
    },
  };
}

const tokenAnswer = z.object({
  access_token: z.string().min(1),
  expires_in: z.number(),
  refresh_token: z.string().min(1).optional(),
  refresh_token_expires_in: z.number().optional(),
  scope: z.string().optional(),
  id_token: z.string().optional(),
});

function toTokens(answer: z.output<typeof tokenAnswer>): ProviderTokens {
  return {
    accessToken: answer.access_token,
    expiresInSeconds: answer.expires_in,
    refreshToken: answer.refresh_token,
    refreshExpiresInSeconds: answer.refresh_token_expires_in,
    scopes: toShortScopes(answer.scope ?? ''),
    idToken: answer.id_token,
  };
}

/** `openid https://…/auth/userinfo.email https://…/auth/analytics.readonly` → `openid email analytics.readonly`. */
export function toShortScopes(scope: string): string[] {
  const names = scope.split(' ').filter((name) => name !== '');
  return names.map((name) => name.replace(SCOPE_BASE, '').replace(/^userinfo\./, ''));
}

const tokenInfoAnswer = z.object({
  aud: z.string(),
  sub: z.string().optional(),
  scope: z.string(),
  expires_in: z.coerce.number(),
  email: z.string().optional(),
  email_verified: z.union([z.boolean(), z.string()]).optional(),
});

function toTokenInfo(answer: z.output<typeof tokenInfoAnswer>): TokenInfo | undefined {
  if (answer.sub === undefined) return undefined; // a token without openid: we could not say whose it is
  return {
    clientId: answer.aud,
    subject: answer.sub,
    email: String(answer.email_verified) === 'true' ? answer.email : undefined,
    name: undefined,
    scopes: toShortScopes(answer.scope),
    expiresInSeconds: answer.expires_in,
  };
}

/** Google's built-in endpoints, or those of another issuer's discovery document, read once it can be reached. */
function createEndpoints({ issuer, send }: GoogleParts): () => Promise<Endpoints> {
  if (issuer === undefined) return async () => GOOGLE;
  const discovery = z.object({
    issuer: z.literal(issuer),
    authorization_endpoint: z.url(),
    token_endpoint: z.url(),
    revocation_endpoint: z.url(),
    tokeninfo_endpoint: z.url().optional(),
    jwks_uri: z.url(),
  });
  let reading: Promise<Endpoints> | undefined;
  const read = async (): Promise<Endpoints> => {
    const answer = await send({ method: 'GET', url: `${issuer}/.well-known/openid-configuration`, timeoutMs: 5_000 });
    const found = readAnswer(answer, discovery);
    return {
      issuers: [found.issuer],
      authorization: found.authorization_endpoint,
      token: found.token_endpoint,
      revocation: found.revocation_endpoint,
      tokeninfo: found.tokeninfo_endpoint ?? `${issuer}/tokeninfo`,
      jwks: found.jwks_uri,
    };
  };
  return () => {
    reading ??= read().catch((error: unknown) => {
      reading = undefined; // the next request tries again: an issuer that starts after us is no reason to restart
      throw error;
    });
    return reading;
  };
}

type KeySource = () => Promise<ReturnType<typeof createRemoteJWKSet>>;

/** Google's signing keys, fetched through our own way out, kept and renewed by jose. */
function createKeys({ send }: GoogleParts, endpoints: () => Promise<Endpoints>): KeySource {
  let source: ReturnType<typeof createRemoteJWKSet> | undefined;
  return async () => {
    source ??= createRemoteJWKSet(new URL((await endpoints()).jwks), {
      [customFetch]: async (url) => {
        const answer = await send({ method: 'GET', url, timeoutMs: 5_000 });
        return new Response(answer.body, { status: answer.status, headers: { 'content-type': 'application/json' } });
      },
    });
    return source;
  };
}

const CLOCK_TOLERANCE_SECONDS = 120;

async function verify(idToken: string, keys: KeySource, wanted: { issuer: string[]; audience: string; now: number }) {
  try {
    return await jwtVerify(idToken, await keys(), {
      algorithms: ['RS256'],
      issuer: wanted.issuer,
      audience: wanted.audience,
      currentDate: new Date(wanted.now),
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      requiredClaims: ['sub', 'exp', 'iat'],
    });
  } catch (cause) {
    if (cause instanceof UpstreamError) throw cause;
    const unreachable = cause instanceof joseErrors.JWKSTimeout;
    // Google's are an hour ahead of their end.
    const isOurClock = cause instanceof joseErrors.JWTExpired;
    const why = isOurClock
      ? 'the ID token has ended already: is the clock of this machine right?'
      : 'the ID token could not be verified';
    throw new UpstreamError(unreachable ? 'unreachable' : 'odd-answer', why, { cause });
  }
}

function toIdentity(claims: Record<string, unknown>): Identity {
  const subject = claims.sub;
  if (typeof subject !== 'string' || subject === '') throw new UpstreamError('odd-answer', 'the ID token names nobody');
  const isVerified = claims.email_verified === true;
  return {
    subject,
    email: typeof claims.email === 'string' && isVerified ? claims.email : undefined,
    name: typeof claims.name === 'string' ? claims.name : undefined,
  };
}

function readCode(body: string): string | undefined {
  const json = z.object({ error: z.string() }).safeParse(parseJson(body));
  return json.data?.error;
}
