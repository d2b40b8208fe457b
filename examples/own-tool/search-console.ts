/**
 * Google Search Console as an area of tools: a third Google API as one folder.
 *
 * Owns: where the API is, which scope switches the area on and what that scope means to the person who is asked for it.
 * In a package of your own the import below reads `from 'ganalyticsgpt'`.
 */
import type { OwnService, ToolArea } from '../../src/index.ts';
import { listSites } from './list-sites.ts';
import { searchPerformance } from './search-performance.ts';

const GOOGLE = 'https://www.googleapis.com/webmasters/v3';

/** `baseUrl` is for tests. */
export function searchConsole(baseUrl: string = GOOGLE): ToolArea {
  const service: OwnService = { name: 'Google Search Console', baseUrl };
  return {
    tools: [listSites(service), searchPerformance(service)],
    scopes: {
      'webmasters.readonly': {
        area: 'Google Search Console',
        reads: 'See your sites in Search Console and how they do in Google Search',
      },
    },
  };
}
