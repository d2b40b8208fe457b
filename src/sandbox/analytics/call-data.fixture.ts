/**
 * For tests: the Data API app with a signed-in person and chosen faults in front of it, as the sandbox's gate would put them there.
 *
 * Does not own: the gate itself, nor any expectation.
 */
import assert from 'node:assert/strict';
import type { DatabaseSync } from 'node:sqlite';
import { Hono } from 'hono';
import type { ApiEnv, Fault } from '../api.ts';
import { people } from '../world.ts';
import { analyticsData } from './data.ts';
import type { Size } from './sites.ts';

/** A Wednesday afternoon in Los Angeles. */
export const openingTime = new Date('2026-11-18T20:15:00Z');

export interface Answer {
  status: number;
  type: string;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers are compared piece by piece; their shape is what the tests are about.
  body: any;
}

export interface Caller {
  /** Posts `body` (text as it is, anything else as JSON) to a path below the app's mount point. */
  post(path: string, body: unknown): Promise<Answer>;
  get(path: string): Promise<Answer>;
  /** From now on. */
  setFaults(...effects: Fault['effect'][]): void;
  setTime(time: Date): void;
  setPerson(email: string): void;
}

export function createCaller(options: { size?: Size } = {}): Caller {
  let time = openingTime;
  let faults: Fault[] = [];
  let email = 'ada@example.com';
  const app = new Hono<ApiEnv>();
  app.use(async (c, next) => {
    const person = people.find((candidate) => candidate.email === email);
    if (person === undefined) throw new RangeError(`nobody is called ${email}`);
    c.set('person', person);
    c.set('faults', faults);
    await next();
  });
  app.route('/analyticsdata', analyticsData({ now: () => time, size: options.size ?? 'small' }));

  async function send(path: string, init: RequestInit): Promise<Answer> {
    const response = await app.request(`/analyticsdata${path}`, init);
    const text = await response.text();
    const type = response.headers.get('content-type') ?? '';
    return {
      status: response.status,
      type,
      text,
      body: type.startsWith('application/json') ? JSON.parse(text) : undefined,
    };
  }

  return {
    post: (path, body) => send(path, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) }),
    get: (path) => send(path, { method: 'GET' }),
    setFaults: (...effects) => {
      faults = effects.map((effect) => ({ path: '*', effect }));
    },
    setTime: (next) => {
      time = next;
    },
    setPerson: (next) => {
      email = next;
    },
  };
}

/** `{name}` for each name, as dimensions and metrics are given. */
export function named(...names: string[]): { name: string }[] {
  return names.map((name) => ({ name }));
}

/** Rows as plain lists: dimension values, then metric values as numbers. */
export function flat(body: {
  rows?: { dimensionValues?: { value: string }[]; metricValues?: { value: string }[] }[];
}): (string | number)[][] {
  return (body.rows ?? []).map((row) => [
    ...(row.dimensionValues ?? []).map(({ value }) => value),
    ...(row.metricValues ?? []).map(({ value }) => Number(value)),
  ]);
}

export type Cell = string | number;

/** What the tables say, in a test's own SQL. */
export function rowsOf(db: DatabaseSync, sql: string): Cell[][] {
  const rows = db.prepare(sql).all();
  return rows.map((row) => Object.values(row).map((value) => (typeof value === 'number' ? value : String(value))));
}

/** Same rows in any order, numbers to five decimals (money is kept to six). */
export function sameRows(actual: readonly Cell[][], expected: readonly Cell[][]): void {
  const tidy = (rows: readonly Cell[][]): string[] =>
    rows
      .map((row) => row.map((cell) => (typeof cell === 'number' ? Number(cell.toFixed(5)) : cell)).join(' | '))
      .sort();
  assert.deepEqual(tidy(actual), tidy(expected));
}
