/**
 * When the packaged copy of a well-known client's document (known-documents.ts) stands in for the live one.
 *
 * Owns: that it does only while the host cannot be reached or turns servers away, and never again in this process once the
 * publisher's own word was another: the live document differed, was wrong, or was gone. Does not own: reading documents.
 */
import { ClientDocumentError, FetchError } from '../../errors.ts';
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
  const outdated = new Set<string>();
  const find = (clientId: string) => knownDocuments.find(({ document }) => document.client_id === clientId);
  return {
    see(live) {
      const known = find(live.clientId);
      if (known === undefined) return;
      if (whatCounts(live) !== whatCounts(read(known.document, live.clientId))) outdated.add(live.clientId);
    },
    insteadOf(clientId, error) {
      const known = find(clientId);
      if (known === undefined || !(error instanceof ClientDocumentError)) return undefined;
      if (isPublishersWord(error.cause)) outdated.add(clientId);
      return isNoWord(error.cause) && !outdated.has(clientId) ? known : undefined;
    },
  };
}

/** Where the answer may go and who may ask for it. A new name or picture makes our copy no less right. */
function whatCounts({ redirectUris, authMethods, jwks, jwksUri, assertionAlgorithm }: Client): string {
  return JSON.stringify([[...redirectUris].sort(), [...authMethods].sort(), jwks, jwksUri, assertionAlgorithm]);
}

/** There and wrong, or gone. */
function isPublishersWord(cause: unknown): boolean {
  return !(cause instanceof FetchError) || cause.status === 404 || cause.status === 410;
}

/** `address` is a machine that sees the host behind NAT64, or a name server that lies: the host said nothing either. */
function isNoWord(cause: unknown): boolean {
  if (!(cause instanceof FetchError)) return false;
  const { problem, status = 0 } = cause;
  if (problem === 'status') return status === 403 || status === 429 || status >= 500;
  return problem === 'unreachable' || problem === 'too-slow' || problem === 'address';
}
