import assert from 'node:assert/strict';
import type { DatabaseSync } from 'node:sqlite';
import { before, describe, it } from 'node:test';
import { openingTime } from './call-data.fixture.ts';
import { openWorld } from './seed.ts';
import { autumnSaleShare, brokenCheckout, growthFactor, stories, weekdayFactors } from './stories.ts';

const shopId = '213025502';
const bakeryId = '402118977';

const open = (now = openingTime) => openWorld({ now: () => now, size: 'small' });

/** One number. */
function number(db: DatabaseSync, sql: string): number {
  return Number(Object.values(db.prepare(sql).get() ?? {})[0]);
}

function fingerprint(db: DatabaseSync): unknown {
  return db
    .prepare('SELECT COUNT(*) AS n, SUM(ts) AS ts, SUM(revenue) AS revenue, SUM(engagement_ms) AS ms FROM events')
    .get();
}

const near = (actual: number, expected: number, tolerance: number, what: string): void => {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: ${actual} is not within ${tolerance} of ${expected}`);
};

describe('the sandbox’s made-up visits', () => {
  let db: DatabaseSync;
  let today: number;
  let seedingMs: number;

  before(() => {
    const world = open();
    const started = performance.now();
    db = world.sql(shopId);
    seedingMs = performance.now() - started;
    today = world.today(shopId);
  });

  it('are made quickly enough to wait for', () => {
    assert.ok(seedingMs < 15_000, `${seedingMs} ms`);
  });

  it('are the same for the same opening time', () => {
    assert.deepEqual(fingerprint(open().sql(shopId)), fingerprint(db));
    assert.deepEqual(fingerprint(open().sql(bakeryId)), fingerprint(open().sql(bakeryId)));
  });

  it('are others for another seed', () => {
    const other = openWorld({ now: () => openingTime, size: 'small', seed: 'other' }).sql(shopId);
    assert.notDeepEqual(fingerprint(other), fingerprint(db));
  });

  it('end at the present and go on as time passes, without changing what is past', () => {
    let now = openingTime;
    const world = openWorld({ now: () => now, size: 'small' });
    const total = (until: string): number => number(world.sql(bakeryId), `SELECT COUNT(*) FROM events WHERE ${until}`);
    const nowSeconds = openingTime.getTime() / 1000;
    const before = total('1');
    assert.equal(total(`ts > ${nowSeconds}`), 0);
    now = new Date(openingTime.getTime() + 6 * 3_600_000);
    assert.equal(total(`ts <= ${nowSeconds}`), before);
    assert.ok(total(`ts > ${nowSeconds}`) > 0);
  });

  it('are made anew when the sandbox has been open for days', () => {
    let now = openingTime;
    const world = openWorld({ now: () => now, size: 'small' });
    world.sql(bakeryId);
    now = new Date(openingTime.getTime() + 30 * 86_400_000);
    assert.ok(
      number(world.sql(bakeryId), `SELECT COUNT(*) FROM sessions WHERE day = ${world.today(bakeryId) - 1}`) > 0,
    );
  });

  it('have the published shares of devices, channels and countries', () => {
    const all = number(db, 'SELECT COUNT(*) FROM sessions');
    const share = (from: string, where: string): number =>
      number(db, `SELECT COUNT(*) FROM sessions s ${from} WHERE ${where}`) / all;
    const device = 'JOIN users u USING (user_id) JOIN devices d USING (device_id)';
    near(share(device, "d.category = 'desktop'"), 0.58, 0.03, 'desktop');
    near(share(device, "d.category = 'mobile'"), 0.398, 0.03, 'mobile');
    const traffic = 'JOIN traffic t USING (traffic_id)';
    near(share(traffic, "t.channel = 'Organic Search'"), 0.372, 0.03, 'organic');
    near(share(traffic, "t.channel = 'Direct'"), 0.209, 0.02, 'direct');
    near(share(traffic, "t.channel = 'Referral'"), 0.205, 0.02, 'referral');
    const place = 'JOIN users u USING (user_id) JOIN places p USING (place_id)';
    near(share(place, "p.country_id = 'US'"), 0.439, 0.03, 'United States');
    near(share(place, "p.country_id = 'IN'"), 0.094, 0.02, 'India');
  });

  it('buy as often, and as much, as the published shop', () => {
    const sessions = number(db, 'SELECT COUNT(*) FROM sessions');
    near(
      number(db, "SELECT COUNT(DISTINCT session_id) FROM events WHERE name = 'purchase'") / sessions,
      0.0135,
      0.004,
      'conversion',
    );
    near(number(db, "SELECT AVG(revenue) FROM events WHERE name = 'purchase'"), 81, 14, 'order value');
    const users = number(db, 'SELECT COUNT(DISTINCT user_id) FROM events');
    const step = (name: string): number =>
      number(db, `SELECT COUNT(DISTINCT user_id) FROM events WHERE name = '${name}'`);
    near(step('view_item') / users, 0.227, 0.03, 'viewers');
    near(step('add_to_cart') / step('view_item'), 0.205, 0.05, 'adders');
    near(
      number(
        db,
        "SELECT AVG(s.engaged) FROM sessions s JOIN users u USING (user_id) JOIN devices d USING (device_id) WHERE d.category = 'desktop'",
      ),
      0.817,
      0.02,
      'engagement',
    );
  });

  it('bring people back on several days, so that users do not add up', () => {
    const users = number(db, 'SELECT COUNT(DISTINCT user_id) FROM sessions');
    const userDays = number(db, 'SELECT COUNT(*) FROM (SELECT DISTINCT user_id, day FROM sessions)');
    assert.ok(userDays > users * 1.15, `${userDays} user days of ${users} users`);
  });

  it('agree with themselves: orders equal their items, sessions their events', () => {
    const mismatched = number(
      db,
      `SELECT COUNT(*) FROM events e WHERE e.name = 'purchase' AND ABS(e.revenue - (SELECT SUM(i.quantity * (i.price - i.discount)) FROM items i WHERE i.event_id = e.event_id)) > 0.005`,
    );
    assert.equal(mismatched, 0);
    assert.equal(
      number(db, "SELECT COUNT(*) FROM events WHERE name = 'session_start'"),
      number(db, 'SELECT COUNT(*) FROM sessions'),
    );
    assert.equal(
      number(db, 'SELECT COUNT(*) FROM events e JOIN sessions s USING (session_id) WHERE e.day <> s.day'),
      0,
    );
  });

  it('tell only stories of the days that they cover', () => {
    const { first, last } = open().span(shopId);
    for (const story of stories) {
      assert.equal(story.property, shopId);
      assert.ok(today - story.firstDaysAgo >= first && today - story.lastDaysAgo <= last, story.name);
      assert.ok(story.firstDaysAgo >= story.lastDaysAgo);
    }
  });

  it('tell of an e-mail campaign in the last two weeks', () => {
    const email = (from: number, to: number): number =>
      number(
        db,
        `SELECT COUNT(*) FROM sessions JOIN traffic USING (traffic_id) WHERE medium = 'email' AND day BETWEEN ${today - from} AND ${today - to}`,
      );
    assert.ok(email(13, 0) > 4 * email(27, 14), `${email(13, 0)} after ${email(27, 14)}`);
    const sale = `SELECT COUNT(*) FROM sessions JOIN traffic USING (traffic_id) WHERE campaign = 'autumn_sale' AND day < ${today - 13}`;
    assert.equal(number(db, sale), 0);
  });

  it('tell of two days on which nobody could buy on a phone', () => {
    const count = (name: string, device: string, from: number, to: number): number =>
      number(
        db,
        `SELECT COUNT(*) FROM events e JOIN users u USING (user_id) JOIN devices d USING (device_id)
         WHERE e.name = '${name}' AND d.category = '${device}' AND e.day BETWEEN ${today - from} AND ${today - to}`,
      );
    const { from, to, errorEvent } = brokenCheckout;
    assert.ok(count('begin_checkout', 'mobile', from, to) >= 10);
    assert.equal(count('purchase', 'mobile', from, to), 0);
    assert.ok(count(errorEvent, 'mobile', from, to) > 5);
    assert.equal(
      number(
        db,
        `SELECT COUNT(*) FROM events WHERE name = '${errorEvent}' AND day NOT BETWEEN ${today - from} AND ${today - to}`,
      ),
      0,
    );
  });

  it('tell of quiet weekends in the shop and busy ones in the bakery', () => {
    const perDay = (source: DatabaseSync, weekdays: string): number =>
      number(
        source,
        `SELECT COUNT(*) * 1.0 / COUNT(DISTINCT day) FROM sessions JOIN days USING (day) WHERE weekday IN (${weekdays})`,
      );
    assert.ok(perDay(db, '0, 6') < 0.85 * perDay(db, '1, 2, 3, 4, 5'));
    const bakery = open().sql(bakeryId);
    assert.ok(perDay(bakery, '0, 6') > 1.3 * perDay(bakery, '1, 2, 3, 4, 5'));
  });

  it('tell of a last week larger than the one before, however weeks are cut', () => {
    const planned = (daysAgo: number, weekday: number): number =>
      growthFactor(daysAgo) * (weekdayFactors.shop[weekday] ?? 1) + autumnSaleShare(daysAgo);
    const week = (nearest: number, openingWeekday: number): number => {
      let sum = 0;
      for (let daysAgo = nearest; daysAgo < nearest + 7; daysAgo++)
        sum += planned(daysAgo, (((openingWeekday - daysAgo) % 7) + 7) % 7);
      return sum;
    };
    for (let weekday = 0; weekday < 7; weekday++) {
      const sundayWeek = weekday + 1;
      const mondayWeek = ((weekday + 6) % 7) + 1;
      for (const nearest of [1, sundayWeek, mondayWeek]) {
        assert.ok(
          week(nearest, weekday) > 1.06 * week(nearest + 7, weekday),
          `weekday ${weekday}, week ending ${nearest} days ago`,
        );
      }
    }
  });

  it('give the blog readers and no orders', () => {
    const blog = open().sql('331207644');
    assert.ok(number(blog, "SELECT COUNT(*) FROM events WHERE name = 'newsletter_sign_up' AND is_key") > 0);
    assert.equal(number(blog, 'SELECT COUNT(*) FROM items'), 0);
  });
});
