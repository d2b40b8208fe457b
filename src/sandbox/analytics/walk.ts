/**
 * A visitor's walk through a site's pages: the clock, the page under the eyes, and the events that browsers send by themselves
 * (page_view, scroll, user_engagement).
 *
 * Owns: when each event of a visit happens and what it carries besides its own parameters. Does not own: where the visitor goes
 * (visit.ts).
 */
import type { Device } from './devices.ts';
import type { Random } from './random.ts';
import type { EventRow, ItemRow, Recorder } from './recorder.ts';
import type { Page, Site } from './sites.ts';
import type { Traffic } from './traffic.ts';

/** What the site remembers of a visitor between visits. */
export interface Visitor {
  userId: number;
  device: Device;
  visits: number;
  hasBought: boolean;
  lastNonDirectId: number;
}

export interface Arrival {
  visitor: Visitor;
  trafficId: number;
  traffic: Traffic;
  sessionId: number;
  day: number;
  /** Unix seconds of local midnight, and seconds after it. */
  midnight: number;
  second: number;
  daysAgo: number;
}

export interface VisitParts {
  site: Site;
  random: Random;
  record: Recorder;
  /** Event name → counted once per session or each time. */
  keyEvents: ReadonlyMap<string, 'ONCE_PER_EVENT' | 'ONCE_PER_SESSION'>;
}

export interface PageChoice {
  id: number;
  page: Page;
}

export interface Walk {
  arrival: Arrival;
  pageId(): number;
  /** Seconds since the visit began. */
  elapsed(): number;
  engagementMs(): number;
  emit(name: string, extra?: Partial<EventRow>, items?: readonly ItemRow[]): void;
  /** Leaves the page and opens another. */
  view(choice: PageChoice): void;
  /** One page, a few seconds, and away. */
  bounce(): void;
  leave(): void;
  /** An event that the site's own server sends days later, without a session: "(not set)" in session dimensions. */
  afterwards(days: number, event: Pick<EventRow, 'name' | 'transactionId' | 'params' | 'value' | 'revenue'>): void;
}

const LAST_SECOND = 86_399;

const searchPages: Readonly<Record<string, string>> = {
  google: 'https://www.google.com/',
  bing: 'https://www.bing.com/',
  yahoo: 'https://search.yahoo.com/',
  duckduckgo: 'https://duckduckgo.com/',
  baidu: 'https://www.baidu.com/',
};

function referrerOf(traffic: Traffic): string {
  if (traffic.medium === 'referral') return `https://${traffic.source}/`;
  return traffic.medium === 'organic' || traffic.medium === 'cpc' ? (searchPages[traffic.source] ?? '') : '';
}

export function createWalk(parts: VisitParts, arrival: Arrival, first: PageChoice): Walk {
  const { site, random, record, keyEvents } = parts;
  const { visitor } = arrival;
  const keyed = new Set<string>();
  let current = first;
  let second = arrival.second;
  let viewedAt = -1;
  let engaged = 0;
  let referrer = referrerOf(arrival.traffic);

  /** Visits do not cross midnight: what would lie behind it happens in the day's last second. */
  function pass(seconds: number): void {
    second = Math.min(LAST_SECOND, second + seconds);
  }

  function countsAsKey(name: string): boolean {
    const counting = keyEvents.get(name);
    if (counting === undefined || (counting === 'ONCE_PER_SESSION' && keyed.has(name))) return false;
    keyed.add(name);
    return true;
  }

  function emit(name: string, extra: Partial<EventRow> = {}, items: readonly ItemRow[] = []): void {
    const isKey = countsAsKey(name);
    const stamp = {
      sessionId: arrival.sessionId,
      userId: visitor.userId,
      day: arrival.day,
      ts: arrival.midnight + second,
      second,
    };
    const credited = isKey ? visitor.lastNonDirectId : undefined;
    record.event({ ...extra, ...stamp, name, pageId: current.id, referrer, isKey, creditedTrafficId: credited }, items);
    if (viewedAt >= 0 && name !== 'page_view') pass(random.between(1, 9));
  }

  function leave(): void {
    if (viewedAt < 0) return;
    pass(random.between(12, 75));
    const engagementMs = Math.round((second - viewedAt) * 1000 * (0.45 + random.next() * 0.5));
    engaged += engagementMs;
    if (random.chance(0.42)) emit('scroll');
    emit('user_engagement', { engagementMs });
    viewedAt = -1;
  }

  function view(choice: PageChoice): void {
    leave();
    if (choice !== first) referrer = `https://${site.host}${current.page.path}`;
    current = choice;
    viewedAt = second;
    emit('page_view');
  }

  function bounce(): void {
    emit('page_view');
    if (!random.chance(0.55)) return;
    pass(random.between(2, 8));
    engaged = random.between(500, 6000);
    emit('user_engagement', { engagementMs: engaged });
  }

  function afterwards(days: number, event: Parameters<Walk['afterwards']>[1]): void {
    const later = 36_000 + random.between(0, 20_000);
    const isKey = keyEvents.has(event.name);
    record.event({
      ...event,
      sessionId: null,
      userId: visitor.userId,
      day: arrival.day + days,
      ts: arrival.midnight + days * 86_400 + later,
      second: later,
      pageId: null,
      isKey,
      creditedTrafficId: isKey ? visitor.lastNonDirectId : undefined,
    });
  }

  return {
    arrival,
    emit,
    leave,
    view,
    bounce,
    afterwards,
    pageId: () => current.id,
    elapsed: () => second - arrival.second,
    engagementMs: () => engaged,
  };
}
