/**
 * POST /sandbox/security-events: something happens to a person's Google account, and Google tells whoever has a stream.
 * GET /sandbox/service-account: the credentials with which a stream is set up.
 *
 * Owns: what may be asked for. An event that takes tokens back takes them back here too, so that nobody is told what is not so.
 */
import { Hono } from 'hono';
import { z } from 'zod';
import type { ApiEnv } from '../api.ts';
import { readJson } from '../form.ts';
import { JsonRefusal } from '../refusal.ts';
import { clients, findClient } from '../sign-in/clients.ts';
import type { Links } from '../sign-in/links.ts';
import { findPerson, type Person, people } from '../world.ts';
import type { ServiceAccount } from './account-key.ts';
import { type EventType, eventTypes, personSubject, type SecurityEvents, tokenSubject } from './events.ts';

export interface SecurityControlParts {
  issuer: string;
  links: Links;
  events: SecurityEvents;
  account: ServiceAccount;
  now: () => Date;
}

const names = Object.keys(eventTypes) as [EventType, ...EventType[]];
const shape = z.strictObject({
  person: z.string(),
  type: z.enum(names),
  /** For account-disabled: `hijacking`, `bulk-account`. */
  reason: z.string().optional(),
  /** How token-revoked names the token. */
  form: z.enum(['prefix', 'hash']).default('hash'),
  /** For a client that is not the bridge's. */
  client: z.string().default('sandbox-client'),
  /** It happened so long before now. */
  secondsAgo: z.number().min(0).default(0),
});
type Asked = z.output<typeof shape>;

export function securityControl({ issuer, links, events, account, now }: SecurityControlParts): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();

  app.post('/security-events', async (c) => {
    const asked = await readJson(c, shape);
    const person = findPerson(asked.person);
    if (person === undefined) {
      const known = people.map((each) => each.email).join(', ');
      throw new JsonRefusal(404, 'unknown_person', `Nobody here is called ${asked.person}. There are: ${known}.`);
    }
    const payload = payloadOf(asked, person, issuer, links);
    takeBack(asked, person, links);
    const at = new Date(now().getTime() - asked.secondsAgo * 1000);
    return c.json(await events.send({ type: asked.type, payload, audience: asked.client, at }));
  });

  app.get('/service-account', async (c) => c.json(await account.file()));

  return app;
}

function payloadOf({ type, reason, form }: Asked, { sub }: Person, issuer: string, links: Links) {
  if (type === 'verification') return { state: reason ?? 'a test' };
  if (type !== 'token-revoked') return { ...personSubject(issuer, sub), ...(reason !== undefined && { reason }) };
  const token = links.newestRefreshToken(sub);
  if (token !== undefined) return tokenSubject(token, form);
  throw new JsonRefusal(404, 'no_refresh_token', 'No app holds a refresh token of this person.');
}

function takeBack({ type, client }: Asked, { sub }: Person, links: Links): void {
  if (type !== 'tokens-revoked' && type !== 'token-revoked') return;
  const project = (findClient(client) ?? clients[0])?.project;
  const link = project === undefined ? undefined : links.find(sub, project);
  if (link !== undefined) links.revoke(link);
}
