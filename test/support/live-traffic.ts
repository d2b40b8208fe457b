/**
 * Assistants that never rest: each refreshes, calls through both doors, and begins again, whatever the operator does to the
 * bridge meanwhile. An answer that puts off is tried again, as a connection that nobody takes.
 *
 * Owns: their loop and the reckoning. Does not own: what is done to the bridge.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { type Answer, type Assistant, type Tokens, tokensOf } from './assistant.ts';

export interface Reckoning {
  /** Requests that were answered with 200. */
  done: number;
  /** 503 with Retry-After. */
  putOff: number;
  /** Nobody listened, since the bridge was being restarted, or the connection was cut. */
  unreachable: number;
  /** Every other answer. Each may mean that somebody was signed out. */
  refused: Answer[];
}

/** Between two turns, so that the operator's commands have a processor too. */
const PAUSE_MS = 200;

/** `tokens` are used in place. Resolves the reckoning when told to stop. */
export function startTraffic(assistant: Assistant, tokens: Tokens[]): { soFar: Reckoning; stop(): Promise<Reckoning> } {
  const soFar: Reckoning = { done: 0, putOff: 0, unreachable: 0, refused: [] };
  let isOver = false;

  const reckon = async (asking: Promise<Answer>): Promise<Answer | undefined> => {
    const answer = await asking.catch(() => undefined);
    if (answer === undefined) soFar.unreachable += 1;
    else if (answer.status === 200) soFar.done += 1;
    else if (answer.status === 503 && answer.retryAfter !== null) soFar.putOff += 1;
    else soFar.refused.push(answer);
    return answer?.status === 200 ? answer : undefined;
  };

  const live = async (n: number) => {
    const own = () => tokens[n] as Tokens;
    while (!isOver) {
      const renewed = await reckon(assistant.refresh(own().refresh));
      if (renewed !== undefined) tokens[n] = tokensOf(renewed);
      await reckon(assistant.profile(own().access));
      await reckon(assistant.properties(own().access));
      await reckon(assistant.listTools(own().access));
      await wait(PAUSE_MS);
    }
  };
  const lives = Promise.all(tokens.map((_, n) => live(n)));
  return {
    soFar,
    async stop() {
      isOver = true;
      await lives;
      return soFar;
    },
  };
}
