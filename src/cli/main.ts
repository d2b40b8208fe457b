/**
 * `ganalyticsgpt`: the package's one command.
 *
 * Owns: the list of subcommands, and how a failure leaves: one sentence on stderr, exit code 1 failed, 2 usage, 78 bad
 * configuration. Does not own: what a subcommand does.
 */
import { Command, CommanderError } from 'commander';
import { ConfigError, OperatorError } from '../errors.ts';
import { version } from '../version.ts';
import { clientsCommand } from './clients.ts';
import { connectionsCommand } from './connections.ts';
import { dbCommand } from './db.ts';
import { demoCommand } from './demo.ts';
import { eventsCommand } from './events.ts';
import { googleEventsCommand } from './google-events.ts';
import { grantsCommand } from './grants.ts';
import { keysCommand } from './keys.ts';
import { sandboxCommand } from './sandbox.ts';
import { serveCommand } from './serve.ts';

const EXIT = { failed: 1, usage: 2, configuration: 78 } as const;

const program = new Command('ganalyticsgpt')
  .description('Ask ChatGPT and any MCP client about your Google Analytics: an OAuth 2.1 bridge to Google.')
  .version(version)
  .showHelpAfterError('(run with --help to see what it takes)')
  .exitOverride();

for (const register of [
  serveCommand,
  demoCommand,
  sandboxCommand,
  clientsCommand,
  connectionsCommand,
  grantsCommand,
  keysCommand,
  dbCommand,
  eventsCommand,
  googleEventsCommand,
])
  register(program);
for (const command of program.commands) applyExitOverride(command);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

function applyExitOverride(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) applyExitOverride(child);
}

/** Says what happened and what to do; returns the exit code. */
function report(error: unknown): number {
  // Commander has already printed its own sentence, or the help or version that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage;
  if (error instanceof ConfigError) {
    const lines = error.problems.map(
      (p) => `  ${p.option}: got ${p.got}; wanted ${p.wanted}. Example: ${p.option}=${p.example}`,
    );
    console.error(
      `The configuration is not right (${error.problems.length === 1 ? 'one problem' : `${error.problems.length} problems`}):\n${lines.join('\n')}`,
    );
    return EXIT.configuration;
  }
  console.error(
    error instanceof OperatorError
      ? error.message
      : error instanceof Error
        ? `It failed: ${error.message}`
        : String(error),
  );
  return EXIT.failed;
}
