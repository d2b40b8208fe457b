/**
 * GET /google/callback: Google's answer becomes a connection and a code for the client.
 *
 * Owns: the invariant's second half (the answer counts only in the browser that allowed this flow), and the decision
 * whether the person's link must be asked for again. Does not own: what Google is asked (upstream/), what a code opens
 * (grants/authorization-code.ts), relay mode's code (relay.ts).
 */
import type { Context, Handler } from 'hono';
import { PageError, RedirectableError } from '../errors.ts';
import { clearCookie, readCookie } from '../http/cookies.ts';
import type { Parameters } from '../http/parameters.ts';
import type { Log } from '../observe/log.ts';
import type { RecordEvent } from '../observe/record-event.ts';
import { pageHeaders } from '../pages/headers.ts';
import { scopeMissingPage } from '../pages/scope-missing.ts';
import type { Client, Connection } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import type { Identity, Provider, ProviderTokens } from '../upstream/provider.ts';
import { tokenContext } from '../vault/google-tokens.ts';
import { createId, hashSecret, isSame, type Random } from '../vault/token.ts';
import type { Vault } from '../vault/vault.ts';
import { type FinishVisit, isVisit } from './account/visit.ts';
import type { MayConnect } from './account-policy.ts';
import { answerRedirect } from './answer-redirect.ts';
import type { FindClient } from './clients/find.ts';
import type { Endings } from './end-grant.ts';
import { type ApprovedFlow, CONSENT_MS, type Flow, openFlow, referenceOf, sealFlow } from './flow.ts';
import { exchangeCode, reachGoogle } from './google-answer.ts';
import type { Issuer } from './issue.ts';
import { readPageQuery } from './page-request.ts';
import { sealRelayCode } from './relay.ts';
import type { ScopeWords } from './scope-words.ts';
import { approvalCookie, googleScopes, sendToGoogle } from './send-to-google.ts';
import { followFlow, startTrail } from './trail.ts';

interface CallbackParts {
  findClient: FindClient;
  store: Pick<Store, 'connections' | 'codes' | 'clients'>;
  vault: Vault;
  provider: Provider;
  issue: Issuer;
  mayConnect: MayConnect;
  random: Random;
  now(): number;
  log: Log;
  record: RecordEvent;
  publicUrl: string;
  finishVisit: FinishVisit;
  end: Pick<Endings, 'unneeded'>;
  scopeWords: ScopeWords;
}

export function callback(parts: CallbackParts): Handler {
  return async (c) => {
    const trail = startTrail(c, 'callback');
    const answer = readPageQuery(c.req.url);
    if (isVisit(answer.get('state'))) return parts.finishVisit(c, answer);
    const flow = openFlow(parts.vault, 'flow-google', answer.get('state'), parts.now());
    followFlow(trail, flow);
    checkApproved(c, flow);
    clearCookie(c, approvalCookie(flow.id));
    const client = await parts.findClient(flow.clientId);
    if (client === undefined) throw new PageError('client-unknown', 400);

    const code = readGoogleCode(flow, answer);
    if (flow.mode === 'relay') {
      parts.record({ ...trail, step: 'code', outcome: 'issued', detail: { mode: 'relay' } });
      return answerRedirect(c, parts.publicUrl, flow, { code: sealRelayCode(parts.vault, flow, code, parts.now()) });
    }
    return finishSignIn(parts, c, { flow, client, code });
  };
}

/** Broker mode: the connection is made or renewed, and the client gets our own code. */
async function finishSignIn(
  parts: CallbackParts,
  c: Context,
  { flow, client, code: googleCode }: { flow: ApprovedFlow; client: Client; code: string },
): Promise<Response> {
  const ref = referenceOf(flow.id);
  const { tokens, identity } = await exchangeCode(parts, { approval: flow.approval, code: googleCode });
  if (!parts.mayConnect(identity.email)) throw new PageError('account-not-allowed', 403);

  const missing = googleScopes(flow.scopes).filter((scope) => !tokens.scopes.includes(scope));
  if (missing.length > 0) return askForBoxes(parts, c, { flow, client, missing });

  const existing = await parts.store.connections.findBySubject(identity.subject);
  // What Google gave just now belongs to the link that is being ended, and goes with it.
  if (existing?.deadReason === 'ended') return askAnew(parts, c, flow, existing);
  const decision = decideLink(existing, tokens, flow);
  if (decision.kind === 'ask-again') {
    if (flow.again !== undefined)
      throw new PageError('google-refused', 400, { detail: 'Google gave no refresh token twice' });
    parts.log.info({ step: 'callback', ref, why: decision.why }, 'Google is asked for a lasting link');
    return c.redirect(
      await sendToGoogle(parts, c, { ...flow, again: { scopes: decision.scopes, loginHint: identity.subject } }),
      303,
    );
  }
  const connection =
    decision.kind === 'kept' ? decision.connection : await link(parts, identity, { ...tokens, ...decision });
  if (tokens.refreshExpiresInSeconds !== undefined) {
    parts.log.warn(
      { ref, days: Math.round(tokens.refreshExpiresInSeconds / 86_400) },
      'your Google project is in Testing mode: this connection ends by itself; publish the app in the Google console',
    );
  }

  const { code, record } = parts.issue.code(flow, connection.id);
  if (!(await parts.store.codes.add(record))) {
    const left = await parts.store.connections.find(connection.id);
    if (flow.again === undefined && (left === undefined || left.deadReason !== undefined))
      return askAnew(parts, c, flow, left ?? connection);
    throw new PageError('flow-expired', 410, { detail: 'this flow has given its code' });
  }
  await parts.store.clients.touch(flow.clientId, parts.now());
  parts.record({
    step: 'code',
    outcome: 'issued',
    ref,
    clientId: flow.clientId,
    connectionId: connection.id,
    email: identity.email,
    detail: { link: decision.kind },
  });
  return answerRedirect(c, parts.publicUrl, flow, { code });
}

