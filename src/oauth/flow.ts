/**
 * A flow: one person's way from a client's `/authorize` to that client's redirect URI.
 *
 * Owns: what is remembered between the steps, and that it cannot be changed, reused elsewhere or kept too long. It is
 * kept by the browser, sealed, not by a table: before the consent page as `flow` in our own URL, after it as the
 * `state` that Google hands back. A restart or another replica changes nothing, and nobody can flood a table.
 * Does not own: the steps (authorize.ts, consent.ts, callback.ts). docs/decisions/ says why.
 */
import { hash } from 'node:crypto';
import { z } from 'zod';
import { PageError } from '../errors.ts';
import { toBase64url } from '../vault/token.ts';
import { type Vault, VaultError } from '../vault/vault.ts';

const flowShape = z.object({
  /** Random; gives at most one code. */
  id: z.string(),
  clientId: z.string(),
  mode: z.enum(['broker', 'relay']),
  redirectUri: z.string(),
  /** The client's own, handed back byte for byte. */
  state: z.string().optional(),
  /** What the client will be granted. */
  scopes: z.array(z.string()),
  resource: z.string(),
  codeChallenge: z.string().optional(),
  /** SHA-256 of the cookie of the browser in which the flow began. */
  browserHash: z.string(),
  /** Milliseconds since the epoch. */
  expiresAt: z.number(),
  /** Set on a further round through Google: ask for consent again, for these scopes, of this account. */
  again: z.object({ scopes: z.array(z.string()), loginHint: z.string().optional() }).optional(),
  /** Set when the person pressed allow: SHA-256 of the cookie set then, and the key that Google's proof is derived with. */
  approval: z.object({ hash: z.string(), kid: z.string() }).optional(),
});

export type Flow = z.output<typeof flowShape>;

/** A flow that the person allowed, on its way through Google. */
export type ApprovedFlow = Flow & { approval: { hash: string; kid: string } };

/** How long a consent page may stay open. */
export const CONSENT_MS = 30 * 60_000;
/** How long the person may take at Google; the MCP security best practices ask for at most ten minutes. */
export const GOOGLE_MS = 10 * 60_000;

export function sealFlow(vault: Vault, stage: 'flow-consent' | 'flow-google', flow: Flow): string {
  return toBase64url(vault.seal(stage, '', JSON.stringify(flow)));
}

/** Throws PageError `flow-damaged` for what we did not seal for this stage, `flow-expired` for what is too old. */
export function openFlow(
  vault: Vault,
  stage: 'flow-consent' | 'flow-google',
  sealed: string | undefined,
  now: number,
): Flow {
  const flow = unseal(vault, stage, sealed ?? '');
  if (flow.expiresAt <= now) throw new PageError('flow-expired', 410, { ref: referenceOf(flow.id) });
  return flow;
}

function unseal(vault: Vault, stage: 'flow-consent' | 'flow-google', sealed: string): Flow {
  try {
    return flowShape.parse(JSON.parse(vault.open(stage, '', Buffer.from(sealed, 'base64url'))));
  } catch (cause) {
    if (!(cause instanceof VaultError)) throw cause;
    throw new PageError('flow-damaged', 400, { cause });
  }
}

const LETTERS = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';

/** The short code that a person can read out and an operator can search for: `K7PM-3QXA`. */
export function referenceOf(flowId: string): string {
  const bytes = hash('sha256', `reference/${flowId}`, 'buffer');
  const letters = [...bytes.subarray(0, 8)].map((byte) => LETTERS[byte % LETTERS.length]).join('');
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}
