/**
 * The sandbox's Analytics data: made up when a property is first read, the same for the same opening day and size.
 *
 * Owns: opening one in-memory SQLite database per property and filling it with 120 days of visits up to now, and a little
 * beyond: reports end at `now()` (see schema.ts), so today fills up as time passes. After two days the data is made anew around the
 * then current day. Does not own: tables (schema.ts), sites and rates (sites.ts), stories (stories.ts), visits (visit.ts).
 *
 * Tables, for tests that compute the truth on their own: see schema.ts; `openWorld(…).sql(propertyId)` hands them out.
 */
import { DatabaseSync } from 'node:sqlite';
import { type Property, properties } from '../world.ts';
import { setupOf } from './admin-setup.ts';
import { dayAt, describeDay, midnight, wallSeconds } from './calendar.ts';
import { type Device, devices } from './devices.ts';
import { type Place, placesOf } from './places.ts';
import { createRandom, type Random, weighted } from './random.ts';
import { createRecorder } from './recorder.ts';
import { indexes, schema } from './schema.ts';
import { type Site, type Size, sites } from './sites.ts';
import { autumnSaleShare, growthFactor } from './stories.ts';
import { autumnSaleTraffic, type Traffic } from './traffic.ts';
import { createVisits } from './visit.ts';
import type { Visitor } from './walk.ts';

const DAYS_BACK = 120;
const DAYS_AHEAD = 2;

export interface World {
  /** The tables of a property, filled. Throws for a property that has no data. */
  sql(propertyId: string): DatabaseSync;
  /** First and last day with data, as day numbers. */
  span(propertyId: string): { first: number; last: number };
  /** Today in the property's time zone. */
  today(propertyId: string): number;
  now(): Date;
}

/** Opens the world; nothing is made before a property is asked for. */
export function openWorld(parts: { now: () => Date; size: Size; seed?: string }): World {
  const opened = new Map<string, { db: DatabaseSync; openingDay: number }>();

  function open(propertyId: string): { db: DatabaseSync; openingDay: number } {
    const property = propertyOf(propertyId);
    const today = dayAt(parts.now(), property.timeZone);
    const known = opened.get(propertyId);
    if (known !== undefined && today <= known.openingDay + DAYS_AHEAD && today >= known.openingDay) return known;
    known?.db.close();
    const db = new DatabaseSync(':memory:');
    db.function('now_seconds', { deterministic: true }, () => Math.floor(parts.now().getTime() / 1000));
    fill(db, {
      site: siteOf(propertyId),
      property,
      size: parts.size,
      openingDay: today,
      openingSecond: wallSeconds(Math.floor(parts.now().getTime() / 1000), property.timeZone) % 86_400,
      seed: parts.seed ?? 'sandbox',
    });
    const made = { db, openingDay: today };
    opened.set(propertyId, made);
    return made;
  }

  return {
    sql: (propertyId) => open(propertyId).db,
    span(propertyId) {
      const { openingDay } = open(propertyId);
      return { first: openingDay - DAYS_BACK + 1, last: openingDay + DAYS_AHEAD };
    },
    today: (propertyId) => dayAt(parts.now(), propertyOf(propertyId).timeZone),
    now: parts.now,
  };
}

function propertyOf(propertyId: string): Property {
  const property = properties.find((candidate) => candidate.id === propertyId);
  if (property === undefined) throw new RangeError(`no property ${propertyId} in the sandbox`);
  return property;
}

function siteOf(propertyId: string): Site {
  const site = sites.find((candidate) => candidate.propertyId === propertyId);
  if (site === undefined) throw new RangeError(`no web site for property ${propertyId} in the sandbox`);
  return site;
}

interface Filling {
  site: Site;
  property: Property;
  size: Size;
  openingDay: number;
  /** Seconds since local midnight. */
  openingSecond: number;
  seed: string;
}

