/**
 * Google's answers for tests of this room: a transport made of plain functions, and a runner over it with a clock that
 * stands still.
 *
 * Owns: test conveniences only. What Google really answers is the sandbox's to know; the tests against it are in
 * test/tools/.
 */
import type { Outgoing, OutgoingAnswer, OutgoingRequest } from '../http/outgoing.ts';
import { type Caller, createRunner, type RunnerParts, type ToolOutcome } from './run.ts';
import type { Tool } from './tool.ts';

export const baseUrls = {
  analyticsdata: 'https://data.test',
  analyticsadmin: 'https://admin.test',
  calendar: 'https://calendar.test/v3',
};

/** A Sunday: the last full week is 2026-11-09 to 2026-11-15, this week began on 2026-11-16. */
export const NOW = Date.parse('2026-11-22T20:00:00Z');

export type Reply = unknown | ((request: OutgoingRequest, body: unknown) => unknown);

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): OutgoingAnswer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

/** Google's error body, as its APIs write it. */
export function refusal(
  status: number,
  message: string,
  reason?: string,
  headers: Record<string, string> = {},
): OutgoingAnswer {
  const details = reason === undefined ? [] : [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason }];
  return json({ error: { code: status, message, status: 'SOME_STATUS', details } }, status, headers);
}

export interface FakeGoogle {
  send: Outgoing;
  requests: OutgoingRequest[];
  /** Bodies of the report requests, parsed. */
  reports(): Record<string, unknown>[];
}

/** The route with the longest key that ends the request's path answers; a function is asked, anything else is sent as JSON. */
export function fakeGoogle(routes: Record<string, Reply>): FakeGoogle {
  const requests: OutgoingRequest[] = [];
  return {
    requests,
    reports: () =>
      requests
        .filter((one) => one.url.includes(':runReport'))
        .map((one) => JSON.parse(one.body ?? '{}') as Record<string, unknown>),
    send: async (request) => {
      requests.push(request);
      const { pathname } = new URL(request.url);
      const fitting = Object.entries(routes).filter(([ending]) => pathname.endsWith(ending));
      const [route] = fitting.sort(([a], [b]) => b.length - a.length);
      if (route === undefined) return refusal(404, `no route for ${pathname}`);
      const [, reply] = route;
      const body: unknown = request.body === undefined ? undefined : JSON.parse(request.body);
      const answer: unknown = typeof reply === 'function' ? reply(request, body) : reply;
      return isAnswer(answer) ? answer : json(answer);
    },
  };
}

function isAnswer(value: unknown): value is OutgoingAnswer {
  return typeof value === 'object' && value !== null && 'status' in value && 'headers' in value;
}

export const ada: Caller = {
  person: { sub: 'ada-sub', email: 'ada@example.com', name: 'Ada' },
  clientId: 'a-client',
  scopes: ['analytics.readonly'],
  accessToken: async () => 'a-token',
};

/** Asks a tool over the fake; `failures` collects what only the logs may see. */
export function startTools(send: Outgoing, parts: Partial<RunnerParts> = {}) {
  const failures: unknown[] = [];
  const run = createRunner({
    send,
    baseUrls,
    now: () => NOW,
    random: () => 0,
    sleep: async () => undefined,
    onUnexpected: (_tool, cause) => failures.push(cause),
    ...parts,
  });
  return {
    failures,
    ask: (tool: Tool, input: unknown, caller: Caller = ada, signal: AbortSignal = new AbortController().signal) =>
      run(tool, input, caller, signal),
  };
}

/** The structured answer, or a test failure with the tool's message. */
export function answered(outcome: ToolOutcome): Record<string, unknown> {
  if (outcome.ok) return outcome.structured;
  throw new Error(`expected an answer, got ${outcome.error.kind}: ${outcome.error.message}`, { cause: outcome.error });
}

