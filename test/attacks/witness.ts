/**
 * Somebody who sees every secret that passes, and remembers it: what our server and Google give out, what clients and
 * browsers send. Afterwards it can say where one of them was written down.
 *
 * Owns: recognising secrets by where they pass. Does not own: making them pass (every-path.ts).
 */
import type { World } from '../support/world.ts';

export interface Leak {
  secret: string;
  where: string;
}

export interface Witness {
  /** Remembers a secret that the test made itself. */
  tell(kind: string, text: string): string;
  /** How many different secrets of each kind it has seen. */
  seen(): Record<string, number>;
  /** All of them: text → kind. */
  secrets: ReadonlyMap<string, string>;
  /** Which kinds of secrets stand in a text; `but` are kinds that may stand there. */
  leaksIn(where: string, text: string, but?: readonly string[]): Leak[];
  /** The bodies of every refusal of the bridge, each with its request. */
  refusals: { where: string; text: string }[];
  /** The bodies of everything else that it answered. */
  answers: { where: string; text: string }[];
}

/** Members of JSON answers that are secrets, whoever answers. */
const MEMBERS = ['access_token', 'refresh_token', 'id_token', 'client_secret', 'registration_access_token'];
/** Parameters of addresses and forms that are secrets. */
const PARAMETERS = ['code', 'state', 'flow', 'code_verifier', 'client_assertion', 'token', 'form_token', 'csrf'];
/** Shorter ones would be found by chance. */
const SHORTEST = 10;

export function createWitness(world: World): Witness {
  const secrets = new Map<string, string>();
  const refusals: Witness['refusals'] = [];
  const answers: Witness['answers'] = [];
  const tell = (kind: string, text: string) => {
    if (text.length >= SHORTEST) secrets.set(text, kind);
    return text;
  };

  const hearAddress = (side: string, address: string) => {
    const url = URL.parse(address);
    for (const name of PARAMETERS)
      for (const value of url?.searchParams.getAll(name) ?? []) tell(`${side} ${name}`, value);
  };

  const hearBody = (side: string, text: string, type: string) => {
    if (type.includes('json')) hearJson(side, text, tell);
    if (!type.includes('html')) return;
    for (const [, name = '', value = ''] of text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]+)"/g)) {
      tell(`${side} form ${name}`, value);
    }
  };

  const listen = async (side: string, request: Request, run: (request: Request) => Response | Promise<Response>) => {
    hearAddress(side, request.url);
    const sent = await request.clone().text();
    for (const [name, value] of new URLSearchParams(sent))
      if (PARAMETERS.includes(name)) tell(`${side} ${name}`, value);
    const answer = await run(request);
    hearAddress(side, answer.headers.get('location') ?? '');
    for (const line of answer.headers.getSetCookie()) tell(`${side} cookie`, /^[^=]+=([^;]*)/.exec(line)?.[1] ?? '');
    const text = await answer.clone().text();
    hearBody(side, text, answer.headers.get('content-type') ?? '');
    if (side === 'our') {
      const where = `${request.method} ${new URL(request.url).pathname} ${answer.status}`;
      (answer.status >= 400 ? refusals : answers).push({ where, text });
    }
    return answer;
  };

  const { bridge, sandbox } = world;
  const [ours, googles] = [bridge.fetch, sandbox.fetch];
  bridge.fetch = (request) => listen('our', request, (each) => ours(each));
  sandbox.fetch = (request: Request) => listen("Google's", request, (each) => googles(each));

  return {
    tell,
    secrets,
    seen() {
      const counts: Record<string, number> = {};
      for (const kind of secrets.values()) counts[kind] = (counts[kind] ?? 0) + 1;
      return counts;
    },
    leaksIn(where, text, but = []) {
      const found = [...secrets].filter(([secret, kind]) => !but.includes(kind) && text.includes(secret));
      return found.map(([secret, kind]) => ({ secret: `${kind}: ${secret.slice(0, 60)}`, where }));
    },
    refusals,
    answers,
  };
}

function hearJson(side: string, text: string, tell: Witness['tell']): void {
  const walk = (value: unknown) => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, member] of Object.entries(value)) {
      if (MEMBERS.includes(name) && typeof member === 'string') tell(`${side} ${name}`, member);
      else walk(member);
    }
  };
  try {
    walk(JSON.parse(text));
  } catch {
    // not JSON after all: what it says is kept as an answer anyway
  }
}
