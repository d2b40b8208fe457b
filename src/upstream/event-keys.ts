/**
 * With which keys, and as which issuer, Google signs security event tokens: its RISC configuration and the keys there.
 *
 * Owns: reading both, keeping them, and looking again for a key that is not known, within bounds: anybody may send us the
 * id of a key that does not exist. Does not own: what a token must say (security-event.ts).
 * https://developers.google.com/identity/protocols/risc
 */
import { type CompactVerifyGetKey, createLocalJWKSet } from 'jose';
import { z } from 'zod';
import { UpstreamError } from '../errors.ts';
import type { Outgoing } from '../http/outgoing.ts';
import { readAnswer } from './token-request.ts';

export interface EventSigner {
  /** `iss` of every token, letter by letter: Google's ends with a slash, unlike that of its ID tokens. */
  issuer: string;
  hasKey(kid: string): boolean;
  key: CompactVerifyGetKey;
}

export interface EventKeys {
  /** Throws UpstreamError when nothing is known and nothing can be read. */
  signer(): Promise<EventSigner>;
  /**
   * The same, read anew unless that was tried just now, for a key that is not known. Throws UpstreamError when it still is
   * not and the last reading failed: it may be Google's next one.
   */
  newerSigner(kid: string): Promise<EventSigner>;
}

interface EventKeyParts {
  /** Another issuer in Google's place. */
  issuer: string | undefined;
  send: Outgoing;
  now(): number;
}

const GOOGLE = 'https://accounts.google.com';
const TIMEOUT_MS = 5_000;
const FRESH_MS = 3_600_000;
/** A key that Google took back is believed no longer than this while Google cannot be asked. */
const STALE_MS = 86_400_000;
/** However many unknown keys are named, and however often reading fails. */
const PAUSE_MS = 30_000;

const keySet = z.object({ keys: z.array(z.unknown()).max(100) });
/** RS256 is all that Google signs with; a key of another kind, or for another use, is none for this. */
const signingKey = z.object({
  kty: z.literal('RSA'),
  kid: z.string(),
  n: z.string(),
  e: z.string(),
  use: z.literal('sig').optional(),
  alg: z.literal('RS256').optional(),
});
const configuration = z.object({ issuer: z.string().min(1), jwks_uri: z.url() });

export function createEventKeys({ issuer, send, now }: EventKeyParts): EventKeys {
  let kept: (EventSigner & { readAt: number }) | undefined;
  let failure: unknown;
  let triedAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;

  const get = async <Shape extends z.ZodType>(url: string, shape: Shape) =>
    readAnswer(await send({ method: 'GET', url, timeoutMs: TIMEOUT_MS }), shape);

  const read = async (): Promise<void> => {
    triedAt = now();
    try {
      const { issuer: name, jwks_uri } = await get(`${issuer ?? GOOGLE}/.well-known/risc-configuration`, configuration);
      const published = (await get(jwks_uri, keySet)).keys;
      const keys = published.flatMap((key) => signingKey.safeParse(key).data ?? []);
      const kids = new Set(keys.map(({ kid }) => kid));
      const find = createLocalJWKSet({ keys: keys as { kty: string }[] });
      kept = { issuer: name, key: find, hasKey: (kid) => kids.has(kid), readAt: now() };
      failure = undefined;
    } catch (error) {
      failure = error;
    }
  };

  /** What is kept after reading, if reading is due: all who wait share one. */
  const look = async (oldestMs: number): Promise<EventSigner> => {
    const isOlderThan = (milliseconds: number) => kept === undefined || Math.abs(now() - kept.readAt) >= milliseconds;
    if (reading !== undefined || (isOlderThan(oldestMs) && Math.abs(now() - triedAt) >= PAUSE_MS)) {
      reading ??= read().finally(() => {
        reading = undefined;
      });
      await reading;
    }
    if (kept !== undefined && !isOlderThan(STALE_MS)) return kept;
    throw unknown();
  };

  const unknown = () =>
    failure instanceof UpstreamError
      ? failure
      : new UpstreamError('unreachable', 'the keys of security events are not known', { cause: failure });

  return {
    signer: () => look(FRESH_MS),
    async newerSigner(kid) {
      const signer = await look(0);
      if (!signer.hasKey(kid) && failure !== undefined) throw unknown();
      return signer;
    },
  };
}
