/**
 * The widget in a real Chromium, inside a host of MCP Apps, with what the whole bridge answers over MCP: every kind of
 * chart in light, dark and narrow, read by axe, driven by mouse and keyboard.
 *
 * `WIDGET_SHOTS=<folder>` keeps screenshots of everything, and the pictures that other doors get.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { buildWidget, widgetFile } from '../../scripts/write-widgets.ts';
import {
  type AppResult,
  type AppsHost,
  type OpenOptions,
  type OpenWidget,
  openAppsHost,
} from '../support/apps-host.ts';
import { launchBrowser, type TestBrowser } from '../support/browser.ts';
import { callMcp, callTool, connect, createWorld, type World } from '../support/world.ts';

const SHOP = '213025502';
const shots = process.env.WIDGET_SHOTS;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const FUNNEL = ['session_start', 'view_item', 'add_to_cart', 'begin_checkout', 'purchase'];

/** One of each: what a model would ask to show. */
const CASES: Readonly<Record<string, Record<string, unknown>>> = {
  line: { arguments: { metrics: ['sessions', 'totalRevenue'], dimensions: ['date'] } },
  'line-compared': { arguments: { metrics: ['sessions'], dimensions: ['date'], compare: 'previous_period' } },
  'line-split': {
    arguments: { metrics: ['sessions'], dimensions: ['date', 'sessionDefaultChannelGroup'], limit: 400 },
  },
  bars: { arguments: { metrics: ['screenPageViews', 'averageSessionDuration'], dimensions: ['pagePath'], limit: 12 } },
  comparison: {
    arguments: { metrics: ['sessions'], dimensions: ['sessionDefaultChannelGroup'], compare: 'previous_period' },
  },
  totals: {
    arguments: {
      metrics: ['activeUsers', 'sessions', 'engagementRate', 'averageSessionDuration', 'totalRevenue'],
      compare: 'previous_period',
    },
  },
  funnel: { report: 'run_funnel_report', arguments: { steps: FUNNEL } },
  table: {
    kind: 'table',
    arguments: { metrics: ['sessions', 'engagementRate', 'totalRevenue'], dimensions: ['country', 'deviceCategory'] },
  },
  realtime: {
    report: 'run_realtime_report',
    arguments: { metrics: ['activeUsers'], dimensions: ['country'] },
  },
};

