/**
 * A visit: a person's sign-in with Google to the account page. It asks Google who that is and nothing else; it never
 * makes a connection, a grant or a code.
 *
 * Owns: the second kind of state that comes back to /google/callback, with the same binding as a client's flow: to the
 * browser, and to the very click by the approval cookie. Does not own: the session that follows (session.ts).
 */
import type { Context } from 'hono';
import { z } from 'zod';
import { PageError } from '../../errors.ts';
import { clearCookie, readCookie, writeCookie } from '../../http/cookies.ts';
import type { Parameters } from '../../http/parameters.ts';
import type { RecordEvent } from '../../observe/record-event.ts';
import type { ConnectionStore } from '../../store/store.ts';
import type { Identity, Provider } from '../../upstream/provider.ts';
import { createId, createSecret, hashSecret, isSame, type Random, toBase64url } from '../../vault/token.ts';
import type { Vault } from '../../vault/vault.ts';
import { isBrowser } from '../browser-cookie.ts';
import { GOOGLE_MS } from '../flow.ts';
import { exchangeCode, reachGoogle } from '../google-answer.ts';
import { googleProof } from '../google-proof.ts';
import { approvalCookie } from '../send-to-google.ts';
import { startTrail } from '../trail.ts';
import { startSession } from './session.ts';

interface VisitParts {
  vault: Vault;
  provider: Provider;
  random: Random;
  now(): number;
  record: RecordEvent;
}

const visitShape = z.object({
  id: z.string(),
  browserHash: z.string(),
  approval: z.object({ hash: z.string(), kid: z.string() }),
  expiresAt: z.number(),
});

type Visit = z.output<typeof visitShape>;

/** Tells a visit's state from a flow's before either is opened. Whoever adds or removes it opens nothing. */
const MARK = 'visit.';

export function isVisit(state: string | undefined): boolean {
  return state?.startsWith(MARK) === true;
}

/** Sets the approval cookie and returns Google's address. Throws PageError `google-unreachable`. */
export async function beginVisit(parts: VisitParts, c: Context, browserHash: string): Promise<string> {
  const { vault, provider, random, now } = parts;
  const secret = createSecret(random);
  const approval = { hash: hashSecret(secret), kid: vault.activeKid };
  const visit: Visit = { id: createId(random), browserHash, approval, expiresAt: now() + GOOGLE_MS };
  const { codeChallenge, nonce } = googleProof(vault, approval);
  const state = MARK + toBase64url(vault.seal('account-visit', '', JSON.stringify(visit)));
  const asked = { state, scopes: [], identityOnly: true, codeChallenge, nonce, prompt: 'select_account' } as const;
  const url = await reachGoogle(() => provider.authorizationUrl(asked));
  writeCookie(c, approvalCookie(visit.id), secret, GOOGLE_MS / 1000);
  return url;
}

export type FinishVisit = (c: Context, answer: Parameters) => Promise<Response>;

export interface FinishVisitParts extends VisitParts {
  connections: Pick<ConnectionStore, 'findBySubject'>;
  publicUrl: string;
  /** The account page for somebody who is not signed in, saying why. */
  showProblem(c: Context, problem: PageError): Promise<Response>;
}

/** Google's answer to a visit: a session and the account page, or the account page with what went wrong. */
export function createFinishVisit(parts: FinishVisitParts): FinishVisit {
  return async (c, answer) => {
    startTrail(c, 'account');
    try {
      const visit = openVisit(parts, c, answer.get('state') ?? MARK);
      clearCookie(c, approvalCookie(visit.id));
      const identity = await identify(parts, visit, answer);
      startSession(parts, c, identity, visit.browserHash);
      const connection = await parts.connections.findBySubject(identity.subject);
      parts.record({ step: 'account', outcome: 'signed-in', connectionId: connection?.id });
      c.header('Cache-Control', 'no-store');
      c.header('Referrer-Policy', 'no-referrer');
      return c.redirect(`${parts.publicUrl}/account`, 303);
    } catch (error) {
      if (!(error instanceof PageError)) throw error;
      const cause = error.cause instanceof Error ? error.cause.message : undefined;
      parts.record({ step: 'account', outcome: 'refused', detail: { why: error.problem } }, { cause });
      return parts.showProblem(c, error);
    }
  };
}

function openVisit({ vault, now }: VisitParts, c: Context, state: string): Visit {
  const visit = unseal(vault, state.slice(MARK.length));
  if (visit.expiresAt <= now()) throw new PageError('flow-expired', 410);
  const cookie = readCookie(c, approvalCookie(visit.id));
  const isOurs = cookie !== undefined && isSame(hashSecret(cookie), visit.approval.hash);
  if (!isOurs || !isBrowser(c, visit.browserHash)) throw new PageError('other-browser', 403);
  return visit;
}

function unseal(vault: Vault, sealed: string): Visit {
  try {
    return visitShape.parse(JSON.parse(vault.open('account-visit', '', Buffer.from(sealed, 'base64url'))));
  } catch (cause) {
    throw new PageError('flow-damaged', 400, { cause });
  }
}

async function identify(parts: VisitParts, { approval }: Visit, answer: Parameters): Promise<Identity> {
  const code = answer.get('code');
  if (answer.has('error') || code === undefined) throw new PageError('google-refused', 400);
  return (await exchangeCode(parts, { approval, code })).identity;
}
