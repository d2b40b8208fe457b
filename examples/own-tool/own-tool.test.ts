import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { areas, ConfigError, createBridge, offeredScopes, readConfig } from '../../src/index.ts';
import {
  authorizeUrl,
  callMcp,
  callTool,
  connect,
  createBrowser,
  createWorld,
  type World,
} from '../../test/support/world.ts';
import { fakeSearchConsole } from './fake-search-console.fixture.ts';
import { searchConsole } from './search-console.ts';

const BASE = 'http://search-console.test';
const all = [...areas, searchConsole(`${BASE}/webmasters/v3`)];

describe('a third Google API as one folder', () => {
  let world: World;
  let token = '';

  before(async () => {
    const google = fakeSearchConsole();
    world = await createWorld({
      environment: { GOOGLE_SCOPES: 'analytics.readonly,webmasters.readonly' },
      areas: all,
      hosts: { [BASE]: (request) => google.fetch(request) },
    });
    token = (await connect(world, await world.client())).accessToken;
  });
  after(() => world.close());

  it('is a tool at every door beside those that were there', async () => {
    const { text } = await callMcp(world, token, 'tools/list');
    for (const name of ['list_sites', 'search_performance', 'run_report']) assert.match(text, new RegExp(`"${name}"`));
    const document = (await (await world.request('/openapi.json')).json()) as { paths: Record<string, unknown> };
    assert.ok('/actions/search_performance' in document.paths);
    const consent = await createBrowser(world).open(authorizeUrl(await world.client()));
    assert.match(consent.html, /See your sites in Search Console/);
  });

  it('answers with what Google says, in its units', async () => {
    const sites = await callTool(world, 'list_sites', token);
    assert.deepEqual(sites.body, {
      sites: [
        { site: 'https://shop.example.com/', permission: 'siteOwner' },
        { site: 'sc-domain:example.com', permission: 'siteFullUser' },
      ],
    });
    const found = await callTool(world, 'search_performance', token, { site: 'https://shop.example.com/' });
    assert.deepEqual(found.body, {
      start: '2026-10-24',
      end: '2026-11-20',
      columns: ['query', 'clicks', 'impressions', 'click rate %', 'position'],
      rows: [
        ['garden gnome', 120, 2400, 5, 3.3],
        ['gnome shop', 30, 90, 33.33, 1],
      ],
    });
  });

  it('understands and refuses arguments as every tool does', async () => {
    const loose = await callTool(world, 'search_performance', token, {
      site: 'sc-domain:example.com',
      by: 'query',
      limit: '1',
    });
    assert.equal((loose.body.rows as unknown[]).length, 1);
    const wrong = await callTool(world, 'search_performance', token, { site: 'https://else.example/', by: ['query'] });
    assert.equal(wrong.status, 403);
    assert.match(JSON.stringify(wrong.body), /list_sites shows those it has/);
    assert.equal((await callTool(world, 'search_performance', token, { site: 'x', by: ['shoe'] })).status, 400);
  });

  it('asks for its scope where a grant lacks it', async () => {
    const client = await world.client();
    const narrow = await connect(world, client, { parameters: { scope: 'analytics.readonly' } });
    const refused = await callTool(world, 'list_sites', narrow.accessToken);
    assert.equal(refused.status, 403);
    assert.match(refused.headers.get('www-authenticate') ?? '', /scope="webmasters\.readonly"/);
  });

  it('makes its scope one that may be switched on, which it is not without it', () => {
    const environment = {
      GOOGLE_CLIENT_ID: 'id',
      GOOGLE_CLIENT_SECRET: 'secret',
      DATABASE_URL: 'sqlite::memory:',
      GOOGLE_SCOPES: 'webmasters.readonly',
    };
    assert.deepEqual(readConfig(environment, offeredScopes(all)).google.scopes, ['webmasters.readonly']);
    assert.throws(() => readConfig(environment, offeredScopes()), ConfigError);
    assert.throws(() => createBridge(readConfig(environment)), ConfigError);
  });
});
