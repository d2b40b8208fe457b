/**
 * What is known so far about the attempt that a request belongs to, so that a refusal, wherever it is thrown, is recorded
 * under it in the one place that answers errors (answer-error.ts).
 *
 * Owns: that note, kept with the request. Does not own: recording (observe/record-event.ts). A handler starts it and
 * fills in what it learns, step by step.
 */
import type { Context } from 'hono';
import { siteOfRequest } from '../http/limit-requests.ts';
import type { Parameters } from '../http/parameters.ts';
import type { Grant } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { hashSecret, isSame, parseToken } from '../vault/token.ts';
import { type Flow, referenceOf } from './flow.ts';

export interface Trail {
  /** What a refusal is a refusal of. */
  step: 'authorize' | 'consent' | 'callback' | 'token' | 'refresh' | 'account';
  ref?: string | undefined;
  clientId?: string | undefined;
  connectionId?: string | undefined;
  grantId?: string | undefined;
  email?: string | undefined;
  /** Where it came from, for the share of the trail that strangers have; kept nowhere. */
  site?: string | undefined;
  /** That a code or refresh token was shown that is, or was, good here. */
  isProved?: boolean;
}

export function startTrail(c: Context, step: Trail['step']): Trail {
  const trail: Trail = { step, site: siteOfRequest(c) };
  c.set('trail', trail);
  return trail;
}

export function followFlow(trail: Trail, flow: Pick<Flow, 'id' | 'clientId'>): void {
  trail.ref = referenceOf(flow.id);
  trail.clientId = flow.clientId;
}

export function trailOf(c: Context): Trail | undefined {
  return c.get('trail');
}

/**
 * Finds the attempt behind a refused token request by the code or refresh token that it showed, so that a wrong client
 * secret, too, stands under the reference that the person was shown. What is not proved leads nowhere: whoever makes up
 * codes and tokens writes nothing into anybody's history.
 */
export async function followShown(
  { codes, grants }: Pick<Store, 'codes' | 'grants'>,
  trail: Trail,
  form: Parameters,
): Promise<void> {
  const [code, refreshToken] = [form.get('code'), form.get('refresh_token')];
  if (code !== undefined) await followCode(codes, trail, code);
  if (refreshToken !== undefined) await followRefreshToken(grants, trail, refreshToken);
}

async function followCode(codes: Store['codes'], trail: Trail, text: string): Promise<void> {
  const shown = parseToken('code', text);
  if (shown === undefined) return;
  const code = await codes.find(shown.id);
  if (code === undefined || !isSame(hashSecret(shown.secret), code.secretHash)) return;
  const { clientId, connectionId, grantId } = code;
  Object.assign(trail, { clientId, connectionId, grantId, ref: referenceOf(code.flowId), isProved: true });
}

async function followRefreshToken(grants: Store['grants'], trail: Trail, text: string): Promise<void> {
  const shown = parseToken('refreshToken', text);
  if (shown === undefined) return;
  trail.step = 'refresh';
  const grant = await grants.find(shown.id);
  if (grant === undefined) {
    // Of a grant that is gone the audit trail knows the id, and nothing is left to prove it by. Only a client that was
    // let in is followed: its refusal has a row of its own anyhow, which counts among the strangers'.
    if (trail.clientId !== undefined) trail.grantId = shown.id;
    return;
  }
  if (!isOfGrant(grant, shown.secret)) return;
  const { id: grantId, ref, connectionId } = grant;
  Object.assign(trail, { grantId, ref, connectionId, clientId: trail.clientId ?? grant.clientId, isProved: true });
}

/** Whether it is the grant's refresh token, or was lately. */
function isOfGrant({ refreshHash, retired }: Grant, secret: string): boolean {
  const hash = hashSecret(secret);
  return [refreshHash, ...retired.map((token) => token.hash)].some((known) => isSame(hash, known));
}
