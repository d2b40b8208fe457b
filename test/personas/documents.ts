/**
 * Client ID metadata documents and the keys behind them, as the internet would serve them.
 *
 * Owns: publishing a persona's document in the test's internet, and signing as its owner. Does not own: how the bridge
 * fetches them, nor what a right assertion is (src/oauth/clients/).
 */
import { randomUUID } from 'node:crypto';
import { claimsFor, createSigningClient, type SigningClient } from '../../src/oauth/clients/signing-client.fixture.ts';
import type { World } from '../support/world.ts';
import type { KnownBy } from './persona.ts';

/** One key pair for all: making one takes a noticeable moment. The kid is one that was seen. */
let signer: Promise<SigningClient> | undefined;

function ownKeys(): Promise<SigningClient> {
  signer ??= createSigningClient('RS256', 'cimd-20260428030119');
  return signer;
}

export async function publishDocument(world: World, { clientId, document, isHidden }: KnownBy & { way: 'document' }) {
  const { jwks_uri } = document;
  if (typeof jwks_uri === 'string') world.internet.set(jwks_uri, { document: { keys: [(await ownKeys()).jwk] } });
  world.internet.set(clientId, isHidden === true ? { document: '<html>no</html>', status: 403 } : { document });
}

/** RFC 7523 2.2, with the token endpoint as its audience. */
export async function assertionFor(world: World, clientId: string, audience: string): Promise<Record<string, string>> {
  const { sign } = await ownKeys();
  return {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await sign(claimsFor(clientId, audience, world.now(), randomUUID())),
  };
}
