/**
 * Google's own tokens as bearers, for clients in relay mode.
 *
 * Owns: asking Google whose token it is and for which Google client, and remembering the answer briefly. A token is
 * accepted only when it was issued to our Google client and the operator has a relay client at all: otherwise a Google
 * token in our hands is a leak or an attack. Nothing is stored; the memory is bounded and holds hashes.
 */
import { BearerError, ToolError, UpstreamError } from '../errors.ts';
import type { ClientStore } from '../store/store.ts';
import type { Caller } from '../tools/run.ts';
import type { Provider, TokenInfo } from '../upstream/provider.ts';
import { hashSecret } from '../vault/token.ts';

export interface RelayedTokens {
  /** The caller behind a Google access token, or undefined for a token that opens nothing. Throws BearerError 503. */
  find(token: string): Promise<Caller | undefined>;
}

interface RelayedParts {
  provider: Pick<Provider, 'tokenInfo'>;
  clients: Pick<ClientStore, 'anyInRelayMode'>;
  googleClientId: string;
  mayConnect(email: string | undefined): boolean;
  now(): number;
}

/** How long Google's word about a token is good: a revocation at Google is noticed after this at the latest. */
const REMEMBER_MS = 60_000;
const MOST_REMEMBERED = 10_000;

export function createRelayedTokens({
  provider,
  clients,
  googleClientId,
  mayConnect,
  now,
}: RelayedParts): RelayedTokens {
  const remembered = new Map<string, { info: TokenInfo; until: number }>();
  /** Never longer than REMEMBER_MS, also when the clock was put back meanwhile. */
  const isGood = (until: number) => until > now() && until <= now() + REMEMBER_MS;

  const ask = async (token: string): Promise<TokenInfo | undefined> => {
    if (token.length > 2048 || !(await clients.anyInRelayMode())) return undefined;
    try {
      const info = await provider.tokenInfo(token);
      return info?.clientId === googleClientId ? info : undefined;
    } catch (cause) {
      if (!(cause instanceof UpstreamError)) throw cause;
      throw new BearerError(
        503,
        'temporarily_unavailable',
        'Google cannot be asked about this token right now. Try again in a moment.',
        { cause },
      );
    }
  };

  return {
    async find(token) {
      const key = hashSecret(token);
      const known = remembered.get(key);
      const info = known !== undefined && isGood(known.until) ? known.info : await ask(token);
      remembered.delete(key);
      if (info === undefined || !mayConnect(info.email)) return undefined;
      if (remembered.size >= MOST_REMEMBERED) remembered.clear();
      const until = known?.info === info ? known.until : now() + Math.min(REMEMBER_MS, info.expiresInSeconds * 1000);
      remembered.set(key, { info, until });
      return toCaller(token, info, () => remembered.delete(key));
    },
  };
}

function toCaller(token: string, info: TokenInfo, forget: () => void): Caller {
  return {
    person: { sub: info.subject, email: info.email, name: info.name },
    clientId: 'relay',
    scopes: info.scopes,
    async accessToken(rejected) {
      if (rejected !== token) return token;
      forget();
      throw new ToolError('connect-again', 'Google refuses this access token. Refresh it or connect again.');
    },
  };
}
