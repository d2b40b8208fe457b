/**
 * An assistant with a client id at a bridge that is a process of its own: signs people in over the pages, refreshes, asks
 * for a profile. Does not own: the processes (src/demo/stage.ts), nor what an answer should be.
 */
import { createBrowser } from '../../src/demo/browser.ts';
import { answerPages } from '../../src/demo/person.ts';
import type { Credentials } from '../../src/demo/stage.ts';
import { pass } from './secrets-passed.ts';

export interface Answer {
  status: number;
  retryAfter: string | null;
  body: Record<string, string>;
}

export interface Tokens {
  access: string;
  refresh: string;
}

export function createAssistant(bridgeUrl: string, client: Credentials, redirectUri: string) {
  pass('client_secret', client.clientSecret);
  const credentials = { client_id: client.clientId, client_secret: client.clientSecret };

  const post = async (path: string, fields: Record<string, unknown>, token?: string): Promise<Answer> => {
    const isTool = path.startsWith('/actions/') || path === '/mcp';
    const answer = await fetch(`${bridgeUrl}${path}`, {
      method: 'POST',
      headers: {
        'content-type': isTool ? 'application/json' : 'application/x-www-form-urlencoded',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      body: isTool ? JSON.stringify(fields) : new URLSearchParams(fields as Record<string, string>).toString(),
    });
    const text = await answer.text();
    const body = text === '' ? {} : (JSON.parse(text) as Record<string, string>);
    for (const name of ['access_token', 'refresh_token']) if (body[name] !== undefined) pass(name, body[name]);
    return { status: answer.status, retryAfter: answer.headers.get('retry-after'), body };
  };

  return {
    post,
    async code(account: string): Promise<string> {
      const fields = { response_type: 'code', client_id: client.clientId, redirect_uri: redirectUri, state: 's' };
      const browser = createBrowser();
      const first = await browser.open(`${bridgeUrl}/authorize?${new URLSearchParams(fields)}`);
      const url = await answerPages(browser, first, { account });
      return pass('code', url.searchParams.get('code') ?? '');
    },
    redeem: (code: string) =>
      post('/token', { grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...credentials }),
    refresh: (token: string) => post('/token', { grant_type: 'refresh_token', refresh_token: token, ...credentials }),
    revoke: (token: string) => post('/revoke', { token, ...credentials }),
    profile: (token: string) => post('/actions/get_profile', {}, token),
    properties: (token: string) => post('/actions/list_properties', {}, token),
    listTools: (token: string) => post('/mcp', { jsonrpc: '2.0', id: 1, method: 'tools/list' }, token),
    /** Goes to Google for each limit anew; the same question is answered from memory for a while. */
    report: (token: string, limit: number) =>
      post('/actions/run_report', { metrics: ['activeUsers'], dimensions: ['country'], limit }, token),
    /** Throws unless the whole way gave tokens. */
    async connect(account: string): Promise<Tokens> {
      const { status, body } = await this.redeem(await this.code(account));
      if (status !== 200) throw new Error(`no tokens for ${account}: ${status} ${JSON.stringify(body)}`);
      return tokensOf({ body });
    },
  };
}

export type Assistant = ReturnType<typeof createAssistant>;

export function tokensOf({ body }: Pick<Answer, 'body'>): Tokens {
  return { access: body.access_token ?? '', refresh: body.refresh_token ?? '' };
}
