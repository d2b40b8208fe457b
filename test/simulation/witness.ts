/**
 * What can be seen of a run from outside the bridges: verbs that did their work, requests that Google answered, answers that
 * clients got, crashes. Every invariant is a witness; the ledger, which remembers, is the first.
 */
import type { OutgoingAnswer, OutgoingRequest } from '../../src/http/outgoing.ts';
import type { Connection, Grant } from '../../src/store/records.ts';

/** A store verb, after it did its work. */
export interface Act {
  /** `grants.rotate` */
  verb: string;
  args: readonly unknown[];
  result: unknown;
  replica: string;
  /** False when the bridge was told that the store failed, although the verb had done its work. */
  isHeard: boolean;
}

export interface Snapshot {
  grants: ReadonlyMap<string, Grant>;
  connections: ReadonlyMap<string, Connection>;
}

/** What a request proves itself with; of a page, how it came to be asked. */
export type Shown =
  | { kind: 'code' | 'refreshToken' | 'accessToken' | 'revocation'; text: string }
  /**
   * `since`: when the person set out. `isOtherBrowser`: two tabs were opened at once in a browser that
   * was new to us, and the other tab's cookie took the place of this one's.
   */
  | { kind: 'page'; isReload: boolean; isOtherBrowser: boolean; since: number };

/** A request of a client or a browser, and what came of it. */
export interface Exchange {
  /** `ada/gpt POST /token refresh` */
  label: string;
  shown: Shown;
  replica: string;
  /** In steps. */
  startedAt: number;
  /** How many faults had struck when it began. */
  faultsBefore: number;
  status: number;
  headers: Headers;
  body: string;
  /** Whether the client got to see it. */
  isHeard: boolean;
}

export interface Witness {
  acted?(act: Act): void;
  /** The store refused, and did nothing. */
  refused?(act: Pick<Act, 'verb' | 'args' | 'replica'>): void;
  /** After an act that may change grants or connections. */
  changed?(act: Act, before: Snapshot, after: Snapshot): void;
  crashed?(replica: string): void;
  /** A request reached Google, which answered; `isHeard` is false when the answer will not arrive. */
  googleAnswered?(replica: string, request: OutgoingRequest, answer: OutgoingAnswer, isHeard: boolean): void;
  answered?(exchange: Exchange): void;
  /** Nothing is left to do. */
  atEnd?(): void;
}

export const INVARIANTS = {
  codeOnce: 'a code is redeemed at most once',
  oneFamily: 'two living token families never come out of one code',
  reason: 'nobody loses a link without a reason in the audit trail',
  ourFault: 'nobody loses a link by our fault',
  revoked: 'no token works after its revocation was answered',
  refreshes: 'Google is asked for a token once for each life of one',
  lastGrant: "Google's link goes when and only when the last grant goes",
  status: 'no answer of 500 or more but 503 with Retry-After',
  refusal: 'each refusal has a cause',
  heals: 'whoever follows the protocol goes on working',
  noHang: 'nothing hangs when nothing is left to wait for',
  noStray: 'no rejection goes unhandled',
} as const;

export type Invariant = keyof typeof INVARIANTS;

export interface Violation {
  invariant: Invariant;
  detail: string;
  step: number;
}

export type Violate = (invariant: Invariant, detail: string) => void;
