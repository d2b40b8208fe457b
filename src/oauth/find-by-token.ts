/**
 * Whose refresh token is it, of which only a piece or a hash is known?
 *
 * Owns: the search. Tokens are sealed, so each one is opened and compared. An index would be faster, and one more thing
 * to steal and to keep right; this is asked only when Google says that a single token is gone, by Google alone, and a
 * link that is not found in time is found dead at its next refresh. One search at a time, in small bites, with an end.
 * Does not own: what follows (heed-notice.ts).
 */
import { createHash } from 'node:crypto';
import { setImmediate as letOthersRun } from 'node:timers/promises';
import { UpstreamError } from '../errors.ts';
import type { Connection } from '../store/records.ts';
import type { ConnectionStore } from '../store/store.ts';
import type { TokenMark } from '../upstream/security-event.ts';
import { tokenContext } from '../vault/google-tokens.ts';
import { type Vault, VaultError } from '../vault/vault.ts';

/** The connection that holds the token now; of this Google subject, if one is named. */
export type FindByToken = (mark: TokenMark, subject: string | undefined) => Promise<Connection | undefined>;

interface FindParts {
  connections: Pick<ConnectionStore, 'findBySubject' | 'page'>;
  vault: Vault;
}

/** Opened in one go: a few milliseconds. */
const PAGE = 100;
const MOST_LOOKED_AT = 100_000;
const MOST_WAITING = 10;
/** As Google says: the first 16 characters. A shorter piece, the beginning of many tokens, fits none. */
const PREFIX = 16;

/** Throws UpstreamError `busy` when too many searches wait already: the sender comes back. */
export function createFindByToken({ connections, vault }: FindParts): FindByToken {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  const holds = ({ subject, sealedRefreshToken }: Connection, mark: TokenMark): boolean => {
    if (sealedRefreshToken === undefined) return false;
    try {
      return fits(vault.open('google-tokens', tokenContext(subject, 'refresh'), sealedRefreshToken), mark);
    } catch (error) {
      if (error instanceof VaultError) return false; // its key is gone: nobody can say, and nobody can use it
      throw error;
    }
  };

  const search = async (mark: TokenMark): Promise<Connection | undefined> => {
    for (let after = '', looked = 0; looked < MOST_LOOKED_AT; looked += PAGE) {
      const page = await connections.page(after, PAGE);
      const found = page.find((connection) => holds(connection, mark));
      if (found !== undefined || page.length < PAGE) return found;
      after = page.at(-1)?.id ?? '';
      await letOthersRun(); // SQLite answers at once, so that nothing else would get a turn
    }
    return undefined;
  };

  return async (mark, subject) => {
    if (subject !== undefined) {
      const connection = await connections.findBySubject(subject);
      return connection !== undefined && holds(connection, mark) ? connection : undefined;
    }
    if (waiting >= MOST_WAITING) throw new UpstreamError('busy', 'many tokens are being looked for');
    waiting += 1;
    const found = last.then(() => search(mark));
    last = found.catch(() => undefined); // whoever asked hears of it; the next one searches for itself
    return found.finally(() => {
      waiting -= 1;
    });
  };
}

function fits(token: string, { form, value }: TokenMark): boolean {
  if (form === 'prefix') return token.slice(0, PREFIX) === value.slice(0, PREFIX);
  return doubleHash(token) === value.replaceAll('-', '+').replaceAll('_', '/').replaceAll('=', '');
}

/** Base64 of the SHA-512 of the SHA-512, compared without its padding. */
function doubleHash(token: string): string {
  const inner = createHash('sha512').update(token).digest();
  return createHash('sha512').update(inner).digest('base64').replaceAll('=', '');
}
