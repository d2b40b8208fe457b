/**
 * One visit to a site, as the events it sends.
 *
 * Owns: what a visitor does once there, and how far towards a purchase. Does not own: who comes, when and from where
 * (seed.ts), the clock (walk.ts), nor the rates (sites.ts). Event names and parameters are Google's recommended and
 * enhanced-measurement ones: https://developers.google.com/analytics/devguides/collection/ga4/reference/events
 */
import { at, weighted } from './random.ts';
import type { ItemRow } from './recorder.ts';
import type { Commerce, PageKind, Site } from './sites.ts';
import { autumnSale, brokenCheckout, checkoutIsBroken } from './stories.ts';
import { type Arrival, createWalk, type PageChoice, type VisitParts, type Walk } from './walk.ts';

/** 0 looks around, 1 views an item, 2 adds it to the cart, 3 begins checkout, 4 buys. */
type Depth = 0 | 1 | 2 | 3 | 4;

/** What drawing visits to one site needs at hand. */
interface Scene extends VisitParts {
  pick(...kinds: PageKind[]): PageChoice;
  productPageIds: readonly number[];
  salePage: PageChoice | undefined;
  canSearch: boolean;
  nextOrder(): string;
}

/** Returns a function that draws visits to one site and writes them down. */
export function createVisits(parts: VisitParts): (arrival: Arrival) => void {
  const { site, random } = parts;
  const choose = pageChooser(site);
  const saleIndex = site.pages.findIndex((page) => page.path === '/sale/autumn');
  let orders = 0;
  const scene: Scene = {
    ...parts,
    pick: (...kinds) => choose(kinds)(random.next()),
    productPageIds: site.pages.flatMap((page, index) => (page.kind === 'product' ? [index + 1] : [])),
    salePage: saleIndex < 0 ? undefined : { id: saleIndex + 1, page: at(site.pages, saleIndex) },
    canSearch: site.pages.some((page) => page.kind === 'search'),
    nextOrder: () => `T-${10_000 + ++orders}`,
  };
  return (arrival) => visit(scene, arrival);
}

/** Page choices per set of kinds, prepared once per site. Pages of weight 0 are only chosen where no other fits. */
function pageChooser(site: Site): (kinds: readonly PageKind[]) => (u: number) => PageChoice {
  const made = new Map<string, (u: number) => PageChoice>();
  return (kinds) => {
    const key = kinds.join();
    let choose = made.get(key);
    if (choose === undefined) {
      const fitting = site.pages.flatMap((page, index) =>
        kinds.includes(page.kind) ? [[{ id: index + 1, page }, page.weight || 0.0001] as const] : [],
      );
      choose = weighted(fitting);
      made.set(key, choose);
    }
    return choose;
  };
}

function visit(scene: Scene, arrival: Arrival): void {
  const { site, random, record } = scene;
  const { visitor } = arrival;
  const depth = site.commerce === undefined ? 0 : depthOf(scene, arrival, site.commerce);
  const first = landing(scene, arrival, depth);
  const walk = createWalk(scene, arrival, first);
  visitor.visits++;

  walk.emit('session_start');
  if (visitor.visits === 1) walk.emit('first_visit');
  // Who looks at goods is engaged anyway; the others bring the rate to what it is.
  const shoppers = site.commerce?.viewItem ?? 0;
  const rate = site.engagement[visitor.device.category] ?? 0.5;
  const engaged = depth > 0 || random.chance((rate - shoppers) / (1 - shoppers));
  if (engaged) engage(scene, walk, { first, depth });
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
}

function isBroken({ site }: Scene, { daysAgo, visitor }: Arrival): boolean {
  return site.hasStories && checkoutIsBroken(daysAgo, visitor.device.category);
}