function fill(db: DatabaseSync, filling: Filling): void {
  const { site, property, openingDay } = filling;
  db.exec(
    'PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -131072;',
  );
  db.exec(schema);
  db.exec('BEGIN');
  const places = placesOf(site.countries);
  fillFixed(db, site, places, openingDay);
  const random = createRandom(`${filling.seed}/${property.id}/${filling.size}`);
  const keyEvents = new Map(setupOf(property.id).keyEvents.map((event) => [event.eventName, event.once]));
  const visit = createVisits({ site, random, record: createRecorder(db), keyEvents });
  const crowd = createCrowd(db, { site, random, places, openingDay });
  const chooseHour = weighted(site.hours.map((weight, hour) => [hour, weight] as const));
  let sessionId = 0;

  for (let daysAgo = DAYS_BACK - 1; daysAgo >= -DAYS_AHEAD; daysAgo--) {
    const day = openingDay - daysAgo;
    const start = midnight(day, property.timeZone);
    const plan = planDay(filling, day, daysAgo, random);
    const live = daysAgo === 0 ? liveSeconds(filling, random) : [];
    // In order of the clock, so that a user's second visit never precedes the first.
    const seconds = Array.from(
      { length: plan.ordinary + plan.sale },
      () => chooseHour(random.next()) * 3600 + random.between(0, 3599),
    );
    const order = [...seconds.map((second, index) => ({ second, fromSale: index >= plan.ordinary })), ...live].sort(
      (a, b) => a.second - b.second,
    );
    for (const { second, fromSale } of order) {
      const { visitor, trafficId, traffic } = crowd.arrive(day, fromSale);
      visit({ visitor, trafficId, traffic, sessionId: ++sessionId, day, midnight: start, second, daysAgo });
    }
  }
  fillAdCosts(db, site, random, openingDay);
  db.exec(indexes);
  db.exec('COMMIT; ANALYZE;');
}

/** How many sessions a day has: ordinary ones and those that the e-mail campaign brings on top. */
function planDay(filling: Filling, day: number, daysAgo: number, random: Random): { ordinary: number; sale: number } {
  const { site, size } = filling;
  const weekday = site.weekdays[(day + 4) % 7] ?? 1;
  const noise = 0.96 + random.next() * 0.08;
  const base = site.sessionsPerDay[size] * (site.hasStories ? growthFactor(daysAgo) : 1);
  return {
    ordinary: Math.round(base * weekday * noise),
    sale: site.hasStories ? Math.round(site.sessionsPerDay[size] * autumnSaleShare(daysAgo)) : 0,
  };
}

/** A few visits that are under way at opening time, whatever the hour: realtime reports are not for empty shops. */
function liveSeconds(filling: Filling, random: Random): { second: number; fromSale: boolean }[] {
  const count = 1 + Math.ceil(filling.site.sessionsPerDay[filling.size] * 0.06);
  return Array.from({ length: count }, () => ({
    second: Math.max(0, filling.openingSecond - random.between(20, 27 * 60)),
    fromSale: false,
  }));
}

function fillFixed(db: DatabaseSync, site: Site, places: readonly Place[], openingDay: number): void {
  const day = db.prepare('INSERT INTO days VALUES (?,?,?,?,?,?,?,?,?)');
  for (let n = openingDay - DAYS_BACK - 40; n <= openingDay + DAYS_AHEAD + 4; n++) {
    const d = describeDay(n);
    day.run(d.day, d.date, d.year, d.month, d.week, d.isoWeek, d.isoYear, d.weekday, d.weekdayName);
  }
  const traffic = db.prepare('INSERT INTO traffic VALUES (NULL,?,?,?,?,?,?,?,?,?)');
  for (const t of site.traffic) {
    traffic.run(t.source, t.medium, t.campaign, t.campaignId, t.channel, t.platform, t.content, t.term, t.adGroup);
  }
  const place = db.prepare('INSERT INTO places VALUES (NULL,?,?,?,?,?,?,?)');
  for (const p of places) place.run(p.country, p.countryId, p.continent, p.subContinent, p.region, p.city, p.cityId);
  const device = db.prepare('INSERT INTO devices VALUES (NULL,?,?,?,?,?,?,?,?)');
  for (const d of devices)
    device.run(d.category, d.browser, d.os, d.osVersion, d.brand, d.model, d.marketingName, d.screen);
  const page = db.prepare('INSERT INTO pages VALUES (NULL,?,?,?,?,?)');
  for (const p of site.pages) page.run(p.path, p.query, p.title, p.contentGroup, p.author ?? null);
  const product = db.prepare('INSERT INTO products VALUES (NULL,?,?,?,?,?,?,?,?,?)');
  for (const g of site.commerce?.goods ?? []) {
    product.run(g.itemId, g.name, g.brand, g.category, g.category2, g.category3, g.variant, g.colour, g.price);
  }
}

interface Crowd {
  arrive(day: number, fromSale: boolean): { visitor: Visitor; trafficId: number; traffic: Traffic };
}

