/**
 * POST /token: a code or a refresh token against an access token
 * (developers.google.com/identity/protocols/oauth2/web-server#exchange-authorization-code).
 *
 * Owns: the two grants, in Google's order of checks and with Google's texts. Does not own: client authentication, the
 * records (links.ts). Unlike RFC 6749 asks, Google neither rotates refresh tokens nor burns a grant when a code returns.
 */
import { createHash } from 'node:crypto';
import type { Handler } from 'hono';
import type { ApiEnv, Fault } from '../api.ts';
import { type Fields, readForm } from '../form.ts';
import { JsonRefusal } from '../refusal.ts';
import { authenticateClient } from './client-authentication.ts';
import type { SandboxClient } from './clients.ts';
import { type IdTokenParts, idToken } from './id-token.ts';
import { accessTokenSeconds, type Code, type Links, type PkceChallenge, type Token, testingSeconds } from './links.ts';
import { isSignInScope, openidScope, printScopes, readScopes } from './scopes.ts';

export interface TokenParts extends IdTokenParts {
  links: Links;
}

interface Call {
  client: SandboxClient;
  form: Fields;
  hasFault: (effect: Fault['effect']) => boolean;
}

export function token(parts: TokenParts): Handler<ApiEnv> {
  return async (c) => {
    const form = await readForm(c);
    const client = authenticateClient(c.req.header('Authorization'), form);
    const hasFault = (effect: Fault['effect']) => c.get('faults').some((fault) => fault.effect === effect);
    const answer = await grant(parts, { client, form, hasFault });
    c.header('Cache-Control', 'no-store');
    c.header('Pragma', 'no-cache');
    return c.json(answer);
  };
}

function grant(parts: TokenParts, call: Call): Promise<Record<string, unknown>> {
  const type = required(call.form, 'grant_type');
  if (call.hasFault('invalid-rapt')) throw invalidRapt();
  if (type === 'authorization_code') return redeemCode(parts, call);
  if (type === 'refresh_token') return refresh(parts, call);
  throw new JsonRefusal(400, 'unsupported_grant_type', `Invalid grant_type: ${type}`);
}

async function redeemCode(parts: TokenParts, call: Call): Promise<Record<string, unknown>> {
  const { client, form, hasFault } = call;
  const code = findCode(parts.links, required(form, 'code'), client);
  if (required(form, 'redirect_uri') !== code.redirectUri) {
    throw new JsonRefusal(400, 'redirect_uri_mismatch', 'Bad Request');
  }
  checkVerifier(code.challenge, form.code_verifier);
  // From here on the code is gone. Everything above leaves it alone, so a wrong verifier can be followed by the right one.
  parts.links.spendCode(code);
  const access = parts.links.issueAccessToken(code);
  const isTesting = hasFault('testing-mode');
  const refreshToken =
    code.givesRefreshToken && !hasFault('no-refresh-token')
      ? parts.links.issueRefreshToken(code, { isTesting })
      : undefined;
  return {
    ...(await tokenAnswer(parts, access, code.nonce)),
    ...(refreshToken && { refresh_token: refreshToken.token }),
    ...(refreshToken && Number.isFinite(refreshToken.expiresAt) && { refresh_token_expires_in: testingSeconds }),
  };
}

/** Never answers with a refresh token: the one that came stays the one there is. */
async function refresh(parts: TokenParts, { client, form }: Call): Promise<Record<string, unknown>> {
  const given = required(form, 'refresh_token');
  const found = parts.links.findRefreshToken(given);
  if (found === undefined)
    throw invalidGrant(given.startsWith('1//') ? 'Token has been expired or revoked.' : badRequest);
  if (found.clientId !== client.id) throw new JsonRefusal(401, 'unauthorized_client', 'Unauthorized');
  const scopes = form.scope === undefined ? found.scopes : narrowed(found.scopes, form.scope);
  parts.links.touch(found);
  return tokenAnswer(parts, parts.links.issueAccessToken({ ...found, scopes }));
}

async function tokenAnswer(parts: TokenParts, access: Token, nonce?: string): Promise<Record<string, unknown>> {
  return {
    access_token: access.token,
    expires_in: accessTokenSeconds,
    scope: printScopes(access.scopes),
    token_type: 'Bearer',
    ...(access.scopes.includes(openidScope) && { id_token: await idToken(parts, access, nonce) }),
  };
}

const badRequest = 'Bad Request';
const invalidGrant = (description: string) => new JsonRefusal(400, 'invalid_grant', description);

/** What Workspace's session control answers; only `error_subtype` tells it from a revoked token. */
const invalidRapt = () =>
  new JsonRefusal(400, 'invalid_grant', 'reauth related error (invalid_rapt)', {
    error_uri: 'https://support.google.com/a/answer/9368756',
    error_subtype: 'invalid_rapt',
  });

function required(form: Fields, name: string): string {
  const value = form[name];
  if (value !== undefined && value !== '') return value;
  throw new JsonRefusal(400, 'invalid_request', `Required parameter is missing: ${name}`);
}

/** A code of another client looks like a spent one: its existence is nobody else's business. */
function findCode(links: Links, code: string, client: SandboxClient): Code {
  if (!/^4\/0A[\w-]{70}$/.test(code)) throw invalidGrant('Malformed auth code.');
  const found = links.findCode(code);
  if (found === undefined || !found.isUsable || found.content.clientId !== client.id) throw invalidGrant(badRequest);
  return found.content;
}

/** RFC 7636 4.6. Enforced for clients with a secret too. */
function checkVerifier(challenge: PkceChallenge | undefined, verifier: string | undefined): void {
  if (challenge === undefined) return;
  if (verifier === undefined || verifier === '') throw invalidGrant('Missing code verifier.');
  const hash = () => createHash('sha256').update(verifier).digest('base64url');
  const answer = challenge.method === 'plain' ? verifier : hash();
  if (answer !== challenge.value) throw invalidGrant('Invalid code verifier.');
}

/** RFC 6749 6: a refresh may ask for less, never for more. */
function narrowed(granted: readonly string[], scope: string): string[] {
  const { valid, invalid } = readScopes(scope);
  const wanted = valid.filter((each) => granted.includes(each));
  const isMore = invalid.length > 0 || valid.some((each) => !granted.includes(each) && !isSignInScope(each));
  if (isMore || wanted.length === 0) throw new JsonRefusal(400, 'invalid_scope', badRequest);
  return wanted;
}
