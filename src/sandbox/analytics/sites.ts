/**
 * The three web sites whose visits the sandbox makes up: a shop, its blog, and a bakery with a few orders a day.
 *
 * Owns: their pages, size, rhythm and conversion rates. The shop's rates are those of the public Google Merchandise Store sample
 * (per session: 270,154 users made 360,129 sessions). Does not own: goods, traffic, places and devices (their own files), nor
 * the drawing of a visit (visit.ts).
 */
import { bakeryGoods, type Product, shopGoods } from './goods.ts';
import { aroundLondon, worldwide } from './places.ts';
import { weekdayFactors } from './stories.ts';
import { bakeryTraffic, blogTraffic, shopTraffic, type Traffic } from './traffic.ts';

export type Size = 'small' | 'shop';

export type PageKind =
  | 'home'
  | 'list'
  | 'product'
  | 'article'
  | 'search'
  | 'basket'
  | 'checkout'
  | 'thanks'
  | 'account'
  | 'info';

export interface Page {
  kind: PageKind;
  path: string;
  query: string;
  title: string;
  contentGroup: string;
  author?: string;
  weight: number;
}

/** Chances per session, and of each next step given the one before. */
export interface Commerce {
  viewItem: number;
  addToCart: number;
  beginCheckout: number;
  purchase: number;
  /** Factor on `purchase` per device category. */
  deviceFactor: Readonly<Record<string, number>>;
  shipping: number;
  taxRate: number;
  /** Orders are fetched in a shop the next day, which the till reports as `order_collected`. */
  collectionPoints: readonly string[];
  goods: readonly Product[];
}

export interface Site {
  propertyId: string;
  host: string;
  sessionsPerDay: Readonly<Record<Size, number>>;
  weekdays: readonly number[];
  /** Weight per local hour. */
  hours: readonly number[];
  /** Chance that a session is a user's first. */
  newShare: number;
  engagement: Readonly<Record<string, number>>;
  traffic: readonly Traffic[];
  countries: Readonly<Record<string, number>>;
  pages: readonly Page[];
  searchTerms: readonly string[];
  /** What an engaged visitor may do besides buying, and how often. Which of these are key events, admin-setup.ts says. */
  goals: readonly { event: string; chance: number; method: string }[];
  commerce?: Commerce;
  /** Only the shop's numbers tell the stories of stories.ts. */
  hasStories: boolean;
}

function page(
  kind: PageKind,
  path: string,
  title: string,
  contentGroup: string,
  weight: number,
  author?: string,
): Page {
  const [bare = path, query = ''] = path.split('?');
  return { kind, path: bare, query, title, contentGroup, weight, ...(author === undefined ? {} : { author }) };
}

const slug = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');

function productPages(goods: readonly Product[], brand: string): Page[] {
  return goods.map((good) =>
    page('product', `/product/${slug(good.name)}`, `${good.name} | ${brand}`, good.category, good.weight),
  );
}

const shopPages: readonly Page[] = [
  page('home', '/', 'Home | Merchandise Store', 'Home', 30),
  page('list', '/shop/apparel', 'Apparel | Merchandise Store', 'Apparel', 12),
  page('list', '/shop/apparel/mens', "Men's apparel | Merchandise Store", 'Apparel', 9),
  page('list', '/shop/apparel/womens', "Women's apparel | Merchandise Store", 'Apparel', 7),
  page('list', '/shop/drinkware', 'Drinkware | Merchandise Store', 'Drinkware', 5),
  page('list', '/shop/bags', 'Bags | Merchandise Store', 'Bags', 4),
  page('list', '/shop/office', 'Office | Merchandise Store', 'Office', 4),
  page('list', '/shop/lifestyle', 'Lifestyle | Merchandise Store', 'Lifestyle', 5),
  page('list', '/shop/new?sort=newest', 'New arrivals | Merchandise Store', 'New', 7),
  page(
    'list',
    '/sale/autumn?utm_source=newsletter&utm_medium=email&utm_campaign=autumn_sale',
    'Autumn sale | Merchandise Store',
    'Sale',
    0,
  ),
  ...productPages(shopGoods, 'Merchandise Store'),
  page('search', '/search?q=hoodie', 'Search results | Merchandise Store', 'Search', 0),
  page('basket', '/basket', 'Basket | Merchandise Store', 'Checkout', 0),
  page('checkout', '/checkout', 'Checkout | Merchandise Store', 'Checkout', 0),
  page('thanks', '/checkout/confirmation', 'Thank you | Merchandise Store', 'Checkout', 0),
  page('account', '/account/register', 'Create an account | Merchandise Store', 'Account', 3),
  page('info', '/help/shipping', 'Shipping | Merchandise Store', 'Help', 3),
  page('info', '/help/returns', 'Returns | Merchandise Store', 'Help', 2),
  page('info', '/stores', 'Our stores | Merchandise Store', 'Help', 2),
];

const articles: readonly (readonly [path: string, title: string, group: string, author: string, weight: number])[] = [
  ['/how-we-dye-our-hoodies', 'How we dye our hoodies', 'Making of', 'Mira Okafor', 12],
  ['/a-visit-to-the-mill', 'A visit to the mill', 'Making of', 'Jonas Weil', 7],
  ['/care-for-your-bottle', 'How to care for a steel bottle', 'Guides', 'Mira Okafor', 15],
  ['/choose-a-backpack', 'How to choose a backpack', 'Guides', 'Ana Prieto', 18],
  ['/notebook-systems', 'Seven ways to keep a notebook', 'Guides', 'Jonas Weil', 11],
  ['/autumn-colours', 'Autumn colours', 'News', 'Ana Prieto', 6],
  ['/meet-the-robot', 'Meet the robot', 'News', 'Mira Okafor', 5],
  ['/packing-less', 'Packing with less paper', 'Sustainability', 'Ana Prieto', 8],
];

