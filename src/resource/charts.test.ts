import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Hono } from 'hono';
import { createRandom } from '../vault/token.ts';
import { createVault } from '../vault/vault.ts';
import type { Chart } from '../widgets/chart.ts';
import type { Painter } from '../widgets/paint.ts';
import { type Charts, createCharts } from './charts.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const URL = 'http://localhost:8787';

const chart: Chart = {
  kind: 'bars',
  title: 'Sessions by country',
  subtitle: 'Acme Shop',
  unit: 'count',
  labels: ['Japan', 'Chile'],
  series: [{ name: 'Now', values: [3, 1] }],
  footnotes: [],
};

const vault = createVault([{ kid: 'a', key: Buffer.alloc(32, 1) }], createRandom());

function setUp({ paint }: Partial<Painter> = {}) {
  const clock = { now: NOW };
  const painted: Chart[] = [];
  const faults: unknown[] = [];
  const painter: Painter = {
    async paint(one) {
      painted.push(one);
      return paint === undefined ? new Uint8Array([1, 2, 3]) : paint(one);
    },
    close: async () => undefined,
  };
  const parts = {
    vault,
    publicUrl: URL,
    now: () => clock.now,
    onFault: (error: unknown) => faults.push(error),
    painter,
  };
  const charts: Charts = createCharts(parts);
  const app = new Hono();
  app.all('/charts/:file', charts.handler);
  return { charts, app, painted, faults, clock };
}

describe('GET /charts/{sealed}.png', () => {
  it('draws the chart that its address carries, for a day, kept by nobody but the reader', async () => {
    const { charts, app, painted } = setUp();
    const url = charts.link(chart) ?? assert.fail();
    const answer = await app.request(url);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type'), 'image/png');
    assert.equal(answer.headers.get('cache-control'), 'private, max-age=86400, immutable');
    assert.equal(answer.headers.get('x-robots-tag'), 'noindex, nofollow');
    assert.deepEqual(painted, [chart]);
  });

  it('draws once for readers who come together', async () => {
    const { charts, app, painted } = setUp();
    const url = charts.link(chart) ?? assert.fail();
    await Promise.all([app.request(url), app.request(url), app.request(url, { method: 'HEAD' })]);
    assert.equal(painted.length, 1);
  });

  it('has expired a day later, on another replica as well', async () => {
    const url = setUp().charts.link(chart) ?? assert.fail();
    const { app, clock, painted } = setUp();
    clock.now += 86_400_000;
    const answer = await app.request(url);
    assert.equal(answer.status, 410);
    assert.match(await answer.text(), /expired/);
    assert.equal(painted.length, 0);
  });

  it('draws nothing that this server has not sealed as a chart', async () => {
    const { charts, app, painted } = setUp();
    const url = charts.link(chart) ?? assert.fail();
    const stranger = createVault([{ kid: 'a', key: Buffer.alloc(32, 2) }], createRandom());
    const foreign =
      createCharts({ vault: stranger, publicUrl: URL, now: () => NOW, onFault: assert.fail }).link(chart) ??
      assert.fail();
    const other = Buffer.from(vault.seal('flow-google', '', JSON.stringify(chart))).toString('base64url');
    const changed = url.replace(/.{5}\.png$/, (end) => `${end.startsWith('A') ? 'B' : 'A'}${end.slice(1)}`);
    const paths = [
      changed,
      foreign,
      `/charts/${other}.png`,
      '/charts/x.png',
      `/charts/${'A'.repeat(5000)}.png`,
      url.replace('.png', '.svg'),
      '/charts/.png',
    ];
    for (const path of paths) {
      const answer = await app.request(path);
      assert.equal(answer.status, 404, path);
      assert.equal(answer.headers.get('content-type'), 'text/plain; charset=utf-8');
    }
    assert.equal(painted.length, 0);
  });

  it('is only read', async () => {
    const { charts, app } = setUp();
    const answer = await app.request(charts.link(chart) ?? '', { method: 'POST' });
    assert.equal(answer.status, 405);
    assert.equal(answer.headers.get('allow'), 'GET, HEAD');
  });

  it('says 503 when drawing fails, tells the operator, and tries again for the next reader', async () => {
    let isBroken = true;
    const { charts, app, faults, painted } = setUp({
      paint: async () => {
        if (isBroken) throw new Error('no memory');
        return new Uint8Array([1]);
      },
    });
    const url = charts.link(chart) ?? assert.fail();
    const answer = await app.request(url);
    assert.equal(answer.status, 503);
    assert.doesNotMatch(await answer.text(), /memory/);
    assert.equal(faults.length, 1);
    isBroken = false;
    assert.equal((await app.request(url)).status, 200);
    assert.equal(painted.length, 2);
  });

  it('gives a smaller chart an address where the whole one would be too long, and none where nothing can go', () => {
    const { charts } = setUp();
    const labels = Array.from({ length: 20 }, (_, index) => `/${createRandom()(22).join('')}${index}`);
    const long = { ...chart, labels, series: [{ name: 'Now', values: labels.map((_, index) => index) }] };
    const url = charts.link(long) ?? assert.fail();
    assert.ok(url.length < 1900, String(url.length));
    const funnel = {
      ...long,
      kind: 'funnel' as const,
      labels: labels.map((label) => `${label}${createRandom()(40).join('')}`),
    };
    const endless = { ...funnel, footnotes: Array.from({ length: 40 }, () => createRandom()(60).join(' ')) };
    assert.equal(charts.link(endless), undefined);
  });
});
