/**
 * Requests in the words of the narration: which of their many fields tell something, and what the answer amounts to.
 *
 * Owns: the choice, made so that a line is rarely cut. Does not own: layout (narrate.ts). Pure. Nothing secret passes
 * unshortened, whatever its name.
 */
import type { BrowserHop } from './browser.ts';
import type { GoogleCall } from './google-calls.ts';
import type { McpHop } from './mcp-plugin.ts';
import type { Hop, Party } from './narrate.ts';
import { tokensInWords } from './oauth-answers.ts';
import type { SentHop } from './send.ts';
import { shorten } from './shorten.ts';

/** Whose address it is. */
export type PartyOf = (url: URL) => Party;

const SIGN_IN_SCOPES = ['openid', 'email', 'profile'];

/** How each parameter is shown, in the order in which they tell the most; any other one is left out. */
const TELLING: Readonly<Record<string, (value: string) => string>> = {
  error: (value) => `error=${value}`,
  decision: (value) => `decision=${value}`,
  code: (value) => `code=${shorten(value)}`,
  client_id: (value) => `client=${shorten(value)}`,
  code_challenge: () => 'PKCE',
  resource: (value) => `resource=${URL.parse(value)?.pathname ?? value}`,
  scope: (value) => `scope=${scopesInWords(value)}`,
  state: (value) => `state=${opaque(value)}`,
  flow: (value) => `flow=${opaque(value)}`,
};

/** Nobody makes up a state as long as ours, which holds what must be remembered, sealed. */
function opaque(value: string): string {
  return value.length > 200 ? '(sealed)' : shorten(value);
}

/** `decision=allow scope=analytics.readonly state=3f2a1b…` */
function parametersInWords(parameters: URLSearchParams, left: readonly string[] = []): string {
  return Object.entries(TELLING)
    .filter(([name]) => parameters.has(name) && !left.includes(name))
    .map(([name, show]) => show(parameters.getAll(name).join(' ')))
    .join(' ');
}

/** Every sign-in asks who it is; what else is asked tells more. */
function scopesInWords(scope: string): string {
  const names = scope.split(' ').map((name) => name.replace('https://www.googleapis.com/auth/', ''));
  return names.filter((name) => !SIGN_IN_SCOPES.includes(name) && !name.startsWith('userinfo.')).join('+');
}

export function describeBrowserHop(hop: BrowserHop, partyOf: PartyOf): Hop {
  const { method, url, fields, status, next, title } = hop;
  return {
    from: 'Browser',
    to: partyOf(url),
    asked: `${method} ${url.pathname}`,
    with: parametersInWords(fields ?? url.searchParams, untold(hop, partyOf)),
    got: next === undefined ? `${status} “${title?.split(' · ')[0]}”` : `${status} to ${placeOf(next, url, partyOf)}`,
  };
}

/** What says nothing new on a line: the bridge's own id at Google, a form's sealed flow, a scope that was asked before. */
function untold({ url, fields }: BrowserHop, partyOf: PartyOf): string[] {
  if (partyOf(url) === 'Google') return ['client_id', 'code_challenge', 'state', 'flow'];
  return fields === undefined && !url.pathname.endsWith('/callback') ? [] : ['flow', 'scope'];
}

function placeOf(next: URL, from: URL, partyOf: PartyOf): string {
  if (next.origin === from.origin) return next.pathname;
  return next.protocol === 'https:' ? next.hostname : `${partyOf(next)} ${next.pathname}`;
}

/** The last step of a sign-in, which stays here: the browser would have gone to ChatGPT. */
export function describeLeaving(url: URL): Hop {
  const details = parametersInWords(url.searchParams, ['scope']);
  return { from: 'Browser', to: 'ChatGPT', asked: 'GET …/callback', with: details, got: 'stays on this machine' };
}

export function describeSent({ method, url, with: details, got }: SentHop, partyOf: PartyOf): Hop {
  return { from: 'ChatGPT', to: partyOf(url), asked: `${method} ${url.pathname}`, with: details, got };
}

export function describeGoogleCall({ method, path, form, status }: GoogleCall): Hop {
  const details = [form.grant_type, form.code === undefined ? undefined : `code=${form.code}`, form.refresh_token];
  return {
    from: 'Bridge',
    to: 'Google',
    asked: `${method} ${path.replace('/v1beta/', '/…/')}`,
    with: details.filter((part) => part !== undefined).join(' '),
    got: `${status ?? 'no answer'}`,
    isInner: true,
  };
}

export function describeMcpHop(hop: McpHop, partyOf: PartyOf): Hop {
  const { method, url, answer, body } = hop;
  const json = parse(answer.text) ?? {};
  const base = { from: 'ChatGPT', to: partyOf(url), asked: `${method} ${url.pathname}` } as const;
  const said = (what: string, got: string): Hop => ({ ...base, with: what, got: `${answer.status} ${got}` });
  if (url.pathname === '/mcp') return said(rpcInWords(hop), rpcGot(hop));
  if (url.pathname === '/register') {
    const { client_name, token_endpoint_auth_method } = parse(body) ?? {};
    const secret = json.client_secret === undefined ? '' : ' + secret';
    return said(
      `“${client_name}”, ${token_endpoint_auth_method}`,
      `client=${shorten(String(json.client_id))}${secret}`,
    );
  }
  if (url.pathname === '/token') {
    const fields = new URLSearchParams(body);
    const proof = fields.has('code_verifier') ? ' and the verifier' : '';
    return said(`form code=${shorten(fields.get('code') ?? '')}${proof}`, tokensInWords({ json }));
  }
  return said('', metadataInWords(json));
}

function metadataInWords(json: Record<string, unknown>): string {
  if (Array.isArray(json.authorization_servers))
    return `sign in at ${URL.parse(String(json.authorization_servers[0]))?.host}`;
  const open = json.registration_endpoint === undefined ? '' : ', registration open';
  return `PKCE ${[json.code_challenge_methods_supported].flat().join(', ')}${open}`;
}

function rpcInWords({ headers, body }: McpHop): string {
  const message = parse(body) ?? {};
  const { name } = (message.params ?? {}) as { name?: string };
  const token = headers.get('authorization')?.replace('Bearer ', '');
  return `${name ?? message.method}, ${token === undefined ? 'no token' : `Bearer ${shorten(token)}`}`;
}

function rpcGot({ answer }: McpHop): string {
  if (answer.status === 401) return 'Bearer resource_metadata=…';
  const { tools, supportedVersions, structuredContent } = (parse(answer.text)?.result ?? {}) as Record<string, unknown>;
  if (Array.isArray(tools)) return `${tools.length} tools`;
  if (Array.isArray(supportedVersions)) return `MCP ${supportedVersions.join(', ')}`;
  return answerInWords(structuredContent);
}

/** What a tool's answer amounts to. */
export function answerInWords(answer: unknown): string {
  const { properties, rowCount, property } = (answer ?? {}) as Record<string, unknown>;
  if (Array.isArray(properties)) return `${properties.length} properties`;
  const name = (property as { name?: string } | undefined)?.name;
  return typeof rowCount === 'number' ? `${rowCount} rows of ${name}` : 'an answer';
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined; // told without its content
  }
}
