/**
 * How Google's tokens of a connection are sealed: each for its own person and kind, so that a row copied to another
 * person's opens for nobody.
 *
 * Owns: that binding, and which key holds it. Does not own: when a token is asked for or kept.
 */
import { sealedBy, type Vault } from './vault.ts';

export type GoogleTokenKind = 'access' | 'refresh';

export function tokenContext(subject: string, kind: GoogleTokenKind): string {
  return `${subject}/${kind}`;
}

/** The same token sealed by the key that seals now; `undefined` when it is already, or when there is none. */
export function sealAnew(
  vault: Vault,
  subject: string,
  kind: GoogleTokenKind,
  sealed: Uint8Array | undefined,
): Uint8Array | undefined {
  if (sealed === undefined || sealedBy(sealed) === vault.activeKid) return undefined;
  const context = tokenContext(subject, kind);
  return vault.seal('google-tokens', context, vault.open('google-tokens', context, sealed));
}