/** The refusal, or a test failure. */
export function refused(outcome: ToolOutcome): {
  kind: string;
  message: string;
  scopes: readonly string[];
  retryAfterSeconds: number | undefined;
} {
  if (!outcome.ok) return outcome.error;
  throw new Error(`expected a refusal, got ${JSON.stringify(outcome.structured)}`);
}

/** Two accounts, three properties, one of them with a site; a custom dimension; every report empty. */
export const acme: Record<string, Reply> = {
  '/v1beta/accountSummaries': {
    accountSummaries: [
      {
        account: 'accounts/900',
        displayName: 'Acme',
        propertySummaries: [
          { property: 'properties/11', displayName: 'Acme Shop' },
          { property: 'properties/12', displayName: 'Acme Blog' },
        ],
      },
      {
        account: 'accounts/901',
        displayName: 'Ada',
        propertySummaries: [{ property: 'properties/13', displayName: 'Garden' }],
      },
    ],
  },
  '/properties/11/dataStreams': {
    dataStreams: [
      { displayName: 'Web', webStreamData: { measurementId: 'G-SHOP11', defaultUri: 'https://www.shop.example.com' } },
    ],
  },
  '/dataStreams': {},
  '/properties/11': { displayName: 'Acme Shop', timeZone: 'America/Los_Angeles', currencyCode: 'USD' },
  '/properties/12': { displayName: 'Acme Blog', timeZone: 'Asia/Tokyo', currencyCode: 'JPY' },
  '/properties/13': { displayName: 'Garden', timeZone: 'Europe/Berlin', currencyCode: 'EUR' },
  '/metadata': {
    dimensions: [
      { apiName: 'country', uiName: 'Country' },
      { apiName: 'customEvent:plan_type', uiName: 'Plan of the customer' },
    ],
    metrics: [{ apiName: 'customEvent:score', uiName: 'Score', type: 'TYPE_FLOAT' }],
  },
  ':runReport': (_request: OutgoingRequest, body: unknown) => emptyReport(body),
  ':runRealtimeReport': (_request: OutgoingRequest, body: unknown) => emptyReport(body),
  ':runPivotReport': (_request: OutgoingRequest, body: unknown) => emptyReport(body),
  ':runFunnelReport': {},
  ':checkCompatibility': {},
};

interface SentReport {
  dimensions?: { name: string }[];
  metrics?: { name: string; invisible?: boolean }[];
}

export function emptyReport(body: unknown): unknown {
  const sent = body as SentReport;
  return {
    dimensionHeaders: sent.dimensions ?? [],
    metricHeaders: metricHeaders(sent),
    metadata: { currencyCode: 'USD' },
  };
}

/** Headers as Google types them, for the metrics that tests use. */
function metricHeaders(sent: SentReport): { name: string; type: string }[] {
  const type = (name: string) => {
    if (/Rate$/.test(name)) return 'TYPE_FLOAT';
    if (/Revenue$/.test(name)) return 'TYPE_CURRENCY';
    return /Duration$/.test(name) ? 'TYPE_SECONDS' : 'TYPE_INTEGER';
  };
  return (sent.metrics ?? []).filter((one) => one.invisible !== true).map(({ name }) => ({ name, type: type(name) }));
}

type Row = [dimensions: string[], metrics: (number | string)[]];

/** A report with these rows and totals, in the shape of Google's answer to what was sent. */
export function report(
  body: unknown,
  rows: Row[],
  extra: { totals?: Row[]; rowCount?: number; metadata?: object } = {},
): unknown {
  const empty = emptyReport(body) as Record<string, unknown>;
  const toRow = ([dimensions, metrics]: Row) => ({
    dimensionValues: dimensions.map((value) => ({ value })),
    metricValues: metrics.map((value) => ({ value: String(value) })),
  });
  return {
    ...empty,
    rows: rows.map(toRow),
    ...(extra.totals === undefined ? {} : { totals: extra.totals.map(toRow) }),
    rowCount: extra.rowCount ?? rows.length,
    metadata: { currencyCode: 'USD', ...extra.metadata },
  };
}
