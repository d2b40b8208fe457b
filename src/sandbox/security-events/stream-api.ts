/**
 * The RISC configuration document, and the API by which a project says where its security events go
 * (developers.google.com/identity/protocols/risc#register_receiver).
 *
 * Owns: the five calls with Google's refusals. Does not own: the stream's state and delivery (events.ts). Unlike Google it
 * takes receivers on this machine and no others: nothing may leave it.
 */
import { type Context, Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { z } from 'zod';
import type { ApiEnv } from '../api.ts';
import { bearerToken } from '../sign-in/bearer.ts';
import type { ServiceAccount } from './account-key.ts';
import type { SecurityEvents } from './events.ts';

export interface StreamApiParts {
  issuer: string;
  events: SecurityEvents;
  account: ServiceAccount;
  now: () => Date;
}

const mount = '/risc/v1beta';
const push = 'https://schemas.openid.net/secevent/risc/delivery-method/push';

const streamShape = z.object({
  delivery: z.object({ delivery_method: z.literal(push), url: z.url() }),
  events_requested: z.array(z.string()).min(1),
});
const statusShape = z.object({ status: z.enum(['enabled', 'disabled']) });
const verifyShape = z.object({ state: z.string() });

export function streamApi({ issuer, events, account, now }: StreamApiParts): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();

  app.get('/.well-known/risc-configuration', (c) => {
    c.header('Cache-Control', 'public, max-age=3600');
    return c.json({
      issuer: events.issuer,
      jwks_uri: `${issuer}/oauth2/v3/certs`,
      delivery_methods_supported: [push],
    });
  });

  app.use(`${mount}/*`, async (c, next) => {
    const token = bearerToken(c.req.header('Authorization'));
    if (token !== undefined && (await account.isProvedBy(token))) return next();
    return refuse(c, 401, 'UNAUTHENTICATED', 'Unauthorized.');
  });

  app.post(`${mount}/stream:update`, async (c) => {
    const { success, data, error } = streamShape.safeParse(await bodyOf(c));
    if (!success) {
      const field = error.issues[0]?.path.join('.') || 'delivery';
      return refuse(c, 400, 'INVALID_ARGUMENT', `Stream configuration must contain ${field} field.`);
    }
    const { url } = data.delivery;
    const { protocol, hostname } = new URL(url);
    if (!/^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname)) {
      const why = "The delivery endpoint does not belong to any of your project's domains.";
      return refuse(c, 403, 'PERMISSION_DENIED', why);
    }
    if (!/^https?:$/.test(protocol))
      return refuse(c, 403, 'PERMISSION_DENIED', 'The delivery endpoint must be an HTTPS URL.');
    events.setStream({ url, eventsRequested: data.events_requested, isEnabled: events.stream()?.isEnabled ?? true });
    return c.json({});
  });

  app.get(`${mount}/stream`, (c) => {
    const stream = events.stream();
    if (stream === undefined) return refuse(c, 404, 'NOT_FOUND', 'Project has no RISC configuration.');
    return c.json({ delivery: { delivery_method: push, url: stream.url }, events_requested: stream.eventsRequested });
  });

  app.get(`${mount}/stream/status`, (c) => {
    const stream = events.stream();
    if (stream === undefined) return refuse(c, 404, 'NOT_FOUND', 'Project has no RISC configuration.');
    return c.json({ status: stream.isEnabled ? 'enabled' : 'disabled' });
  });

  app.post(`${mount}/stream/status:update`, async (c) => {
    const { success, data } = statusShape.safeParse(await bodyOf(c));
    if (!success) return refuse(c, 403, 'PERMISSION_DENIED', 'Unsupported status.');
    const stream = events.stream();
    if (stream === undefined) {
      const why = 'Project has no existing RISC configuration, cannot update status.';
      return refuse(c, 404, 'NOT_FOUND', why);
    }
    events.setStream({ ...stream, isEnabled: data.status === 'enabled' });
    return c.json({});
  });

  app.post(`${mount}/stream:verify`, async (c) => {
    const { success, data } = verifyShape.safeParse(await bodyOf(c));
    if (!success) return refuse(c, 400, 'INVALID_ARGUMENT', 'Invalid state.');
    if (events.stream() === undefined) return refuse(c, 404, 'NOT_FOUND', 'Project has no RISC configuration.');
    // As at Google, whoever asked is not told what the receiver answered.
    await events.send({ type: 'verification', payload: data, audience: 'sandbox-client', at: now() });
    return c.json({});
  });

  return app;
}

async function bodyOf(c: Context): Promise<unknown> {
  try {
    return await c.req.json();
  } catch {
    return undefined; // the shape says what is missing
  }
}

function refuse(c: Context, code: ContentfulStatusCode, status: string, message: string): Response {
  return c.json({ error: { code, message, status } }, code);
}