function depthOf(scene: Scene, arrival: Arrival, commerce: Commerce): Depth {
  const { random } = scene;
  const fromSale = arrival.traffic.campaign === autumnSale.campaign;
  const broken = isBroken(scene, arrival);
  // The e-mail of the broken days offered early access to those who order at once: many phones, most of them buying.
  const eager = fromSale && broken ? 4 : 1;
  if (!random.chance(Math.min(0.9, commerce.viewItem * (fromSale ? 2.6 : 1) * eager))) return 0;
  if (!random.chance(Math.min(0.95, commerce.addToCart * arrival.traffic.intent * eager))) return 1;
  if (!random.chance(commerce.beginCheckout)) return 2;
  const buys = random.chance(commerce.purchase * (commerce.deviceFactor[arrival.visitor.device.category] ?? 1));
  return buys && !broken ? 4 : 3;
}

function landing(scene: Scene, arrival: Arrival, depth: Depth): PageChoice {
  if (arrival.traffic.campaign === autumnSale.campaign && scene.salePage !== undefined) return scene.salePage;
  if (depth === 0) return scene.pick('home', 'list', 'article', 'info');
  return scene.random.chance(0.35) ? scene.pick('product') : scene.pick('home', 'list');
}

function engage(scene: Scene, walk: Walk, plan: { first: PageChoice; depth: Depth }): void {
  const { site, random } = scene;
  walk.view(plan.first);
  let more = Math.floor(-Math.log(1 - random.next()) * 1.9);
  while (more-- > 0) walk.view(scene.pick('home', 'list', 'article', 'info'));
  if (scene.canSearch && random.chance(0.07)) search(scene, walk);
  if (random.chance(0.03)) followLink(scene, walk);
  for (const goal of site.goals) {
    if (!random.chance(goal.chance)) continue;
    walk.view(scene.pick('account'));
    walk.emit(goal.event, { params: { method: goal.method } });
  }
  if (site.commerce !== undefined && plan.depth > 0) shop(scene, walk, { commerce: site.commerce, depth: plan.depth });
  walk.leave();
}

function search({ pick, random, site }: Scene, walk: Walk): void {
  walk.view(pick('search'));
  walk.emit('view_search_results', { params: { search_term: random.pick(site.searchTerms) } });
}

function followLink({ random, site }: Scene, walk: Walk): void {
  if (random.chance(0.3)) {
    const link = { link_url: `https://${site.host}/files/size-guide.pdf`, link_text: 'Size guide' };
    walk.emit('file_download', { params: { file_name: '/files/size-guide.pdf', file_extension: 'pdf', ...link } });
    return;
  }
  const link = {
    link_url: 'https://partners.example.org/',
    link_domain: 'partners.example.org',
    link_text: 'Our partners',
  };
  walk.emit('click', { params: { ...link, outbound: 'true' } });
}

interface Shopping {
  commerce: Commerce;
  depth: Depth;
}

function productAt(scene: Scene, commerce: Commerce, pageId: number): ItemRow {
  const index = scene.productPageIds.indexOf(pageId);
  return { productId: index + 1, quantity: 1, price: at(commerce.goods, index).price };
}

function shop(scene: Scene, walk: Walk, { commerce, depth }: Shopping): void {
  const { random } = scene;
  const cart: ItemRow[] = [];
  for (let looks = random.between(1, depth === 1 ? 2 : 3); looks > 0; looks--) {
    lookAt(scene, walk, commerce);
    const item = productAt(scene, commerce, walk.pageId());
    walk.emit('view_item', { value: item.price }, [item]);
    if (depth >= 2) cart.push(addToCart(scene, walk, item));
  }
  // A parameter of a registered custom metric that only this event carries.
  if (random.chance(0.1)) walk.emit('compare_items', { params: { items_compared: random.between(2, 4) } });
  if (depth >= 2) walk.view(scene.pick('basket'));
  if (depth >= 3) checkOut(scene, walk, { commerce, depth, cart });
}

function addToCart({ random }: Scene, walk: Walk, item: ItemRow): ItemRow {
  const quantity = random.chance(0.28) ? random.between(2, 3) : 1;
  const line: ItemRow = { ...item, quantity, discount: random.chance(0.12) ? round(item.price * 0.1) : 0 };
  walk.emit('add_to_cart', { value: round(item.price * quantity) }, [line]);
  return line;
}

