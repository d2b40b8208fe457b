/**
 * A Google access token of the sandbox's, got as any app gets one: over its sign-in pages and its token endpoint.
 *
 * Owns: this walk over real HTTP. Does not own: the pages (sandbox-visitor.ts). For tests of tools, which begin where a
 * token is at hand.
 */
import { createSandboxVisitor } from './sandbox-visitor.ts';

const redirectUri = 'http://localhost:8787/google/callback';
const scopeUrl = (name: string) => `https://www.googleapis.com/auth/${name}`;

/** `scopes` are short names; the person leaves every box ticked. */
export async function sandboxToken(sandboxUrl: string, account: string, scopes: readonly string[]): Promise<string> {
  const url = new URL('/o/oauth2/v2/auth', sandboxUrl);
  const query = {
    client_id: 'sandbox-client',
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: ['openid', 'email', ...scopes.map(scopeUrl)].join(' '),
    state: 'a-state',
  };
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const back = await createSandboxVisitor((request) => fetch(request)).signIn(url.href, { account });
  const form = {
    grant_type: 'authorization_code',
    code: back.searchParams.get('code') ?? '',
    redirect_uri: redirectUri,
    client_id: 'sandbox-client',
    client_secret: 'sandbox-secret',
  };
  const answer = await fetch(new URL('/token', sandboxUrl), { method: 'POST', body: new URLSearchParams(form) });
  const body = (await answer.json()) as { access_token?: string };
  if (body.access_token === undefined) throw new Error(`no token for ${account}: ${JSON.stringify(body)}`);
  return body.access_token;
}
