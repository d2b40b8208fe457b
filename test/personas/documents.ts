/**
 * Client ID metadata documents and the keys behind them, as the internet would serve them.
 *
 * Owns: publishing a persona's document in the test's internet, and signing as its owner. Does not own: how the bridge
 * fetches.
 */
import type { World } from '../support/world.ts';
import type { KnownBy } from './persona.ts';

export function publishDocument(_world: World, _knownBy: KnownBy & { way: 'document' }): void {
  throw new Error('not yet');
}

export async function assertionFor(
  _world: World,
  _clientId: string,
  _audience: string,
): Promise<Record<string, string>> {
  throw new Error('not yet');
}
