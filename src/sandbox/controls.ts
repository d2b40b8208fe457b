/**
 * /sandbox/…: what a test may look at and turn, besides faults, the request log and security events, which bring their own
 * routes.
 *
 * Owns: ageing tokens, listing links, rotating the signing key, the pictures that profiles point to. None of this exists
 * at Google.
 */
import { Hono } from 'hono';
import { html } from 'hono/html';
import { z } from 'zod';
import type { ApiEnv } from './api.ts';
import { type Faults, faultControls } from './faults.ts';
import { readJson } from './form.ts';
import { JsonRefusal } from './refusal.ts';
import { type RequestLog, requestControls } from './request-log.ts';
import { type SecurityControlParts, securityControl } from './security-events/control.ts';
import type { Keys } from './sign-in/keys.ts';
import { findPerson, people } from './world.ts';

export interface ControlParts extends SecurityControlParts {
  faults: Faults;
  log: RequestLog;
  keys: Keys;
}

const expireShape = z.strictObject({
  person: z.string(),
  what: z.enum(['access', 'refresh']),
});

export function controls(parts: ControlParts): Hono<ApiEnv> {
  const { faults, log, links, keys } = parts;
  const app = new Hono<ApiEnv>();
  app.route('/faults', faultControls(faults));
  app.route('/requests', requestControls(log));
  app.route('/', securityControl(parts));

  app.get('/links', (c) => c.json({ links: links.summaries() }));

  app.post('/expire', async (c) => {
    const { person: name, what } = await readJson(c, expireShape);
    const person = findPerson(name);
    if (person === undefined) {
      const known = people.map((each) => each.email).join(', ');
      throw new JsonRefusal(404, 'unknown_person', `Nobody here is called ${name}. There are: ${known}.`);
    }
    return c.json({ expired: links.expire(person.sub, what) });
  });

  app.get('/refreshes', (c) => {
    const person = findPerson(c.req.query('person') ?? '');
    return c.json({ refreshes: person === undefined ? 0 : links.refreshesOf(person.sub) });
  });

  app.post('/rotate-keys', async (c) => c.json({ kid: await keys.rotate() }));

  app.get('/pictures/:file', (c) => {
    const person = findPerson(c.req.param('file').replace(/\.svg$/, ''));
    if (person === undefined) throw new JsonRefusal(404, 'not_found', 'There is no such picture.');
    c.header('Content-Type', 'image/svg+xml');
    return c.body(String(picture(person.givenName.charAt(0))));
  });

  return app;
}

const picture = (initial: string) =>
  html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96"><circle cx="48" cy="48" r="48" fill="#0b6e69"/><text x="48" y="64" font-family="sans-serif" font-size="48" fill="#fff" text-anchor="middle">${initial}</text></svg>`;
