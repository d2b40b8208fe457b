/**
 * What the browser's side of a sign-in needs to remember: who is signed in (cookie), and which request a page on the
 * screen belongs to.
 *
 * Owns: sessions and flows in memory, both bounded. Does not own: consents and tokens (links.ts). There are no
 * passwords: choosing an account is signing in.
 */
import { randomUUID } from 'node:crypto';
import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import type { Person } from '../world.ts';
import type { AuthorizationRequest } from './authorization-request.ts';

/** A sign-in that waits for an answer from a page. */
export interface Flow {
  id: string;
  request: AuthorizationRequest;
  person?: Person;
}

const cookieName = 'sandbox_session';
const most = 1000;

export type Flows = ReturnType<typeof createFlows>;

export function createFlows() {
  const flows = new Map<string, Flow>();
  const sessions = new Map<string, Person[]>();

  return {
    start(request: AuthorizationRequest): Flow {
      const flow = { id: randomUUID(), request };
      put(flows, flow.id, flow);
      return flow;
    },

    find: (id: string | undefined): Flow | undefined => (id === undefined ? undefined : flows.get(id)),

    /** A flow ends with its first answer: a page sent twice finds nothing. */
    end(flow: Flow): void {
      flows.delete(flow.id);
    },

    /** The people signed in in this browser, first come first. */
    signedIn: (c: Context): readonly Person[] => sessions.get(getCookie(c, cookieName) ?? '') ?? [],

    signIn(c: Context, person: Person): void {
      const known = getCookie(c, cookieName);
      const id = known !== undefined && sessions.has(known) ? known : randomUUID();
      const others = (sessions.get(id) ?? []).filter((each) => each.sub !== person.sub);
      put(sessions, id, [...others, person]);
      setCookie(c, cookieName, id, { httpOnly: true, sameSite: 'Lax', path: '/' });
    },
  };
}

/** Keeps a map bounded: the oldest entry makes room. */
function put<T>(map: Map<string, T>, id: string, value: T): void {
  map.delete(id);
  map.set(id, value);
  const oldest = map.keys().next();
  if (map.size > most && !oldest.done) map.delete(oldest.value);
}
