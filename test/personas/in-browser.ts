/**
 * The rules by which a browser lets a page ask another origin and read the answer (Fetch standard, "CORS protocol").
 *
 * Owns: the question before a request that is not simple, and noting what the page could not have read. The request is
 * sent all the same, so that everything that is wrong is found at once.
 */
import type { World } from '../support/world.ts';

/** A page may send these without asking. */
const SIMPLE_HEADERS = new Set(['accept', 'accept-language', 'content-language', 'user-agent']);
const SIMPLE_TYPES = new Set(['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data']);

export function inBrowser(world: World, origin: string, unreadable: string[]): World {
  const note = (text: string) => {
    if (!unreadable.includes(text)) unreadable.push(text);
  };
  const mayRead = (answer: Response) => ['*', origin].includes(answer.headers.get('access-control-allow-origin') ?? '');

  const ask = async (path: string, method: string, headers: readonly string[]) => {
    const answer = await world.request(path, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': method,
        ...(headers.length > 0 && { 'access-control-request-headers': headers.join(',') }),
      },
    });
    const allowed = (answer.headers.get('access-control-allow-headers') ?? '').toLowerCase().split(/\s*,\s*/);
    const missing = headers.filter((name) => !allowed.includes(name));
    if (!answer.ok || !mayRead(answer)) note(`OPTIONS ${path} answers ${answer.status} and allows nothing`);
    else if (missing.length > 0) note(`OPTIONS ${path} does not allow ${missing.join(', ')}`);
  };

  return {
    ...world,
    async request(address, init = {}) {
      const path = new URL(address, 'http://localhost').pathname;
      const headers = new Headers(init.headers);
      const method = init.method ?? 'GET';
      const special = [...headers.keys()].filter((name) => !isSimple(name, headers.get(name) ?? ''));
      if (special.length > 0) await ask(path, method, special);
      headers.set('origin', origin);
      const answer = await world.request(address, { ...init, headers });
      if (!mayRead(answer)) note(`${method} ${path} may not be read when it answers ${answer.status}`);
      const exposed = answer.headers.get('access-control-expose-headers') ?? '';
      if (answer.headers.has('www-authenticate') && !/www-authenticate/i.test(exposed)) {
        note(`${method} ${path} hides its challenge`);
      }
      return answer;
    },
  };
}

function isSimple(name: string, value: string): boolean {
  if (name === 'content-type') return SIMPLE_TYPES.has(value.split(';')[0] ?? '');
  return SIMPLE_HEADERS.has(name);
}
