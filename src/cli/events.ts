/**
 * `ganalyticsgpt events`: why was this person signed out, and where did that sign-in stop?
 *
 * Owns: options and printing. Does not own: what is looked for (operate/events.ts), nor what it means (operate/explain.ts).
 */
import { styleText } from 'node:util';
import { type Command, InvalidArgumentError } from 'commander';
import { type Config, readConfig } from '../config.ts';
import { ConfigError } from '../errors.ts';
import { wordsFor } from '../observe/event-words.ts';
import { type Found, findEvents } from '../operate/events.ts';
import type { Event } from '../store/records.ts';
import { loadKeys } from '../vault/keys.ts';
import { marksOf } from '../vault/person-mark.ts';
import { createRandom } from '../vault/token.ts';
import { createVault } from '../vault/vault.ts';
import { isoTime, printable } from './print.ts';
import { withStore } from './with-store.ts';

interface Options {
  ref?: string;
  user?: string;
  client?: string;
  since?: number;
  limit: number;
  json?: boolean;
}

export function eventsCommand(program: Command): void {
  program
    .command('events')
    .description('The audit trail: each step of a sign-in with its outcome, and why an access ended.')
    .option('--ref <reference>', 'one attempt, by the reference that the person was shown, with what it means')
    .option('--user <who>', 'one person, by e-mail address, Google subject or connection id')
    .option('--client <client_id>', 'one client')
    .option('--since <time>', 'nothing before this: 30m, 24h, 7d, or a date such as 2026-11-22', readSince)
    .option('--limit <n>', 'at most so many, the newest', readLimit, 200)
    .option('--json', 'print one JSON object: events, and what they mean')
    .action((options: Options) => show(options));
}

async function show(options: Options): Promise<void> {
  const config = readIfWhole();
  const publicUrl = config instanceof ConfigError ? undefined : config.publicUrl;
  const marks = (address: string) => (config instanceof ConfigError ? [] : marksUnder(config, address));
  const found = await withStore((store) => findEvents({ store, marks, now: Date.now, publicUrl }, options)).catch(
    (error: unknown) => {
      // Somebody whose connection is gone can be found by the bridge's keys alone.
      throw options.user !== undefined && config instanceof ConfigError ? config : error;
    },
  );
  if (options.json === true) console.log(JSON.stringify({ events: found.events.map(toJson), meaning: found.meaning }));
  else print(found, options);
}

/** Attempts are looked up with the database alone; the rest of the configuration only adds to that. */
function readIfWhole(): Config | ConfigError {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

function marksUnder({ secretKeys, database }: Config, address: string): string[] {
  const path = database.kind === 'sqlite' ? database.path : ':memory:';
  const random = createRandom();
  return marksOf(createVault(loadKeys(secretKeys, path, random), random), address);
}

function print({ events, meaning }: Found, { ref }: Options): void {
  if (events.length === 0 && ref === undefined) console.log('Nothing has happened that fits.');
  if (events.length > 0 && ref === undefined) console.log(styleText('gray', HEAD));
  let day = '';
  for (const event of events) {
    const time = new Date(event.at).toISOString();
    if (time.slice(0, 10) !== day) console.log(styleText('bold', `${time.slice(0, 10)} (UTC)`));
    day = time.slice(0, 10);
    console.log(
      `  ${styleText('gray', time.slice(11, 23))}  ${ref === undefined ? labels(event) : ''}${sentence(event)}`,
    );
  }
  if (meaning.length > 0)
    console.log(`${events.length === 0 ? '' : '\n'}${meaning.map((line) => `→ ${line}`).join('\n')}`);
}

const HEAD = `  ${'time'.padEnd(12)}  ${'reference'}  ${'client'.padEnd(22)}  ${'grant'.padEnd(22)}  what happened`;

/** By what to look further. */
function labels({ ref, clientId, grantId }: Event): string {
  return `${(ref ?? '–').padEnd(9)}  ${printable(clientId ?? '–')
    .slice(0, 22)
    .padEnd(22)}  ${(grantId ?? '–').slice(0, 22).padEnd(22)}  `;
}

function sentence(event: Event): string {
  const detail = Object.entries(event.detail).map(([name, value]) => `${name} ${value}`);
  const shown = `${event.step} ${event.outcome}`.padEnd(23);
  const words = wordsFor(event).sentence;
  return printable(`${shown} ${words}${detail.length === 0 ? '' : ` (${detail.join(', ')})`}`);
}

function toJson(event: Event) {
  return {
    at: isoTime(event.at),
    step: event.step,
    outcome: event.outcome,
    reference: event.ref ?? null,
    client_id: event.clientId ?? null,
    connection_id: event.connectionId ?? null,
    grant_id: event.grantId ?? null,
    detail: event.detail,
    text: wordsFor(event).sentence,
  };
}

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

function readSince(text: string): number {
  const [, digits, unit] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  if (digits !== undefined) return Date.now() - Number(digits) * UNITS[unit as keyof typeof UNITS];
  const at = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at))
    throw new InvalidArgumentError('It is a span such as 30m, 24h or 7d, or a date such as 2026-11-22.');
  return at;
}

function readLimit(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a whole number from 1 to 99999.');
}
