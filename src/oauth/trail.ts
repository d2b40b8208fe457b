/**
 * What is known so far about the attempt that a request belongs to, so that a refusal, wherever it is thrown, is recorded
 * under it in the one place that answers errors (answer-error.ts).
 *
 * Owns: that note, kept with the request. Does not own: recording (observe/record-event.ts). A handler starts it and
 * fills in what it learns, step by step.
 */
import type { Context } from 'hono';
import type { Parameters } from '../http/parameters.ts';
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
}

export function startTrail(c: Context, step: Trail['step']): Trail {
  const trail: Trail = { step };
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
 * secret, too, stands under the reference that the person was shown. A code that is not proved leads nowhere.
 */
export async function followShown(
  { codes, grants }: Pick<Store, 'codes' | 'grants'>,
  trail: Trail,
  form: Parameters,
): Promise<void> {
  const shownCode = parseToken('code', form.get('code') ?? '');
  const code = shownCode && (await codes.find(shownCode.id));
  if (code !== undefined && isSame(hashSecret(shownCode?.secret ?? ''), code.secretHash)) {
    const { clientId, connectionId, grantId } = code;
    Object.assign(trail, { clientId, connectionId, grantId, ref: referenceOf(code.flowId) });
  }
  const shownToken = parseToken('refreshToken', form.get('refresh_token') ?? '');
  if (shownToken === undefined) return;
  trail.step = 'refresh';
  // A grant that is gone is known to the audit trail by its id alone.
  trail.grantId = shownToken.id;
  const grant = await grants.find(shownToken.id);
  if (grant === undefined) return;
  Object.assign(trail, {
    ref: grant.ref,
    connectionId: grant.connectionId,
    clientId: trail.clientId ?? grant.clientId,
  });
}
