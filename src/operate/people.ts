/**
 * Who is meant when an operator names a person. Does not own: what is done then (connections.ts, grants.ts, events.ts).
 */
import { OperatorError } from '../errors.ts';
import type { Connection } from '../store/records.ts';
import type { ConnectionStore } from '../store/store.ts';

/** The connections of an e-mail address, in any case, or the one with that id or Google subject. */
export async function findConnections(
  connections: Pick<ConnectionStore, 'find' | 'findBySubject' | 'list'>,
  who: string,
): Promise<Connection[]> {
  const one = (await connections.find(who)) ?? (await connections.findBySubject(who));
  if (one !== undefined) return [one];
  const address = who.toLowerCase();
  return (await connections.list()).filter(({ email }) => email?.toLowerCase() === address);
}

/** Exactly one. Throws OperatorError with the fix for none and for several. */
export async function findConnection(
  connections: Pick<ConnectionStore, 'find' | 'findBySubject' | 'list'>,
  who: string,
): Promise<Connection> {
  const [only, ...others] = await findConnections(connections, who);
  if (only === undefined)
    throw new OperatorError(
      `Nobody is connected as ${JSON.stringify(who)}. List who is with: ganalyticsgpt connections list`,
    );
  if (others.length > 0) {
    const ids = [only, ...others].map(({ id }) => id).join(', ');
    throw new OperatorError(`${others.length + 1} connections have that address; name one of them by its id: ${ids}`);
  }
  return only;
}
