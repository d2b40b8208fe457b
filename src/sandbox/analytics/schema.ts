/**
 * The tables behind one property of the sandbox (in-memory SQLite, one database per property).
 *
 * Owns: their shape. Does not own: their contents (seed.ts) nor what reports make of them (dimensions.ts, metrics.ts). Tests may
 * read these tables directly and compute the truth in their own way.
 */

/*
 *  days      one row per civil day: day (number since 1970-01-01), date YYYYMMDD, year, month, week, iso_week, iso_year, weekday
 *  traffic   a source, medium, campaign … and the default channel group they amount to
 *  places    country, region, city …
 *  devices   category, browser, operating system …
 *  pages     path, query, title, content_group, author
 *  products  what is sold
 *  users     one row per cookie: where from, with what, first touch, loyalty_tier, age, gender
 *  sessions  one visit: user, day, traffic, landing page, engaged, duration in seconds, number (1 = the user's first)
 *  events    everything that was sent; ts in Unix seconds; session_id is NULL for server-side events (refund)
 *  items     the items array of commerce events, one row each
 *  ad_costs  what Google Ads charged, per day and campaign
 *
 * sessions, events and items are views that end at the sandbox's present (`now_seconds()`): the tables behind them (all_…) reach a
 * little into the future, so that time can pass without anything already reported changing.
 */
export const schema = `
CREATE TABLE days (day INTEGER PRIMARY KEY, date TEXT NOT NULL, year TEXT NOT NULL, month TEXT NOT NULL, week TEXT NOT NULL,
  iso_week TEXT NOT NULL, iso_year TEXT NOT NULL, weekday INTEGER NOT NULL, weekday_name TEXT NOT NULL);
CREATE TABLE traffic (traffic_id INTEGER PRIMARY KEY, source TEXT NOT NULL, medium TEXT NOT NULL, campaign TEXT NOT NULL,
  campaign_id TEXT NOT NULL, channel TEXT NOT NULL, platform TEXT NOT NULL, content TEXT NOT NULL, term TEXT NOT NULL,
  ad_group TEXT NOT NULL);
CREATE TABLE places (place_id INTEGER PRIMARY KEY, country TEXT NOT NULL, country_id TEXT NOT NULL, continent TEXT NOT NULL,
  sub_continent TEXT NOT NULL, region TEXT NOT NULL, city TEXT NOT NULL, city_id TEXT NOT NULL);
CREATE TABLE devices (device_id INTEGER PRIMARY KEY, category TEXT NOT NULL, browser TEXT NOT NULL, os TEXT NOT NULL,
  os_version TEXT NOT NULL, brand TEXT NOT NULL, model TEXT NOT NULL, marketing_name TEXT NOT NULL, screen TEXT NOT NULL);
CREATE TABLE pages (page_id INTEGER PRIMARY KEY, path TEXT NOT NULL, query TEXT NOT NULL, title TEXT NOT NULL,
  content_group TEXT NOT NULL, author TEXT);
CREATE TABLE products (product_id INTEGER PRIMARY KEY, item_id TEXT NOT NULL, name TEXT NOT NULL, brand TEXT NOT NULL,
  category TEXT NOT NULL, category2 TEXT NOT NULL, category3 TEXT NOT NULL, variant TEXT NOT NULL, colour TEXT NOT NULL,
  price REAL NOT NULL);
CREATE TABLE users (user_id INTEGER PRIMARY KEY, first_day INTEGER NOT NULL, first_traffic_id INTEGER NOT NULL,
  place_id INTEGER NOT NULL, device_id INTEGER NOT NULL, language TEXT NOT NULL, language_code TEXT NOT NULL,
  age TEXT, gender TEXT, interest TEXT, loyalty_tier TEXT, signed_in INTEGER NOT NULL);
CREATE TABLE all_sessions (session_id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL, number INTEGER NOT NULL, day INTEGER NOT NULL,
  ts INTEGER NOT NULL, traffic_id INTEGER NOT NULL, landing_page_id INTEGER NOT NULL, engaged INTEGER NOT NULL,
  active INTEGER NOT NULL, duration INTEGER NOT NULL);
CREATE TABLE all_events (event_id INTEGER PRIMARY KEY, session_id INTEGER, user_id INTEGER NOT NULL, day INTEGER NOT NULL,
  ts INTEGER NOT NULL, hour INTEGER NOT NULL, minute INTEGER NOT NULL, name TEXT NOT NULL, page_id INTEGER, referrer TEXT,
  engagement_ms INTEGER NOT NULL, is_key INTEGER NOT NULL, credited_traffic_id INTEGER, value REAL, revenue REAL, tax REAL,
  shipping REAL, transaction_id TEXT, first_purchase INTEGER, params TEXT);
CREATE TABLE all_items (row_id INTEGER PRIMARY KEY, event_id INTEGER NOT NULL, session_id INTEGER, user_id INTEGER NOT NULL,
  day INTEGER NOT NULL, ts INTEGER NOT NULL, event_name TEXT NOT NULL, product_id INTEGER NOT NULL, list_name TEXT, promotion TEXT,
  quantity INTEGER NOT NULL, price REAL NOT NULL, discount REAL NOT NULL);
CREATE TABLE ad_costs (day INTEGER NOT NULL, traffic_id INTEGER NOT NULL, cost REAL NOT NULL, clicks INTEGER NOT NULL,
  impressions INTEGER NOT NULL);
CREATE VIEW sessions AS SELECT * FROM all_sessions WHERE ts <= now_seconds();
CREATE VIEW events AS SELECT * FROM all_events WHERE ts <= now_seconds();
CREATE VIEW items AS SELECT * FROM all_items WHERE ts <= now_seconds();
`;

/** Made after loading: filling a table is faster without them. */
export const indexes = `
CREATE INDEX events_day ON all_events (day);
CREATE INDEX items_event ON all_items (event_id);
CREATE INDEX items_day ON all_items (day);
CREATE INDEX events_ts ON all_events (ts);
CREATE INDEX sessions_day ON all_sessions (day);
CREATE INDEX events_session ON all_events (session_id);
`;
