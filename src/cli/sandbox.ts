/**
 * `ganalyticsgpt sandbox`: the local Google alone, until Ctrl-C.
 *
 * Owns: options and what is printed. Does not own: the sandbox itself (src/sandbox/sandbox.ts).
 */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { environmentLines } from '../sandbox/environment.ts';
import { startSandbox } from '../sandbox/sandbox.ts';
import { people, readableProperties } from '../sandbox/world.ts';

/** Adds the subcommand to the program. */
export function sandboxCommand(program: Command): void {
  program
    .command('sandbox')
    .description('start a local Google to try the bridge against: sign-in, Analytics and Calendar, no account needed')
    .option('--port <number>', 'port to listen on, 0 for any free one', readPort, 4400)
    .addOption(new Option('--data <set>', 'how much Analytics data').choices(['small', 'shop']).default('shop'))
    .action(run);
}

async function run({ port, data }: { port: number; data: 'small' | 'shop' }): Promise<void> {
  let sandbox: Awaited<ReturnType<typeof startSandbox>>;
  try {
    sandbox = await startSandbox({ port, data });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const reason = code === 'EADDRINUSE' ? 'something listens there already' : code;
    console.error(`The sandbox cannot listen on port ${port} (${reason}): choose another one with --port.`);
    process.exitCode = 1;
    return;
  }
  console.log(banner(sandbox.url, data));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void sandbox.close());
}

function banner(url: string, data: string): string {
  const persons = people.map(({ email, name }) => {
    const names = readableProperties(email).map((property) => `${property.displayName} (${property.id})`);
    return `  ${email.padEnd(20)} ${name.padEnd(14)} ${names.join(', ') || 'no Analytics at all'}`;
  });
  return [
    `The sandbox is up at ${url} (data set: ${data}): a local stand-in for Google, nothing leaves this machine.`,
    '',
    'People who can sign in, without a password:',
    ...persons,
    '',
    'Start the bridge against it, in another terminal of this folder:',
    ...environmentLines(url).map((line) => `  export ${line}`),
    '  npm start',
    '',
    `What it can do, and how to make it misbehave: ${url}/   Ctrl-C ends it.`,
  ].join('\n');
}

function readPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('A port is a whole number from 0 to 65535.');
}
