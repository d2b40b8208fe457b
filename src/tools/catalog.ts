/**
 * The list of tools. Nothing else registers one: MCP's tool list, the REST actions, the OpenAPI document and the docs
 * all read this.
 */
import { getProfile } from './account/get-profile.ts';
import { listProperties } from './analytics/list-properties.ts';
import { runConversionsReport } from './analytics/run-conversions-report.ts';
import { runFunnelReport } from './analytics/run-funnel-report.ts';
import { runPivotReport } from './analytics/run-pivot-report.ts';
import { runRealtimeReport } from './analytics/run-realtime-report.ts';
import { runReport } from './analytics/run-report.ts';
import type { Tool } from './tool.ts';

export const catalog: readonly Tool[] = [
  listProperties,
  runReport,
  runRealtimeReport,
  runPivotReport,
  runFunnelReport,
  runConversionsReport,
  getProfile,
];

/** The tools whose scopes are all among `scopes` (the short names of `GOOGLE_SCOPES`), in catalogue order. */
export function toolsFor(scopes: readonly string[], tools: readonly Tool[] = catalog): Tool[] {
  return tools.filter((tool) => tool.scopes.every((scope) => scopes.includes(scope)));
}
