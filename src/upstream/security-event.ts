/**
 * Google's security event tokens (RFC 8417, RISC): is this one from Google and for us, and what does it say?
 *
 * Owns: verification and reading. Does not own: where keys come from (event-keys.ts), what is done about an event
 * (oauth/). A token has no end: it tells of something that has happened. One that is shown again is therefore as good as
 * the first time, and whoever acts on it compares times.
 * https://developers.google.com/identity/protocols/risc
 */
import { compactVerify, decodeProtectedHeader, errors as joseErrors } from 'jose';
import { z } from 'zod';
import { SecurityEventError } from '../errors.ts';
import type { Outgoing } from '../http/outgoing.ts';
import type { GoogleNotice } from '../store/records.ts';
import { createEventKeys, type EventSigner } from './event-keys.ts';
import { parseJson } from './token-request.ts';

/** A refresh token, named without being shown. */
export interface TokenMark {
  form: 'prefix' | 'double-hash';
  value: string;
}

/** Whom an event is about: a Google subject, or whoever has that refresh token. Neither, where it is not of Google. */
export interface NoticeSubject {
  subject: string | undefined;
  token: TokenMark | undefined;
}

export type SecurityNotice = NoticeSubject &
  (
    | { kind: GoogleNotice }
    /** A test that the operator asked for. */
    | { kind: 'verification'; state: string | undefined }
    | { kind: 'unknown'; type: string }
  );

export interface SecurityEvent {
  /** Names the event: the same however often it is delivered. Foreign text. */
  id: string;
  /** When it happened, to the second; never in the future. */
  at: number;
  notices: readonly SecurityNotice[];
}

/**
 * Throws SecurityEventError for what is not a token of Google's for us, and UpstreamError when Google's keys cannot be
 * had: then nothing was decided.
 */
export type ReadSecurityEvent = (token: string) => Promise<SecurityEvent>;

interface SecurityEventParts {
  issuer: string | undefined;
  /** Our client id at Google, which a token must be for. */
  clientId: string;
  send: Outgoing;
  now(): number;
}

const claimsShape = z.object({
  iss: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  iat: z.number().positive(),
  toe: z.number().positive().optional(),
  jti: z.string().min(1),
  events: z
    .record(z.string(), z.record(z.string(), z.unknown()))
    .refine((events) => Object.keys(events).length > 0, 'no event'),
});
type Claims = z.output<typeof claimsShape>;

export function createReadSecurityEvent(parts: SecurityEventParts): ReadSecurityEvent {
  const keys = createEventKeys(parts);
  return async (token) => {
    // Unproved yet: what is refused here costs nobody a look for keys.
    const kid = readKeyId(token);
    const claimed = readClaims(Buffer.from(token.split('.')[1] ?? '', 'base64url'));
    if (![claimed.aud].flat().includes(parts.clientId))
      throw new SecurityEventError('invalid_audience', 'The token is for another recipient.');
    let signer = await keys.signer();
    if (claimed.iss !== signer.issuer)
      throw new SecurityEventError('invalid_issuer', 'The token is not of the issuer that is expected here.');
    if (!signer.hasKey(kid)) signer = await keys.newerSigner(kid);
    return toEvent(readClaims(await verifySignature(token, signer)), parts.now());
  };
}

/** Throws unless the header names RS256 and a key: no algorithm is chosen by the sender (RFC 8725 3.1). */
function readKeyId(token: string): string {
  const header = headerOf(token);
  if (header.alg !== 'RS256' || header.kid === undefined)
    throw new SecurityEventError('invalid_key', 'The token must be signed by RS256 with a key that it names.');
  return header.kid;
}

function headerOf(token: string): ReturnType<typeof decodeProtectedHeader> {
  try {
    return decodeProtectedHeader(token);
  } catch (cause) {
    throw new SecurityEventError('invalid_request', 'The body is not a signed token.', { cause });
  }
}

