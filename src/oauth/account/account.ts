/**
 * GET and POST /account: a person sees which assistants are connected, disconnects them, or has everything deleted.
 *
 * Owns: that a change needs a session, a form of that session's own page, and a grant of the person's own. Does not own:
 * signing in (visit.ts, session.ts), what ending means (../end-grant.ts), the words (pages/account.ts).
 */
import type { Context, Handler } from 'hono';
import type { PageError } from '../../errors.ts';
import type { Parameters } from '../../http/parameters.ts';
import type { RecordEvent } from '../../observe/record-event.ts';
import { type Assistant, accountPage, deletePage, signedOutPage } from '../../pages/account.ts';
import { type AccountNotice, noticeOf } from '../../pages/account-notice.ts';
import { pageHeaders } from '../../pages/headers.ts';
import type { Operator } from '../../pages/layout.ts';
import type { Client, Grant } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import type { Provider } from '../../upstream/provider.ts';
import type { Random } from '../../vault/token.ts';
import type { Vault } from '../../vault/vault.ts';
import { RETRY_SECONDS } from '../answer-error.ts';
import { browserHash, markBrowser } from '../browser-cookie.ts';
import type { FindClient } from '../clients/find.ts';
import type { Endings, LinkEnd } from '../end-grant.ts';
import { reachGoogle } from '../google-answer.ts';
import { checkSameSite, readPageForm } from '../page-request.ts';
import { displayHost, isLoopbackUri } from '../redirect-uri.ts';
import type { ScopeWords } from '../scope-words.ts';
import { startTrail } from '../trail.ts';
import { endSession, isOwnForm, leaveNotice, readSession, type Session, takeNotice } from './session.ts';
import { beginVisit, createFinishVisit, type FinishVisit } from './visit.ts';

export interface AccountParts {
  findClient: FindClient;
  store: Pick<Store, 'connections' | 'grants'>;
  end: Pick<Endings, 'grant' | 'connection' | 'person'>;
  vault: Vault;
  provider: Provider;
  random: Random;
  now(): number;
  record: RecordEvent;
  publicUrl: string;
  operator: Operator;
  scopeWords: ScopeWords;
}

export function showAccount(parts: AccountParts): Handler {
  return async (c) => {
    startTrail(c, 'account');
    markBrowser(c, parts.random);
    const session = readSession(parts, c);
    if (session === undefined) return showSignedOut(parts, c);
    const connection = await parts.store.connections.findBySubject(session.subject);
    const body = accountPage({
      ...frame(parts),
      email: connection?.email ?? session.email,
      csrf: session.csrf,
      notice: takeNotice(parts, c, session),
      assistants: connection === undefined ? [] : await listAssistants(parts, connection.id),
      isDead: connection?.deadReason !== undefined && connection.deadReason !== 'ended',
    });
    return c.body(body, 200, pageHeaders());
  };
}

export function changeAccount(parts: AccountParts): Handler {
  return async (c) => {
    startTrail(c, 'account');
    checkSameSite(c, parts.publicUrl);
    const form = await readPageForm(c.req.raw);
    if (form.get('decision') === 'allow') return signIn(parts, c);
    const session = readSession(parts, c);
    if (session === undefined || !isOwnForm(session, form)) {
      endSession(c);
      return showSignedOut(parts, c, { notice: 'session-ended', status: 403 });
    }
    return change(parts, c, session, form);
  };
}

/** For visit.ts: what went wrong with a sign-in is said on the page where it began. */
export function finishVisit(parts: AccountParts): FinishVisit {
  const showProblem = (c: Context, { problem, status }: PageError) =>
    showSignedOut(parts, c, { notice: noticeOf(problem), status });
  return createFinishVisit({ ...parts, connections: parts.store.connections, showProblem });
}

/** The browser has its cookie from the page with the button; a post from elsewhere comes without. */
async function signIn(parts: AccountParts, c: Context): Promise<Response> {
  const browser = browserHash(c);
  if (browser === undefined) return showSignedOut(parts, c, { notice: 'other-browser', status: 403 });
  return goTo(c, await beginVisit(parts, c, browser));
}