const blogPages: readonly Page[] = [
  page('home', '/', 'The Merchandise Blog', 'Home', 10),
  page('list', '/guides', 'Guides | The Merchandise Blog', 'Guides', 5),
  page('list', '/making-of', 'Making of | The Merchandise Blog', 'Making of', 3),
  ...articles.map(([path, title, group, author, weight]) =>
    page('article', path, `${title} | The Merchandise Blog`, group, weight, author),
  ),
  page('search', '/search?s=backpack', 'Search | The Merchandise Blog', 'Search', 0),
  page('account', '/newsletter', 'Newsletter | The Merchandise Blog', 'Newsletter', 2),
  page('info', '/about', 'About us | The Merchandise Blog', 'About', 2),
];

const bakeryPages: readonly Page[] = [
  page('home', '/', 'Harbour Bakery', 'Home', 30),
  page('list', '/bread', 'Bread | Harbour Bakery', 'Bread', 12),
  page('list', '/cakes', 'Cakes | Harbour Bakery', 'Cakes', 9),
  ...productPages(bakeryGoods, 'Harbour Bakery'),
  page('search', '/find?q=rye', 'Search | Harbour Bakery', 'Search', 0),
  page('basket', '/basket', 'Basket | Harbour Bakery', 'Order', 0),
  page('checkout', '/order', 'Order | Harbour Bakery', 'Order', 0),
  page('thanks', '/order/thank-you', 'Thank you | Harbour Bakery', 'Order', 0),
  page('account', '/letter', 'Our letter | Harbour Bakery', 'Letter', 2),
  page('info', '/opening-hours', 'Opening hours | Harbour Bakery', 'Visit us', 20),
  page('info', '/contact', 'Contact | Harbour Bakery', 'Visit us', 8),
];

const wakingHours = [
  1.6, 1, 0.7, 0.5, 0.5, 0.8, 1.6, 2.8, 4.1, 5.2, 5.8, 6, 5.8, 5.7, 5.6, 5.5, 5.4, 5.2, 5.1, 5.3, 5.6, 5.2, 4, 2.7,
];
const bakeryHours = [
  0.3, 0.1, 0.1, 0.1, 0.2, 0.8, 3, 6, 8, 8.4, 8, 7, 6.5, 5.5, 5, 4.6, 4.4, 4.6, 5, 5.2, 4.6, 3.4, 2, 0.9,
];

export const shop: Site = {
  propertyId: '213025502',
  host: 'shop.example.com',
  sessionsPerDay: { small: 95, shop: 430 },
  weekdays: weekdayFactors.shop,
  hours: wakingHours,
  newShare: 0.75,
  engagement: { desktop: 0.817, mobile: 0.792, tablet: 0.8, 'smart tv': 0.5 },
  traffic: shopTraffic,
  countries: worldwide,
  pages: shopPages,
  searchTerms: ['hoodie', 'mug', 'backpack', 'stickers', 'bottle', 'robot', 'gift card', 'kids', 'socks'],
  goals: [
    { event: 'sign_up', chance: 0.02, method: 'email' },
    { event: 'generate_lead', chance: 0.008, method: 'bulk_order_form' },
  ],
  commerce: {
    viewItem: 0.182,
    addToCart: 0.205,
    beginCheckout: 0.774,
    purchase: 0.455,
    deviceFactor: { desktop: 0.98, mobile: 1.03, tablet: 0.96, 'smart tv': 0 },
    shipping: 7.5,
    taxRate: 0.08,
    collectionPoints: [],
    goods: shopGoods,
  },
  hasStories: true,
};

export const blog: Site = {
  propertyId: '331207644',
  host: 'blog.example.com',
  sessionsPerDay: { small: 24, shop: 110 },
  weekdays: weekdayFactors.blog,
  hours: wakingHours,
  newShare: 0.82,
  engagement: { desktop: 0.63, mobile: 0.52, tablet: 0.57, 'smart tv': 0.3 },
  traffic: blogTraffic,
  countries: worldwide,
  pages: blogPages,
  searchTerms: ['backpack', 'hoodie', 'care', 'recycling'],
  goals: [{ event: 'newsletter_sign_up', chance: 0.035, method: 'footer_form' }],
  hasStories: false,
};

export const bakery: Site = {
  propertyId: '402118977',
  host: 'bakery.example.com',
  sessionsPerDay: { small: 18, shop: 55 },
  weekdays: weekdayFactors.bakery,
  hours: bakeryHours,
  newShare: 0.58,
  engagement: { desktop: 0.68, mobile: 0.71, tablet: 0.7, 'smart tv': 0.3 },
  traffic: bakeryTraffic,
  countries: aroundLondon,
  pages: bakeryPages,
  searchTerms: ['rye', 'gluten free', 'birthday cake'],
  goals: [{ event: 'generate_lead', chance: 0.03, method: 'letter' }],
  commerce: {
    viewItem: 0.34,
    addToCart: 0.3,
    beginCheckout: 0.8,
    purchase: 0.72,
    deviceFactor: { desktop: 1, mobile: 1, tablet: 1, 'smart tv': 0 },
    shipping: 0,
    taxRate: 0,
    collectionPoints: ['Harbour Street', 'Old Market', 'Station Kiosk'],
    goods: bakeryGoods,
  },
  hasStories: false,
};

export const sites: readonly Site[] = [shop, blog, bakery];