function readClaims(payload: Uint8Array): Claims {
  const read = claimsShape.safeParse(parseJson(Buffer.from(payload).toString('utf8')));
  if (read.success) return read.data;
  throw new SecurityEventError('invalid_request', 'The token is not a security event token (RFC 8417 2.2).');
}

/** What was signed. */
async function verifySignature(token: string, { key }: EventSigner): Promise<Uint8Array> {
  try {
    return (await compactVerify(token, key, { algorithms: ['RS256'] })).payload;
  } catch (cause) {
    if (cause instanceof joseErrors.JWSSignatureVerificationFailed)
      throw new SecurityEventError('authentication_failed', 'The signature is not right.', { cause });
    if (cause instanceof joseErrors.JWSInvalid)
      throw new SecurityEventError('invalid_request', 'The body is not a signed token.', { cause });
    throw new SecurityEventError('invalid_key', 'The key of the token is not known.', { cause });
  }
}

function toEvent({ iss, iat, toe, jti, events }: Claims, now: number): SecurityEvent {
  const notices = Object.entries(events).map(([type, payload]) => ({
    ...toSubject(payload, iss),
    ...toNotice(type, payload),
  }));
  return { id: jti, at: Math.min((toe ?? iat) * 1000, now), notices };
}

const TYPES = 'https://schemas.openid.net/secevent/';
const NOTICES: Readonly<Record<string, GoogleNotice>> = {
  'risc/event-type/sessions-revoked': 'sessions-revoked',
  'oauth/event-type/tokens-revoked': 'tokens-revoked',
  'oauth/event-type/token-revoked': 'token-revoked',
  'risc/event-type/account-disabled': 'account-disabled',
  'risc/event-type/account-enabled': 'account-enabled',
  'risc/event-type/account-credential-change-required': 'credential-change-required',
};
const VERIFICATION = 'risc/event-type/verification';

/** Every type of event that Google knows, as its stream is asked for them. */
export const EVENT_TYPES: readonly string[] = [...Object.keys(NOTICES), VERIFICATION].map((name) => TYPES + name);

type Payload = Record<string, unknown>;
type Kind<One = SecurityNotice> = One extends unknown ? Omit<One, keyof NoticeSubject> : never;

function toNotice(type: string, payload: Payload): Kind {
  const name = type.startsWith(TYPES) ? type.slice(TYPES.length) : '';
  if (name === VERIFICATION) return { kind: 'verification', state: textOf(payload.state) };
  const kind = Object.hasOwn(NOTICES, name) ? NOTICES[name] : undefined;
  if (kind === undefined) return { kind: 'unknown', type };
  return { kind: kind === 'account-disabled' && payload.reason === 'hijacking' ? 'account-hijacked' : kind };
}

/** `iss-sub`, `id_token_claims` and `oauth_token`, which Google writes without the names of RFC 9493. */
function toSubject({ subject }: Payload, issuer: string): NoticeSubject {
  if (typeof subject !== 'object' || subject === null) return { subject: undefined, token: undefined };
  const { iss, sub, token_type, token_identifier_alg, token } = subject as Payload;
  const isOfIssuer = iss === undefined || (typeof iss === 'string' && bare(iss) === bare(issuer));
  const isRefreshToken = token_type === undefined || token_type === 'refresh_token';
  return {
    subject: isOfIssuer ? textOf(sub) : undefined,
    token: isRefreshToken ? toMark(token_identifier_alg, textOf(token)) : undefined,
  };
}

function toMark(form: unknown, value: string | undefined): TokenMark | undefined {
  if (value === undefined) return undefined;
  if (form === 'prefix') return { form, value };
  return form === 'hash_base64_sha512_sha512' ? { form: 'double-hash', value } : undefined;
}

/** Google writes itself with and without the scheme and the slash. */
function bare(issuer: string): string {
  return issuer.replace(/^https:\/\//, '').replace(/\/$/, '');
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
