/**
 * GET /authorize (RFC 6749 3.1): starts a flow and leads to the consent page, never straight to Google.
 *
 * Owns: the order of the checks and the start of a flow. Does not own: the checks (authorization-request.ts), what a
 * flow is (flow.ts), what the person sees (consent.ts).
 */
import type { Context, Handler } from 'hono';
import { PageError, type RedirectTarget } from '../errors.ts';
import { limitClient } from '../http/limit-requests.ts';
import type { Parameters } from '../http/parameters.ts';
import type { RecordEvent } from '../observe/record-event.ts';
import type { Client } from '../store/records.ts';
import type { GrantStore } from '../store/store.ts';
import { createId, type Random } from '../vault/token.ts';
import type { Vault } from '../vault/vault.ts';
import { askBeforeAnswering } from './answer-error.ts';
import { type CheckedRequest, checkRedirectTarget, checkRequest } from './authorization-request.ts';
import { markBrowser } from './browser-cookie.ts';
import type { FindClient } from './clients/find.ts';
import { isNewHere } from './consent.ts';
import { CONSENT_MS, type Flow, referenceOf, sealFlow } from './flow.ts';
import { readPageQuery } from './page-request.ts';
import { isLoopbackUri } from './redirect-uri.ts';
import { startTrail } from './trail.ts';

interface AuthorizeParts {
  findClient: FindClient;
  store: { grants: Pick<GrantStore, 'existsFor'> };
  vault: Vault;
  random: Random;
  now(): number;
  record: RecordEvent;
  publicUrl: string;
  resourceUrl: string;
  /** What a client may be granted. */
  scopes: readonly string[];
}

export function authorize(parts: AuthorizeParts): Handler {
  return async (c) => {
    const id = createId(parts.random);
    const trail = startTrail(c, 'authorize');
    trail.ref = referenceOf(id);
    const parameters = readPageQuery(c.req.url);
    limitClient(c, parameters.get('client_id'));
    const client = await parts.findClient(parameters.get('client_id') ?? '');
    if (client === undefined) throw new PageError('client-unknown', 400, { detail: 'client_id is not known' });
    trail.clientId = client.clientId;
    const target = checkRedirectTarget(client, parameters);

    // From here on the client and its redirect URI are verified: errors may be redirected.
    const request = await checkOrAsk(parts, c, { client, target, parameters });

    const flow: Flow = {
      id,
      clientId: client.clientId,
      mode: client.mode,
      ...request,
      browserHash: markBrowser(c, parts.random),
      expiresAt: parts.now() + CONSENT_MS,
    };
    const detail = client.mode === 'relay' ? { mode: client.mode } : {};
    parts.record({ ...trail, step: 'authorize', outcome: 'started', detail });
    c.header('Cache-Control', 'no-store');
    c.header('Referrer-Policy', 'no-referrer');
    return c.redirect(`${parts.publicUrl}/consent?flow=${sealFlow(parts.vault, 'flow-consent', flow)}`, 303);
  };
}

/**
 * RFC 9700 4.11.2: anybody can register a client, and a request made to fail would turn a link to this server into one to
 * wherever its maker likes, without a click. While nobody is connected through it, the person is asked first. Loopback is
 * no stranger's page, and a program waits there for its answer.
 */
async function checkOrAsk(
  { store, scopes, resourceUrl }: AuthorizeParts,
  c: Context,
  { client, target, parameters }: { client: Client; target: RedirectTarget; parameters: Parameters },
): Promise<CheckedRequest> {
  try {
    return checkRequest(client, target, parameters, { scopes, resource: resourceUrl });
  } catch (error) {
    if (!isLoopbackUri(target.redirectUri) && (await isNewHere(store, client))) askBeforeAnswering(c);
    throw error;
  }
}