/**
 * Google ends at once all that a person gave us. A link that is being ended, which may take its time, would therefore take
 * along what Google gives now: it is brought to its end first, and what still comes later with its token ends nothing.
 */
async function askAnew(
  parts: CallbackParts,
  c: Context,
  flow: ApprovedFlow,
  { id, subject, deadReason }: Connection,
): Promise<Response> {
  if (deadReason === 'ended' && (await parts.end.unneeded(id)) === 'not-ended')
    throw new PageError('google-unreachable', 503, { detail: 'the link before has to end' });
  const again = { scopes: googleScopes(flow.scopes), loginHint: subject };
  return c.redirect(await sendToGoogle(parts, c, { ...flow, again }), 303);
}

/** Google's `state` was for this stage and in time; it also has to come in the browser whose person pressed allow. */
function checkApproved(c: Context, flow: Flow): asserts flow is ApprovedFlow {
  if (flow.approval === undefined) throw new PageError('flow-damaged', 400);
  const cookie = readCookie(c, approvalCookie(flow.id));
  if (cookie === undefined || !isSame(hashSecret(cookie), flow.approval.hash))
    throw new PageError('other-browser', 403);
}

/** Google's code, or its refusal: cancelling goes back to the client, anything else is shown. */
function readGoogleCode(flow: ApprovedFlow, answer: Parameters): string {
  const error = answer.get('error');
  if (error === 'access_denied') {
    throw new RedirectableError(
      { redirectUri: flow.redirectUri, state: flow.state },
      'access_denied',
      'The person did not allow it at Google.',
    );
  }
  const code = answer.get('code');
  if (error !== undefined || code === undefined) throw new PageError('google-refused', 400);
  return code;
}

type LinkDecision =
  | { kind: 'kept'; connection: Connection }
  | { kind: 'renewed'; refreshToken: string }
  | { kind: 'ask-again'; why: string; scopes: string[] };

/**
 * One Google link serves all of a person's grants, so a sign-in through one client must never leave it poorer for
 * another. Google sends a refresh token only after a fresh consent, and it covers what was asked then.
 */
function decideLink(existing: Connection | undefined, tokens: ProviderTokens, flow: ApprovedFlow): LinkDecision {
  const lasting =
    existing?.deadReason === undefined && existing?.sealedRefreshToken !== undefined ? existing : undefined;
  const needed = googleScopes(flow.scopes);
  const union = [...new Set([...(lasting?.scopes ?? []), ...needed])];
  if (tokens.refreshToken === undefined) {
    if (lasting !== undefined && needed.every((scope) => lasting.scopes.includes(scope)))
      return { kind: 'kept', connection: lasting };
    return { kind: 'ask-again', why: lasting === undefined ? 'no refresh token' : 'a new scope', scopes: union };
  }
  const isPoorer = union.some((scope) => !tokens.scopes.includes(scope));
  return isPoorer && flow.again === undefined
    ? { kind: 'ask-again', why: 'other scopes', scopes: union }
    : { kind: 'renewed', refreshToken: tokens.refreshToken };
}

function link(
  parts: CallbackParts,
  identity: Identity,
  tokens: ProviderTokens & { refreshToken: string },
): Promise<Connection> {
  const { vault, store, random, now } = parts;
  const seal = (kind: 'access' | 'refresh', token: string) =>
    vault.seal('google-tokens', tokenContext(identity.subject, kind), token);
  const at = now();
  return store.connections.link({
    id: createId(random),
    subject: identity.subject,
    email: identity.email,
    name: identity.name,
    scopes: tokens.scopes.filter((scope) => !['openid', 'email', 'profile'].includes(scope)),
    sealedRefreshToken: seal('refresh', tokens.refreshToken),
    sealedAccessToken: seal('access', tokens.accessToken),
    accessExpiresAt: at + tokens.expiresInSeconds * 1000,
    refreshExpiresAt:
      tokens.refreshExpiresInSeconds === undefined ? undefined : at + tokens.refreshExpiresInSeconds * 1000,
    at,
  });
}

/** Google lets people untick boxes. Says which one, and offers the same flow again with Google's consent page. */
async function askForBoxes(
  parts: CallbackParts,
  c: Context,
  { flow, client, missing }: { flow: ApprovedFlow; client: Client; missing: string[] },
): Promise<Response> {
  const { approval: _, ...rest } = flow;
  const again = { ...rest, again: { scopes: googleScopes(flow.scopes) }, expiresAt: parts.now() + CONSENT_MS };
  parts.record(
    { step: 'callback', outcome: 'scopes-missing', ref: referenceOf(flow.id), clientId: flow.clientId },
    { missing },
  );
  const body = scopeMissingPage({
    ref: referenceOf(flow.id),
    missing: missing.map(parts.scopeWords.nameOf),
    sealedFlow: sealFlow(parts.vault, 'flow-consent', again),
    clientName: client.name,
    publicHost: new URL(parts.publicUrl).host,
  });
  const formActionOrigins = [await reachGoogle(() => parts.provider.authorizationOrigin()), flow.redirectUri];
  return c.body(body, 403, pageHeaders({ formActionOrigins }));
}
