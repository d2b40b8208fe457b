/**
 * A key set that a stranger published (RFC 7517 5), cut down to what verifying needs.
 *
 * Owns: which members of a key are kept and how long they may be, and that nothing private counts as a key. Does not own:
 * where the set comes from, nor which algorithms are ours (assertion-keys.ts). What is not kept here cannot fill our memory:
 * 64 kB of JSON become megabytes of objects once parsed.
 */
import { z } from 'zod';
import type { PublicKeySet } from '../../store/records.ts';

/** More than anybody has in use at a time, rotation included. */
const MOST_KEYS = 10;

const text = (most: number) => z.string().max(most).optional();

const publicKey = z.object({
  kty: z.enum(['RSA', 'EC', 'OKP']),
  use: text(20),
  key_ops: z.array(z.string().max(20)).max(10).optional(),
  alg: text(20),
  kid: text(300),
  n: text(1400), // 8192 bits
  e: text(20),
  crv: text(20),
  x: text(100), // 521 bits
  y: text(100),
});

/** As it was published. */
export const publishedKeySet = z.object({ keys: z.array(z.record(z.string(), z.unknown())).max(100) });

/** RFC 7518 6.2.2, 6.3.2 and 6.4: what only the owner of a key may know. */
const PRIVATE_MEMBERS = ['d', 'k', 'p', 'q', 'dp', 'dq', 'qi', 'oth'];

export function isPrivateKey(key: Record<string, unknown>): boolean {
  return key.kty === 'oct' || PRIVATE_MEMBERS.some((member) => member in key);
}

/** RFC 7517 5: keys that we cannot use are passed over. Undefined when there are too many that we could. */
export function toPublicKeys({ keys }: z.output<typeof publishedKeySet>): PublicKeySet | undefined {
  const usable = keys.flatMap((key) => {
    const { success, data } = publicKey.safeParse(key);
    return success && !isPrivateKey(key) ? [data] : [];
  });
  return usable.length > MOST_KEYS ? undefined : { keys: usable };
}
