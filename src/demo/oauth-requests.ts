/**
 * What ChatGPT's two older generations ask for in the same words: a code without PKCE, and tokens for it (RFC 6749 4.1).
 *
 * Owns: parameter names and their order. Does not own: how the body is encoded and where the secret goes, which is what
 * sets the two apart (plugin-2023.ts, gpt-action.ts).
 */

export interface AuthorizationRequest {
  clientId: string;
  redirectUri: string;
  /** Sent even when it is empty, as ChatGPT does. */
  scope: string;
  state: string;
}

/** Where the person's browser is sent. */
export function authorizationUrl(address: string, request: AuthorizationRequest): URL {
  const url = new URL(address);
  url.searchParams.set('response_type', 'code');
  url.searchParams.set('client_id', request.clientId);
  url.searchParams.set('redirect_uri', request.redirectUri);
  url.searchParams.set('scope', request.scope);
  url.searchParams.set('state', request.state);
  return url;
}

export function codeFields(code: string, redirectUri: string): Record<string, string> {
  return { grant_type: 'authorization_code', code, redirect_uri: redirectUri };
}

export function refreshFields(refreshToken: string): Record<string, string> {
  return { grant_type: 'refresh_token', refresh_token: refreshToken };
}
