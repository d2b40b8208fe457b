/**
 * Google's sign-in and one of its APIs, as far as the bridge meets them, in one deterministic object. Times, codes and
 * refusals are as at Google (https://developers.google.com/identity/protocols/oauth2/web-server); the sandbox, which is
 * the richer likeness, is too slow to start ten thousand times and draws its own random numbers.
 *
 * Owns: what Google remembers and answers. Does not own: what gets lost on the way (network.ts).
 */
import { generateKeyPairSync, hash, sign } from 'node:crypto';
import type { OutgoingAnswer, OutgoingRequest } from '../../src/http/outgoing.ts';

export const CREDENTIALS = { clientId: 'the-bridge-at-google', clientSecret: 'a secret of ours' };

const TOKEN = 'https://oauth2.googleapis.com/token';
const REVOKE = 'https://oauth2.googleapis.com/revoke';
const CERTS = 'https://www.googleapis.com/oauth2/v3/certs';
const ACCESS_SECONDS = 3599;
const CODE_MS = 10 * 60_000;

export type Ender = 'person' | 'bridge';

/** What one person granted to our project; every token of theirs hangs on it and dies with it. */
interface Link {
  subject: string;
  endedBy: Ender | undefined;
}

interface Access {
  link: Link;
  expiresAt: number;
  /** Google answered 401 to it. */
  wasRefused: boolean;
}

interface Code {
  subject: string;
  link: Link | undefined;
  isOffline: boolean;
  givesRefreshToken: boolean;
  scope: string;
  nonce: string;
  challenge: string;
  expiresAt: number;
}

export type Google = ReturnType<typeof createGoogleModel>;

