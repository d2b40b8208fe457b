/**
 * The bridge with Search Console beside its own tools: `node examples/own-tool/start.ts`, configured by the same
 * environment as `ganalyticsgpt serve`, with `GOOGLE_SCOPES=analytics.readonly,webmasters.readonly`.
 */
import { areas, createBridge, listen, offeredScopes, openStore, readConfig } from '../../src/index.ts';
import { searchConsole } from './search-console.ts';

const all = [...areas, searchConsole()];
const config = readConfig(process.env, offeredScopes(all));
const bridge = createBridge(config, { areas: all, store: await openStore(config.database) });
await listen({ fetch: bridge.fetch, ...config.listen });
