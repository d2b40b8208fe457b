/**
 * The walk: one question through three doors, told hop by hop, and compared with what Google itself says.
 *
 * Owns: the order of things and what is told. Does not own: the assistants (plugin-2023.ts, gpt-action.ts,
 * mcp-plugin.ts), the processes (stage.ts), what happens after the walk (cli/demo.ts).
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { tellingLine } from './bridge-log.ts';
import { createBrowser } from './browser.ts';
import {
  answerInWords,
  describeBrowserHop,
  describeGoogleCall,
  describeLeaving,
  describeMcpHop,
  describeSent,
  type PartyOf,
} from './describe-hops.ts';
import { type GoogleCalls, isBrowsers, watchGoogle } from './google-calls.ts';
import { askGoogle } from './google-directly.ts';
import { createGptAction, gptCallback } from './gpt-action.ts';
import { HopError } from './hop-error.ts';
import { createMcpPlugin } from './mcp-plugin.ts';
import type { Hop, Narrator } from './narrate.ts';
import { type Act, answerPages } from './person.ts';
import { createPlugin2023, pluginCallback } from './plugin-2023.ts';
import { type Findings, firstProperty, readFindings, reportArguments } from './question.ts';
import { type GivenAnswer, tellReckoning } from './reckoning.ts';
import type { OpenapiDocument } from './rest-call.ts';
import { type Answer, createSend, type Send } from './send.ts';
import type { Stage } from './stage.ts';

const ACCOUNT = 'ada@example.com';
const CHATGPT = new URL('https://chatgpt.com');

/** What every door needs. */
interface Walk {
  stage: Stage;
  narrator: Narrator;
  tell(hop: Hop): Promise<void>;
  partyOf: PartyOf;
  send: Send;
  /** Takes the person to an address; returns the one at which the browser left for ChatGPT. */
  takeToBrowser(url: URL): Promise<URL>;
}

interface Door {
  title: string;
  about: string;
  walk(walk: Walk): Promise<Findings>;
}

const DOORS: readonly Door[] = [
  { title: 'The 2023 plugin', about: 'a manifest, a secret in a JSON body, calls by OpenAPI', walk: walkPlugin },
  { title: 'A GPT Action', about: 'calls by OpenAPI, a secret in a form, later in a Basic header', walk: walkAction },
  { title: 'Today’s plugin', about: 'MCP by the official client: discovery, registration, PKCE', walk: walkMcp },
];

/** Returns what went wrong in sentences; empty when every answer was right. Throws HopError for a hop that failed. */
export async function walkDoors(stage: Stage, narrator: Narrator): Promise<string[]> {
  const google = watchGoogle(stage.sandboxUrl);
  const walk = prepare(stage, narrator, google);
  const answers: GivenAnswer[] = [];
  for (const [index, { title, about, walk: through }] of DOORS.entries()) {
    narrator.part(`${index + 1}  ${title}`, about);
    await google.skip();
    try {
      answers.push({ title, findings: await through(walk) });
    } catch (error) {
      throw await explain(error, title, walk, google);
    }
  }
  const signIns = await countSignIns(google);
  const [first] = answers;
  if (first === undefined) return [];
  const direct = await askGoogle({ google: addresses(stage), account: ACCOUNT, property: first.findings.property.id });
  return tellReckoning(narrator, answers, { direct, ...signIns });
}

function prepare(stage: Stage, narrator: Narrator, google: GoogleCalls): Walk {
  const bridgeOrigin = new URL(stage.bridgeUrl).origin;
  const partyOf: PartyOf = (url) => (url.origin === bridgeOrigin ? 'Bridge' : 'Google');
  const tell = async (hop: Hop) => {
    narrator.hop(hop);
    for (const call of await google.fresh()) narrator.hop(describeGoogleCall(call));
  };
  const browser = createBrowser({ onHop: (hop) => tell(describeBrowserHop(hop, partyOf)) });
  const takeToBrowser = async (url: URL) => {
    let isAskedByGoogle = false;
    const onAct = ({ page, says }: Act) => {
      isAskedByGoogle ||= page === 'google';
      narrator.act('Ada', says);
    };
    const back = await answerPages(browser, await browser.open(url, CHATGPT), { account: ACCOUNT }, onAct);
    await tell(describeLeaving(back));
    if (!isAskedByGoogle)
      narrator.act('Google', 'did not ask for consent again: the bridge has its connection already');
    return back;
  };
  const send = createSend((hop) => tell(describeSent(hop, partyOf)));
  return { stage, narrator, tell, partyOf, send, takeToBrowser };
}