describe('the report widget in a host of MCP Apps', () => {
  let world: World;
  let chromium: TestBrowser;
  let host: AppsHost;
  let token: string;

  const rpc = async (method: string, params: unknown): Promise<Record<string, unknown>> => {
    const { text } = await callMcp(world, token, method, params);
    return (JSON.parse(text) as { result: Record<string, unknown> }).result;
  };
  const ask = async (name: string, given: Record<string, unknown>): Promise<AppResult> => {
    const inner = given.arguments as Record<string, unknown>;
    const withProperty = { ...given, arguments: { property: SHOP, ...inner } };
    return (await rpc('tools/call', { name, arguments: withProperty })) as AppResult;
  };
  const open = async (name: string, options: Partial<OpenOptions> = {}): Promise<OpenWidget> => {
    const given = CASES[name] ?? assert.fail(name);
    const result = await ask('show_chart', given);
    assert.notEqual(result.isError, true, JSON.stringify(result.content));
    return host.open({ toolArguments: given, result, ...options });
  };

  before(async () => {
    [world, chromium] = await Promise.all([createWorld(), launchBrowser()]);
    token = (await connect(world, await world.client())).accessToken;
    const { resources } = (await rpc('resources/list', {})) as { resources: { uri: string }[] };
    const { contents } = (await rpc('resources/read', { uri: resources[0]?.uri })) as { contents: { text: string }[] };
    host = await openAppsHost(chromium.browser, contents[0]?.text ?? '', ask);
    if (shots !== undefined) mkdirSync(shots, { recursive: true });
  });
  after(async () => {
    await host?.close();
    await chromium?.close();
    await world?.close();
  });

  it('is what its sources give', async () => {
    assert.equal(readFileSync(widgetFile, 'utf8'), await buildWidget(), 'run `npm run widgets`');
  });

  const check = async (name: string, look: string, options: Partial<OpenOptions>) => {
    const widget = await open(name, options);
    assert.deepEqual(await violations(widget), [], `${name} ${look}`);
    const overflow = Number(await widget.frame.evaluate('document.documentElement.scrollWidth - innerWidth'));
    assert.ok(overflow <= 0, `${name} ${look} is ${overflow} px too wide`);
    await keep(widget, `${name}-${look}`);
    if (name !== 'table' && look !== 'dark') {
      await widget.frame.getByRole('button', { name: 'Table' }).click();
      assert.deepEqual(await violations(widget), [], `${name} as a table, ${look}`);
      if (look === 'narrow') await keep(widget, `${name}-as-table`);
    }
    assert.deepEqual(widget.complaints, [], `${name} ${look}`);
    await widget.close();
  };

  for (const name of Object.keys(CASES)) {
    it(`shows ${name} in light, dark and narrow, without a complaint of axe or of the browser`, async () => {
      await check(name, 'light', {});
      await check(name, 'dark', { theme: 'dark' });
      await check(name, 'narrow', { width: 304 });
    });
  }

  it('shows a chart in the dark on a narrow screen', async () => {
    await check('line-split', 'narrow-dark', { width: 344, theme: 'dark' });
  });

  it('says in the drawing’s alternative text what a reader of the drawing sees', async () => {
    const widget = await open('bars');
    const { rows } = (await ask('show_chart', CASES.bars ?? {})).structuredContent as { rows: [string, number][] };
    const label = (await widget.frame.getByRole('img').getAttribute('aria-label')) ?? '';
    const [first] = rows;
    assert.ok(first !== undefined && label.includes(first[0]), label);
    assert.ok(label.includes(first[1].toLocaleString('en-US')), label);
    await widget.close();
  });

  it('reads out the chosen day to the keyboard and looks closer by calling the tool again', async () => {
    const widget = await open('line');
    const cursor = widget.frame.getByRole('slider');
    await cursor.focus();
    await widget.page.keyboard.press('ArrowLeft');
    const day = await cursor.getAttribute('aria-valuetext');
    const readout = await widget.frame.locator('#readout').textContent();
    assert.ok(day !== null && readout?.startsWith(day), readout ?? '');

    await widget.page.keyboard.press('Tab');
    await widget.page.keyboard.press('Enter');
    await widget.frame.getByRole('button', { name: '← Back' }).waitFor();
    const calls = (await widget.asked()).filter(({ method }) => method === 'tools/call');
    assert.equal(calls.length, 1);
    const { name, arguments: given } = (calls[0]?.params ?? {}) as { name: string; arguments: { arguments: unknown } };
    assert.equal(name, 'show_chart');
    const { dimensions, dates } = given.arguments as { dimensions: string[]; dates: string };
    assert.deepEqual(dimensions, ['sessionDefaultChannelGroup']);
    assert.match(dates, /^2026-\d\d-\d\d$/);
    assert.match((await widget.frame.getByRole('heading').textContent()) ?? '', /by channel group/);
    await keep(widget, 'looked-closer');
    assert.deepEqual(await violations(widget), []);

    await widget.frame.getByRole('button', { name: '← Back' }).click();
    assert.match((await widget.frame.getByRole('heading').textContent()) ?? '', /by date/);
    assert.deepEqual(widget.complaints, []);
    await widget.close();
  });

  it('shows a channel day by day from its row in the table, with the numbers of that channel only', async () => {
    const widget = await open('comparison');
    const { rows } = (await ask('show_chart', CASES.comparison ?? {})).structuredContent as {
      rows: [string, number][];
    };
    const [channel, sessions] = rows[1] ?? assert.fail();
    await widget.frame.getByRole('button', { name: 'Table' }).click();
    await widget.frame.getByRole('button', { name: channel, exact: true }).click();
    await widget.frame.getByRole('button', { name: '← Back' }).waitFor();
    await widget.frame.getByRole('button', { name: 'Table' }).click();
    const cells = await widget.frame.locator('tbody tr td:nth-child(3)').allTextContents();
    const sum = cells.reduce((total, cell) => total + Number(cell.replaceAll(',', '')), 0);
    assert.equal(sum, sessions);
    await widget.close();
  });

  it('changes the metric, and follows the host from light to dark', async () => {
    const widget = await open('line');
    await widget.frame.getByLabel('Metric').selectOption('totalRevenue');
    assert.match((await widget.frame.getByRole('heading').textContent()) ?? '', /Total revenue by date/);
    await widget.setTheme('dark');
    const paper = await widget.frame.evaluate('getComputedStyle(document.body).backgroundColor');
    assert.equal(paper, 'rgb(19, 22, 24)');
    assert.deepEqual(await violations(widget), []);
    await widget.close();
  });

  it('downloads the rows as CSV, by itself or through the host', async () => {
    const expected = (await ask('show_chart', CASES.bars ?? {})).structuredContent as {
      rows: [string, number, number][];
    };
    const check = (csv: string) => {
      const lines = csv.replace('\uFEFF', '').split('\r\n');
      assert.equal(lines[0], 'pagePath,screenPageViews,averageSessionDuration (seconds)');
      assert.deepEqual(
        lines.slice(1, 1 + expected.rows.length),
        expected.rows.map((row) => row.join(',')),
      );
    };
    const alone = await open('bars');
    const [download] = await Promise.all([
      alone.page.waitForEvent('download'),
      alone.frame.getByRole('button', { name: 'Download CSV' }).click(),
    ]);
    assert.match(download.suggestedFilename(), /^views-by-page-path-2026-10-25-2026-11-21\.csv$/);
    check(readFileSync(await download.path(), 'utf8'));
    await alone.close();

    const hosted = await open('bars', { savesFiles: true });
    await hosted.frame.getByRole('button', { name: 'Download CSV' }).click();
    const { contents } = (await hosted.request('ui/download-file')) as {
      contents: { resource: { text: string; mimeType: string } }[];
    };
    assert.equal(contents[0]?.resource.mimeType, 'text/csv');
    check(contents[0]?.resource.text ?? '');
    await hosted.close();
  });

  it('asks the assistant what drove a change', async () => {
    const widget = await open('totals');
    await widget.frame.getByRole('button', { name: 'Ask what drove this' }).click();
    const said = await widget.request('ui/message');
    assert.match(JSON.stringify(said), /What drove the change in active users .*compared with/);
    await widget.close();
  });

  it('shows the words of an error, and of an answer without rows', async () => {
    const given = { arguments: { property: SHOP, metrics: ['sesions'], dimensions: ['date'] } };
    const wrong = await ask('show_chart', given);
    assert.equal(wrong.isError, true);
    const widget = await host.open({ toolArguments: given, result: wrong });
    assert.match((await widget.frame.getByRole('status').textContent()) ?? '', /sessions/);
    assert.deepEqual(await violations(widget), []);
    await widget.close();

    const nobody = { arguments: { metrics: ['sessions'], dimensions: ['city'], filters: ['city == Nowhere'] } };
    const empty = await host.open({ toolArguments: nobody, result: await ask('show_chart', nobody) });
    assert.match((await empty.frame.getByRole('status').textContent()) ?? '', /no rows/);
    assert.deepEqual(await violations(empty), []);
    await empty.close();
  });

  it('works where a host speaks only `window.openai`', async () => {
    const given = CASES['line-compared'] ?? {};
    const toolOutput = (await ask('show_chart', given)).structuredContent;
    const page = await chromium.browser.newPage();
    await page.exposeFunction('callTool', ask);
    const openai = JSON.stringify({ toolInput: given, toolOutput, theme: 'dark' });
    await page.addInitScript(
      `window.openai = { ...${openai}, callTool: (name, given) => window.callTool(name, given) }`,
    );
    await page.route('http://127.0.0.1:1/', (route) =>
      route.fulfill({ contentType: 'text/html', body: readFileSync(widgetFile, 'utf8') }),
    );
    await page.goto('http://127.0.0.1:1/');
    assert.equal(await page.evaluate('document.documentElement.dataset.theme'), 'dark');
    assert.equal(await page.getByRole('heading').textContent(), 'Sessions by date');
    await page.getByRole('slider').focus();
    await page.getByRole('button', { name: /Look closer/ }).click();
    await page.getByRole('button', { name: '← Back' }).waitFor();
    assert.equal(await page.getByRole('heading').textContent(), 'Sessions by channel group');
    await page.close();
  });

  it('comes as a picture of the same chart through GPT Actions', async () => {
    for (const [name, given] of Object.entries(CASES)) {
      const { arguments: inner } = given as { arguments: Record<string, unknown> };
      const { body } = await callTool(world, 'show_chart', token, {
        ...given,
        arguments: { property: SHOP, ...inner },
      });
      const { url } = body.chart as { url?: string };
      if (name === 'table') {
        assert.equal(url, undefined);
        continue;
      }
      assert.ok(url !== undefined && url.length < 1900, `${name}: ${url?.length}`);
      const answer = await world.request(new URL(url).pathname);
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get('content-type'), 'image/png');
      const png = Buffer.from(await answer.arrayBuffer());
      assert.equal(png.toString('latin1', 1, 4), 'PNG');
      assert.equal(png.readUInt32BE(16), 1520);
      assert.ok(png.length < 300_000, `${name}: ${png.length}`);
      if (shots !== undefined) {
        writeFileSync(join(shots, `picture-${name}.png`), png);
        process.stderr.write(`${name}: address ${url.length} characters, picture ${png.length} bytes\n`);
      }
    }
  });
});

async function keep({ page }: OpenWidget, name: string): Promise<void> {
  if (shots !== undefined) await page.locator('iframe').screenshot({ path: join(shots, `${name}.png`) });
}

/** What axe finds, short enough to be read in a failure. */
async function violations({ frame }: OpenWidget): Promise<string[]> {
  await frame.evaluate(axe);
  const found = (await frame.evaluate(
    "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations)",
  )) as { id: string; nodes: { html: string; failureSummary: string }[] }[];
  return found.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
}
