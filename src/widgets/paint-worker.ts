/**
 * The thread that turns SVG into PNG. Only it loads the renderer (WebAssembly, 2.4 MB) and the fonts.
 *
 * Does not own: its own life (paint.ts).
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parentPort } from 'node:worker_threads';
import { initWasm, Resvg } from '@resvg/resvg-wasm';
import { fontsFor } from './drawable.ts';
import type { PaintAnswer, PaintOrder } from './paint.ts';

/** Twice the drawing's pixels: sharp on the screens that people have. */
const SCALE = 2;

const wasm = createRequire(import.meta.url).resolve('@resvg/resvg-wasm/index_bg.wasm');
const ready = initWasm(readFileSync(wasm));

const files = new Map<string, Uint8Array>();

function font(name: string): Uint8Array {
  const known = files.get(name) ?? readFileSync(new URL(`../../assets/fonts/chart/${name}`, import.meta.url));
  files.set(name, known);
  return known;
}

async function answer({ id, svg }: PaintOrder): Promise<PaintAnswer> {
  try {
    await ready;
    const renderer = new Resvg(svg, {
      font: { fontBuffers: fontsFor(svg).map(font), defaultFontFamily: 'Inter' },
      fitTo: { mode: 'zoom', value: SCALE },
    });
    const image = renderer.render();
    const png = new Uint8Array(image.asPng());
    image.free();
    renderer.free();
    return { id, png };
  } catch (cause) {
    return { id, message: cause instanceof Error ? cause.message : 'the renderer failed' };
  }
}

parentPort?.on('message', async (order: PaintOrder) => {
  const made = await answer(order);
  parentPort?.postMessage(made, made.png === undefined ? [] : [made.png.buffer]);
});
