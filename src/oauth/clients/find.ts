/**
 * client_id → client, whichever way it is known: predefined by the operator or dynamically registered, both in the store,
 * or by the document at the URL that its id is.
 */
import type { AuthMethod, Client } from '../../store/records.ts';
import type { ClientStore } from '../../store/store.ts';
import { isDocumentId } from './metadata-document.ts';

/** Throws ClientDocumentError when a client's own document is not to be had or wrong, FetchesBusy when we cannot ask. */
export type FindClient = (clientId: string) => Promise<Client | undefined>;

interface FindParts {
  clients: Pick<ClientStore, 'find'>;
  /** Undefined when documents are switched off. */
  documents: FindClient | undefined;
}

/** No client id that we gave out is longer, and no URL that we take as one. */
const MAX_LENGTH = 2048;

export function createFindClient({ clients, documents }: FindParts): FindClient {
  return async (clientId) => {
    if (clientId.length > MAX_LENGTH) return undefined;
    return isDocumentId(clientId) ? documents?.(clientId) : clients.find(clientId);
  };
}

/**
 * Whether the client must use PKCE (OAuth 2.1 7.5.1): whoever may come to the token endpoint without proof of itself, even
 * if it could have one, and whoever we know from nothing but a document.
 */
export function mustUsePkce(client: Pick<Client, 'kind' | 'authMethods'>): boolean {
  return client.kind === 'document' || client.authMethods.includes('none');
}

/** A client that proved itself as far as its method goes: `none` names it and proves nothing (RFC 6749 2.1). */
export interface AuthenticatedClient {
  client: Client;
  method: AuthMethod;
}
