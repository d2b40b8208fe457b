/**
 * A Calendar API for tests: one sandbox calendar behind a tiny outer app that says who asks, with a clock that the test
 * sets.
 *
 * Owns: that set-up and short names for requests. Does not own: any expectation.
 */
import assert from 'node:assert/strict';
import { Hono } from 'hono';
import type { ApiEnv } from '../api.ts';
import { people } from '../world.ts';
import { calendar } from './calendar.ts';

export type Json = Record<string, unknown>;
export type Name = 'ada' | 'grace' | 'nobody';

export interface Answer {
  status: number;
  body: Json;
  headers: Headers;
}

export interface Caller {
  get(path: string, query?: Record<string, string | string[]>, headers?: Record<string, string>): Promise<Answer>;
  send(
    method: 'POST' | 'PATCH' | 'PUT' | 'DELETE',
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>;
}

export interface CalendarFixture {
  as(name: Name): Caller;
  /** What time it is for the sandbox; moves only when told. */
  clock: { now: Date };
}

/** A Sunday noon in London, four in the morning in Los Angeles. */
export const sunday = new Date('2026-11-22T12:00:00Z');

export function startCalendar(now: Date = sunday): CalendarFixture {
  const clock = { now };
  const app = calendar({ now: () => clock.now });
  const as = (name: Name): Caller => {
    const person = people.find(({ email }) => email === `${name}@example.com`);
    assert.ok(person);
    const outer = new Hono<ApiEnv>();
    outer.use(async (c, next) => {
      c.set('person', person);
      c.set('faults', []);
      await next();
    });
    outer.route('/calendar/v3', app);
    const ask = async (path: string, init: RequestInit): Promise<Answer> => {
      const answer = await outer.request(`/calendar/v3${path}`, init);
      const text = await answer.text();
      return { status: answer.status, body: text === '' ? {} : JSON.parse(text), headers: answer.headers };
    };
    return {
      get: (path, query = {}, headers = {}) => ask(`${path}${queryString(query)}`, { headers }),
      send: (method, path, body, headers = {}) =>
        ask(path, {
          method,
          headers: { 'content-type': 'application/json', ...headers },
          ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        }),
    };
  };
  return { as, clock };
}

function queryString(query: Record<string, string | string[]>): string {
  const search = new URLSearchParams();
  for (const [name, values] of Object.entries(query)) {
    for (const value of [values].flat()) search.append(name, value);
  }
  return search.size === 0 ? '' : `?${search}`;
}

export function itemsOf(answer: Answer): Json[] {
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  assert.ok(Array.isArray(answer.body.items));
  return answer.body.items;
}

export function summaries(answer: Answer): unknown[] {
  return itemsOf(answer).map(({ summary }) => summary);
}

export function attendeesOf(event: Json | undefined): Json[] {
  return Array.isArray(event?.attendees) ? event.attendees : [];
}

/** Google's error body with one entry. */
export function refusal(code: number, entry: Json): { status: number; body: Json } {
  return { status: code, body: { error: { errors: [entry], code, message: entry.message } } };
}

export async function refused(answer: Promise<Answer>): Promise<{ status: number; body: Json }> {
  const { status, body } = await answer;
  return { status, body };
}
