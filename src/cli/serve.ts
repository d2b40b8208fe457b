/**
 * `ganalyticsgpt serve`: the bridge, configured by the environment.
 *
 * Owns: starting, saying where it listens, sweeping, and ending on SIGTERM or SIGINT without losing an answer.
 */
import type { Command } from 'commander';
import { type Bridge, createBridge, offeredScopes } from '../bridge.ts';
import { type Config, readConfig } from '../config.ts';
import { OperatorError } from '../errors.ts';
import { type Listener, listen } from '../http/listen.ts';
import { createLog, type Log } from '../observe/log.ts';
import { openDatabase } from './with-store.ts';

const DRAIN_MS = 10_000;
const SWEEP_MS = 60_000;
const SWEEP_ROWS = 500;

export function serveCommand(program: Command): void {
  program
    .command('serve')
    .description('Start the bridge. Everything is set by environment variables; see docs/configuration.md.')
    .action(async () => {
      const config = readConfig(process.env, offeredScopes());
      const log = createLog(config.log);
      const bridge = createBridge(config, { log, store: await openDatabase(config.database) });
      const listener = await open(config, bridge);
      log.info({ url: config.publicUrl, port: listener.port }, 'the bridge is up');
      log.info(`register this redirect URI at Google: ${config.publicUrl}/google/callback`);
      const sweeping = setInterval(() => sweep(bridge, log), SWEEP_MS);
      await new Promise<void>((resolve) => {
        for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
      });
      log.info('ending: running answers are finished first');
      clearInterval(sweeping);
      await listener.close(DRAIN_MS);
      await bridge.close();
    });
}

async function open({ listen: { host, port } }: Config, bridge: Bridge): Promise<Listener> {
  try {
    return await listen({ fetch: bridge.fetch, host, port });
  } catch (cause) {
    await bridge.close();
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE')
      throw new OperatorError(`Port ${port} on ${host} is in use. Stop what uses it, or set PORT to another.`, {
        cause,
      });
    if (code === 'EACCES')
      throw new OperatorError(`Port ${port} needs more rights than this user has. Set PORT to one above 1023.`, {
        cause,
      });
    throw new OperatorError(
      `Cannot listen on ${host}:${port} (${code ?? 'unknown error'}). Set HOST to an address of this machine.`,
      { cause },
    );
  }
}

async function sweep(bridge: Bridge, log: Log): Promise<void> {
  try {
    const gone = await bridge.sweep(SWEEP_ROWS);
    if (gone > 0) log.debug({ gone }, 'expired rows were deleted');
  } catch (err) {
    log.error({ err }, 'expired rows could not be deleted');
  }
}
