/**
 * The checks of an authorization request, in the order of RFC 6749 4.1.2.1: who asks, where the answer goes, and only
 * then what is asked, since before that there is no place to which an error may be sent.
 *
 * Owns: the checks. Pure. Does not own: looking the client up, or what happens next (authorize.ts).
 */
import { OAuthError, PageError, RedirectableError, type RedirectTarget } from '../errors.ts';
import type { Parameters } from '../http/parameters.ts';
import type { Client } from '../store/records.ts';
import { mustUsePkce } from './clients/find.ts';
import { isChallenge } from './pkce.ts';
import { isRegistered } from './redirect-uri.ts';
import { chooseResource } from './resource.ts';
import { chooseScopes } from './scope.ts';

/** A state is handed through Google inside our own; beyond this an address gets too long to travel. */
const MAX_STATE = 4096;

/**
 * Phase 1: errors are shown to the person and never redirected. Returns where the answer may go.
 * Throws PageError `redirect-uri-unregistered` for anything but a registered redirect URI of this client.
 */
export function checkRedirectTarget(client: Client, parameters: Parameters): RedirectTarget {
  const [only, ...others] = client.redirectUris;
  const given = parameters.get('redirect_uri') ?? (others.length === 0 ? only : undefined);
  if (given === undefined || !isRegistered(client.redirectUris, given)) {
    const detail = 'the redirect URI is not registered for this client';
    throw new PageError('redirect-uri-unregistered', 400, { detail, command: commandToAllow(client, given) });
  }
  return { redirectUri: given, state: parameters.get('state') };
}

/**
 * A custom GPT's callback is known only after saving it, so that its first sign-in comes here. The operator is shown the
 * one command that allows exactly this URI; only for OpenAI's own callback addresses, since anybody can make a link.
 */
function commandToAllow({ kind, clientId }: Client, given: string | undefined): string[] | undefined {
  if (kind !== 'predefined' || !given?.match(GPT_CALLBACK)) return undefined;
  return ['npx', 'ganalyticsgpt', 'clients', 'add-redirect', '--', clientId, given];
}

const GPT_CALLBACK = /^https:\/\/(chat\.openai\.com|chatgpt\.com)\/aip\/[A-Za-z0-9_-]{1,100}\/oauth\/callback$/;

export interface CheckedRequest extends RedirectTarget {
  scopes: string[];
  resource: string;
  codeChallenge: string | undefined;
}

/** Phase 2: from here on errors travel back to the client. Throws RedirectableError and nothing else. */
export function checkRequest(
  client: Client,
  target: RedirectTarget,
  parameters: Parameters,
  offered: { scopes: readonly string[]; resource: string },
): CheckedRequest {
  const refuse = (code: OAuthError['code'], description: string) => new RedirectableError(target, code, description);
  if ((target.state?.length ?? 0) > MAX_STATE) {
    throw new RedirectableError(
      { ...target, state: undefined },
      'invalid_request',
      `state is longer than ${MAX_STATE} characters.`,
    );
  }
  const responseType = parameters.get('response_type');
  if (responseType === undefined)
    throw refuse('invalid_request', 'response_type is missing; this server answers response_type=code.');
  if (responseType !== 'code')
    throw refuse('unsupported_response_type', 'This server answers response_type=code only.');
  if (parameters.has('request') || parameters.has('request_uri')) {
    throw refuse('invalid_request', 'Request objects are not supported; send plain parameters.');
  }
  const responseMode = parameters.get('response_mode') ?? 'query';
  if (responseMode !== 'query') throw refuse('invalid_request', 'This server answers response_mode=query only.');
  const codeChallenge = checkChallenge(client, parameters, refuse);
  try {
    const scopes = chooseScopes(parameters.get('scope'), offered.scopes);
    return { ...target, scopes, resource: chooseResource(parameters.get('resource'), offered.resource), codeChallenge };
  } catch (error) {
    if (error instanceof OAuthError) throw refuse(error.code, error.message);
    throw error;
  }
}

type Refuse = (code: OAuthError['code'], description: string) => RedirectableError;

/**
 * RFC 7636 4.3: S256 only, as OAuth 2.1 wants of public clients; `plain` protects from nobody who can read the request.
 * A confidential client proves itself with its secret and may leave PKCE out: GPT Actions and the 2023 plugins send none.
 */
function checkChallenge(client: Client, parameters: Parameters, refuse: Refuse): string | undefined {
  const challenge = parameters.get('code_challenge');
  const method = parameters.get('code_challenge_method');
  if (challenge === undefined) {
    if (method !== undefined) throw refuse('invalid_request', 'code_challenge_method was sent without code_challenge.');
    if (mustUsePkce(client))
      throw refuse('invalid_request', 'code_challenge is missing: this client must use PKCE with S256 (RFC 7636).');
    return undefined;
  }
  if (method !== 'S256') throw refuse('invalid_request', 'code_challenge_method must be S256.');
  if (!isChallenge(challenge))
    throw refuse('invalid_request', 'code_challenge is not a base64url SHA-256 of 43 characters.');
  return challenge;
}
