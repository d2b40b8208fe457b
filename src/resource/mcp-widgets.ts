/**
 * Widgets as MCP resources, and whether a client shows them.
 *
 * Owns: the `_meta` keys that hosts read: MCP Apps' `ui` (SEP-1865) and the names that ChatGPT had before it. Does not
 * own: the pages (widgets/) nor the protocol (mcp.ts).
 */
import type { Tool } from '../tools/tool.ts';
import type { WidgetPage } from '../widgets/widget-page.ts';

export const WIDGET_TYPE = 'text/html;profile=mcp-app';

const UI_EXTENSION = 'io.modelcontextprotocol/ui';

export function widgetPages(tools: readonly Tool[]): WidgetPage[] {
  const pages = tools.flatMap(({ widget }) => (widget === undefined ? [] : [widget.page]));
  return [...new Map(pages.map((page) => [page.uri, page])).values()];
}

/** The pages bring everything along: no host has to be reached, none may be. */
function metaOf(page: WidgetPage): Record<string, unknown> {
  return {
    ui: { prefersBorder: true, csp: { connectDomains: [], resourceDomains: [], frameDomains: [] } },
    'openai/widgetPrefersBorder': true,
    'openai/widgetDescription': page.description,
    'openai/widgetCSP': { connect_domains: [], resource_domains: [] },
  };
}

export function describePage(page: WidgetPage) {
  const { uri, name, title, description } = page;
  return { uri, name, title, description, mimeType: WIDGET_TYPE, _meta: metaOf(page) };
}

export function readPage(page: WidgetPage) {
  return { uri: page.uri, mimeType: WIDGET_TYPE, text: page.html, _meta: metaOf(page) };
}

/** The link from a tool to its page, for both kinds of hosts. */
export function pageLink(tool: Tool): Record<string, unknown> {
  if (tool.widget === undefined) return {};
  const { uri } = tool.widget.page;
  return { ui: { resourceUri: uri }, 'openai/outputTemplate': uri };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** As far as one request tells: `undefined` where it says nothing, as before the revision of 2026-07-28. */
export function showsWidgets(meta: unknown): boolean | undefined {
  const capabilities = isRecord(meta) ? meta['io.modelcontextprotocol/clientCapabilities'] : undefined;
  if (!isRecord(capabilities)) return undefined;
  const extensions = isRecord(capabilities.extensions) ? capabilities.extensions : {};
  return UI_EXTENSION in extensions;
}
