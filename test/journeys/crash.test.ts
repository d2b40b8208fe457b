/** A spread of the points at which a bridge is killed, on a SQLite file. */
import { crashTests } from './crash-tests.ts';

crashTests('SQLite', 0);
