/**
 * A person's browser: cookies, and requests that may hit any replica. Pages are not looked at as a person would; where a
 * form needs a value, the value is taken from the page. Does not own: what the person does (people.ts).
 */
import { BRIDGE, type Cluster } from './cluster.ts';
import type { Scheduler } from './scheduler.ts';
import type { Exchange } from './witness.ts';

export interface Browser {
  /** One way through our pages, from the moment in which the person sets out. */
  visit(): Visit;
}

export interface Visit {
  get(url: string): Promise<Exchange | undefined>;
  post(path: string, form: Record<string, string>): Promise<Exchange | undefined>;
}

const BROWSER_COOKIE = '__Host-ganalyticsgpt-browser';

export function createBrowser(
  { cluster, scheduler }: { cluster: Cluster; scheduler: Scheduler },
  person: string,
): Browser {
  const jar = new Map<string, string>();

  const visit = (): Visit => {
    const since = scheduler.now();
    const asked = new Set<string>();
    let ownCookie: string | undefined;

    const ask = async (method: 'GET' | 'POST', url: URL, body?: string): Promise<Exchange | undefined> => {
      const answer = await cluster.ask(`${person} ${method} ${url.pathname}`, () => {
        const key = `${method} ${url.href} ${body}`;
        const isOtherBrowser = ownCookie !== undefined && ownCookie !== jar.get(BROWSER_COOKIE);
        const shown = { kind: 'page', isReload: asked.has(key), isOtherBrowser, since } as const;
        asked.add(key);
        const headers: Record<string, string> = { accept: 'text/html' };
        if (jar.size > 0) headers.cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
        if (body !== undefined) headers['content-type'] = 'application/x-www-form-urlencoded';
        return { request: new Request(url, { method, headers, ...(body !== undefined && { body }) }), shown };
      });
      for (const line of answer?.headers.getSetCookie() ?? []) keep(jar, line);
      if (answer !== undefined) ownCookie ??= jar.get(BROWSER_COOKIE);
      return answer;
    };
    return {
      get: (url) => ask('GET', new URL(url, BRIDGE)),
      post: (path, form) => ask('POST', new URL(path, BRIDGE), new URLSearchParams(form).toString()),
    };
  };
  return { visit };
}

function keep(jar: Map<string, string>, line: string): void {
  const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=');
  if (/max-age=0\b/i.test(line)) jar.delete(name);
  else jar.set(name, value);
}
