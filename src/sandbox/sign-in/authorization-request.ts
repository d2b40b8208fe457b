/**
 * The checks of an authorization request, in Google's order
 * (developers.google.com/identity/protocols/oauth2/web-server#creatingclient). Pure: parameters in, request out.
 *
 * Owns: what is refused and with which code. Does not own: what happens next (authorize.ts). Every refusal is a page:
 * Google sends nobody back to the app for a wrong request, even when the redirect URI is known to be right.
 */
import { type Fields, repeated, single } from '../form.ts';
import { PageRefusal } from '../refusal.ts';
import { findClient, isRegisteredRedirect, type SandboxClient } from './clients.ts';
import type { PkceChallenge } from './links.ts';
import { readScopes } from './scopes.ts';

/** A request that passed every check. */
export interface AuthorizationRequest {
  client: SandboxClient;
  redirectUri: string;
  /** Google's long form. */
  scopes: readonly string[];
  accessType: 'online' | 'offline';
  includesGranted: boolean;
  prompt: { none: boolean; consent: boolean; selectAccount: boolean };
  state?: string;
  loginHint?: string;
  nonce?: string;
  challenge?: PkceChallenge;
}

/** Google refuses what it does not know here: the place where a bridge that passes on `resource` finds out. */
const allowed = new Set([
  ...['client_id', 'redirect_uri', 'response_type', 'scope', 'state', 'access_type', 'include_granted_scopes'],
  ...['enable_granular_consent', 'login_hint', 'prompt', 'code_challenge', 'code_challenge_method', 'nonce'],
  ...['hd', 'display', 'hl', 'authuser'],
]);

/** Throws PageRefusal. */
export function checkRequest(query: URLSearchParams): AuthorizationRequest {
  const fields = single(query, (name) => invalid(repeated(name)));
  const client = checkClient(fields);
  const redirectUri = checkRedirect(fields);
  const stranger = Object.keys(fields).find((name) => !allowed.has(name));
  if (stranger !== undefined) throw invalid(`Parameter not allowed for this message type: ${stranger}`);
  checkResponseType(fields);
  const challenge = checkChallenge(fields);
  return {
    client,
    redirectUri,
    scopes: checkScopes(fields),
    accessType: oneOf(fields, 'access_type', ['online', 'offline']),
    includesGranted: oneOf(fields, 'include_granted_scopes', ['false', 'true']) === 'true',
    prompt: checkPrompt(fields),
    ...(fields.state !== undefined && { state: fields.state }),
    ...(fields.login_hint !== undefined && { loginHint: fields.login_hint }),
    ...(fields.nonce !== undefined && { nonce: fields.nonce }),
    ...(challenge !== undefined && { challenge }),
  };
}

const invalid = (message: string) => new PageRefusal(400, 'invalid_request', message);

function required(fields: Fields, name: string): string {
  const value = fields[name];
  if (value === undefined || value === '') throw invalid(`Required parameter is missing: ${name}`);
  return value;
}

/** The first of the values is the default. */
function oneOf<const T extends string>(fields: Fields, name: string, values: readonly [T, ...T[]]): T {
  const given = fields[name] ?? values[0];
  const found = values.find((value) => value === given);
  if (found === undefined) throw invalid(`Invalid parameter value for ${name}: ${given}`);
  return found;
}

function checkClient(fields: Fields): SandboxClient {
  const client = findClient(required(fields, 'client_id'));
  if (client === undefined) throw new PageRefusal(401, 'invalid_client', 'The OAuth client was not found.');
  return client;
}

function checkRedirect(fields: Fields): string {
  const uri = required(fields, 'redirect_uri');
  if (isRegisteredRedirect(uri)) return uri;
  throw new PageRefusal(
    400,
    'redirect_uri_mismatch',
    'You can’t sign in because this app sent an invalid request. If you are its developer: register the redirect URI below for the client. It is compared as text, down to the trailing slash.',
    `redirect_uri=${uri}`,
  );
}

function checkResponseType(fields: Fields): void {
  const type = required(fields, 'response_type');
  if (type === 'code') return;
  throw new PageRefusal(400, 'unsupported_response_type', `Invalid response_type: ${type}`);
}

function checkScopes(fields: Fields): readonly string[] {
  const { valid, invalid: unknown } = readScopes(required(fields, 'scope'));
  if (unknown.length > 0) {
    const message = `Some requested scopes were invalid. {valid=[${valid.join(', ')}], invalid=[${unknown.join(', ')}]}`;
    throw new PageRefusal(400, 'invalid_scope', message);
  }
  if (valid.length === 0) throw invalid('Required parameter is missing: scope');
  return valid;
}

function checkPrompt(fields: Fields): AuthorizationRequest['prompt'] {
  const words = (fields.prompt ?? '').split(' ').filter((word) => word !== '');
  const wrong = words.find((word) => !['none', 'consent', 'select_account'].includes(word));
  if (wrong !== undefined) throw invalid(`Invalid parameter value for prompt: Invalid prompt: ${wrong}`);
  const prompt = {
    none: words.includes('none'),
    consent: words.includes('consent'),
    selectAccount: words.includes('select_account'),
  };
  if (prompt.none && (prompt.consent || prompt.selectAccount)) {
    throw invalid('Invalid parameter value for prompt: none cannot be combined with other values');
  }
  return prompt;
}

/** RFC 7636 4.2, 4.3: `plain` when no method is named. */
function checkChallenge(fields: Fields): PkceChallenge | undefined {
  const method = oneOf(fields, 'code_challenge_method', ['plain', 'S256']);
  const value = fields.code_challenge;
  if (value === undefined) {
    if (fields.code_challenge_method !== undefined) throw invalid('Required parameter is missing: code_challenge');
    return undefined;
  }
  if (!/^[A-Za-z0-9._~-]{43,128}$/.test(value)) throw invalid('Invalid parameter value for code_challenge');
  return { value, method };
}
