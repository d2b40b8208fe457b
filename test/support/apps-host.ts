/**
 * A host of MCP Apps in a real browser: a page with the widget in a sandboxed frame of no origin, and the host's side of
 * the conversation. Tool calls of the widget go to whoever opened the host.
 *
 * Owns: the host as the specification of 2026-01-26 describes it, with the strict content policy that it recommends.
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Frame, Page } from 'playwright-core';

export interface AppResult {
  structuredContent?: unknown;
  content?: unknown;
  isError?: boolean;
}

export interface AppsHost {
  open(options: OpenOptions): Promise<OpenWidget>;
  close(): Promise<void>;
}

export interface OpenOptions {
  toolArguments: Record<string, unknown>;
  result: AppResult;
  theme?: 'light' | 'dark';
  width?: number;
  /** Whether the host offers to save files; without it the page has to. */
  savesFiles?: boolean;
}

export interface OpenWidget {
  page: Page;
  frame: Frame;
  /** What the widget asked of the host, in order, but for sizes. */
  asked(): Promise<{ method: string; params: Record<string, unknown> }[]>;
  /** What the widget asked with the first request of this method, as soon as it has. */
  request(method: string): Promise<Record<string, unknown>>;
  /** What the browser complained about. */
  complaints: string[];
  /** Changes the theme while the widget is shown. */
  setTheme(theme: 'light' | 'dark'): Promise<void>;
  close(): Promise<void>;
}

const HOST_POLICY =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; font-src data:; connect-src 'none'; frame-src 'none'; base-uri 'none'";

/** Runs in the host's page. */
const HOST_SCRIPT = `
  const { toolArguments, result, theme, savesFiles } = window.given;
  const frame = document.querySelector('iframe');
  window.asked = [];
  const send = (message) => frame.contentWindow.postMessage({ jsonrpc: '2.0', ...message }, '*');
  window.setTheme = (theme) => {
    document.body.className = theme;
    send({ method: 'ui/notifications/host-context-changed', params: { theme } });
  };
  const answers = {
    'ui/initialize': () => ({
      protocolVersion: '2026-01-26',
      hostInfo: { name: 'test-host', version: '1' },
      hostCapabilities: { serverTools: {}, message: { text: {} }, ...(savesFiles ? { downloadFile: {} } : {}) },
      hostContext: { theme, displayMode: 'inline', locale: 'en-GB' },
    }),
    'tools/call': ({ name, arguments: given }) => window.callTool(name, given),
    'ui/message': () => ({}),
    'ui/download-file': () => ({}),
  };
  addEventListener('message', async ({ source, data }) => {
    if (source !== frame.contentWindow) return;
    if (data.method === 'ui/notifications/size-changed') frame.style.height = data.params.height + 'px';
    else window.asked.push({ method: data.method, params: data.params });
    if (data.method === 'ui/notifications/initialized') {
      send({ method: 'ui/notifications/tool-input', params: { arguments: toolArguments } });
      send({ method: 'ui/notifications/tool-result', params: result });
    }
    if (data.id === undefined) return;
    const answer = answers[data.method];
    if (answer === undefined) send({ id: data.id, error: { code: -32601, message: 'no such method' } });
    else send({ id: data.id, result: await answer(data.params) });
  });
  frame.src = '/widget.html';
`;

const hostPage = (given: unknown) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>Host</title>
<style>body{margin:12px;background:#fff}body.dark{background:#0c0e0f}iframe{display:block;width:100%;height:200px;border:1px solid #8884;border-radius:10px;background:transparent}</style>
<body class="${(given as OpenOptions).theme ?? 'light'}"><iframe title="Widget" sandbox="allow-scripts allow-downloads"></iframe>
<script>window.given=${JSON.stringify(given).replaceAll('<', '\\u003c')};${HOST_SCRIPT}</script></body></html>`;

export async function openAppsHost(
  browser: Browser,
  widgetHtml: string,
  callTool: (name: string, toolArguments: Record<string, unknown>) => Promise<AppResult>,
): Promise<AppsHost> {
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    if (request.url === '/widget.html') response.setHeader('content-security-policy', HOST_POLICY).end(widgetHtml);
    else response.end('<!doctype html><title>Empty</title>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    async open({ width = 720, theme = 'light', ...options }) {
      const context = await browser.newContext({ viewport: { width, height: 900 }, acceptDownloads: true });
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.exposeFunction('callTool', callTool);
      await page.route(`${origin}/`, (route) =>
        route.fulfill({ contentType: 'text/html', body: hostPage({ ...options, theme }) }),
      );
      await page.goto(`${origin}/`);
      await page.frameLocator('iframe').locator('main[aria-busy=false]').waitFor();
      const frame = page.frames().find((one) => one.url().endsWith('/widget.html')) ?? assert.fail('no widget frame');
      await settled(page);
      return {
        page,
        frame,
        complaints,
        asked: () => page.evaluate('window.asked'),
        async request(method) {
          const found = `window.asked.find((one) => one.method === '${method}')`;
          return (await page.waitForFunction(`${found}?.params`)).jsonValue() as Promise<Record<string, unknown>>;
        },
        async setTheme(next) {
          await page.evaluate(`window.setTheme('${next}')`);
          await settled(page);
        },
        close: () => context.close(),
      };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Two frames later, sizes have been told and taken. */
async function settled(page: Page): Promise<void> {
  for (let count = 0; count < 3; count += 1) {
    await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))');
  }
}
