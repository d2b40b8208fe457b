/**
 * A step of the walk that did not go as it must: who was asked what, and what came back instead.
 *
 * Owns: the sentence. Does not own: the log line of the asked process that explains it, which whoever started that
 * process adds (walk.ts).
 */
import { oneLine } from './shorten.ts';

export interface Came {
  status: number;
  body: string;
}

const LONGEST_BODY = 300;

export class HopError extends Error {
  override readonly name = 'HopError';
}

/** `asked` reads like "ChatGPT asked POST /token at the bridge"; `wanted` like "an access token". */
export function unexpected(asked: string, wanted: string, came: Came): HopError {
  const body = oneLine(came.body, LONGEST_BODY);
  return new HopError(
    `${asked}, wanted ${wanted}, and got ${came.status}${body === '' ? ' without a body' : `: ${body}`}`,
  );
}
