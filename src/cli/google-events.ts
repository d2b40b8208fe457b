/**
 * `ganalyticsgpt google-events …`: has Google send its security events to this bridge (Cross-Account Protection).
 *
 * Owns: options, the credentials file, printing. Does not own: what Google is asked (upstream/), what the bridge does with
 * an event (docs/operate/cross-account-protection.md).
 */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { z } from 'zod';
import { readConfig } from '../config.ts';
import { OperatorError, UpstreamError } from '../errors.ts';
import { createOutgoing } from '../http/outgoing.ts';
import { eventStreamOf, offeredScopes } from '../parts.ts';
import { createId, createRandom } from '../vault/token.ts';
import { printable } from './print.ts';

interface Options {
  credentials: string;
  json?: boolean;
}

type Stream = Awaited<ReturnType<typeof eventStreamOf>>;

const HOW_TO = 'docs/operate/cross-account-protection.md';

export function googleEventsCommand(program: Command): void {
  const events = program
    .command('google-events')
    .description('Have Google tell this bridge when an account is hijacked or an access taken back.');
  const add = (name: string, description: string) =>
    events
      .command(name)
      .description(description)
      .requiredOption('--credentials <file>', 'the JSON key of a service account of your Google project');

  add('register', 'Send all events here from now on.').action((options: Options) => withStream(options, register));
  add('status', 'Show where the events go.')
    .option('--json', 'print one JSON object')
    .action((options: Options) => withStream(options, (stream) => status(stream, options.json === true)));
  add('verify', 'Have Google send a test event.').action((options: Options) => withStream(options, verify));
  add('stop', 'Send no more events; register begins again.').action((options: Options) => withStream(options, stop));
}

async function register(stream: Stream): Promise<void> {
  await stream.register();
  console.log(`Google sends its security events to ${stream.receiverUrl} from now on.`);
  console.log('Try it with: ganalyticsgpt google-events verify --credentials <file>');
}

async function status(stream: Stream, asJson: boolean): Promise<void> {
  const state = await stream.show();
  const { receiverUrl } = stream;
  if (asJson) {
    const found = state && { url: state.url, enabled: state.isEnabled, missing: state.missing };
    return console.log(JSON.stringify({ receiver: receiverUrl, stream: found ?? null }));
  }
  if (state === undefined)
    return console.log('Google sends no events for this project. Begin with: ganalyticsgpt google-events register');
  console.log(`  events go to  ${printable(state.url)}`);
  console.log(`  state         ${state.isEnabled ? 'enabled' : 'stopped: register begins again'}`);
  if (state.url !== receiverUrl) console.log(`  NOT HERE      this bridge is ${receiverUrl}; register sends them here`);
  for (const type of state.missing) console.log(`  missing       ${type}; register asks for it`);
}

async function verify(stream: Stream): Promise<void> {
  const state = createId(createRandom());
  await stream.verify(state);
  console.log(`Google was asked for a test event with the text ${state}.`);
  console.log('It has arrived when the log of the bridge says "Google’s test event has arrived" with that text.');
}

async function stop(stream: Stream): Promise<void> {
  await stream.stop();
  console.log('Google sends no more events, and keeps none for later.');
}

/** Needs the environment that the bridge itself is started with. */
async function withStream(options: Options, work: (stream: Stream) => Promise<void>): Promise<void> {
  const config = readConfig(process.env, offeredScopes());
  const account = readAccount(options.credentials);
  if (config.google.issuer === undefined && !config.publicUrl.startsWith('https:'))
    throw new OperatorError(`Google sends to https only, and PUBLIC_URL is ${config.publicUrl}. See ${HOW_TO}`);
  const outgoing = createOutgoing();
  try {
    await work(await eventStreamOf(config, outgoing.send, account));
  } catch (cause) {
    if (!(cause instanceof UpstreamError)) throw cause;
    throw new OperatorError(`It was not done: ${printable(cause.message)} What each answer means: ${HOW_TO}`, {
      cause,
    });
  } finally {
    await outgoing.close();
  }
}

const fileShape = z.object({
  type: z.literal('service_account'),
  client_email: z.string().min(1),
  private_key: z.string().min(1),
  private_key_id: z.string().min(1),
});

/** Throws OperatorError that says nothing of what stands in the file. */
function readAccount(path: string): { email: string; keyId: string; privateKey: string } {
  const { success, data } = fileShape.safeParse(readJson(path));
  if (!success)
    throw new OperatorError(
      `${path} is not the key of a service account. In the Google console: IAM, Service accounts, Keys, Add key, JSON.`,
    );
  return { email: data.client_email, keyId: data.private_key_id, privateKey: data.private_key };
}

function readJson(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new OperatorError(`${path} cannot be read. Give the path of the JSON key file with --credentials`);
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the shape says what it is not
  }
}
