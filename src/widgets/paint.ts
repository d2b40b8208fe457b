/**
 * A chart as a PNG, for doors without widgets.
 *
 * Owns: one worker thread that is started with the first picture and ended when none was wanted for a while: drawing one
 * takes a tenth of a second of a processor, which no other request should wait for, and the renderer's memory is given
 * back. Does not own: the drawing (draw/) nor the rendering (paint-worker.ts).
 */
import { Worker } from 'node:worker_threads';
import type { Chart } from './chart.ts';
import { drawPoster } from './draw/draw-chart.ts';
import { light } from './draw/palette.ts';
import { drawable } from './drawable.ts';

export interface Painter {
  /** Rejects when the chart cannot be drawn in time or too many wait. */
  paint(chart: Chart): Promise<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

const WIDTH = 760;
const IDLE_MS = 60_000;
const TIME_LIMIT_MS = 15_000;
const MAX_WAITING = 20;

interface Waiting {
  resolve(png: Uint8Array<ArrayBuffer>): void;
  reject(cause: Error): void;
}

/** What the worker is asked and what it answers. */
export interface PaintOrder {
  id: number;
  svg: string;
}
export interface PaintAnswer {
  id: number;
  png?: Uint8Array<ArrayBuffer>;
  message?: string;
}

export function posterSvg(chart: Chart): string {
  return drawPoster(drawable(chart), { width: WIDTH, palette: light, fontFamily: 'Inter' }).svg;
}

export function createPainter(): Painter {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;
  let next = 0;

  const stop = async (cause?: Error): Promise<void> => {
    clearTimeout(idle);
    const [old, left] = [worker, [...waiting.values()]];
    worker = undefined;
    waiting.clear();
    for (const { reject } of left) reject(cause ?? new Error('the painter was closed'));
    await old?.terminate();
  };

  const start = (): Worker => {
    const file = import.meta.url.endsWith('.ts') ? './paint-worker.ts' : './paint-worker.js';
    const started = new Worker(new URL(file, import.meta.url), { resourceLimits: { maxOldGenerationSizeMb: 128 } });
    started.unref();
    started.on('message', ({ id, png, message }: PaintAnswer) => {
      const one = waiting.get(id);
      waiting.delete(id);
      if (png === undefined) one?.reject(new Error(message ?? 'no picture'));
      else one?.resolve(png);
    });
    started.on('error', (cause) => {
      if (worker === started) void stop(cause instanceof Error ? cause : new Error('the painter failed'));
    });
    return started;
  };

  return {
    async paint(chart) {
      if (waiting.size >= MAX_WAITING) throw new Error('too many pictures at once');
      const svg = posterSvg(chart);
      worker ??= start();
      clearTimeout(idle);
      const id = next++;
      const { promise, resolve, reject } = Promise.withResolvers<Uint8Array<ArrayBuffer>>();
      waiting.set(id, { resolve, reject });
      // Keeps the process up while somebody waits, unlike the idle worker itself.
      const limit = setTimeout(() => void stop(new Error('the picture took too long')), TIME_LIMIT_MS);
      worker.postMessage({ id, svg } satisfies PaintOrder);
      try {
        return await promise;
      } finally {
        clearTimeout(limit);
        if (waiting.size === 0) {
          clearTimeout(idle);
          idle = setTimeout(() => void stop(), IDLE_MS);
          idle.unref();
        }
      }
    },
    close: () => stop(),
  };
}
