/**
 * GET and POST /consent: the page that names the client before Google is reached, and what the person answers.
 *
 * Owns: that an answer counts only in the browser in which the flow began, and that the flow is approved only here.
 * Does not own: the page's words (pages/consent.ts), the way back from Google (callback.ts).
 * MCP security best practices, "Confused Deputy Problem": consent per client before the upstream redirect, unframeable,
 * safe from cross-site requests, and no state for Google before the person approved.
 */
import type { Context, Handler } from 'hono';
import { PageError, RedirectableError } from '../errors.ts';
import type { RecordEvent } from '../observe/record-event.ts';
import { consentPage } from '../pages/consent.ts';
import { pageHeaders } from '../pages/headers.ts';
import type { Operator } from '../pages/layout.ts';
import type { Client } from '../store/records.ts';
import type { GrantStore } from '../store/store.ts';
import type { Provider } from '../upstream/provider.ts';
import type { Random } from '../vault/token.ts';
import type { Vault } from '../vault/vault.ts';
import { isBrowser } from './browser-cookie.ts';
import type { FindClient } from './clients/find.ts';
import { type Flow, openFlow, referenceOf } from './flow.ts';
import { reachGoogle } from './google-answer.ts';
import { checkSameSite, readPageForm } from './page-request.ts';
import { displayHost, isAppUri, isLoopbackUri } from './redirect-uri.ts';
import type { ScopeWords } from './scope-words.ts';
import { sendToGoogle } from './send-to-google.ts';
import { followFlow, startTrail } from './trail.ts';

interface ConsentParts {
  findClient: FindClient;
  store: { grants: Pick<GrantStore, 'existsFor'> };
  vault: Vault;
  provider: Provider;
  random: Random;
  now(): number;
  record: RecordEvent;
  publicUrl: string;
  operator: Operator;
  scopeWords: ScopeWords;
  allowedAccounts: readonly string[] | undefined;
}

export function showConsent(parts: ConsentParts): Handler {
  return async (c) => {
    const sealedFlow = c.req.query('flow');
    const trail = startTrail(c, 'consent');
    const flow = openFlow(parts.vault, 'flow-consent', sealedFlow, parts.now());
    followFlow(trail, flow);
    checkBrowser(c, flow);
    const client = await findClientOf(parts, flow);
    const body = consentPage({
      ref: referenceOf(flow.id),
      clientName: client.name,
      clientUri: client.clientUri,
      documentHost: client.kind === 'document' ? new URL(client.clientId).host : undefined,
      redirectHost: displayHost(flow.redirectUri),
      redirectIsLoopback: isLoopbackUri(flow.redirectUri),
      redirectIsApp: isAppUri(flow.redirectUri),
      isNewClient: await isNewHere(parts.store, client),
      namedItself: client.kind !== 'predefined',
      mode: client.mode,
      ...parts.scopeWords.describe(flow.scopes),
      sealedFlow: sealedFlow ?? '',
      operator: parts.operator,
      publicHost: new URL(parts.publicUrl).host,
      allowedHint: parts.allowedAccounts?.map((account) => account.replace(/^@/, 'accounts of ')).join(', '),
    });
    // Browsers hold the whole redirect chain after the click to form-action: Google, then the client.
    const formActionOrigins = [await reachGoogle(() => parts.provider.authorizationOrigin()), flow.redirectUri];
    parts.record({ ...trail, step: 'consent', outcome: 'shown' });
    return c.body(body, 200, pageHeaders({ formActionOrigins }));
  };
}

export function answerConsent(parts: ConsentParts): Handler {
  return async (c) => {
    const trail = startTrail(c, 'consent');
    checkSameSite(c, parts.publicUrl);
    const form = await readPageForm(c.req.raw);
    const flow = openFlow(parts.vault, 'flow-consent', form.get('flow'), parts.now());
    followFlow(trail, flow);
    checkBrowser(c, flow);
    await findClientOf(parts, flow);
    const decision = form.get('decision');
    if (decision === 'deny') {
      throw new RedirectableError(
        { redirectUri: flow.redirectUri, state: flow.state },
        'access_denied',
        'The person did not allow it.',
      );
    }
    if (decision !== 'allow') throw new PageError('request-invalid', 400, { detail: 'no decision' });
    parts.record({ ...trail, step: 'consent', outcome: 'allowed' });
    return c.redirect(await sendToGoogle(parts, c, flow), 303);
  };
}

/**
 * Whether a stranger made it and nobody is connected through it. A sign-in alone is no connection: a code that was never
 * redeemed would be enough, and the maker of the app can have that in a minute.
 */
export async function isNewHere(store: ConsentParts['store'], client: Client): Promise<boolean> {
  return client.kind !== 'predefined' && !(await store.grants.existsFor(client.clientId));
}

async function findClientOf({ findClient }: ConsentParts, flow: Flow): Promise<Client> {
  const client = await findClient(flow.clientId);
  if (client === undefined) throw new PageError('client-unknown', 400);
  return client;
}

/** The invariant's first half: the browser that answers is the one in which the flow began. */
function checkBrowser(c: Context, flow: Flow): void {
  if (!isBrowser(c, flow.browserHash)) throw new PageError('other-browser', 403);
}
