/**
 * The public surface: what a program of your own may import, and nothing else. Everything behind it may change.
 *
 * For tools of your own see examples/own-tool/; to run the bridge inside another server, `createBridge(config).fetch` is
 * a web-standard handler.
 */
export { type Bridge, createBridge } from './bridge.ts';
export { type Config, readConfig } from './config.ts';
export { ConfigError, ToolError, UpstreamError } from './errors.ts';
export { listen } from './http/listen.ts';
export type { Outgoing } from './http/outgoing.ts';
export { offeredScopes, type Parts } from './parts.ts';
export { openStore } from './store/open.ts';
export type { Store } from './store/store.ts';
export type { ToolArea } from './tools/area.ts';
export { areas } from './tools/catalog.ts';
export type { OwnService } from './tools/google-api.ts';
export { GoogleRefusal } from './tools/google-error.ts';
export { defineTool, type Tool, type ToolContext } from './tools/tool.ts';
