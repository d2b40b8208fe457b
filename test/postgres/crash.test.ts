/** A spread of the points at which a bridge is killed, on a real PostgreSQL that lives on. */
import { crashTests } from '../journeys/crash-tests.ts';

crashTests('PostgreSQL', 1);
