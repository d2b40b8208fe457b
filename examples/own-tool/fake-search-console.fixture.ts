/**
 * As much of Search Console as the tests need, written from Google's reference: two sites, and answers that depend on
 * what was asked.
 */
import { Hono } from 'hono';

interface Query {
  startDate: string;
  endDate: string;
  dimensions?: string[];
  rowLimit?: number;
}

const SITES = [
  { siteUrl: 'https://shop.example.com/', permissionLevel: 'siteOwner' },
  { siteUrl: 'sc-domain:example.com', permissionLevel: 'siteFullUser' },
];

const QUERIES = [
  { key: 'garden gnome', clicks: 120, impressions: 2400, ctr: 0.05, position: 3.2857 },
  { key: 'gnome shop', clicks: 30, impressions: 90, ctr: 1 / 3, position: 1.04 },
];

export function fakeSearchConsole(): Hono {
  const app = new Hono();
  app.use(async (c, next) => {
    if (!(c.req.header('authorization') ?? '').startsWith('Bearer ')) return c.json({ error: { code: 401 } }, 401);
    return next();
  });
  app.get('/webmasters/v3/sites', (c) => c.json({ siteEntry: SITES }));
  app.post('/webmasters/v3/sites/:site/searchAnalytics/query', async (c) => {
    if (!SITES.some(({ siteUrl }) => siteUrl === c.req.param('site'))) {
      const message =
        'User does not have sufficient permission for site. See also: https://support.google.com/webmasters';
      return c.json(
        { error: { code: 403, message, errors: [{ message, domain: 'global', reason: 'forbidden' }] } },
        403,
      );
    }
    const { startDate, endDate, dimensions = [], rowLimit = 1000 } = await c.req.json<Query>();
    if (startDate > endDate || dimensions.join() !== 'query') return c.json({ error: { code: 400 } }, 400);
    const rows = QUERIES.slice(0, rowLimit).map(({ key, ...numbers }) => ({ keys: [key], ...numbers }));
    return c.json({ rows, responseAggregationType: 'byProperty' });
  });
  return app;
}
