/**
 * What clients are told: nothing of 500 or more but "try again", nothing opens with what was given back, and for each refusal
 * there is a cause: the token had ended, the person had gone, or something had just gone wrong.
 */
import type { Clock } from '../clock.ts';
import type { Faults } from '../faults.ts';
import { type Google, isRefresh } from '../google.ts';
import type { CodeLife, GrantLife, Ledger } from '../ledger.ts';
import type { Exchange, Violate, Witness } from '../witness.ts';

interface AnswerParts {
  ledger: Ledger;
  faults: Faults;
  google: Google;
  clock: Clock;
  replayWindowMs: number;
  step(): number;
  /** The true time. */
  now(): number;
  violate: Violate;
}

interface GoogleRefusal {
  what: 'code' | 'link' | 'token';
  at: number;
  subject: string | undefined;
}

/** How long a person may take at Google. */
const GOOGLE_MS = 10 * 60_000;
export const MOST_REPLAYS = 10;
const MOST_LIVE_ACCESS = 4;

export function watchAnswers(parts: AnswerParts): Witness {
  const { faults, google, violate, step } = parts;
  /** The last time that each replica had to wait for another's turn at Google. */
  const waitedAt = new Map<string, number>();
  const refusals: GoogleRefusal[] = [];
  return {
    googleAnswered(_replica, request, { status }) {
      const form = new URLSearchParams(request.body);
      if (form.get('grant_type') === 'authorization_code' && status === 400)
        refusals.push({ what: 'code', at: step(), subject: undefined });
      if (isRefresh(request) && status === 400)
        refusals.push({ what: 'link', at: step(), subject: google.subjectOf(form.get('refresh_token') ?? '') });
      const access = google.accessOf(request.headers?.authorization?.replace('Bearer ', '') ?? '');
      if (status === 401 && access !== undefined)
        refusals.push({ what: 'token', at: step(), subject: access.link.subject });
    },
    acted({ verb, result, replica }) {
      if (verb === 'connections.claimRefresh' && result === false) waitedAt.set(replica, step());
    },
    answered(exchange) {
      const { status, headers, label, body, replica, startedAt, faultsBefore } = exchange;
      const said = `${label} got ${status} ${body.slice(0, 200)}`;
      if (status >= 500 && (status !== 503 || headers.get('retry-after') === null)) violate('status', said);
      const isLater = status === 503 || status === 429;
      if (isLater && faults.count() === faultsBefore && (waitedAt.get(replica) ?? -1) < startedAt)
        violate('refusal', `${said}, and nothing had gone wrong`);
      if (status === 200) checkNotRevoked(parts, exchange);
      else if (status >= 400 && !isLater && !isJust(parts, exchange, refusals))
        violate('refusal', `${said}, without a cause`);
    },
  };
}

function checkNotRevoked({ ledger, violate }: AnswerParts, { shown, label, startedAt }: Exchange): void {
  if (shown.kind !== 'accessToken' && shown.kind !== 'refreshToken') return;
  const life = ledger.find(shown.kind, shown.text)?.life;
  if (life === undefined) return;
  if ((life.toldAt ?? Number.POSITIVE_INFINITY) < startedAt || (life.goneAt ?? Number.POSITIVE_INFINITY) < startedAt)
    violate('revoked', `${label} got 200, though the grant ${life.id} had ended before it asked`);
}

/** Whether there is a cause for this refusal. */
function isJust(parts: AnswerParts, exchange: Exchange, refusals: readonly GoogleRefusal[]): boolean {
  const { ledger, clock, now } = parts;
  const { shown, status, startedAt } = exchange;
  if (shown.kind === 'revocation') return false;
  const since = refusals.filter(({ at }) => at >= startedAt);
  if (shown.kind === 'page') {
    const isLate = now() - shown.since >= GOOGLE_MS || clock.hasJumped();
    return shown.isReload || shown.isOtherBrowser || isLate || since.some(({ what }) => what === 'code');
  }
  if (shown.kind === 'code') {
    const life = ledger.codeOf(shown.text);
    return status === 400 && life !== undefined && isCodeOver(parts, life);
  }
  const found = ledger.find(shown.kind, shown.text);
  if (found === undefined) return false;
  const { life, hash } = found;
  if (life.goneAt !== undefined || ledger.isExpired(life) || ledger.wasDeadSince(life.connectionId, startedAt))
    return true;
  return shown.kind === 'refreshToken'
    ? status === 400 && isStale(parts, life, hash)
    : status === 401 &&
        (isOldAccess(parts, life, hash) ||
          isRefusedByGoogle(
            parts,
            life,
            refusals.filter(({ at }) => at >= startedAt),
          ));
}

function isCodeOver({ ledger }: AnswerParts, { code, shown, bornAt }: CodeLife): boolean {
  return shown > 1 || ledger.isExpired(code) || ledger.wasDeadSince(code.connectionId, bornAt);
}

/** Retired for longer than the replay window, or asked for too often. */
export function isStale(
  { clock, replayWindowMs }: Pick<AnswerParts, 'clock' | 'replayWindowMs'>,
  life: GrantLife,
  hash: string,
): boolean {
  const token = life.tokens.find((each) => each.hash === hash);
  if (token?.retiredAt === undefined) return false;
  return clock.latest() - token.retiredAt >= replayWindowMs || life.mostReplays >= MOST_REPLAYS;
}

function isOldAccess({ ledger }: AnswerParts, { access }: GrantLife, hash: string): boolean {
  const index = access.findIndex((each) => each.hash === hash);
  const token = access[index];
  return token !== undefined && (access.length - index > MOST_LIVE_ACCESS || ledger.isExpired(token));
}

/** Google refused the link, or a token and then the fresh one too. */
function isRefusedByGoogle({ ledger }: AnswerParts, life: GrantLife, refusals: readonly GoogleRefusal[]): boolean {
  const row = ledger.lastKnown(life.connectionId);
  const own = refusals.filter(({ subject }) => subject === row?.subject);
  return own.some(({ what }) => what === 'link') || own.length >= 2;
}
