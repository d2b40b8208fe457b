/**
 * The parts that together know clients: how one is found, and how one that signs is proved. Wiring only, kept out of
 * bridge.ts because none of it is anybody else's business.
 */
import type { PublicNetwork } from '../../http/public-network.ts';
import { createSafeFetch } from '../../http/safe-fetch.ts';
import type { Log } from '../../observe/log.ts';
import type { Store } from '../../store/store.ts';
import { type CheckAssertion, createAssertionCheck } from './assertion.ts';
import { createAssertionKeys } from './assertion-keys.ts';
import { createFindClient, type FindClient } from './find.ts';
import { knownUrls } from './known-documents.ts';
import { createDocumentClients, type DocumentPolicy } from './metadata-document.ts';

interface ClientParts {
  store: Pick<Store, 'clients' | 'assertions' | 'grants'>;
  network: PublicNetwork;
  policy: DocumentPolicy | 'off';
  publicUrl: string;
  now(): number;
  log: Log;
}

export interface Clients {
  findClient: FindClient;
  checkAssertion: CheckAssertion;
}

export function createClients({ store, network, policy, publicUrl, now, log }: ClientParts): Clients {
  const fetch = createSafeFetch({ network, always: knownUrls });
  const isConnected = (clientId: string) => store.grants.existsFor(clientId);
  const documents = policy === 'off' ? undefined : createDocumentClients({ fetch, policy, now, log, isConnected });
  return {
    findClient: createFindClient({ clients: store.clients, documents }),
    checkAssertion: createAssertionCheck({
      findKey: createAssertionKeys({ fetch, now, log }),
      assertions: store.assertions,
      // RFC 7523 3: the audience is this server; some clients name the endpoint that they call.
      audiences: [publicUrl, `${publicUrl}/token`, `${publicUrl}/revoke`, `${publicUrl}/introspect`],
      now,
      log,
    }),
  };
}