/** Lists show goods before a product page is opened from them; some visitors come by a promotion. */
function lookAt(scene: Scene, walk: Walk, commerce: Commerce): void {
  const { random, productPageIds } = scene;
  const choice = scene.pick('product');
  if (random.chance(0.45)) {
    const list = scene.pick('list');
    walk.view(list);
    const shown = [0, 1, 2].map((step) => at(productPageIds, (choice.id * 7 + step * 5) % productPageIds.length));
    const rows = [choice.id, ...shown].map((id) => ({
      ...productAt(scene, commerce, id),
      listName: list.page.contentGroup,
    }));
    walk.emit('view_item_list', {}, rows);
    walk.emit('select_item', {}, rows.slice(0, 1));
  } else if (random.chance(0.15)) {
    const promoted = { ...productAt(scene, commerce, choice.id), promotion: 'autumn_banner' };
    walk.emit('view_promotion', {}, [promoted]);
    if (random.chance(0.3)) walk.emit('select_promotion', {}, [promoted]);
  }
  walk.view(choice);
}

function checkOut(scene: Scene, walk: Walk, shopping: Shopping & { cart: readonly ItemRow[] }): void {
  const { cart, depth } = shopping;
  const goods = round(cart.reduce((sum, item) => sum + item.quantity * (item.price - (item.discount ?? 0)), 0));
  const began = walk.elapsed();
  walk.view(scene.pick('checkout'));
  walk.emit('begin_checkout', { value: goods }, cart);
  if (depth < 4) {
    if (isBroken(scene, walk.arrival)) tryAgain(scene, walk, { goods, cart });
    return;
  }
  const payment = scene.random.pick(['card', 'card', 'wallet', 'invoice']);
  walk.emit('add_shipping_info', { value: goods, params: { shipping_tier: 'Standard' } });
  walk.emit('add_payment_info', { value: goods, params: { payment_type: payment } });
  buy(scene, walk, { commerce: shopping.commerce, goods, cart, payment, seconds: walk.elapsed() - began });
}

/** The pay button does not answer; most people press it again. */
function tryAgain({ random }: Scene, walk: Walk, order: { goods: number; cart: readonly ItemRow[] }): void {
  for (let press = random.between(1, 2); press > 0; press--) {
    walk.emit(brokenCheckout.errorEvent, { params: { payment_type: 'card' } });
    walk.emit('begin_checkout', { value: order.goods }, order.cart);
  }
}

interface Order {
  commerce: Commerce;
  goods: number;
  cart: readonly ItemRow[];
  payment: string;
  seconds: number;
}

function buy(scene: Scene, walk: Walk, order: Order): void {
  const { random } = scene;
  const { commerce, goods } = order;
  const { visitor } = walk.arrival;
  const transactionId = scene.nextOrder();
  const point = commerce.collectionPoints.length > 0 ? random.pick(commerce.collectionPoints) : undefined;
  const params: Record<string, string | number> = {
    payment_type: order.payment,
    checkout_seconds: order.seconds,
    shipping_tier: 'Standard',
    ...(point === undefined ? {} : { collection_point: point }),
    ...(random.chance(0.1) ? { coupon: 'WELCOME10' } : {}),
    ...(random.chance(0.06) ? { gift_card_amount: Math.min(25, goods) } : {}),
  };
  const amounts = {
    value: goods,
    revenue: goods,
    tax: round(goods * commerce.taxRate),
    shipping: goods > 100 ? 0 : commerce.shipping,
  };
  walk.view(scene.pick('thanks'));
  walk.emit('purchase', { ...amounts, transactionId, firstPurchase: !visitor.hasBought, params }, order.cart);
  visitor.hasBought = true;
  if (point !== undefined) {
    walk.afterwards(1, { name: 'order_collected', transactionId, params: { collection_point: point } });
  } else if (random.chance(0.02)) {
    walk.afterwards(2, { name: 'refund', transactionId, value: goods, revenue: -goods });
  }
}

const round = (amount: number): number => Math.round(amount * 100) / 100;
