/**
 * A valid Google access token for a connection, whoever asks and however many ask at once.
 *
 * Owns: when Google is asked for a fresh token, that it is asked once for all who wait, and what a refusal does to the
 * connection. Does not own: how Google is asked (provider.ts), nor what the caller tells the assistant.
 */
import { UpstreamError } from '../errors.ts';
import type { Connection } from '../store/records.ts';
import type { ConnectionStore } from '../store/store.ts';
import type { Vault } from '../vault/vault.ts';
import type { Provider } from './provider.ts';

export interface LiveTokens {
  /**
   * An access token that Google accepts for at least a minute more. `rejected` is one that Google just refused: it is
   * not given out again. Throws UpstreamError; `grant-dead` when the person must connect again.
   */
  accessToken(connectionId: string, rejected?: string): Promise<string>;
}

interface LiveTokenParts {
  connections: ConnectionStore;
  vault: Vault;
  provider: Provider;
  now(): number;
  /** Told once when Google refuses a link for good. `code` is Google's, of the closed list in token-request.ts. */
  onDead(connection: Connection, code: string | undefined): void;
}

/** Refreshed this long before its end, so that a token never dies on its way. */
const MARGIN_MS = 60_000;

/** How Google's tokens are bound when sealed: a row copied to another person's opens for nobody. */
export function tokenContext(subject: string, kind: 'access' | 'refresh'): string {
  return `${subject}/${kind}`;
}

export function createLiveTokens({ connections, vault, provider, now, onDead }: LiveTokenParts): LiveTokens {
  const refreshing = new Map<string, Promise<string>>();

  const refresh = async (connection: Connection): Promise<string> => {
    const { id, subject, version, sealedRefreshToken } = connection;
    if (sealedRefreshToken === undefined) throw new UpstreamError('grant-dead', 'this connection has no refresh token');
    const refreshToken = vault.open('google-tokens', tokenContext(subject, 'refresh'), sealedRefreshToken);
    try {
      const fresh = await provider.refresh(refreshToken);
      const { refreshToken: renewed } = fresh;
      await connections.saveAccess(id, version, {
        sealedAccessToken: vault.seal('google-tokens', tokenContext(subject, 'access'), fresh.accessToken),
        accessExpiresAt: now() + fresh.expiresInSeconds * 1000,
        sealedRefreshToken:
          renewed === undefined ? undefined : vault.seal('google-tokens', tokenContext(subject, 'refresh'), renewed),
        at: now(),
      });
      return fresh.accessToken;
    } catch (error) {
      if (error instanceof UpstreamError && error.kind === 'grant-dead') {
        if (await connections.markDead(id, version, error.code ?? 'grant-dead')) onDead(connection, error.code);
      }
      throw error;
    }
  };

  /** The connection and its access token, if that one is still good and not the rejected one. */
  const look = async (connectionId: string, rejected: string | undefined) => {
    const connection = await connections.find(connectionId);
    if (connection === undefined) throw new UpstreamError('grant-dead', 'this connection was removed');
    if (connection.deadReason !== undefined) {
      throw new UpstreamError('grant-dead', 'Google no longer accepts this connection', {
        code: connection.deadReason,
      });
    }
    const isFresh = connection.accessExpiresAt - MARGIN_MS > now();
    const kept = isFresh ? openAccess(vault, connection) : undefined;
    return { connection, kept: kept === rejected ? undefined : kept };
  };

  /** Looks again before asking Google: another caller may have refreshed between our look and our turn. */
  const refreshOnce = (connectionId: string, rejected: string | undefined): Promise<string> => {
    const waiting = refreshing.get(connectionId);
    if (waiting !== undefined) return waiting;
    const work = look(connectionId, rejected)
      .then(({ connection, kept }) => kept ?? refresh(connection))
      .finally(() => refreshing.delete(connectionId));
    refreshing.set(connectionId, work);
    return work;
  };

  return {
    async accessToken(connectionId, rejected) {
      const { kept } = await look(connectionId, rejected);
      if (kept !== undefined) return kept;
      const token = await refreshOnce(connectionId, rejected);
      // We may have joined somebody who had not yet heard that this very token was refused.
      return token === rejected ? refreshOnce(connectionId, rejected) : token;
    },
  };
}

function openAccess(vault: Vault, { subject, sealedAccessToken }: Connection): string | undefined {
  if (sealedAccessToken === undefined) return undefined;
  return vault.open('google-tokens', tokenContext(subject, 'access'), sealedAccessToken);
}
