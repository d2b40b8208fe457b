/**
 * Telling Google where its security events go: the RISC API, asked by the operator with a service account.
 *
 * Owns: the calls and the token that each carries. Does not own: receiving (security-event.ts), the operator's words
 * (cli/google-events.ts).
 * https://developers.google.com/identity/protocols/risc#register_receiver
 */
import { importPKCS8, SignJWT } from 'jose';
import { z } from 'zod';
import { UpstreamError } from '../errors.ts';
import type { Outgoing, OutgoingAnswer } from '../http/outgoing.ts';
import { EVENT_TYPES } from './security-event.ts';
import { parseJson } from './token-request.ts';

/** Of the JSON file that Google's console offers for a service account's key. */
export interface ServiceAccount {
  email: string;
  keyId: string;
  /** PKCS #8, as PEM. */
  privateKey: string;
}

export interface StreamState {
  url: string;
  isEnabled: boolean;
  /** Types that this server acts on and that the stream does not carry. */
  missing: readonly string[];
}

/** Every method throws UpstreamError; its message has Google's reason, cut and made printable. */
export interface EventStream {
  /** Where Google is to send to: here. */
  receiverUrl: string;
  /** Sends everything here from now on. */
  register(): Promise<void>;
  /** Undefined when Google has no stream for the project. */
  show(): Promise<StreamState | undefined>;
  /** Has Google send a test event with this text in it. */
  verify(state: string): Promise<void>;
  /** No events from now on; they are not kept for later. */
  stop(): Promise<void>;
}

interface StreamParts {
  /** Another issuer in Google's place, which has the API below its own address. */
  issuer: string | undefined;
  publicUrl: string;
  send: Outgoing;
  now(): number;
}

const GOOGLE = 'https://risc.googleapis.com/v1beta';
const AUDIENCE = 'https://risc.googleapis.com/google.identity.risc.v1beta.RiscManagementService';
const PUSH = 'https://schemas.openid.net/secevent/risc/delivery-method/push';
const TOKEN_SECONDS = 3600;
const TIMEOUT_MS = 20_000;

const streamShape = z.object({ delivery: z.object({ url: z.string() }), events_requested: z.array(z.string()) });
const statusShape = z.object({ status: z.string() });
const errorShape = z.object({ error: z.object({ message: z.string() }) });

/** Throws UpstreamError `misconfigured` when the key cannot be used. */
export async function openEventStream(
  { issuer, publicUrl, send, now }: StreamParts,
  account: ServiceAccount,
): Promise<EventStream> {
  const base = issuer === undefined ? GOOGLE : `${issuer}/risc/v1beta`;
  const authorization = `Bearer ${await signToken(account, Math.floor(now() / 1000))}`;
  const receiverUrl = `${publicUrl}/google/events`;

  const ask = (path: string, body?: object): Promise<OutgoingAnswer> =>
    send({
      method: body === undefined ? 'GET' : 'POST',
      url: base + path,
      headers: { authorization, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      timeoutMs: TIMEOUT_MS,
    });
  const change = async (path: string, body: object): Promise<void> => {
    const answer = await ask(path, body);
    if (answer.status !== 200) throw refusal(answer);
  };
  const read = async <Shape extends z.ZodType>(path: string, shape: Shape): Promise<z.output<Shape> | undefined> => {
    const answer = await ask(path);
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) throw refusal(answer);
    const { success, data } = shape.safeParse(parseJson(answer.body));
    if (!success) throw new UpstreamError('odd-answer', 'Google described the stream in a form that is not known');
    return data;
  };

  return {
    receiverUrl,
    async register() {
      await change('/stream:update', {
        delivery: { delivery_method: PUSH, url: receiverUrl },
        events_requested: EVENT_TYPES,
      });
      await change('/stream/status:update', { status: 'enabled' });
    },
    async show() {
      const stream = await read('/stream', streamShape);
      const status = await read('/stream/status', statusShape);
      if (stream === undefined || status === undefined) return undefined;
      const missing = EVENT_TYPES.filter((type) => !stream.events_requested.includes(type));
      return { url: stream.delivery.url, isEnabled: status.status === 'enabled', missing };
    },
    verify: (state) => change('/stream:verify', { state }),
    stop: () => change('/stream/status:update', { status: 'disabled' }),
  };
}

async function signToken({ email, keyId, privateKey }: ServiceAccount, now: number): Promise<string> {
  try {
    return await new SignJWT({ iss: email, sub: email, aud: AUDIENCE, iat: now, exp: now + TOKEN_SECONDS })
      .setProtectedHeader({ alg: 'RS256', kid: keyId, typ: 'JWT' })
      .sign(await importPKCS8(privateKey, 'RS256'));
  } catch {
    // The library's own error could carry a piece of the key.
    throw new UpstreamError('misconfigured', 'the private key of the service account cannot be used');
  }
}

function refusal({ status, body }: OutgoingAnswer): UpstreamError {
  const { data } = errorShape.safeParse(parseJson(body));
  const why = (data?.error.message ?? 'no reason given').replaceAll(/\p{C}/gu, ' ').slice(0, 300);
  return new UpstreamError(status >= 500 ? 'busy' : 'refused', `Google answered ${status}: ${why}`);
}
