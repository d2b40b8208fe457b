/**
 * A person's browser: cookies, and requests that may hit any replica. Pages are not looked at as a person would; where a
 * form needs a value, the value is taken from the page. Does not own: what the person does (people.ts).
 */
import { BRIDGE, type Cluster } from './cluster.ts';
import type { Exchange } from './witness.ts';

export interface Browser {
  get(url: string): Promise<Exchange | undefined>;
  post(path: string, form: Record<string, string>): Promise<Exchange | undefined>;
}

export function createBrowser(cluster: Cluster, person: string): Browser {
  const jar = new Map<string, string>();
  const ask = async (method: 'GET' | 'POST', url: URL, body?: string): Promise<Exchange | undefined> => {
    const headers: Record<string, string> = { accept: 'text/html' };
    if (jar.size > 0) headers.cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    if (body !== undefined) headers['content-type'] = 'application/x-www-form-urlencoded';
    const request = new Request(url, { method, headers, ...(body !== undefined && { body }) });
    const answer = await cluster.ask(`${person} ${method} ${url.pathname}`, request);
    for (const line of answer?.headers.getSetCookie() ?? []) keep(jar, line);
    return answer;
  };
  return {
    get: (url) => ask('GET', new URL(url, BRIDGE)),
    post: (path, form) => ask('POST', new URL(path, BRIDGE), new URLSearchParams(form).toString()),
  };
}

function keep(jar: Map<string, string>, line: string): void {
  const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=');
  if (/max-age=0\b/i.test(line)) jar.delete(name);
  else jar.set(name, value);
}
