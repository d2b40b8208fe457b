/**
 * One visit to a site, as the events it sends.
 *
 * Owns: what a visitor does once there, and how far towards a purchase. Does not own: who comes, when and from where
 * (seed.ts), nor the rates (sites.ts). Event names and parameters are Google's recommended and enhanced-measurement ones:
 * https://developers.google.com/analytics/devguides/collection/ga4/reference/events
 */
import type { Device } from './devices.ts';
import { at, type Random, weighted } from './random.ts';
import type { EventRow, ItemRow, Recorder } from './recorder.ts';
import type { Commerce, Page, PageKind, Site } from './sites.ts';
import { autumnSale, brokenCheckout, checkoutIsBroken } from './stories.ts';
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

/** 0 looks around, 1 views an item, 2 adds it to the cart, 3 begins checkout, 4 buys. */
type Depth = 0 | 1 | 2 | 3 | 4;

interface PageChoice {
  id: number;
  page: Page;
}

/** Page choices per kind, prepared once per site. */
function pageChooser(site: Site): (kinds: readonly PageKind[]) => (u: number) => PageChoice {
  const made = new Map<string, (u: number) => PageChoice>();
  return (kinds) => {
    const key = kinds.join();
    const ready = made.get(key);
    if (ready !== undefined) return ready;
    const fitting = site.pages.flatMap((page, index) =>
      kinds.includes(page.kind) ? [[{ id: index + 1, page }, page.weight || 0.0001] as const] : [],
    );
    const choose = weighted(fitting);
    made.set(key, choose);
    return choose;
  };
}

const referrers: Readonly<Record<string, string>> = {
  google: 'https://www.google.com/',
  bing: 'https://www.bing.com/',
  yahoo: 'https://search.yahoo.com/',
  duckduckgo: 'https://duckduckgo.com/',
  baidu: 'https://www.baidu.com/',
};

function referrerOf(traffic: Traffic): string {
  if (traffic.medium === 'referral') return `https://${traffic.source}/`;
  return traffic.medium === 'organic' || traffic.medium === 'cpc' ? (referrers[traffic.source] ?? '') : '';
}

const browsing: readonly PageKind[] = ['home', 'list', 'product', 'article', 'info'];
const wandering: readonly PageKind[] = ['home', 'list', 'article', 'info'];

