/**
 * Preloaded into the shipped command (`node --import`), it counts what the process does to the world outside (writes to
 * either database, requests to Google, answers) and ends the process with SIGKILL right behind one of these, by order.
 *
 * Owns: seeing these from outside, by wrapping the two database drivers and by Node's and undici's diagnostics channels.
 * The bridge knows nothing of it. Orders and traces are files (kill-orders.ts), read and written at once, so that nothing is
 * lost with the process. With KILL_POINTS_AHEAD_MS the process believes in a later hour, and sweeps all the time.
 */
import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync, readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { isMainThread } from 'node:worker_threads';
import type { KillOrder } from './kill-orders.ts';

const folder = process.env.KILL_POINTS ?? '';
const SWEEP_MS = 60_000;
const OFTEN_MS = 200;

type Call = () => unknown;
type Wrap = (call: (args: unknown[]) => unknown, args: unknown[], self: object) => unknown;

let current = '';
let isUnderWay = false;
let reached = new Map<string, number>();

if (isMainThread && folder !== '') {
  watchSqlite();
  if (process.env.DATABASE_URL?.startsWith('postgres')) await watchPostgres();
  watchGoogle();
  watchAnswers();
  jumpAhead(Number(process.env.KILL_POINTS_AHEAD_MS ?? 0));
}

/** The order of this very process, if there is one. A new order counts from the beginning. */
function readOrder(): KillOrder | undefined {
  let order: KillOrder;
  try {
    order = JSON.parse(readFileSync(join(folder, 'order.json'), 'utf8')) as KillOrder;
  } catch {
    return undefined; // none was given
  }
  if (!process.argv.includes(order.command)) return undefined;
  if (order.id !== current) {
    current = order.id;
    reached = new Map();
    isUnderWay = order.from === undefined;
  }
  return order;
}

function reach(point: string): void {
  const order = readOrder();
  if (order === undefined || !isUnderWay) return;
  const times = (reached.get(point) ?? 0) + 1;
  reached.set(point, times);
  const name = times === 1 ? point : `${point} (${times})`;
  appendFileSync(join(folder, `${order.id}.trace`), `${name}\n`);
  if (name !== order.kill) return;
  process.kill(process.pid, 'SIGKILL');
  for (;;); // the signal ends every thread at once; not one more statement runs here
}

/** `INSERT grants`, `UPDATE codes`: none for a statement that only reads. */
function writesIn(sql: string): string[] {
  const writes = sql.matchAll(/\b(?:(INSERT) INTO|(DELETE) FROM|(UPDATE)(?= \w+(?: AS \w+)? SET\b))\s+(\w+)/g);
  return [...writes].map(([, insert, del, update, table]) => `${insert ?? del ?? update} ${table}`);
}

/** Names what a statement does, given what its transaction did before. Undefined: nothing that counts. */
function nameOf(sql: string, transaction: string[]): string | undefined {
  if (/^(BEGIN|ROLLBACK\s*$)/.test(sql)) transaction.length = 0;
  if (/^COMMIT/.test(sql)) {
    const tables = new Set(transaction.splice(0).map((write) => write.split(' ')[1]));
    return tables.size === 0 ? undefined : `COMMIT of ${[...tables].join(', ')}`;
  }
  const writes = writesIn(sql);
  transaction.push(...writes);
  return writes.length === 0 ? undefined : writes.join(' and ');
}

function around(target: object, name: string, wrap: Wrap): void {
  const methods = target as Record<string, (...args: unknown[]) => unknown>;
  const original = methods[name];
  if (original === undefined) throw new Error(`there is no ${name} to wrap`);
  methods[name] = function (this: object, ...args: unknown[]) {
    return wrap((given) => original.apply(this, given), args, this);
  };
}

function watchSqlite(): void {
  const transaction: string[] = [];
  const watch = (sql: string, call: Call) => {
    const name = nameOf(sql, transaction);
    if (name !== undefined) reach(`before ${name}`);
    const result = call();
    if (name !== undefined) reach(`after ${name}`);
    return result;
  };
  for (const verb of ['run', 'get', 'all'])
    around(StatementSync.prototype, verb, (call, args, self) =>
      watch((self as StatementSync).sourceSQL.trim(), () => call(args)),
    );
  around(DatabaseSync.prototype, 'exec', (call, args) => watch(String(args[0]).trim(), () => call(args)));
}

/** The pool asks with a callback, a transaction with a promise. */
async function watchPostgres(): Promise<void> {
  const { Client } = await import('pg');
  const transactions = new WeakMap<object, string[]>();
  around(Client.prototype, 'query', (call, args, self) => {
    const [asked] = args as [string | { text: string }];
    const transaction = transactions.get(self) ?? [];
    transactions.set(self, transaction);
    const name = nameOf((typeof asked === 'string' ? asked : asked.text).trim(), transaction);
    if (name === undefined) return call(args);
    reach(`before ${name}`);
    const last = args.at(-1);
    if (typeof last === 'function') {
      const answered = (error: unknown, ...rest: unknown[]) => {
        if (!error) reach(`after ${name}`);
        last(error, ...rest);
      };
      return call([...args.slice(0, -1), answered]);
    }
    return (call(args) as Promise<unknown>).then((result) => {
      reach(`after ${name}`);
      return result;
    });
  });
}

/** A request is with Google once it was sent, whether or not its answer still finds us. */
function watchGoogle(): void {
  const name = (message: unknown) => {
    const { request } = message as { request: { method: string; path: string } };
    return `${request.method} ${request.path.split('?')[0]}`;
  };
  subscribe('undici:request:bodySent', (message) => reach(`Google has got ${name(message)}`));
  subscribe('undici:request:trailers', (message) => reach(`Google has answered ${name(message)}`));
}

function watchAnswers(): void {
  subscribe('http.server.request.start', (message) => {
    const { request } = message as { request: IncomingMessage };
    const order = readOrder();
    if (order === undefined || isUnderWay) return;
    isUnderWay = `${request.method} ${request.url?.split('?')[0]}` === order.from;
    reach('the request is in');
  });
  subscribe('http.server.response.finish', () => reach('the answer is out'));
}

/** A sweep comes every minute, and leaves alone for an hour what might be a sign-in under way. */
function jumpAhead(milliseconds: number): void {
  if (milliseconds === 0) return;
  const now = Date.now;
  Date.now = () => now() + milliseconds;
  const repeat = globalThis.setInterval;
  const often = (work: () => void, pause?: number) => repeat(work, pause === SWEEP_MS ? OFTEN_MS : pause);
  globalThis.setInterval = often as typeof setInterval;
}
