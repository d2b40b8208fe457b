/**
 * The operator's look at the audit trail: what happened to this person, through this client, in this attempt.
 *
 * Owns: what is looked for. Does not own: what the events mean together (explain.ts), printing (cli/events.ts).
 */
import { OperatorError } from '../errors.ts';
import type { Event, Grant } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { explain } from './explain.ts';
import { findConnections } from './people.ts';

export interface Asked {
  /** As a person read it out: any case, with or without the dash. */
  ref?: string | undefined;
  /** An e-mail address, a Google subject, or a connection's id, also of one that is gone. */
  user?: string | undefined;
  client?: string | undefined;
  since?: number | undefined;
  limit: number;
}

interface EventParts {
  store: Pick<Store, 'events' | 'connections' | 'grants'>;
  /** The fingerprints under which the trail knows an address whose connection is gone. */
  marks(address: string): readonly string[];
  now(): number;
  publicUrl: string | undefined;
}

export interface Found {
  events: Event[];
  /** What they mean together and what to do; of an attempt only. */
  meaning: string[];
}

/** Throws OperatorError for a reference that cannot be one, and for somebody of whom nothing is known. */
export async function findEvents({ store, marks, now, publicUrl }: EventParts, asked: Asked): Promise<Found> {
  const ref = asked.ref === undefined ? undefined : readReference(asked.ref);
  const connectionIds = asked.user === undefined ? undefined : await connectionsOf(store, marks, asked.user);
  const events = await store.events.list({
    ref,
    connectionIds,
    clientId: asked.client,
    since: asked.since,
    limit: asked.limit,
  });
  if (ref === undefined) return { events, meaning: [] };
  return { events, meaning: explain({ events, grant: await grantOf(store, events), now: now(), publicUrl }) };
}

function readReference(text: string): string {
  const letters = text.toUpperCase().replaceAll(/[\s-]/g, '');
  if (/^[2-9A-HJ-NP-Z]{8}$/.test(letters)) return `${letters.slice(0, 4)}-${letters.slice(4)}`;
  throw new OperatorError(
    `${JSON.stringify(text)} is no reference: it has eight letters and digits, such as K7PM-3QXA, and never 0, 1, I or O.`,
  );
}

async function connectionsOf(
  { connections, events }: EventParts['store'],
  marks: EventParts['marks'],
  user: string,
): Promise<string[]> {
  const living = await findConnections(connections, user);
  const addresses = living.length > 0 ? living.flatMap(({ email }) => email ?? []) : [user];
  const former = await events.connectionsOf(addresses.flatMap((address) => marks(address)));
  const ids = [...new Set([...living.map(({ id }) => id), ...former])];
  if (ids.length > 0) return ids;
  const isKnown = (await events.list({ connectionIds: [user], limit: 1 })).length > 0;
  if (isKnown) return [user];
  throw new OperatorError(
    `Nothing is known here of ${JSON.stringify(user)}: no connection, and no event of the last 90 days. Ask for the reference on the page that the person saw.`,
  );
}

async function grantOf({ grants }: EventParts['store'], events: readonly Event[]): Promise<Grant | undefined> {
  const grantId = events.findLast((event) => event.grantId !== undefined)?.grantId;
  return grantId === undefined ? undefined : grants.find(grantId);
}
