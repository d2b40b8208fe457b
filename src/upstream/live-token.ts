/**
 * A valid Google access token for a connection, whoever asks and however many ask at once.
 *
 * Owns: when Google is asked for a fresh token, that it is asked once for all who wait, and what a refusal does to the
 * connection. Does not own: how Google is asked (provider.ts), nor what the caller tells the assistant.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { UpstreamError } from '../errors.ts';
import type { Connection } from '../store/records.ts';
import type { ConnectionStore } from '../store/store.ts';
import { sealAnew, tokenContext } from '../vault/google-tokens.ts';
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
  /** Waits; passed in, so that time can be replayed. */
  sleep?: (milliseconds: number) => Promise<void>;
  /** From 0 up to but not 1, for the jitter of retries. */
  jitter?: () => number;
  /** Told once when Google refuses a link for good. `code` is Google's, of the closed list in token-request.ts. */
  onDead(connection: Connection, code: string | undefined): void;
}

/** Refreshed this long before its end, so that a token never dies on its way. */
const MARGIN_MS = 60_000;

/** How long one process may take to refresh before another takes over. Longer than all its tries together. */
const TURN_MS = 20_000;
/** How long a caller waits for another process's refresh. */
const PATIENCE_MS = 15_000;
const POLL_MS = 50;
/** Passing trouble at Google is worth this many tries, the last one begun within this time. */
const TRIES = 3;
const RETRY_WITHIN_MS = 6_000;
const FIRST_BACKOFF_MS = 250;

export function createLiveTokens(parts: LiveTokenParts): LiveTokens {
  const { connections, vault, provider, now, onDead, sleep = wait, jitter = Math.random } = parts;
  const refreshing = new Map<string, Promise<string>>();

  /** Passing trouble is tried again, with growing pauses that differ, so that many who wait do not come back as one. */
  const askGoogle = async (refreshToken: string) => {
    const end = now() + RETRY_WITHIN_MS;
    for (let tries = 1; ; tries += 1) {
      try {
        return await provider.refresh(refreshToken);
      } catch (error) {
        const pause = FIRST_BACKOFF_MS * 2 ** (tries - 1) * (1 + jitter());
        if (!isPassing(error) || tries === TRIES || now() + pause > end) throw error;
        await sleep(pause);
      }
    }
  };

  const seal = (subject: string, kind: 'access' | 'refresh', token: string) =>
    vault.seal('google-tokens', tokenContext(subject, kind), token);

  /** What a failed try does to the connection: a dead link is marked, in any other case the next one may try. */
  const giveUp = async (connection: Connection, error: unknown): Promise<void> => {
    const { id, version } = connection;
    if (!(error instanceof UpstreamError) || error.kind !== 'grant-dead')
      return connections.releaseRefresh(id, version);
    if (await connections.markDead(id, version, error.code ?? 'grant-dead')) onDead(connection, error.code);
  };

  const refresh = async (connection: Connection): Promise<string> => {
    const { id, subject, version, sealedRefreshToken } = connection;
    if (sealedRefreshToken === undefined) throw new UpstreamError('grant-dead', 'this connection has no refresh token');
    const refreshToken = vault.open('google-tokens', tokenContext(subject, 'refresh'), sealedRefreshToken);
    try {
      const { accessToken, expiresInSeconds, refreshToken: renewed } = await askGoogle(refreshToken);
      await connections.saveAccess(id, version, {
        sealedAccessToken: seal(subject, 'access', accessToken),
        accessExpiresAt: now() + expiresInSeconds * 1000,
        // A key that was rotated out is left behind here, one connection at a time.
        sealedRefreshToken:
          renewed === undefined
            ? sealAnew(vault, subject, 'refresh', sealedRefreshToken)
            : seal(subject, 'refresh', renewed),
        at: now(),
      });
      return accessToken;
    } catch (error) {
      await giveUp(connection, error);
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

  /**
   * One process asks Google, the others wait for what it stores. Each round looks again first: whoever had the turn may
   * have refreshed, or may have died with it, and then its time runs out and the next one takes over.
   */
  const takeTurn = async (connectionId: string, rejected: string | undefined): Promise<string> => {
    const end = now() + PATIENCE_MS;
    for (;;) {
      const { connection, kept } = await look(connectionId, rejected);
      if (kept !== undefined) return kept;
      if (await connections.claimRefresh(connection.id, connection.version, now(), now() + TURN_MS))
        return refresh(connection);
      if (now() >= end) throw new UpstreamError('busy', 'another process is still asking Google for a fresh token');
      await sleep(POLL_MS);
    }
  };

  /** Within this process all who wait share one promise. */
  const refreshOnce = (connectionId: string, rejected: string | undefined): Promise<string> => {
    const waiting = refreshing.get(connectionId);
    if (waiting !== undefined) return waiting;
    const work = takeTurn(connectionId, rejected).finally(() => refreshing.delete(connectionId));
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

function isPassing(error: unknown): boolean {
  return error instanceof UpstreamError && (error.kind === 'busy' || error.kind === 'unreachable');
}

function openAccess(vault: Vault, { subject, sealedAccessToken }: Connection): string | undefined {
  if (sealedAccessToken === undefined) return undefined;
  return vault.open('google-tokens', tokenContext(subject, 'access'), sealedAccessToken);
}
