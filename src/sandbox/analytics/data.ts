/**
 * The sandbox's Google Analytics Data API: v1beta, and of v1alpha the funnel, `runReport` and the quota snapshot.
 *
 * Owns: which URL is which method, who may read which property, and turning refusals into answers. Does not own: the methods
 * themselves (report.ts, pivot.ts, realtime.ts, funnel.ts, metadata.ts), tokens and scopes (checked before), the data (seed.ts).
 * https://developers.google.com/analytics/devguides/reporting/data/v1/rest
 */
import { type Context, Hono } from 'hono';
import type { ApiEnv, Fault } from '../api.ts';
import { type Property, readableProperties } from '../world.ts';
import { answerError, apiDisabled, invalid, noAccess, notFoundPage, notNumeric } from './errors.ts';
import { runFunnelReport } from './funnel.ts';
import {
  alphaMessages,
  alphaPackage,
  betaMessages,
  betaPackage,
  type CheckCompatibilityRequest,
  type RunFunnelReportRequest,
  type RunPivotReportRequest,
  type RunRealtimeReportRequest,
  type RunReportRequest,
} from './messages.ts';
import { checkCompatibility, metadata } from './metadata.ts';
import { runPivotReport } from './pivot.ts';
import { createQuotas } from './quota.ts';
import { runRealtimeReport } from './realtime.ts';
import { type Desk, runReport } from './report.ts';
import { openWorld } from './seed.ts';
import type { Size } from './sites.ts';
import { transcode } from './transcode.ts';

type Method = (desk: Desk, request: Record<string, unknown>) => Record<string, unknown>;

interface Route {
  /** The request's message. */
  message: string;
  run: Method;
}

const MAX_BATCH = 5;

/** Runs each part; `kind` names the whole. */
function batch(name: string, list: string, run: Method): Method {
  return (desk, request) => {
    const requests = (request.requests ?? []) as Record<string, unknown>[];
    if (requests.length === 0)
      throw invalid(
        `The ${name}Request must contain at least one ${name === 'batchRunReports' ? 'runReportRequest' : 'runPivotReportRequest'}.`,
      );
    if (requests.length > MAX_BATCH) {
      throw invalid(
        `Batch requests are limited to ${MAX_BATCH} requests.\n  This batch request contains ${requests.length} requests.`,
      );
    }
    for (const part of requests) checkSameProperty(desk.property, part);
    return { [list]: requests.map((part) => run(desk, part)), kind: `analyticsData#${name}` };
  };
}

function checkSameProperty(property: Property, part: Record<string, unknown>): void {
  const named = part.property;
  if (named === undefined || named === '' || named === `properties/${property.id}`) return;
  throw invalid(
    `Batch requests must be for one property. The batch is for properties/${property.id}, a request in it is for ${String(named)}.`,
  );
}

const report: Method = (desk, request) => runReport(desk, request as RunReportRequest);

const pivotReport: Method = (desk, request) => runPivotReport(desk, request as RunPivotReportRequest);

const beta: Readonly<Record<string, Route>> = {
  runReport: { message: 'RunReportRequest', run: report },
  batchRunReports: { message: 'BatchRunReportsRequest', run: batch('batchRunReports', 'reports', report) },
  runPivotReport: { message: 'RunPivotReportRequest', run: pivotReport },
  batchRunPivotReports: {
    message: 'BatchRunPivotReportsRequest',
    run: batch('batchRunPivotReports', 'pivotReports', pivotReport),
  },
  runRealtimeReport: {
    message: 'RunRealtimeReportRequest',
    run: (desk, request) => runRealtimeReport(desk, request as RunRealtimeReportRequest),
  },
  checkCompatibility: {
    message: 'CheckCompatibilityRequest',
    run: (desk, request) => checkCompatibility(desk.property.id, request as CheckCompatibilityRequest),
  },
};

const alpha: Readonly<Record<string, Route>> = {
  runReport: { message: 'RunReportRequest', run: report },
  runFunnelReport: {
    message: 'RunFunnelReportRequest',
    run: (desk, request) => runFunnelReport(desk, request as RunFunnelReportRequest),
  },
};

/** `/v1beta/properties/123:runReport`, wherever the app is mounted. */
const pathPattern = /\/(v1beta|v1alpha)\/properties\/([^/:]+)(?::(\w+)|\/(metadata|propertyQuotasSnapshot))$/;

export interface AnalyticsDataParts {
  now: () => Date;
  size: Size;
}

export function analyticsData(parts: AnalyticsDataParts): Hono<ApiEnv> {
  const world = openWorld(parts);
  const quotas = createQuotas(parts);
  const app = new Hono<ApiEnv>();
  app.all('*', async (c) => {
    try {
      return await answer(c, (property, faults) => ({ world, quotas, property, faults }));
    } catch (error) {
      return answerError(c, error);
    }
  });
  return app;
}

type OpenDesk = (property: Property, faults: readonly Fault[]) => Desk;

async function answer(c: Context<ApiEnv>, openDesk: OpenDesk): Promise<Response> {
  const [, version = '', id = '', method, resource] = pathPattern.exec(c.req.path) ?? [];
  if (resource !== undefined) return answerResource(c, { version, id, resource }, openDesk);
  const isAlpha = version === 'v1alpha';
  const routes = isAlpha ? alpha : beta;
  const route = method !== undefined && Object.hasOwn(routes, method) ? routes[method] : undefined;
  if (route === undefined || c.req.method !== 'POST') return notFoundPage(c);
  refuseIfDisabled(c);
  const layer = isAlpha
    ? { messages: alphaMessages, package: alphaPackage }
    : { messages: betaMessages, package: betaPackage };
  const request = transcode(await c.req.text(), route.message, layer);
  return c.json(route.run(openDesk(propertyFor(c, id), c.get('faults')), request));
}

function answerResource(
  c: Context<ApiEnv>,
  { version, id, resource }: { version: string; id: string; resource: string },
  openDesk: OpenDesk,
): Response {
  const isSnapshot = resource === 'propertyQuotasSnapshot';
  if (c.req.method !== 'GET' || (isSnapshot && version !== 'v1alpha')) return notFoundPage(c);
  refuseIfDisabled(c);
  if (isSnapshot) return c.json(quotasSnapshot(openDesk(propertyFor(c, id), c.get('faults'))));
  return c.json(metadata(id === '0' ? '0' : propertyFor(c, id).id));
}

/** The three buckets, which are spent apart from each other. */
function quotasSnapshot({ quotas, property }: Desk): Record<string, unknown> {
  return {
    name: `properties/${property.id}/propertyQuotasSnapshot`,
    corePropertyQuota: quotas.look(property.id, 'core'),
    realtimePropertyQuota: quotas.look(property.id, 'realtime'),
    funnelPropertyQuota: quotas.look(property.id, 'funnel'),
  };
}

function refuseIfDisabled(c: Context<ApiEnv>): void {
  if (c.get('faults').some((fault) => fault.effect === 'api-disabled')) throw apiDisabled();
}

function propertyFor(c: Context<ApiEnv>, id: string): Property {
  if (!/^\d+$/.test(id)) throw notNumeric(id);
  const property = readableProperties(c.get('person').email).find((candidate) => candidate.id === id);
  if (property === undefined) throw noAccess();
  return property;
}
