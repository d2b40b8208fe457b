/**
 * The fingerprint of an e-mail address: whoever knows the address and has the keys finds it again, nobody else can tell
 * whose it is. Bare hashes would not do: addresses can be guessed.
 */
import type { Vault } from './vault.ts';

/** `<key id>.<fingerprint>` under the key that seals now. */
export function markPerson(vault: Vault, email: string): string {
  return markUnder(vault, email, vault.activeKid);
}

/** The fingerprints of an address under every key that is still here: rows of before a key rotation are found too. */
export function marksOf(vault: Vault, email: string): string[] {
  return vault.kids.map((kid) => markUnder(vault, email, kid));
}

function markUnder(vault: Vault, email: string, kid: string): string {
  return `${kid}.${vault.derive('person-mark', email.toLowerCase(), kid)}`;
}
