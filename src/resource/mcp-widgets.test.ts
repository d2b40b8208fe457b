import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ToolDefinition } from '../tools/tool.ts';
import type { Chart } from '../widgets/chart.ts';
import type { Charts } from './charts.ts';
import { call, listShops, modernRpc, PUBLIC_URL, post, type RpcOptions, rpc, toyApp } from './toy-doors.fixture.ts';

const chart: Chart = {
  kind: 'bars',
  title: 'Shops [all]',
  subtitle: '',
  unit: 'count',
  labels: ['north'],
  series: [{ name: 'Now', values: [1] }],
  footnotes: [],
};
const page = {
  uri: 'ui://toy/shops-1.html',
  name: 'shops',
  title: 'Shops',
  description: 'Shows shops.',
  html: '<p>hi',
};

let wantsImage = false;
const showShops: ToolDefinition<typeof listShops.input, typeof listShops.output> = {
  ...listShops,
  name: 'show_shops',
  widget: { page, picture: () => ({ chart, isImageWanted: wantsImage }) },
};
const charts: Charts = {
  link: () => `${PUBLIC_URL}/charts/sealed.png`,
  paint: async () => new Uint8Array([1, 2, 3]),
  handler: () => new Response(),
  close: async () => undefined,
};
const parts = { tools: [listShops, showShops], charts };
const ask = async (message: unknown, options: RpcOptions = {}) =>
  (await post(rpc(message, options), parts)).body.result;
const SHOW = call('show_shops');
const UI = { 'io.modelcontextprotocol/ui': { mimeTypes: ['text/html;profile=mcp-app'] } };

describe('a host of MCP Apps', () => {
  it('learns from the tool which page shows its answers, from the other tools that none does', async () => {
    const { tools } = await ask({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
    assert.equal(tools[0]._meta.ui, undefined);
    assert.deepEqual(tools[1]._meta.ui, { resourceUri: page.uri });
    assert.equal(tools[1]._meta['openai/outputTemplate'], page.uri);
  });

  it('reads the page, which may reach nothing', async () => {
    const { resources } = await ask({ jsonrpc: '2.0', id: 1, method: 'resources/list' });
    assert.equal(resources.length, 1);
    assert.equal(resources[0].mimeType, 'text/html;profile=mcp-app');
    const { contents } = await ask({ jsonrpc: '2.0', id: 1, method: 'resources/read', params: { uri: page.uri } });
    assert.equal(contents[0].text, page.html);
    assert.deepEqual(contents[0]._meta.ui.csp, { connectDomains: [], resourceDomains: [], frameDomains: [] });
    assert.deepEqual(contents[0]._meta['openai/widgetCSP'], { connect_domains: [], resource_domains: [] });
  });

  it('is told that another page is not there', async () => {
    const { body } = await post(
      rpc({ jsonrpc: '2.0', id: 1, method: 'resources/read', params: { uri: 'ui://x' } }),
      parts,
    );
    assert.equal(body.error.code, -32602);
  });

  it('gets no address of a picture beside its page', async () => {
    const meta = { 'io.modelcontextprotocol/clientCapabilities': { extensions: UI } };
    const modern = await post(modernRpc('tools/call', { name: 'show_shops', arguments: {}, _meta: meta }), parts);
    assert.equal(modern.body.result.structuredContent.chart, undefined);
    const older = await ask(SHOW, { headers: { 'User-Agent': 'openai-mcp/1.0.0' } });
    assert.equal(older.structuredContent.chart, undefined);
  });
});

describe('an MCP client without widgets', () => {
  it('gets the address of the picture, in the text as an image to show', async () => {
    const { structuredContent, content } = await ask(SHOW);
    assert.equal(structuredContent.chart.url, `${PUBLIC_URL}/charts/sealed.png`);
    assert.match(content[0].text, /!\[Shops all\]\(http:\/\/localhost:8787\/charts\/sealed\.png\)$/);
    assert.equal(content.length, 1);
  });

  it('gets the picture itself when it asks for it', async () => {
    wantsImage = true;
    const { content } = await ask(SHOW);
    wantsImage = false;
    assert.deepEqual(content[1], { type: 'image', mimeType: 'image/png', data: 'AQID' });
  });

  it('gets the numbers when the picture cannot be drawn', async () => {
    wantsImage = true;
    const paint = async () => Promise.reject(new Error('no memory'));
    const { body } = await post(rpc(SHOW), { ...parts, charts: { ...charts, paint } });
    wantsImage = false;
    assert.equal(body.result.content.length, 1);
    assert.deepEqual(body.result.structuredContent.shops, ['north', 'south']);
  });
});

describe('GPT Actions', () => {
  it('gets the address of the picture in the answer, and never the picture', async () => {
    wantsImage = true;
    const headers = { Authorization: 'Bearer ada', 'Content-Type': 'application/json' };
    const app = toyApp(parts);
    const answer = await app.request(`${PUBLIC_URL}/actions/show_shops`, { method: 'POST', headers, body: '{}' });
    wantsImage = false;
    const body = (await answer.json()) as { chart: { url: string } };
    assert.equal(body.chart.url, `${PUBLIC_URL}/charts/sealed.png`);
    assert.ok(!JSON.stringify(body).includes('AQID'));
  });
});
