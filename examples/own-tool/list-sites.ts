/** The sites that a person sees in Search Console. The smallest tool there is: one request, no arguments. */
import { z } from 'zod';
import { defineTool, type OwnService } from '../../src/index.ts';

interface SiteList {
  siteEntry?: { siteUrl: string; permissionLevel: string }[];
}

const site = z.object({ site: z.string(), permission: z.string() });

export const listSites = (service: OwnService) =>
  defineTool({
    name: 'list_sites',
    title: 'List Search Console sites',
    description: 'Lists the sites this person can see in Google Search Console, as search_performance takes them.',
    scopes: ['webmasters.readonly'],
    effects: 'reads',
    input: z.strictObject({}),
    output: z.object({ sites: z.array(site) }),
    examples: [{ question: 'Which sites do I have in Search Console?', input: {} }],
    async call({ google }) {
      const { siteEntry = [] } = await google.send<SiteList>({ service, method: 'GET', path: ['sites'] });
      return {
        sites: siteEntry.map(({ siteUrl, permissionLevel }) => ({ site: siteUrl, permission: permissionLevel })),
      };
    },
    text: ({ sites }) => sites.map((one) => `${one.site} (${one.permission})`).join('\n') || 'No sites.',
  });
