/**
 * The endpoints where clients prove themselves, over a store with grants in it, without the rest of the bridge.
 *
 * Owns: three clients, what Google's part was asked, and which error a handler threw. Does not own: how an error is
 * answered (answer-error.ts).
 */
import { type Handler, Hono } from 'hono';
import type { Client } from '../store/records.ts';
import type { Provider, RawAnswer } from '../upstream/provider.ts';
import { hashSecret } from '../vault/token.ts';
import { createNotedLog } from './clients/noted-log.fixture.ts';
import { CLIENT, createGranted } from './grants/granted.fixture.ts';

export const SECRET = 's3cret';
const withSecret: Client = { ...CLIENT, secretHash: hashSecret(SECRET) };
const CLIENTS: Client[] = [
  withSecret,
  { ...withSecret, clientId: 'relay', mode: 'relay' },
  { ...withSecret, clientId: 'public', secretHash: undefined, authMethods: ['none'] },
];

/** Close it when done. */
export async function createClientEndpoints() {
  const granted = await createGranted();
  const { log, lines } = createNotedLog();
  const toGoogle: unknown[] = [];
  const google: { answer: RawAnswer; error: Error | undefined } = {
    answer: { status: 200, body: '{"from":"Google"}' },
    error: undefined,
  };
  const hear = <Answer>(asked: unknown, answer: Answer): Answer => {
    toGoogle.push(asked);
    if (google.error !== undefined) throw google.error;
    return answer;
  };
  const provider: Pick<Provider, 'forward' | 'revoke'> = {
    forward: async (fields) => hear(fields, google.answer),
    revoke: async (token) => hear(token, undefined),
  };
  const parts = {
    ...granted.parts,
    vault: granted.vault,
    provider: provider as Provider,
    publicUrl: 'https://ga.example',
    findClient: async (id: string) => CLIENTS.find(({ clientId }) => clientId === id),
    checkAssertion: async () => undefined,
    log,
  };
  const thrown: Error[] = [];
  const limited: string[] = [];
  const counted = { network: 'a network', limits: { check: (_: string, key: string) => void limited.push(key) } };
  const trails: unknown[] = [];

  return {
    ...granted,
    parts,
    lines,
    google,
    toGoogle,
    /** Every client for which a limit was asked, with its network. */
    limited,
    /** The trail that each request left. */
    trails,
    /** What the handler answers; its error, when it throws one. */
    async post(
      handler: Handler,
      fields: Record<string, string>,
      headers: Record<string, string> = {},
    ): Promise<{ status: number; headers: Headers; text: string; error: Error | undefined }> {
      const app = new Hono<{ Variables: { counted: unknown; trail: unknown } }>();
      app.use(async (c, next) => {
        c.set('counted', counted);
        await next();
        trails.push(c.get('trail'));
      });
      app.onError((error, c) => {
        thrown.push(error);
        return c.text('', 400);
      });
      app.post('/', handler);
      thrown.length = 0;
      const body = new URLSearchParams(fields).toString();
      const type = { 'content-type': 'application/x-www-form-urlencoded' };
      const answer = await app.request('/', { method: 'POST', body, headers: { ...type, ...headers } });
      return { status: answer.status, headers: answer.headers, text: await answer.text(), error: thrown[0] };
    },
  };
}

export type ClientEndpoints = Awaited<ReturnType<typeof createClientEndpoints>>;

export const basicOf = (clientId: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${clientId}:${SECRET}`).toString('base64')}`,
});
