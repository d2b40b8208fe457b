/**
 * The list of areas and of their tools. Nothing else registers one: MCP's tool list, the REST actions, the OpenAPI
 * document, the consent page and the docs all read this. A new area is one folder beside these and one line here.
 */
import { getProfile } from './account/get-profile.ts';
import { describeProperty } from './analytics/describe-property.ts';
import { explainChange } from './analytics/explain-change.ts';
import { fetchResult } from './analytics/fetch.ts';
import { findFields } from './analytics/find-fields.ts';
import { listProperties } from './analytics/list-properties.ts';
import { runConversionsReport } from './analytics/run-conversions-report.ts';
import { runFunnelReport } from './analytics/run-funnel-report.ts';
import { runPivotReport } from './analytics/run-pivot-report.ts';
import { runRealtimeReport } from './analytics/run-realtime-report.ts';
import { runReport } from './analytics/run-report.ts';
import { search } from './analytics/search.ts';
import { showChart } from './analytics/show-chart.ts';
import type { ScopeWords, ToolArea } from './area.ts';
import { calendar } from './calendar/calendar.ts';
import { offeredWith } from './scopes.ts';
import type { Tool } from './tool.ts';

const analytics: readonly Tool[] = [
  listProperties,
  describeProperty,
  findFields,
  runReport,
  runRealtimeReport,
  runPivotReport,
  runFunnelReport,
  runConversionsReport,
  explainChange,
  showChart,
  search,
  fetchResult,
  getProfile,
];

const ANALYTICS_SCOPES = {
  'analytics.readonly': {
    area: 'Google Analytics',
    reads: 'See your Google Analytics accounts, properties and reports',
  },
};

export const areas: readonly ToolArea[] = [{ tools: analytics, scopes: ANALYTICS_SCOPES }, calendar];

export const catalog: readonly Tool[] = toolsOf(areas);

export function toolsOf(some: readonly ToolArea[]): Tool[] {
  return some.flatMap(({ tools }) => tools);
}

/** What each scope that these areas use means to the person who is asked for it. */
export function scopesOf(some: readonly ToolArea[]): Readonly<Record<string, ScopeWords>> {
  return Object.assign({}, ...some.map(({ scopes }) => scopes));
}

/** The tools that `scopes` (the short names of `GOOGLE_SCOPES`) are enough for, in catalogue order. */
export function toolsFor(scopes: readonly string[], tools: readonly Tool[] = catalog): Tool[] {
  return tools.flatMap((tool) => offeredWith(scopes, tool) ?? []);
}
