/**
 * Who is signed in to the account page: a sealed cookie, good for twenty minutes, in one browser.
 *
 * Owns: the session and the token that its forms carry. Does not own: how it begins (visit.ts), what it may do
 * (account.ts). Nothing is kept on the server. `SameSite=Lax` and not `Strict`: the first request with it follows a
 * redirect from Google, to which a browser adds no strict cookie.
 */
import type { Context } from 'hono';
import { z } from 'zod';
import { clearCookie, readCookie, writeCookie } from '../../http/cookies.ts';
import type { Parameters } from '../../http/parameters.ts';
import { type AccountNotice, accountNotices } from '../../pages/account-notice.ts';
import type { Identity } from '../../upstream/provider.ts';
import { createSecret, isSame, type Random, toBase64url } from '../../vault/token.ts';
import type { Vault } from '../../vault/vault.ts';
import { isBrowser } from '../browser-cookie.ts';

interface SessionParts {
  vault: Vault;
  random: Random;
  now(): number;
}

const sessionShape = z.object({
  subject: z.string(),
  email: z.string().optional(),
  /** What every form of this session carries. */
  csrf: z.string(),
  browserHash: z.string(),
  expiresAt: z.number(),
  /** What to tell once, on the next page. */
  notice: z.enum(accountNotices).optional(),
});

export type Session = z.output<typeof sessionShape>;

const NAME = 'ganalyticsgpt-account';
/** A sealed session is longer than our other cookies; browsers keep up to 4096 bytes. */
const FORM = /^[A-Za-z0-9_-]{60,3500}$/;
export const SESSION_MINUTES = 20;

export function startSession(parts: SessionParts, c: Context, identity: Identity, browserHash: string): void {
  const { subject, email } = identity;
  const expiresAt = parts.now() + SESSION_MINUTES * 60_000;
  writeSession(parts, c, { subject, email, csrf: createSecret(parts.random), browserHash, expiresAt });
}

/** The session of this browser that is still good. */
export function readSession({ vault, now }: SessionParts, c: Context): Session | undefined {
  const sealed = readCookie(c, NAME, FORM);
  const session = sealed === undefined ? undefined : unseal(vault, Buffer.from(sealed, 'base64url'));
  if (session === undefined || session.expiresAt <= now()) return undefined;
  return isBrowser(c, session.browserHash) ? session : undefined;
}

/** The next page tells this once. */
export function leaveNotice(parts: SessionParts, c: Context, session: Session, notice: AccountNotice): void {
  writeSession(parts, c, { ...session, notice });
}

/** What is to be told, which is then told no more. */
export function takeNotice(parts: SessionParts, c: Context, session: Session): AccountNotice | undefined {
  const { notice, ...rest } = session;
  if (notice !== undefined) writeSession(parts, c, rest);
  return notice;
}

export function endSession(c: Context): void {
  clearCookie(c, NAME);
}

/** Whether a form came from a page of this session. */
export function isOwnForm(session: Session, form: Parameters): boolean {
  const given = form.get('csrf');
  return given !== undefined && isSame(given, session.csrf);
}

function writeSession({ vault, now }: SessionParts, c: Context, session: Session): void {
  const sealed = toBase64url(vault.seal('account-session', '', JSON.stringify(session)));
  writeCookie(c, NAME, sealed, Math.ceil((session.expiresAt - now()) / 1000));
}

function unseal(vault: Vault, sealed: Uint8Array): Session | undefined {
  try {
    return sessionShape.parse(JSON.parse(vault.open('account-session', '', sealed)));
  } catch {
    // Not ours, of a key that is gone, or of a release with other sessions: signed out.
  }
  return undefined;
}
