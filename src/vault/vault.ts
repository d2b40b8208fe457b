/**
 * Sealing and opening secrets, and deriving values that only this server can derive.
 *
 * Owns: AES-256-GCM with key id, purpose and context bound in as additional data; one derived key per master key and
 * purpose (HKDF, RFC 5869), so that a value sealed for one purpose opens for no other. Does not own: where keys come
 * from (keys.ts) nor where sealed bytes are kept.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import type { SecretKey } from '../config.ts';
import type { KeyRing } from './keys.ts';
import { type Random, toBase64url } from './token.ts';

/** What a sealed or derived value is for. A value opens only for the purpose that it was sealed for. */
export type Purpose =
  /** Google's tokens of a connection; the context is the Google subject. */
  | 'google-tokens'
  /** A flow before the person pressed allow. */
  | 'flow-consent'
  /** A flow on its way through Google: the `state` that Google sees. */
  | 'flow-google'
  /** Relay mode's authorization code: Google's code and what the client must prove to redeem it. */
  | 'relay-code'
  /** Derives the PKCE verifier and the nonce that Google gets for a flow. */
  | 'google-proof'
  /** Derives the token pair that follows a rotation. */
  | 'token-pair'
  /** A sign-in to the account page on its way through Google. */
  | 'account-visit'
  /** The cookie of somebody who is signed in to the account page. */
  | 'account-session'
  /** Derives the fingerprint under which the audit trail knows a person. */
  | 'person-mark'
  /** A chart inside the address of its picture. */
  | 'chart';

export interface Vault {
  /** Bytes out: version, key id, nonce, ciphertext, tag. `context` must be the same to open it. */
  seal(purpose: Purpose, context: string, plaintext: string | Uint8Array): Uint8Array;
  /** Throws VaultError for anything that was not sealed by one of our keys for this purpose and context. */
  open(purpose: Purpose, context: string, sealed: Uint8Array): string;
  /** The same for what was sealed as bytes. */
  openBytes(purpose: Purpose, context: string, sealed: Uint8Array): Uint8Array;
  /** HMAC-SHA-256 under a key of the given purpose: 43 characters of base64url. Throws VaultError for an unknown key id. */
  derive(purpose: Purpose, message: string, kid: string): string;
  /** The key id that seals now. */
  readonly activeKid: string;
  /** Every key id that opens, the active one first. */
  readonly kids: readonly string[];
}

/** The value was not made by us, not for this, or by a key that is no longer here. Which one is nobody's business. */
export class VaultError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'VaultError';
  }
}

const VERSION = 1;
const IV_BYTES = 12;
const TAG_BYTES = 16;

interface Sealed {
  kid: string;
  iv: Uint8Array;
  body: Uint8Array;
  tag: Uint8Array;
}

/** What a sealed value consists of, nothing of it proved; `undefined` for bytes of another form. */
function takeApart(sealed: Uint8Array): Sealed | undefined {
  const [version, kidBytes = 0] = sealed;
  const kidEnd = 2 + kidBytes;
  const ivEnd = kidEnd + IV_BYTES;
  const bodyEnd = sealed.length - TAG_BYTES;
  if (version !== VERSION || bodyEnd < ivEnd) return undefined;
  const kid = Buffer.from(sealed.subarray(2, kidEnd)).toString();
  const [iv, body, tag] = [sealed.subarray(kidEnd, ivEnd), sealed.subarray(ivEnd, bodyEnd), sealed.subarray(bodyEnd)];
  return { kid, iv, body, tag };
}

/** The key id of a sealed value, as it says itself; `undefined` for bytes of another form. */
export function sealedBy(sealed: Uint8Array): string | undefined {
  return takeApart(sealed)?.kid;
}

/** Keys are a list that stays, or a ring that may be given new ones while the vault is in use. */
export function createVault(given: readonly SecretKey[] | KeyRing, random: Random): Vault {
  const ring: KeyRing = 'lookAgain' in given ? given : { keys: () => given, lookAgain: () => given };
  /** By the master key itself: a key that went and came back under the same id is another one. */
  const derived = new WeakMap<SecretKey, Map<Purpose, Buffer>>();

  const activeKey = (): SecretKey => {
    const [first] = ring.keys();
    if (first === undefined) throw new Error('a vault needs at least one key');
    return first;
  };
  activeKey();

  const keyFor = (kid: string, purpose: Purpose): Buffer => {
    const isIt = (key: SecretKey) => key.kid === kid;
    const master = ring.keys().find(isIt) ?? ring.lookAgain().find(isIt);
    if (master === undefined) throw new VaultError('sealed by a key that this server does not have');
    const known = derived.get(master) ?? new Map<Purpose, Buffer>();
    derived.set(master, known);
    const key = known.get(purpose) ?? Buffer.from(hkdfSync('sha256', master.key, '', `ganalyticsgpt/${purpose}`, 32));
    known.set(purpose, key);
    return key;
  };

  const openBytes = (purpose: Purpose, context: string, sealed: Uint8Array): Buffer => {
    const parts = takeApart(sealed);
    if (parts === undefined) throw new VaultError('not a sealed value');
    const { kid, iv, body, tag } = parts;
    const decipher = createDecipheriv('aes-256-gcm', keyFor(kid, purpose), iv, { authTagLength: TAG_BYTES });
    decipher.setAAD(additionalData(kid, purpose, context));
    decipher.setAuthTag(tag);
    try {
      return Buffer.concat([decipher.update(body), decipher.final()]);
    } catch (cause) {
      throw new VaultError('not sealed by us for this purpose', { cause });
    }
  };

  return {
    get activeKid() {
      return activeKey().kid;
    },
    get kids() {
      return ring.keys().map(({ kid }) => kid);
    },
    openBytes,
    open: (purpose, context, sealed) => openBytes(purpose, context, sealed).toString(),

    seal(purpose, context, plaintext) {
      const activeKid = activeKey().kid;
      const kid = Buffer.from(activeKid);
      const iv = random(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', keyFor(activeKid, purpose), iv);
      cipher.setAAD(additionalData(activeKid, purpose, context));
      const body = Buffer.concat([cipher.update(plaintext), cipher.final()]);
      return Buffer.concat([Buffer.from([VERSION, kid.length]), kid, iv, body, cipher.getAuthTag()]);
    },

    derive(purpose, message, kid) {
      return toBase64url(createHmac('sha256', keyFor(kid, purpose)).update(message).digest());
    },
  };
}

/** Length-prefixed, so that no two different triples give the same bytes. */
function additionalData(kid: string, purpose: Purpose, context: string): Buffer {
  return Buffer.from([kid, purpose, context].map((part) => `${Buffer.byteLength(part)}:${part}`).join(''));
}
