/** The parts of a run that people and assistants act on. Does not own: how they are made (run.ts). */
import type { Dice } from '../fuzz/dice.ts';
import type { Clock } from './clock.ts';
import type { Cluster } from './cluster.ts';
import type { Faults } from './faults.ts';
import type { Google } from './google.ts';
import type { Ledger } from './ledger.ts';
import type { Scheduler } from './scheduler.ts';
import type { Violate } from './witness.ts';

export interface SimulatedClient {
  name: string;
  clientId: string;
  /** Empty for a public client. */
  secret: string;
  redirectUri: string;
}

export interface World {
  dice: Dice;
  scheduler: Scheduler;
  clock: Clock;
  faults: Faults;
  google: Google;
  ledger: Ledger;
  cluster: Cluster;
  violate: Violate;
  /** Which refresh tokens of a grant were shown at all, by their hashes. */
  shownRefresh: Map<string, Set<string>>;
  /** From here on everybody behaves, and nobody dawdles. */
  isCalm(): boolean;
  /** Counts what people and assistants do, so that a run shows what it covered. */
  did(what: string): void;
}
