/**
 * GET /authorize (RFC 6749 3.1): starts a flow and leads to the consent page, never straight to Google.
 *
 * Owns: the order of the checks and the start of a flow. Does not own: the checks (authorization-request.ts), what a
 * flow is (flow.ts), what the person sees (consent.ts).
 */
import type { Handler } from 'hono';
import { OAuthError, PageError } from '../errors.ts';
import { readCookie, writeCookie } from '../http/cookies.ts';
import { type Parameters, readQuery } from '../http/parameters.ts';
import type { Log } from '../observe/log.ts';
import { createId, createSecret, hashSecret, type Random } from '../vault/token.ts';
import type { Vault } from '../vault/vault.ts';
import { checkRedirectTarget, checkRequest } from './authorization-request.ts';
import type { FindClient } from './clients/find.ts';
import { CONSENT_MS, type Flow, referenceOf, sealFlow } from './flow.ts';

interface AuthorizeParts {
  findClient: FindClient;
  vault: Vault;
  random: Random;
  now(): number;
  log: Log;
  publicUrl: string;
  resourceUrl: string;
  /** What a client may be granted. */
  scopes: readonly string[];
}

/** Tells our browser apart from others; it names nobody. */
export const BROWSER_COOKIE = 'ganalyticsgpt-browser';
const BROWSER_COOKIE_SECONDS = 24 * 3600;

export function authorize(parts: AuthorizeParts): Handler {
  return async (c) => {
    const parameters = readParameters(c.req.url);
    const client = await parts.findClient(parameters.get('client_id') ?? '');
    if (client === undefined) throw new PageError('client-unknown', 400, { detail: 'client_id is not known' });
    const target = checkRedirectTarget(client, parameters);

    // From here on the client and its redirect URI are verified: errors may be redirected.
    const offered = { scopes: parts.scopes, resource: parts.resourceUrl };
    const request = checkRequest(client, target, parameters, offered);

    const browser = readCookie(c, BROWSER_COOKIE) ?? createSecret(parts.random);
    writeCookie(c, BROWSER_COOKIE, browser, BROWSER_COOKIE_SECONDS);
    const flow: Flow = {
      id: createId(parts.random),
      clientId: client.clientId,
      mode: client.mode,
      ...request,
      browserHash: hashSecret(browser),
      expiresAt: parts.now() + CONSENT_MS,
    };
    parts.log.info(
      { step: 'authorize', ref: referenceOf(flow.id), client: client.clientId, mode: client.mode },
      'a flow began',
    );
    c.header('Cache-Control', 'no-store');
    c.header('Referrer-Policy', 'no-referrer');
    return c.redirect(`${parts.publicUrl}/consent?flow=${sealFlow(parts.vault, 'flow-consent', flow)}`, 303);
  };
}

/** Nothing is verified yet, so a malformed query is the person's to see, not a redirect's to carry. */
function readParameters(url: string): Parameters {
  try {
    return readQuery(url);
  } catch (cause) {
    if (cause instanceof OAuthError) throw new PageError('request-invalid', 400, { detail: cause.message, cause });
    throw cause;
  }
}