/** Returns a function that draws visits to one site and writes them down. */
export function createVisits(parts: VisitParts): (arrival: Arrival) => void {
  const { site, random, record, keyEvents } = parts;
  const choosePage = pageChooser(site);
  const productPageIds = site.pages.flatMap((page, index) => (page.kind === 'product' ? [index + 1] : []));
  let orders = 0;

  const pick = (...kinds: PageKind[]): PageChoice => choosePage(kinds)(random.next());
  const salePage = site.pages.findIndex((page) => page.path === '/sale/autumn') + 1;

  function landing(arrival: Arrival, depth: Depth): PageChoice {
    if (arrival.traffic.campaign === autumnSale.campaign) return { id: salePage, page: at(site.pages, salePage - 1) };
    if (depth === 0)
      return choosePage(browsing.filter((kind) => kind !== 'product' || site.commerce === undefined))(random.next());
    return random.chance(0.35) ? pick('product') : pick('home', 'list');
  }

  function depthOf(arrival: Arrival, commerce: Commerce | undefined): Depth {
    if (commerce === undefined) return 0;
    const fromSale = arrival.traffic.campaign === autumnSale.campaign;
    const broken = site.hasStories && checkoutIsBroken(arrival.daysAgo, arrival.visitor.device.category);
    // The e-mail of the broken days offered early access to those who order at once: many phones, most of them buying.
    const eager = fromSale && broken ? 4 : 1;
    if (!random.chance(Math.min(0.9, commerce.viewItem * (fromSale ? 2.6 : 1) * eager))) return 0;
    if (!random.chance(Math.min(0.95, commerce.addToCart * arrival.traffic.intent * eager))) return 1;
    if (!random.chance(commerce.beginCheckout)) return 2;
    if (broken) return 3;
    const factor = commerce.deviceFactor[arrival.visitor.device.category] ?? 1;
    return random.chance(commerce.purchase * factor) ? 4 : 3;
  }

  return (arrival) => {
    const { visitor } = arrival;
    const depth = depthOf(arrival, site.commerce);
    const first = landing(arrival, depth);
    const walk = createWalk(arrival, first);
    visitor.visits++;

    walk.emit('session_start');
    if (visitor.visits === 1) walk.emit('first_visit');

    const pFunnel = site.commerce?.viewItem ?? 0;
    const rate = site.engagement[visitor.device.category] ?? 0.5;
    const engaged = depth > 0 || random.chance((rate - pFunnel) / (1 - pFunnel));
    if (engaged) engage(walk, first, depth);
    else walk.bounce();

    record.session({
      sessionId: arrival.sessionId,
      userId: visitor.userId,
      number: visitor.visits,
      day: arrival.day,
      ts: arrival.midnight + arrival.second,
      trafficId: arrival.trafficId,
      landingPageId: first.id,
      engaged,
      active: engaged || visitor.visits === 1 || walk.engagementMs() > 0,
      duration: walk.elapsed(),
    });
  };

  function engage(walk: Walk, first: PageChoice, depth: Depth): void {
    walk.view(first);
    for (let more = Math.floor(-Math.log(1 - random.next()) * 1.9); more > 0; more--)
      walk.view(choosePage(wandering)(random.next()));
    if (random.chance(0.07) && site.pages.some((page) => page.kind === 'search')) search(walk);
    if (random.chance(0.03)) outbound(walk);
    for (const goal of site.goals) {
      if (!random.chance(goal.chance)) continue;
      walk.view(pick('account'));
      walk.emit(goal.event, { params: { method: goal.method } });
    }
    if (site.hasStories && random.chance(0.02))
      walk.emit('compare_items', { params: { items_compared: random.between(2, 4) } });
    if (site.commerce !== undefined && depth > 0) shopAround(walk, site.commerce, depth);
    walk.leave();
  }

  function search(walk: Walk): void {
    walk.view(pick('search'));
    walk.emit('view_search_results', { params: { search_term: random.pick(site.searchTerms) } });
  }

  function outbound(walk: Walk): void {
    if (random.chance(0.3)) {
      const params = {
        file_name: '/files/size-guide.pdf',
        file_extension: 'pdf',
        link_url: `https://${site.host}/files/size-guide.pdf`,
      };
      walk.emit('file_download', { params: { ...params, link_text: 'Size guide' } });
    } else {
      walk.emit('click', {
        params: {
          link_url: 'https://partners.example.org/',
          link_domain: 'partners.example.org',
          link_text: 'Our partners',
          outbound: 'true',
        },
      });
    }
  }

  function product(commerce: Commerce, pageId: number): ItemRow {
    const index = productPageIds.indexOf(pageId);
    return { productId: index + 1, quantity: 1, price: at(commerce.goods, index).price };
  }

  function shopAround(walk: Walk, commerce: Commerce, depth: Depth): void {
    const cart: ItemRow[] = [];
    const looks = depth === 1 ? random.between(1, 2) : random.between(1, 3);
    for (let look = 0; look < looks; look++) {
      lookAt(walk, commerce);
      const item = product(commerce, walk.pageId());
      walk.emit('view_item', { value: item.price }, [item]);
      if (depth < 2) continue;
      const quantity = random.chance(0.28) ? random.between(2, 3) : 1;
      const line: ItemRow = { ...item, quantity, discount: random.chance(0.12) ? round(item.price * 0.1) : 0 };
      walk.emit('add_to_cart', { value: round(item.price * quantity) }, [line]);
      cart.push(line);
    }
    if (depth >= 2) walk.view(pick('basket'));
    if (depth >= 3) checkOut(walk, commerce, cart, depth);
  }

  /** Lists show goods before a product page is opened from them; some visitors come by a promotion. */
  function lookAt(walk: Walk, commerce: Commerce): void {
    const choice = pick('product');
    if (random.chance(0.45)) {
      const list = pick('list');
      walk.view(list);
      const shown = [0, 1, 2].map((step) => at(productPageIds, (choice.id * 7 + step * 5) % productPageIds.length));
      const rows = [choice.id, ...shown].map((id) => ({ ...product(commerce, id), listName: list.page.contentGroup }));
      walk.emit('view_item_list', {}, rows);
      walk.emit('select_item', {}, rows.slice(0, 1));
    } else if (random.chance(0.15)) {
      const promoted = { ...product(commerce, choice.id), promotion: 'autumn_banner' };
      walk.emit('view_promotion', {}, [promoted]);
      if (random.chance(0.3)) walk.emit('select_promotion', {}, [promoted]);
    }
    walk.view(choice);
  }

  function checkOut(walk: Walk, commerce: Commerce, cart: readonly ItemRow[], depth: Depth): void {
    const goods = round(cart.reduce((sum, item) => sum + item.quantity * (item.price - (item.discount ?? 0)), 0));
    const began = walk.elapsed();
    walk.view(pick('checkout'));
    walk.emit('begin_checkout', { value: goods }, cart);
    const payment = random.pick(['card', 'card', 'wallet', 'invoice']);
    if (depth < 4) {
      if (site.hasStories && checkoutIsBroken(walk.arrival.daysAgo, walk.arrival.visitor.device.category))
        tryAgain(walk, goods, cart);
      return;
    }
    walk.emit('add_shipping_info', { value: goods, params: { shipping_tier: 'Standard' } });
    walk.emit('add_payment_info', { value: goods, params: { payment_type: payment } });
    buy(walk, commerce, { goods, cart, payment, seconds: walk.elapsed() - began });
  }

  /** The pay button does not answer; most people press it again. */
  function tryAgain(walk: Walk, goods: number, cart: readonly ItemRow[]): void {
    for (let press = random.between(1, 2); press > 0; press--) {
      walk.emit(brokenCheckout.errorEvent, { params: { payment_type: 'card' } });
      walk.emit('begin_checkout', { value: goods }, cart);
    }
  }

  function buy(
    walk: Walk,
    commerce: Commerce,
    order: { goods: number; cart: readonly ItemRow[]; payment: string; seconds: number },
  ): void {
    const { visitor } = walk.arrival;
    orders++;
    const transactionId = `T-${10_000 + orders}`;
    const point = commerce.collectionPoints.length > 0 ? random.pick(commerce.collectionPoints) : undefined;
    const params: Record<string, string | number> = {
      payment_type: order.payment,
      checkout_seconds: order.seconds,
      shipping_tier: 'Standard',
      ...(point === undefined ? {} : { collection_point: point }),
      ...(random.chance(0.1) ? { coupon: 'WELCOME10' } : {}),
      ...(random.chance(0.06) ? { gift_card_amount: Math.min(25, order.goods) } : {}),
    };
    walk.view(pick('thanks'));
    walk.emit(
      'purchase',
      {
        value: order.goods,
        revenue: order.goods,
        tax: round(order.goods * commerce.taxRate),
        shipping: order.goods > 100 ? 0 : commerce.shipping,
        transactionId,
        firstPurchase: !visitor.hasBought,
        params,
      },
      order.cart,
    );
    visitor.hasBought = true;
    if (point !== undefined)
      afterwards(walk, 1, { name: 'order_collected', transactionId, params: { collection_point: point } });
    else if (random.chance(0.02))
      afterwards(walk, 2, { name: 'refund', transactionId, value: order.goods, revenue: -order.goods });
  }

  /** Sent by the shop's own server some days later, without a session: such events are "(not set)" in session dimensions. */
  function afterwards(
    walk: Walk,
    days: number,
    event: Pick<EventRow, 'name' | 'transactionId' | 'params' | 'value' | 'revenue'>,
  ): void {
    const { arrival } = walk;
    const second = 36_000 + random.between(0, 20_000);
    record.event({
      ...event,
      sessionId: null,
      userId: arrival.visitor.userId,
      day: arrival.day + days,
      ts: arrival.midnight + days * 86_400 + second,
      second,
      pageId: null,
      isKey: keyEvents.has(event.name),
      creditedTrafficId: keyEvents.has(event.name) ? arrival.visitor.lastNonDirectId : undefined,
    });
  }

  interface Walk {
    arrival: Arrival;
    pageId(): number;
    elapsed(): number;
    engagementMs(): number;
    emit(name: string, extra?: Partial<EventRow>, items?: readonly ItemRow[]): void;
    view(choice: PageChoice): void;
    bounce(): void;
    leave(): void;
  }

  function createWalk(arrival: Arrival, first: PageChoice): Walk {
    const { visitor } = arrival;
    const keyed = new Set<string>();
    let current = first;
    let second = arrival.second;
    let viewedAt = -1;
    let engaged = 0;
    let referrer = referrerOf(arrival.traffic);

    /** Visits do not cross midnight: what would lie behind it happens in the day's last second. */
    const pass = (seconds: number): void => {
      second = Math.min(86_399, second + seconds);
    };
    const countsAsKey = (name: string): boolean => {
      const counting = keyEvents.get(name);
      if (counting === undefined || (counting === 'ONCE_PER_SESSION' && keyed.has(name))) return false;
      keyed.add(name);
      return true;
    };
    const emit: Walk['emit'] = (name, extra = {}, items = []) => {
      const isKey = countsAsKey(name);
      const row: EventRow = {
        ...extra,
        sessionId: arrival.sessionId,
        userId: visitor.userId,
        day: arrival.day,
        ts: arrival.midnight + second,
        second,
        name,
        pageId: current.id,
        referrer,
        isKey,
        creditedTrafficId: isKey ? visitor.lastNonDirectId : undefined,
      };
      record.event(row, items);
      if (viewedAt >= 0 && name !== 'page_view') pass(random.between(1, 9));
    };
    const leave = (): void => {
      if (viewedAt < 0) return;
      pass(random.between(12, 75));
      const engagementMs = Math.round((second - viewedAt) * 1000 * (0.45 + random.next() * 0.5));
      engaged += engagementMs;
      if (random.chance(0.42)) emit('scroll');
      emit('user_engagement', { engagementMs });
      viewedAt = -1;
    };
    return {
      arrival,
      emit,
      leave,
      pageId: () => current.id,
      elapsed: () => second - arrival.second,
      engagementMs: () => engaged,
      view(choice) {
        leave();
        if (choice.id !== current.id || viewedAt >= 0) {
          if (choice !== first) referrer = `https://${site.host}${current.page.path}`;
          current = choice;
        }
        viewedAt = second;
        emit('page_view');
      },
      bounce() {
        emit('page_view');
        if (!random.chance(0.55)) return;
        pass(random.between(2, 8));
        engaged = random.between(500, 6000);
        emit('user_engagement', { engagementMs: engaged });
      },
    };
  }
}

const round = (amount: number): number => Math.round(amount * 100) / 100;
