/**
 * What every assistant reads in the same way: the answer at its callback, and a token answer (RFC 6749 4.1.2, 5.1).
 *
 * Owns: the checks that ChatGPT is known to make, each with the sentence when it fails. Does not own: the requests.
 */
import { HopError, unexpected } from './hop-error.ts';
import type { Answer } from './send.ts';
import { shorten } from './shorten.ts';

export interface Tokens {
  accessToken: string;
  refreshToken: string;
  expiresInSeconds: number;
}

/** The code. Throws when the answer is an error, lacks its state, or does not come from the expected place. */
export function readCallback(url: URL, expected: { redirectUri: string; state: string }): string {
  const at = `${url.origin}${url.pathname}`;
  if (at !== expected.redirectUri) throw new HopError(`the browser was sent to ${at}, wanted ${expected.redirectUri}`);
  const parameters = url.searchParams;
  const error = parameters.get('error');
  if (error !== null) {
    throw new HopError(
      `the callback ${at} was told ${error}: ${parameters.get('error_description') ?? 'without a reason'}`,
    );
  }
  const state = parameters.get('state');
  if (state !== expected.state) {
    throw new HopError(
      `the callback ${at} got the state ${state ?? '(none)'}, wanted it back as sent: ${expected.state}`,
    );
  }
  const code = parameters.get('code');
  if (code === null) throw new HopError(`the callback ${at} got neither a code nor an error`);
  return code;
}

/** Throws when there is no bearer token, or when ChatGPT could not tell when to refresh it, which it never recovers from. */
export function readTokens(answer: Answer): Tokens {
  const { access_token, refresh_token, token_type, expires_in } = answer.json ?? {};
  const isGood =
    typeof access_token === 'string' &&
    typeof refresh_token === 'string' &&
    typeof expires_in === 'number' &&
    String(token_type).toLowerCase() === 'bearer';
  const wanted = 'access_token, token_type bearer, expires_in and refresh_token';
  if (!isGood) throw unexpected('ChatGPT asked for tokens', wanted, { status: answer.status, body: answer.text });
  return { accessToken: access_token, refreshToken: refresh_token, expiresInSeconds: expires_in };
}

/** For the narration. */
export function tokensInWords({ json }: Pick<Answer, 'json'>): string {
  const { access_token = '', refresh_token } = json ?? {};
  const refresh = refresh_token === undefined ? ', no refresh token' : ` + ${shorten(String(refresh_token))}`;
  return `${shorten(String(access_token))}${refresh}`;
}
