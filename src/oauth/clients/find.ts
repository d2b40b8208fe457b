/**
 * client_id → client, whichever way it is known. Today: predefined by the operator or dynamically registered, both in
 * the store. A Client ID Metadata Document will be one more branch here, and nowhere else.
 */
import type { Client } from '../../store/records.ts';
import type { ClientStore } from '../../store/store.ts';

export type FindClient = (clientId: string) => Promise<Client | undefined>;

/** No client id that we gave out is longer; a URL as a client id may be. */
const MAX_LENGTH = 2048;

export function createFindClient({ clients }: { clients: Pick<ClientStore, 'find'> }): FindClient {
  return async (clientId) => (clientId.length > MAX_LENGTH ? undefined : clients.find(clientId));
}

/** RFC 6749 2.1: a public client cannot keep a secret. */
export function isPublic(client: Client): boolean {
  return client.authMethods.every((method) => method === 'none');
}
