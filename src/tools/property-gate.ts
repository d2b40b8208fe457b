/**
 * The way to one Analytics property, which everybody who may read it has to share: so many requests at a time, and none
 * while its quota is used up.
 *
 * Owns: the places, the queue for them, and knowing until when asking is in vain. Does not own: which quota a refusal is
 * about (google-error.ts) nor its words (google-quota.ts). Google counts per Cloud project and property, not per person
 * (https://developers.google.com/analytics/devguides/reporting/data/v1/quotas). Each process has a gate of its own; what
 * slips through between several is Google's to refuse, and that is then waited out (google-api.ts).
 */
import { ToolError } from '../errors.ts';
import { GoogleRefusal } from './google-error.ts';
import { describeQuota, type QuotaName } from './google-quota.ts';

interface GatedRequest {
  service: unknown;
  /** `['v1beta', 'properties', '123:runReport']` */
  path: readonly string[];
  body?: unknown;
}

export interface PropertyGate {
  /** Sends when there is a place; throws without sending when it cannot succeed. Other requests pass freely. */
  pass<Answer>(request: GatedRequest, signal: AbortSignal, send: () => Promise<Answer>): Promise<Answer>;
}

/** Google allows ten; two are left for whatever else the owner's project does. */
const PLACES = 8;
/** More than this many properties with used-up quotas are not remembered: Google then says it again. */
const MAX_CLOSED = 1000;

interface Lane {
  running: number;
  waiting: Set<() => void>;
}

interface Closed {
  quota: QuotaName;
  until: number;
  refusal: GoogleRefusal;
}

export function createPropertyGate(parts: { now(): number }): PropertyGate {
  const lanes = new Map<string, Lane>();
  const closed = new Map<string, Closed>();

  function checkOpen(keys: readonly string[]): void {
    for (const key of keys) {
      const found = closed.get(key);
      if (found === undefined) continue;
      const secondsLeft = Math.ceil((found.until - parts.now()) / 1000);
      if (secondsLeft > 0) throw stillClosed(found, secondsLeft, parts.now());
      closed.delete(key);
    }
  }

  function close(place: Place, cause: unknown): void {
    if (!(cause instanceof GoogleRefusal) || cause.detail.about !== 'quota') return;
    const { quota } = cause.detail;
    const key = closingKey(place, quota);
    if (key === undefined) return;
    closed.set(key, { quota, until: parts.now() + (cause.retryAfterSeconds ?? 60) * 1000, refusal: cause });
    const oldest = closed.keys().next();
    if (closed.size > MAX_CLOSED && oldest.done === false) closed.delete(oldest.value);
  }

  function leave(property: string, lane: Lane): void {
    const [next] = lane.waiting;
    if (next !== undefined) {
      lane.waiting.delete(next);
      next();
      return;
    }
    lane.running -= 1;
    if (lane.running === 0) lanes.delete(property);
  }

  return {
    async pass(request, signal, send) {
      const place = placeOf(request);
      if (place === undefined) return send();
      const keys = keysOf(place);
      checkOpen(keys);
      const lane = lanes.get(place.property) ?? { running: 0, waiting: new Set() };
      lanes.set(place.property, lane);
      await enter(lane, signal);
      try {
        // While this one waited, another may have been told that the quota is used up.
        checkOpen(keys);
        return await send();
      } catch (cause) {
        close(place, cause);
        throw cause;
      } finally {
        leave(place.property, lane);
      }
    },
  };
}

/** A place that becomes free is handed over to the first who waits, so `running` stays as it is. */
function enter(lane: Lane, signal: AbortSignal): Promise<void> {
  if (lane.running < PLACES) {
    lane.running += 1;
    return Promise.resolve();
  }
  return new Promise((resolve, reject) => {
    const go = () => {
      signal.removeEventListener('abort', giveUp);
      resolve();
    };
    const giveUp = () => {
      lane.waiting.delete(go);
      const message = 'Too many questions about this property are being answered at the moment. Ask again in a minute.';
      reject(new ToolError('unavailable', message, { retryAfterSeconds: 30 }));
    };
    if (signal.aborted) return giveUp();
    lane.waiting.add(go);
    signal.addEventListener('abort', giveUp, { once: true });
  });
}

interface Place {
  property: string;
  /** Reports of each kind have tokens of their own; what costs none has no kind. */
  kind: 'core' | 'realtime' | 'funnel' | undefined;
  isThresholded: boolean;
}

const KINDS: Readonly<Record<string, Place['kind']>> = { runRealtimeReport: 'realtime', runFunnelReport: 'funnel' };

/** Fields that tell about people so closely that Google counts the requests with them. */
const CLOSE_FIELDS = /"(userAgeBracket|userGender|brandingInterest|audienceId|audienceName)"/;

function placeOf({ service, path, body }: GatedRequest): Place | undefined {
  const [, collection, last = ''] = path;
  if (service !== 'analyticsdata' || collection !== 'properties') return undefined;
  const [property = '', method] = last.split(':');
  const kind = method === undefined ? undefined : (KINDS[method] ?? 'core');
  return { property, kind, isThresholded: CLOSE_FIELDS.test(JSON.stringify(body) ?? '') };
}

function keysOf(place: Place): string[] {
  if (place.kind === undefined) return [];
  const tokens = `${place.property} ${place.kind}`;
  return place.isThresholded ? [tokens, `${place.property} thresholded`] : [tokens];
}

/** Only quotas that return at a known time are worth remembering. */
function closingKey({ property, kind }: Place, quota: QuotaName): string | undefined {
  if (quota === 'thresholded') return `${property} thresholded`;
  return (quota === 'tokens-hour' || quota === 'tokens-day') && kind !== undefined ? `${property} ${kind}` : undefined;
}

function stillClosed({ quota, refusal }: Closed, secondsLeft: number, nowMs: number): GoogleRefusal {
  const { sentence, retryAfterSeconds } = describeQuota(quota, String(secondsLeft), nowMs);
  return new GoogleRefusal('quota', sentence, refusal.status, refusal.detail, { retryAfterSeconds });
}
