/** Proof Key for Code Exchange (RFC 7636), S256 only. Pure. */
import { hash } from 'node:crypto';
import { isSame } from '../vault/token.ts';

/** RFC 7636 4.2: base64url of a SHA-256, so exactly 43 characters. */
export function isChallenge(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text);
}

export function challengeOf(verifier: string): string {
  return hash('sha256', verifier, 'base64url');
}

/** RFC 7636 4.1 and 4.6. */
export function matchesChallenge(challenge: string, verifier: string): boolean {
  return /^[A-Za-z0-9._~-]{43,128}$/.test(verifier) && isSame(challengeOf(verifier), challenge);
}
