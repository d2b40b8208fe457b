/**
 * The catalogue's tools on a sandbox of the test's own over HTTP, and the Data API asked by hand beside them.
 *
 * Owns: test conveniences. Does not own: getting a token (sandbox-token.ts).
 */
import assert from 'node:assert/strict';
import { createOutgoing, type OutgoingRequest } from '../../src/http/outgoing.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { catalog } from '../../src/tools/catalog.ts';
import { type Caller, createRunner, type ToolOutcome } from '../../src/tools/run.ts';
import { sandboxToken } from './sandbox-token.ts';

export const SHOP = '213025502';
/** A Sunday evening in California; the sandbox's data is dated relative to it. */
export const NOW = Date.parse('2026-11-23T03:00:00Z');

export interface ReportOutput {
  columns: { name: string; unit?: string }[];
  rows: (string | number | null)[][];
  totals?: (string | number | null)[];
  rowCount: number;
  notes: string[];
}

interface PlainReport {
  rows?: { dimensionValues?: { value: string }[]; metricValues?: { value: string }[] }[];
}

export type SandboxTools = Awaited<ReturnType<typeof openSandboxTools>>;

export async function openSandboxTools() {
  let time = NOW;
  const sandbox = await startSandbox({ data: 'small', now: () => new Date(NOW) });
  const outgoing = createOutgoing();
  /** Whatever left for Google, in order. */
  const sent: OutgoingRequest[] = [];
  const startRunner = () =>
    createRunner({
      send: (request) => {
        sent.push(request);
        return outgoing.send(request);
      },
      baseUrls: {
        analyticsdata: `${sandbox.url}/analyticsdata`,
        analyticsadmin: `${sandbox.url}/analyticsadmin`,
        calendar: `${sandbox.url}/calendar/v3`,
      },
      now: () => time,
      sleep: async () => undefined,
      onUnexpected: (tool, cause) => assert.fail(`${tool}: ${cause instanceof Error ? cause.stack : String(cause)}`),
    });
  let run = startRunner();

  /** Each token counts as a person, so that nothing is remembered from one test to the next person's. */
  const callerWith = (accessToken: string): Caller => ({
    person: { sub: accessToken, email: undefined, name: undefined },
    clientId: 'test',
    scopes: ['analytics.readonly'],
    accessToken: async () => accessToken,
  });
  const signIn = async (account: string, scopes: readonly string[] = ['analytics.readonly']) =>
    callerWith(await sandboxToken(sandbox.url, account, scopes));
  const ada = await signIn('ada@example.com');
  const token = await ada.accessToken();

  const ask = (name: string, input: unknown, caller: Caller = ada): Promise<ToolOutcome> => {
    const tool = catalog.find((one) => one.name === name) ?? assert.fail(name);
    return run(tool, input, caller, new AbortController().signal);
  };

  return {
    ada,
    callerWith,
    signIn,
    ask,
    sent,

    /** Forgets all answers and quotas, as after a restart. */
    startOver(): void {
      time = NOW;
      run = startRunner();
      sent.length = 0;
    },

    /** Moves the clock of the tools; the sandbox's stands still, so that its tokens live on. */
    pass(ms: number): void {
      time += ms;
    },

    /** What the Data API answers to a body by hand. */
    async raw(path: string, body: unknown): Promise<Record<string, unknown>> {
      const response = await fetch(`${sandbox.url}/analyticsdata/${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      assert.equal(response.status, 200, path);
      return (await response.json()) as Record<string, unknown>;
    },

    /** The structured answer of run_report about the shop. */
    async answer(input: Record<string, unknown>): Promise<ReportOutput> {
      const outcome = await ask('run_report', { property: SHOP, ...input });
      assert.ok(outcome.ok, outcome.ok ? '' : outcome.error.message);
      return outcome.structured as unknown as ReportOutput;
    },

    async refusal(input: Record<string, unknown>, caller: Caller = ada) {
      const outcome = await ask('run_report', { property: SHOP, ...input }, caller);
      assert.ok(!outcome.ok, JSON.stringify(outcome));
      return outcome.error;
    },

    /** GET on the Data API by hand. */
    async metadata(property: string): Promise<Record<'dimensions' | 'metrics', { apiName: string }[]>> {
      const url = `${sandbox.url}/analyticsdata/v1beta/properties/${property}/metadata`;
      const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
      return (await response.json()) as Record<'dimensions' | 'metrics', { apiName: string }[]>;
    },

    /** checkCompatibility by hand: what Google says of every dimension beside the metric. */
    async compatibleDimensions(property: string, metric: string): Promise<Map<string, string>> {
      const response = await fetch(`${sandbox.url}/analyticsdata/v1beta/properties/${property}:checkCompatibility`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ metrics: [{ name: metric }] }),
      });
      const { dimensionCompatibilities = [] } = (await response.json()) as {
        dimensionCompatibilities?: { dimensionMetadata: { apiName: string }; compatibility: string }[];
      };
      return new Map(dimensionCompatibilities.map((one) => [one.dimensionMetadata.apiName, one.compatibility]));
    },

    /** One metric in one range by hand, per value of the dimension if there is one. */
    async count(
      metric: string,
      [startDate, endDate]: readonly [string, string],
      dimension?: string,
      dimensionFilter?: unknown,
    ) {
      const response = await fetch(`${sandbox.url}/analyticsdata/v1beta/properties/${SHOP}:runReport`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          metrics: [{ name: metric }],
          dimensions: dimension === undefined ? [] : [{ name: dimension }],
          dateRanges: [{ startDate, endDate }],
          dimensionFilter,
        }),
      });
      assert.equal(response.status, 200);
      const { rows = [] } = (await response.json()) as PlainReport;
      return new Map(rows.map((row) => [row.dimensionValues?.[0]?.value ?? '', Number(row.metricValues?.[0]?.value)]));
    },

    /** Switches a fault on for the next report, unless `settings` say otherwise. */
    async fault(settings: Record<string, unknown>): Promise<void> {
      const response = await fetch(`${sandbox.url}/sandbox/faults`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ path: '/analyticsdata/*:runReport', times: 1, ...settings }),
      });
      assert.ok(response.ok, await response.text());
    },

    async clearFaults(): Promise<void> {
      const response = await fetch(`${sandbox.url}/sandbox/faults`, { method: 'DELETE' });
      assert.ok(response.ok);
    },

    async close(): Promise<void> {
      await outgoing.close();
      await sandbox.close();
    },
  };
}
