/**
 * The operator's verbs on clients: what a terminal command, and later an admin page, may do.
 *
 * Owns: the rules of predefining a client. Does not own: printing (cli/clients.ts) nor the rules of redirect URIs.
 * Throws OperatorError with one sentence and the fix.
 */
import { OperatorError } from '../errors.ts';
import { problemOf } from '../oauth/redirect-uri.ts';
import type { Client } from '../store/records.ts';
import type { ClientStore } from '../store/store.ts';
import { createId, createSecret, hashSecret, type Random, tokenPrefix } from '../vault/token.ts';

export interface NewClient {
  name: string;
  redirectUris: readonly string[];
  mode: 'broker' | 'relay';
}

interface AddParts {
  clients: Pick<ClientStore, 'add'>;
  random: Random;
  now(): number;
}

/** Adds a predefined confidential client. The secret is returned this once and kept only as a hash. */
export async function addClient(parts: AddParts, asked: NewClient): Promise<{ client: Client; secret: string }> {
  const name = asked.name.trim();
  if (name === '' || name.length > 200) throw new OperatorError('A client name has 1 to 200 characters: set --name.');
  for (const uri of asked.redirectUris) checkRedirectUri(uri);
  const secret = tokenPrefix.clientSecret + createSecret(parts.random);
  const client: Client = {
    clientId: createId(parts.random),
    kind: 'predefined',
    name,
    redirectUris: [...new Set(asked.redirectUris)],
    authMethods: ['client_secret_basic', 'client_secret_post'],
    secretHash: hashSecret(secret),
    mode: asked.mode,
    createdAt: parts.now(),
    lastUsedAt: undefined,
    clientUri: undefined,
    logoUri: undefined,
  };
  await parts.clients.add(client);
  return { client, secret };
}

export async function allowRedirectUri(
  clients: Pick<ClientStore, 'addRedirectUri'>,
  clientId: string,
  uri: string,
): Promise<void> {
  checkRedirectUri(uri);
  if (!(await clients.addRedirectUri(clientId, uri))) throw unknownClient(clientId);
}

export function unknownClient(clientId: string): OperatorError {
  return new OperatorError(
    `No client has the id ${JSON.stringify(clientId)}. List them with: ganalyticsgpt clients list`,
  );
}

function checkRedirectUri(uri: string): void {
  const problem = problemOf(uri);
  if (problem !== undefined)
    throw new OperatorError(
      `The redirect URI ${JSON.stringify(uri)} ${problem}. Give it exactly as the app shows it, for example https://chatgpt.com/aip/g-123/oauth/callback`,
    );
}