async function change(parts: AccountParts, c: Context, session: Session, form: Parameters): Promise<Response> {
  const account = `${parts.publicUrl}/account`;
  if (form.get('delete') === 'ask') return askBeforeDeleting(parts, c, session);
  if (form.get('delete') === 'everything') {
    const link = await parts.end.person({ subject: session.subject, email: session.email });
    endSession(c);
    return showSignedOut(parts, c, { notice: link === 'not-ended' ? 'deleted-not-google' : 'deleted' });
  }
  const target = form.get('disconnect');
  if (target !== undefined) {
    leaveNotice(parts, c, session, noticeOfEnd(await disconnect(parts, session, target)));
    return goTo(c, account);
  }
  endSession(c);
  return showSignedOut(parts, c, { notice: 'signed-out' });
}

/** `all`, or a grant of the person's own; undefined when there is none such. */
async function disconnect(
  { store, end }: AccountParts,
  session: Session,
  target: string,
): Promise<LinkEnd | undefined> {
  const connection = await store.connections.findBySubject(session.subject);
  if (connection === undefined) return undefined;
  if (target === 'all') return end.connection(connection.id, 'person');
  const grant = await store.grants.find(target);
  return grant?.connectionId === connection.id ? end.grant(grant.id, 'person') : undefined;
}

function noticeOfEnd(link: LinkEnd | undefined): AccountNotice {
  if (link === undefined) return 'disconnected-already';
  if (link === 'kept') return 'disconnected';
  return link === 'ended' ? 'disconnected-last' : 'disconnected-not-google';
}

async function askBeforeDeleting(parts: AccountParts, c: Context, session: Session): Promise<Response> {
  const connection = await parts.store.connections.findBySubject(session.subject);
  const grants = connection === undefined ? [] : await parts.store.grants.list({ connectionId: connection.id });
  const { email, csrf } = session;
  const body = deletePage({ ...frame(parts), email: connection?.email ?? email, csrf, count: grants.length });
  return c.body(body, 200, pageHeaders());
}

interface SignedOut {
  notice?: AccountNotice;
  status?: 200 | PageError['status'];
}

/** Browsers hold the redirect to Google after the click to form-action. */
async function showSignedOut(
  parts: AccountParts,
  c: Context,
  { notice, status = 200 }: SignedOut = {},
): Promise<Response> {
  markBrowser(c, parts.random);
  const google = await reachGoogle(() => parts.provider.authorizationOrigin());
  const headers = pageHeaders({ formActionOrigins: [google] });
  const body = signedOutPage({ ...frame(parts), notice });
  return c.body(body, status, status === 503 ? { ...headers, 'Retry-After': RETRY_SECONDS } : headers);
}

function frame({ publicUrl, operator }: AccountParts) {
  return { publicHost: new URL(publicUrl).host, operator };
}

function goTo(c: Context, url: string): Response {
  c.header('Cache-Control', 'no-store');
  c.header('Referrer-Policy', 'no-referrer');
  return c.redirect(url, 303);
}

/** The one that was used last comes first. */
async function listAssistants(parts: AccountParts, connectionId: string): Promise<Assistant[]> {
  const grants = await parts.store.grants.list({ connectionId });
  const byUse = grants.sort((one, other) => other.lastUsedAt - one.lastUsedAt);
  return Promise.all(byUse.map(async (grant) => toAssistant(parts, grant, await findKnown(parts, grant.clientId))));
}

/** A client whose own document cannot be had is shown without its name; it can be disconnected all the same. */
function findKnown({ findClient }: AccountParts, clientId: string): Promise<Client | undefined> {
  return findClient(clientId).catch(() => undefined); // the name is a comfort here, not a condition
}

function toAssistant({ scopeWords }: AccountParts, grant: Grant, client: Client | undefined): Assistant {
  const from = grant.redirectUri ?? client?.redirectUris[0];
  const { reads, changes } = scopeWords.describe(grant.scopes);
  // Rows of before the first use was noted: any later use proves one.
  const usedSince = grant.lastUsedAt > grant.createdAt ? grant.createdAt : undefined;
  return {
    grantId: grant.id,
    name: client?.name,
    address: from === undefined ? undefined : displayHost(from),
    isLoopback: from !== undefined && isLoopbackUri(from),
    kind: client?.kind,
    reads,
    changes,
    connectedAt: grant.createdAt,
    firstUsedAt: grant.firstUsedAt ?? (grant.ref === undefined ? usedSince : undefined),
    lastUsedAt: grant.lastUsedAt,
  };
}
