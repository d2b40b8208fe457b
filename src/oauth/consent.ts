/**
 * GET and POST /consent: the page that names the client before Google is reached, and what the person answers.
 *
 * Owns: that an answer counts only in the browser in which the flow began, and that the flow is approved only here.
 * Does not own: the page's words (pages/consent.ts), the way back from Google (callback.ts).
 * MCP security best practices, "Confused Deputy Problem": consent per client before the upstream redirect, unframeable,
 * safe from cross-site requests, and no state for Google before the person approved.
 */
import type { Context, Handler } from 'hono';
import { OAuthError, PageError, RedirectableError } from '../errors.ts';
import { readCookie } from '../http/cookies.ts';
import { type Parameters, readBody } from '../http/parameters.ts';
import type { Log } from '../observe/log.ts';
import { consentPage } from '../pages/consent.ts';
import { pageHeaders } from '../pages/headers.ts';
import type { Operator } from '../pages/layout.ts';
import type { Client } from '../store/records.ts';
import type { Provider } from '../upstream/provider.ts';
import { hashSecret, isSame, type Random } from '../vault/token.ts';
import type { Vault } from '../vault/vault.ts';
import { BROWSER_COOKIE } from './authorize.ts';
import type { FindClient } from './clients/find.ts';
import { type Flow, openFlow, referenceOf } from './flow.ts';
import { displayHost, isLoopbackUri } from './redirect-uri.ts';
import { scopeWords } from './scope-words.ts';
import { reach, sendToGoogle } from './send-to-google.ts';

interface ConsentParts {
  findClient: FindClient;
  vault: Vault;
  provider: Provider;
  random: Random;
  now(): number;
  log: Log;
  publicUrl: string;
  operator: Operator;
  allowedAccounts: readonly string[] | undefined;
}

export function showConsent(parts: ConsentParts): Handler {
  return async (c) => {
    const sealedFlow = c.req.query('flow');
    const flow = openFlow(parts.vault, 'flow-consent', sealedFlow, parts.now());
    checkBrowser(c, flow);
    const client = await findClientOf(parts, flow);
    const body = consentPage({
      ref: referenceOf(flow.id),
      clientName: client.name,
      clientUri: client.clientUri,
      redirectHost: displayHost(flow.redirectUri),
      redirectIsLoopback: isLoopbackUri(flow.redirectUri),
      isNewClient: client.kind !== 'predefined' && client.lastUsedAt === undefined,
      mode: client.mode,
      ...scopeWords(flow.scopes),
      sealedFlow: sealedFlow ?? '',
      operator: parts.operator,
      publicHost: new URL(parts.publicUrl).host,
      allowedHint: parts.allowedAccounts?.map((account) => account.replace(/^@/, 'accounts of ')).join(', '),
    });
    // Browsers hold the whole redirect chain after the click to form-action: Google, then the client.
    const formActionOrigins = [await reach(flow, () => parts.provider.authorizationOrigin()), flow.redirectUri];
    return c.body(body, 200, pageHeaders({ formActionOrigins }));
  };
}

export function answerConsent(parts: ConsentParts): Handler {
  return async (c) => {
    checkSameSite(c, parts.publicUrl);
    const form = await readForm(c.req.raw);
    const flow = openFlow(parts.vault, 'flow-consent', form.get('flow'), parts.now());
    checkBrowser(c, flow);
    await findClientOf(parts, flow);
    const decision = form.get('decision');
    parts.log.info(
      { step: 'consent', ref: referenceOf(flow.id), client: flow.clientId, decision },
      'the person answered',
    );
    if (decision === 'deny') {
      throw new RedirectableError(
        { redirectUri: flow.redirectUri, state: flow.state },
        'access_denied',
        'The person did not allow it.',
      );
    }
    if (decision !== 'allow')
      throw new PageError('request-invalid', 400, { ref: referenceOf(flow.id), detail: 'no decision' });
    return c.redirect(await sendToGoogle(parts, c, flow), 303);
  };
}

async function findClientOf({ findClient }: ConsentParts, flow: Flow): Promise<Client> {
  const client = await findClient(flow.clientId);
  if (client === undefined) throw new PageError('client-unknown', 400, { ref: referenceOf(flow.id) });
  return client;
}

/** The invariant's first half: the browser that answers is the one in which the flow began. */
export function checkBrowser(c: Context, flow: Flow): void {
  const browser = readCookie(c, BROWSER_COOKIE);
  if (browser === undefined || !isSame(hashSecret(browser), flow.browserHash)) {
    throw new PageError('other-browser', 403, { ref: referenceOf(flow.id) });
  }
}

/**
 * Defence in depth beside the SameSite cookie and the sealed flow: an answer comes from our own page. A caller that is
 * no browser sends neither header, and has no cookie of anybody's either.
 */
function checkSameSite(c: Context, publicUrl: string): void {
  const site = c.req.header('sec-fetch-site');
  const origin = c.req.header('origin');
  if ((site === undefined || site === 'same-origin') && (origin === undefined || origin === publicUrl)) return;
  throw new PageError('other-browser', 403, { detail: 'the answer came from another site' });
}

async function readForm(request: Request): Promise<Parameters> {
  try {
    return await readBody(request);
  } catch (cause) {
    if (cause instanceof OAuthError) throw new PageError('request-invalid', 400, { detail: cause.message, cause });
    throw cause;
  }
}
