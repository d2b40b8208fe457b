/**
 * The operator's verbs on connections and grants: who is connected, through which client, and how to end that.
 *
 * Owns: what belongs together on one line. Does not own: printing (cli/), nor how an end reaches Google, which is passed
 * in. Throws OperatorError with one sentence and the fix.
 */
import { OperatorError } from '../errors.ts';
import type { Client, Connection, Grant } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { findConnection } from './people.ts';

type Reading = Pick<Store, 'connections' | 'grants' | 'clients'>;

/** What became of the link at Google: still needed, gone, or still to be asked for. */
export type LinkEnd = 'kept' | 'ended' | 'not-ended';

/** The bridge's way to end things (bridge.ts). */
export interface Ends {
  grant(grantId: string, why: 'operator' | 'client-removed'): Promise<LinkEnd | undefined>;
  connection(connectionId: string, why: 'operator'): Promise<LinkEnd>;
}

export interface ConnectionLine {
  connection: Connection;
  grants: readonly Grant[];
}

export async function listConnections({ connections, grants }: Reading): Promise<ConnectionLine[]> {
  const all = await grants.list();
  return (await connections.list()).map((connection) => ({
    connection,
    grants: all.filter(({ connectionId }) => connectionId === connection.id),
  }));
}

export async function showConnection(store: Reading, who: string): Promise<ConnectionLine> {
  const connection = await findConnection(store.connections, who);
  return { connection, grants: await store.grants.list({ connectionId: connection.id }) };
}

export async function revokeConnection(
  store: Reading,
  end: Ends,
  who: string,
): Promise<ConnectionLine & { link: LinkEnd }> {
  const line = await showConnection(store, who);
  return { ...line, link: await end.connection(line.connection.id, 'operator') };
}

export interface GrantLine {
  grant: Grant;
  connection: Connection | undefined;
  /** Undefined for a client without a row: one that its own document describes, or one that is gone. */
  client: Client | undefined;
}

export async function listGrants(
  store: Reading,
  { user, client: clientId }: { user?: string | undefined; client?: string | undefined },
): Promise<GrantLine[]> {
  const connection = user === undefined ? undefined : await findConnection(store.connections, user);
  const grants = await store.grants.list({
    ...(connection !== undefined && { connectionId: connection.id }),
    ...(clientId !== undefined && { clientId }),
  });
  const connections = new Map((await store.connections.list()).map((each) => [each.id, each]));
  const clients = new Map((await store.clients.list()).map((each) => [each.clientId, each]));
  return grants.map((grant) => ({
    grant,
    connection: connections.get(grant.connectionId),
    client: clients.get(grant.clientId),
  }));
}

export async function revokeGrant(end: Ends, grantId: string): Promise<LinkEnd> {
  const link = await end.grant(grantId, 'operator');
  if (link !== undefined) return link;
  throw new OperatorError(`No grant has the id ${JSON.stringify(grantId)}. List them with: ganalyticsgpt grants list`);
}

/** Ends all that a client was granted, so that removing it leaves no link at Google behind. Returns how many went. */
export async function endGrantsOf({ grants }: Pick<Store, 'grants'>, end: Ends, clientId: string): Promise<number> {
  const all = await grants.list({ clientId });
  for (const { id } of all) await end.grant(id, 'client-removed');
  return all.length;
}