async function walkPlugin({ stage, send, takeToBrowser, narrator }: Walk): Promise<Findings> {
  const pluginId = `plugin-${randomUUID()}`;
  const credentials = await stage.addClient({ name: 'Analytics plugin', redirectUri: pluginCallback(pluginId) });
  const plugin = createPlugin2023({ bridgeUrl: stage.bridgeUrl, pluginId, credentials, send });
  const installed = await plugin.install();
  const { url, state } = plugin.begin(installed);
  narrator.act('Ada', 'presses “Log in with GanalyticsGPT” in the plugin store');
  const { accessToken } = await plugin.redeem(installed, await takeToBrowser(url), state);
  return ask(narrator, (operationId, input) =>
    plugin.call({ ...restCall(installed.document, operationId, input), accessToken }),
  );
}

async function walkAction({ stage, send, takeToBrowser, narrator }: Walk): Promise<Findings> {
  const gptId = `g-${randomBytes(16).toString('hex')}`;
  const credentials = await stage.addClient({ name: 'Weekly report GPT', redirectUri: gptCallback(gptId) });
  const action = createGptAction({ bridgeUrl: stage.bridgeUrl, gptId, credentials, send });
  const imported = await action.importActions();
  const { url, state } = action.begin(imported);
  narrator.act('Ada', 'asks the GPT and presses “Sign in to localhost”');
  const callback = await takeToBrowser(url);
  const first = await action.redeem(imported, { callback, state, method: 'default_post' });
  const { accessToken } = await action.refresh(imported, first, 'basic_auth_header');
  return ask(narrator, (operationId, input) =>
    action.call({ ...restCall(imported.document, operationId, input), accessToken }),
  );
}

function restCall(document: OpenapiDocument, operationId: string, input: unknown) {
  return { document, operationId, input, got: ({ json }: Answer) => answerInWords(json) };
}

type CallTool = (tool: string, input: Record<string, unknown>) => Promise<unknown>;

/** As a model would: which properties are there, then the report. */
async function ask(narrator: Narrator, call: CallTool): Promise<Findings> {
  const property = firstProperty(await call('list_properties', {}));
  const input = reportArguments(property);
  const { dates, compare, dimensions } = input;
  narrator.act('ChatGPT', `asks run_report: dates=${dates} compare=${compare} dimensions=${dimensions}`);
  return readFindings(await call('run_report', input));
}

async function walkMcp({ stage, tell, partyOf, takeToBrowser, narrator }: Walk): Promise<Findings> {
  const onHop = (hop: Parameters<typeof describeMcpHop>[0]) => tell(describeMcpHop(hop, partyOf));
  const plugin = await createMcpPlugin({ bridgeUrl: stage.bridgeUrl, onHop });
  const { url, finish } = await plugin.begin();
  narrator.act('Ada', 'presses “Connect”');
  await finish(await takeToBrowser(url));
  const connected = await plugin.connect();
  try {
    return await ask(narrator, connected.call);
  } finally {
    await connected.close();
  }
}

/** As Google's side has it: who was asked to consent, and how often an account was chosen. */
async function countSignIns(google: GoogleCalls): Promise<{ signIns: number; consents: number }> {
  const pages = (await google.all()).filter(({ path }) => isBrowsers(path));
  const count = (end: string) => pages.filter(({ path }) => path.endsWith(end)).length;
  return { signIns: count('/account'), consents: count('/consent') };
}

function addresses({ sandbox }: Stage) {
  const { env } = sandbox.ready;
  return {
    issuer: env.GOOGLE_ISSUER ?? '',
    analyticsData: env.GOOGLE_ANALYTICS_DATA_URL ?? '',
    analyticsAdmin: env.GOOGLE_ANALYTICS_ADMIN_URL ?? '',
    clientId: env.GOOGLE_CLIENT_ID ?? '',
    clientSecret: env.GOOGLE_CLIENT_SECRET ?? '',
  };
}

/** A line is written before the answer goes out, and read from the pipe a little later. */
const LOG_DELAY_MS = 200;

/** Adds what else is known: what Google was asked last, and the line of the log where an operator would look next. */
async function explain(
  error: unknown,
  title: string,
  { stage, narrator }: Walk,
  google: GoogleCalls,
): Promise<unknown> {
  if (!(error instanceof HopError)) return error;
  // The sandbox may be what failed; then its own last line follows.
  for (const call of await google.fresh().catch(() => [])) narrator.hop(describeGoogleCall(call));
  await delay(LOG_DELAY_MS);
  const log = tellingLine(stage.bridge().lines());
  const afterwards = linesAfterStart(stage.sandbox.lines()).at(-1);
  const message = [
    `${title}: ${error.message}`,
    log === undefined ? '' : `The bridge's log says: ${log}`,
    afterwards === undefined ? '' : `The sandbox printed: ${afterwards}`,
  ];
  return new HopError(message.filter((part) => part !== '').join('\n'), { cause: error });
}

/** What a healthy sandbox never prints. */
function linesAfterStart(lines: readonly string[]): string[] {
  const started = lines.findLastIndex((line) => line.includes('Ctrl-C'));
  return lines.slice(started + 1).filter((line) => line.trim() !== '');
}