export function createGoogleModel(now: () => number) {
  const links = new Map<string, Link>();
  const codes = new Map<string, Code>();
  const accessTokens = new Map<string, Access>();
  const refreshTokens = new Map<string, Link>();
  const refusedCodes = { count: 0 };
  const removedBy = new Set<string>();
  let made = 0;
  const text = (prefix: string) => {
    made += 1;
    return `${prefix}${made}`;
  };

  const end = (link: Link, by: Ender) => {
    link.endedBy ??= by;
    links.delete(link.subject);
    for (const [code, { link: its }] of codes) if (its === link) codes.delete(code);
  };

  const issueAccess = (link: Link): string => {
    const token = text('ya29.');
    accessTokens.set(token, { link, expiresAt: now() + ACCESS_SECONDS * 1000, wasRefused: false });
    return token;
  };

  const exchange = (form: URLSearchParams): OutgoingAnswer => {
    const code = codes.get(form.get('code') ?? '');
    codes.delete(form.get('code') ?? '');
    const challenge = hash('sha256', form.get('code_verifier') ?? '', 'base64url');
    if (code === undefined || code.expiresAt <= now() || code.challenge !== challenge) {
      refusedCodes.count += 1;
      return json(400, { error: 'invalid_grant' });
    }
    const { link, subject, nonce, scope } = code;
    const access = link === undefined ? text('ya29.visit') : issueAccess(link);
    const refresh = link !== undefined && code.givesRefreshToken ? text('1//') : undefined;
    if (refresh !== undefined && link !== undefined) refreshTokens.set(refresh, link);
    return json(200, {
      access_token: access,
      expires_in: ACCESS_SECONDS,
      scope,
      token_type: 'Bearer',
      id_token: idToken(subject, nonce, now()),
      ...(refresh !== undefined && { refresh_token: refresh }),
    });
  };

  const refresh = (form: URLSearchParams): OutgoingAnswer => {
    const link = refreshTokens.get(form.get('refresh_token') ?? '');
    if (link === undefined || link.endedBy !== undefined) return json(400, { error: 'invalid_grant' });
    return json(200, { access_token: issueAccess(link), expires_in: ACCESS_SECONDS, token_type: 'Bearer' });
  };

  const revoke = (form: URLSearchParams): OutgoingAnswer => {
    const token = form.get('token') ?? '';
    const link = refreshTokens.get(token) ?? accessTokens.get(token)?.link;
    if (link === undefined || link.endedBy !== undefined) return json(400, { error: 'invalid_token' });
    end(link, 'bridge');
    return json(200, {});
  };

  const api = (authorization: string): OutgoingAnswer => {
    const access = accessTokens.get(authorization.replace('Bearer ', ''));
    if (access !== undefined && access.link.endedBy === undefined && access.expiresAt > now())
      return json(200, { accountSummaries: [] });
    if (access !== undefined) access.wasRefused = true;
    return json(401, { error: { code: 401, message: 'Invalid credentials', status: 'UNAUTHENTICATED' } });
  };

  return {
    /** Google's pages, on which the person chooses their account and allows everything. Where the browser goes next. */
    authorize(address: URL, subject: string): string {
      const asked = address.searchParams;
      const isOffline = asked.get('access_type') === 'offline';
      const known = links.get(subject);
      const link = isOffline ? (known ?? { subject, endedBy: undefined }) : undefined;
      if (link !== undefined) links.set(subject, link);
      const code = text('4/');
      codes.set(code, {
        subject,
        link,
        isOffline,
        givesRefreshToken: known === undefined || (asked.get('prompt') ?? '').includes('consent'),
        scope: asked.get('scope') ?? '',
        nonce: asked.get('nonce') ?? '',
        challenge: asked.get('code_challenge') ?? '',
        expiresAt: now() + CODE_MS,
      });
      const back = new URL(asked.get('redirect_uri') ?? '');
      back.searchParams.set('state', asked.get('state') ?? '');
      back.searchParams.set('code', code);
      return back.href;
    },

    answer({ url, method, body, headers }: OutgoingRequest): OutgoingAnswer {
      if (method === 'GET' && url === CERTS) return json(200, { keys: [signingKey().jwk] });
      if (new URL(url).host === 'analyticsadmin.googleapis.com') return api(headers?.authorization ?? '');
      const form = new URLSearchParams(body);
      if (url === REVOKE) return revoke(form);
      if (url !== TOKEN) throw new Error(`the simulation knows no ${url}`);
      const { clientId, clientSecret } = CREDENTIALS;
      if (form.get('client_id') !== clientId || form.get('client_secret') !== clientSecret)
        return json(401, { error: 'invalid_client' });
      return form.get('grant_type') === 'refresh_token' ? refresh(form) : exchange(form);
    },

    /** The person removes our access on their Google account's page. False when there is none. */
    removeAccess(subject: string): boolean {
      const link = links.get(subject);
      if (link !== undefined) {
        end(link, 'person');
        removedBy.add(subject);
      }
      return link !== undefined;
    },

    /** An access token dies before its time, as after a change of keys at Google. */
    forgetAccess(token: string): void {
      const access = accessTokens.get(token);
      if (access !== undefined) access.expiresAt = now();
    },

    hasRemoved: (subject: string): boolean => removedBy.has(subject),
    isLinked: (subject: string): boolean => links.has(subject),
    /** Who ended the link that this refresh token hangs on; undefined while Google honours it. */
    enderOf: (refreshToken: string): Ender | undefined => refreshTokens.get(refreshToken)?.endedBy,
    subjectOf: (refreshToken: string): string | undefined => refreshTokens.get(refreshToken)?.subject,
    accessOf: (token: string): Readonly<Access> | undefined => accessTokens.get(token),
    /** How many codes were refused so far. */
    refusedCodes: (): number => refusedCodes.count,
  };
}

export function isRefresh({ url, body }: OutgoingRequest): boolean {
  return url === TOKEN && new URLSearchParams(body).get('grant_type') === 'refresh_token';
}

export function isRevocation({ url }: OutgoingRequest): boolean {
  return url === REVOKE;
}

function json(status: number, body: unknown): OutgoingAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function makeSigningKey() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'google-1', alg: 'RS256', use: 'sig' };
  return { privateKey, jwk };
}

let key: ReturnType<typeof makeSigningKey> | undefined;

/** Made once for a process: no choice of a run hangs on it. */
function signingKey() {
  key ??= makeSigningKey();
  return key;
}

function idToken(subject: string, nonce: string, now: number): string {
  const iat = Math.floor(now / 1000);
  const claims = {
    iss: 'https://accounts.google.com',
    aud: CREDENTIALS.clientId,
    sub: subject,
    email: `${subject}@example.com`,
    email_verified: true,
    name: subject,
    nonce,
    iat,
    exp: iat + 3600,
  };
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'RS256', kid: 'google-1', typ: 'JWT' })}.${part(claims)}`;
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), signingKey().privateKey).toString('base64url')}`;
}