/** Users, new and returning. Those who return are drawn from the last few thousand, so that many come on several days. */
function createCrowd(
  db: DatabaseSync,
  parts: { site: Site; random: Random; places: readonly Place[]; openingDay: number },
): Crowd {
  const { site, random } = parts;
  const insert = db.prepare('INSERT INTO users VALUES (?,?,?,?,?,?,?,?,?,?,?,?)');
  const choosePlace = weighted(parts.places.map((place, index) => [{ place, id: index + 1 }, place.weight] as const));
  const chooseDevice = weighted(devices.map((device, index) => [{ device, id: index + 1 }, device.weight] as const));
  const chooseTraffic = weighted(
    site.traffic.map((traffic, index) => [{ traffic, id: index + 1 }, traffic.weight] as const),
  );
  const saleId = site.traffic.indexOf(autumnSaleTraffic) + 1;
  const known: Visitor[] = [];
  let users = 0;

  function join(day: number, trafficId: number, visits: number): Visitor {
    const { place, id: placeId } = choosePlace(random.next());
    const { device, id: deviceId }: { device: Device; id: number } = chooseDevice(random.next());
    const userId = ++users;
    const tier = random.chance(0.12) ? random.pick(['bronze', 'bronze', 'silver', 'gold']) : null;
    insert.run(
      userId,
      day,
      trafficId,
      placeId,
      deviceId,
      place.language,
      place.languageCode,
      ...demographics(random),
      tier,
      tier ? 1 : 0,
    );
    const visitor = {
      userId,
      device,
      visits,
      hasBought: visits > 0 && random.chance(0.03),
      lastNonDirectId: trafficId,
    };
    known.push(visitor);
    return visitor;
  }

  return {
    arrive(day, fromSale) {
      const drawn = fromSale ? { traffic: autumnSaleTraffic, id: saleId } : chooseTraffic(random.next());
      // A newsletter goes to people who know the shop, though many of them on another device.
      const isNew = random.chance(fromSale ? 0.45 : site.newShare);
      let visitor: Visitor;
      if (isNew) visitor = join(day, drawn.id, 0);
      else if (known.length < 40 || random.chance(0.05)) visitor = join(day - random.between(30, 400), drawn.id, 1);
      else visitor = returning(known, random);
      if (drawn.traffic.source !== '(direct)') visitor.lastNonDirectId = drawn.id;
      return { visitor, trafficId: drawn.id, traffic: drawn.traffic };
    },
  };
}

/** Recent visitors return more often than old ones. */
function returning(known: readonly Visitor[], random: Random): Visitor {
  const back = Math.floor(Math.min(known.length, 4000) * random.next() ** 2.2);
  const visitor = known[known.length - 1 - Math.min(back, known.length - 1)];
  if (visitor === undefined) throw new RangeError('nobody has been here yet');
  return visitor;
}

const ages = weighted<string | null>([
  [null, 46],
  ['18-24', 10],
  ['25-34', 17],
  ['35-44', 12],
  ['45-54', 8],
  ['55-64', 5],
  ['65+', 2],
]);
const interests = weighted<string | null>([
  [null, 50],
  ['Technology/Technophiles', 20],
  ['Shoppers/Value Shoppers', 14],
  ['Lifestyles & Hobbies/Green Living Enthusiasts', 9],
  ['Travel/Travel Buffs', 7],
]);

function demographics(random: Random): [string | null, string | null, string | null] {
  const age = ages(random.next());
  const gender = age === null ? null : random.chance(0.52) ? 'male' : 'female';
  return [age, gender, age === null ? null : interests(random.next())];
}

/** Google Ads reports what it charged per day and campaign: a little more clicks than sessions, at around half a dollar. */
function fillAdCosts(db: DatabaseSync, site: Site, random: Random, openingDay: number): void {
  const insert = db.prepare('INSERT INTO ad_costs VALUES (?,?,?,?,?)');
  const sessions = db.prepare(
    "SELECT s.day, s.traffic_id AS trafficId, COUNT(*) AS n FROM all_sessions s JOIN traffic t USING (traffic_id) WHERE t.platform = 'Google Ads' AND s.day <= ? GROUP BY 1, 2 ORDER BY 1, 2",
  );
  if (!site.hasStories) return;
  for (const row of sessions.all(openingDay + DAYS_AHEAD)) {
    const clicks = Math.round(Number(row.n) * 1.15);
    const cost = Math.round(clicks * (0.35 + random.next() * 0.4) * 100) / 100;
    insert.run(Number(row.day), Number(row.trafficId), cost, clicks, clicks * random.between(18, 40));
  }
}
