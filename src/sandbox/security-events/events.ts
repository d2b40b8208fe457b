/**
 * Google's security event tokens (developers.google.com/identity/protocols/risc): what they say, and sending them to where
 * the stream leads.
 *
 * Owns: the claims, Google's spelling of issuer and subjects, the stream's state, delivery. Does not own: how a stream is
 * set up (stream-api.ts), keys. Nothing is sent before a stream is set up, nor to another machine.
 */
import { createHash, randomUUID } from 'node:crypto';
import type { Keys } from '../sign-in/keys.ts';

const types = 'https://schemas.openid.net/secevent/';

/** Short names, as the control takes them, and what Google writes. */
export const eventTypes = {
  'sessions-revoked': `${types}risc/event-type/sessions-revoked`,
  'tokens-revoked': `${types}oauth/event-type/tokens-revoked`,
  'token-revoked': `${types}oauth/event-type/token-revoked`,
  'account-disabled': `${types}risc/event-type/account-disabled`,
  'account-enabled': `${types}risc/event-type/account-enabled`,
  'account-credential-change-required': `${types}risc/event-type/account-credential-change-required`,
  verification: `${types}risc/event-type/verification`,
} as const;

export type EventType = keyof typeof eventTypes;

export interface Stream {
  url: string;
  eventsRequested: readonly string[];
  isEnabled: boolean;
}

export interface SecurityEvent {
  type: EventType;
  /** Whatever stands beside the type: subject, reason, state. */
  payload: Record<string, unknown>;
  audience: string;
  /** When it happened. */
  at: Date;
}

export interface Sent {
  /** The signed token, to be posted by hand or once more. */
  token: string;
  /** What the receiver answered; null when it could not be reached or there is no stream for this. */
  answer: number | null;
}

/** Posts a token to a receiver; resolves to the status. */
export type Deliver = (url: string, token: string) => Promise<number>;

export type SecurityEvents = ReturnType<typeof createSecurityEvents>;

export function createSecurityEvents({ issuer, keys, deliver }: { issuer: string; keys: Keys; deliver: Deliver }) {
  let stream: Stream | undefined;

  return {
    issuer: eventIssuer(issuer),
    stream: () => stream,
    setStream(next: Stream): void {
      stream = next;
    },

    async send({ type, payload, audience, at }: SecurityEvent): Promise<Sent> {
      const token = await keys.sign(
        {
          iss: eventIssuer(issuer),
          aud: audience,
          iat: Math.floor(at.getTime() / 1000),
          jti: randomUUID(),
          events: { [eventTypes[type]]: payload },
        },
        'secevent+jwt',
      );
      const isWanted = stream?.isEnabled === true && stream.eventsRequested.includes(eventTypes[type]);
      if (stream === undefined || !isWanted) return { token, answer: null };
      return { token, answer: await deliver(stream.url, token).catch(() => null) };
    },
  };
}

/** With a slash at the end, unlike the issuer of ID tokens. */
function eventIssuer(issuer: string): string {
  return `${issuer}/`;
}

export function personSubject(issuer: string, sub: string): Record<string, unknown> {
  return { subject: { subject_type: 'iss-sub', iss: eventIssuer(issuer), sub } };
}

/** Google names a refresh token by its beginning, or by its hash hashed again. */
export function tokenSubject(token: string, form: 'prefix' | 'hash'): Record<string, unknown> {
  const inner = createHash('sha512').update(token).digest();
  const hash = createHash('sha512').update(inner).digest('base64');
  return {
    subject: {
      subject_type: 'oauth_token',
      token_type: 'refresh_token',
      token_identifier_alg: form === 'prefix' ? 'prefix' : 'hash_base64_sha512_sha512',
      token: form === 'prefix' ? token.slice(0, 16) : hash,
    },
  };
}

const timeoutMs = 5_000;

/** Over the network, as RFC 8935 2.1 says. */
export async function deliverByHttp(url: string, token: string): Promise<number> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/secevent+jwt', Accept: 'application/json' },
    body: token,
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
  });
  await answer.arrayBuffer();
  return answer.status;
}
