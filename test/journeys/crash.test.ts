/** The points at which a bridge is killed, on a SQLite file. */
import { crashPoints } from './crash-points.ts';

crashPoints('SQLite', async () => ({}));
