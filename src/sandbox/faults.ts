/**
 * What may go wrong on demand: faults are switched per path over HTTP, so that any test, in any process, can make the
 * sandbox misbehave.
 *
 * Owns: the board of faults, its control routes, and the effects that concern every path (status, slow, slow-answer,
 * reset). The others are only handed on, as the Hono variable `faults`, to who knows what they mean. Control paths never
 * suffer a fault: a test must always be able to switch off what it switched on.
 */
import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { z } from 'zod';
import type { ApiEnv, Fault } from './api.ts';
import { readJson } from './form.ts';
import { ConnectionReset } from './refusal.ts';

const effects = [
  ...['status', 'slow', 'slow-answer', 'reset'],
  ...['thresholding', 'sampling', 'other-row', 'truncation'],
  ...['quota-low', 'quota-hour', 'quota-day', 'quota-concurrent', 'quota-thresholded'],
  ...['no-refresh-token', 'testing-mode', 'invalid-rapt', 'stale-consent', 'api-disabled'],
] as Fault['effect'][];

const faultShape = z
  .strictObject({
    path: z.string().regex(/^[/*]/, 'must start with / or *').max(500),
    method: z
      .string()
      .regex(/^[A-Z]+$/, 'must be a method in capitals, such as POST')
      .optional(),
    times: z.int().min(1).optional(),
    effect: z.enum(effects),
    status: z.int().min(200).max(599).optional(),
    body: z.json().optional(),
    headers: z.record(z.string(), z.string()).refine(areHeaders, 'must be valid header names and values').optional(),
    delayMs: z.int().min(0).max(600_000).optional(),
  })
  .refine((fault) => fault.effect !== 'status' || fault.status !== undefined, {
    path: ['status'],
    message: 'is needed for the effect status',
  })
  .refine((fault) => !fault.effect.startsWith('slow') || fault.delayMs !== undefined, {
    path: ['delayMs'],
    message: 'is needed for the effects slow and slow-answer',
  });

/** One fault or a list of them. */
const bodyShape = z
  .union([z.array(z.unknown()), z.unknown().transform((one) => [one])])
  .pipe(z.array(faultShape).min(1).max(100));

function areHeaders(headers: Record<string, string>): boolean {
  try {
    new Headers(headers);
    return true;
  } catch {
    return false;
  }
}

const mostFaults = 1000;

export type Faults = ReturnType<typeof createFaults>;

/** The board: which faults are switched on, oldest first. */
export function createFaults() {
  let board: { fault: Fault; pattern: RegExp }[] = [];

  return {
    add(faults: readonly Fault[]): void {
      const added = faults.map((fault) => ({ fault: { ...fault }, pattern: patternOf(fault.path) }));
      board = [...board, ...added].slice(-mostFaults);
    },

    list: (): Fault[] => board.map(({ fault }) => ({ ...fault })),

    clear(): void {
      board = [];
    },

    /**
     * The faults that concern a request; each loses one of its `times`. At most one of each effect, and only one that
     * answers by itself, so that faults switched on one after the other also happen one after the other.
     */
    take(method: string, path: string): Fault[] {
      const taken = new Map<string, Fault>();
      for (const { fault, pattern } of board) {
        const kind = fault.effect === 'status' || fault.effect === 'reset' ? 'answer' : fault.effect;
        if (taken.has(kind) || !pattern.test(path) || (fault.method ?? method) !== method) continue;
        taken.set(kind, { ...fault });
        if (fault.times !== undefined) fault.times -= 1;
      }
      board = board.filter(({ fault }) => fault.times !== 0);
      return [...taken.values()];
    },
  };
}

function patternOf(path: string): RegExp {
  const parts = path.split('*').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}

/** Paths of the sandbox itself: never faulty, never logged. */
export const isControlPath = (path: string): boolean => path === '/sandbox' || path.startsWith('/sandbox/');

export interface ApplyFaultsParts {
  faults: Faults;
  wait: (milliseconds: number) => Promise<void>;
}

/** Runs before every route: sets the variable `faults` and does what the general effects say. */
export function applyFaults({ faults, wait }: ApplyFaultsParts): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const path = new URL(c.req.url).pathname;
    const taken = isControlPath(path) ? [] : faults.take(c.req.method, path);
    c.set('faults', taken);
    const find = (effect: Fault['effect']) => taken.find((fault) => fault.effect === effect);
    const [slow, slowAnswer, status] = [find('slow'), find('slow-answer'), find('status')];
    if (slow !== undefined) await wait(slow.delayMs ?? 0);
    if (find('reset') !== undefined) cut(c);
    if (status === undefined) await next();
    else c.res = statusAnswer(status);
    if (slowAnswer !== undefined) await wait(slowAnswer.delayMs ?? 0);
  };
}

/** Over a port the socket is reset, which the other side sees as ECONNRESET. */
function cut(c: Context): never {
  const bindings = c.env as Partial<HttpBindings> | undefined;
  bindings?.incoming?.socket.resetAndDestroy();
  throw new ConnectionReset('the fault `reset` cut this connection');
}

/** A text body whose headers name another type than JSON goes out as it is: proxies answer HTML when they are ill. */
function statusAnswer({ status = 500, body, headers = {} }: Fault): Response {
  const all = new Headers(headers);
  if (body === undefined || status === 204 || status === 205 || status === 304) {
    return new Response(null, { status, headers: all });
  }
  const isOtherType = all.has('Content-Type') && !all.get('Content-Type')?.includes('json');
  if (!all.has('Content-Type')) all.set('Content-Type', 'application/json; charset=UTF-8');
  const text = isOtherType && typeof body === 'string' ? body : JSON.stringify(body);
  return new Response(text, { status, headers: all });
}

export function faultControls(faults: Faults): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.get('/', (c) => c.json({ faults: faults.list() }));
  app.post('/', async (c) => {
    faults.add((await readJson(c, bodyShape)) as Fault[]);
    return c.json({ faults: faults.list() });
  });
  app.delete('/', (c) => {
    faults.clear();
    return c.json({ faults: [] });
  });
  return app;
}
