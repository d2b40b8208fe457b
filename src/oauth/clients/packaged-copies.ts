/**
 * When the packaged copy of a well-known client's document (known-documents.ts) stands in for the live one.
 *
 * Owns: that it does only while the host cannot be reached or turns servers away, and never again in this process once the
 * publisher's own word was another: the live document differed, was wrong, or was gone. Does not own: reading documents.
 */
import { ClientDocumentError, FetchError, type FetchProblem } from '../../errors.ts';
import type { Client } from '../../store/records.ts';
import { type KnownDocument, knownDocuments } from './known-documents.ts';

interface PackagedCopies {
  /** Compares a live document with ours. */
  see(live: Client): void;
  /** Ours, if it may stand in after this failure to have the live one. */
  insteadOf(clientId: string, error: unknown): KnownDocument | undefined;
}

/** `read` throws for no document of ours. */
export function createPackagedCopies(read: (document: unknown, clientId: string) => Client): PackagedCopies {
  // What was proved outdated is taken out.
  const copies = new Map(knownDocuments.map((known) => [known.document.client_id, known]));
  return {
    see(live) {
      const copy = copies.get(live.clientId);
      if (copy === undefined) return;
      if (whatCounts(live) !== whatCounts(read(copy.document, live.clientId))) copies.delete(live.clientId);
    },
    insteadOf(clientId, error) {
      if (!(error instanceof ClientDocumentError)) return undefined;
      const { cause } = error;
      // There and wrong, or gone.
      if (!(cause instanceof FetchError) || cause.status === 404 || cause.status === 410) {
        copies.delete(clientId);
        return undefined;
      }
      return isNoWord(cause) ? copies.get(clientId) : undefined;
    },
  };
}

/** Where the answer may go and who may ask for it. A new name or picture makes our copy no less right. */
function whatCounts({ redirectUris, authMethods, jwks, jwksUri, assertionAlgorithm }: Client): string {
  return JSON.stringify([[...redirectUris].sort(), authMethods, jwks, jwksUri, assertionAlgorithm]);
}

/** `address` is a machine that sees the host behind NAT64, or a name server that lies: the host said nothing either. */
const SILENCE: readonly FetchProblem[] = ['unreachable', 'too-slow', 'address'];

function isNoWord({ problem, status = 0 }: FetchError): boolean {
  return SILENCE.includes(problem) || status === 403 || status === 429 || status >= 500;
}
