/**
 * GET /charts/{sealed}.png: a picture of an answer, for assistants that show no widgets.
 *
 * Owns: the address, which carries the chart itself, sealed and expiring, so that nothing is stored and every replica can
 * draw it; and what an answer says about its picture. Does not own: the drawing (widgets/).
 *
 * Whoever has the address sees the picture until it expires, as with any link to a picture: browsers and assistants fetch
 * it without a token. It cannot be guessed or made by others, and is kept out of search engines.
 */
import type { Handler } from 'hono';
import type { Tool } from '../tools/tool.ts';
import { toBase64url } from '../vault/token.ts';
import type { Vault } from '../vault/vault.ts';
import type { Chart } from '../widgets/chart.ts';
import { packChart, smallerChart, unpackChart } from '../widgets/pack-chart.ts';
import { createPainter, type Painter } from '../widgets/paint.ts';

type Png = Uint8Array<ArrayBuffer>;

export interface Charts {
  /** The picture's address; `undefined` when even a smaller chart would not fit into one. */
  link(chart: Chart): string | undefined;
  paint(chart: Chart): Promise<Png>;
  /** GET /charts/:file */
  handler: Handler;
  close(): Promise<void>;
}

export interface ChartsParts {
  vault: Vault;
  publicUrl: string;
  now(): number;
  /** Told when drawing fails by our fault. */
  onFault(error: unknown): void;
  painter?: Painter;
}

const LIFETIME_SECONDS = 86_400;
/** An address that models copy without a slip, and that every proxy lets through. The handler's pattern says it again. */
const MAX_SEALED = 1800;
/** Pictures that were just drawn: chats ask for the same one from several places at once. */
const MAX_KEPT = 30;
const EXPIRY_BYTES = 4;

export function createCharts(parts: ChartsParts): Charts {
  const painter = parts.painter ?? createPainter();
  const kept = new Map<string, Promise<Png>>();

  /** Joins those who ask for the same picture; a failed one is forgotten. */
  const paintOnce = (sealed: string, chart: Chart): Promise<Png> => {
    const known = kept.get(sealed);
    if (known !== undefined) return known;
    const [oldest] = kept.keys();
    if (kept.size >= MAX_KEPT && oldest !== undefined) kept.delete(oldest);
    const painted = painter.paint(chart);
    kept.set(sealed, painted);
    painted.catch(() => kept.delete(sealed));
    return painted;
  };

  return {
    link(chart) {
      const expiresAt = Math.floor(parts.now() / 1000) + LIFETIME_SECONDS;
      for (const one of [chart, smallerChart(chart)]) {
        const sealed = one === undefined ? undefined : seal(parts.vault, one, expiresAt);
        if (sealed !== undefined && sealed.length <= MAX_SEALED) return `${parts.publicUrl}/charts/${sealed}.png`;
      }
      return undefined;
    },
    paint: (chart) => painter.paint(chart),
    async handler(c) {
      const { method } = c.req;
      if (method !== 'GET' && method !== 'HEAD') return plain(405, 'A picture is only read: GET.', 'GET, HEAD');
      const [, sealed = ''] = /^([A-Za-z0-9_-]{1,1800})\.png$/.exec(c.req.param('file') ?? '') ?? [];
      const opened = open(parts.vault, sealed);
      if (opened === undefined) return plain(404, 'There is no such picture.');
      const left = opened.expiresAt - Math.floor(parts.now() / 1000);
      if (left <= 0) return plain(410, 'This picture has expired. Ask for the chart again.');
      try {
        return picture(await paintOnce(sealed, opened.chart), left);
      } catch (error) {
        parts.onFault(error);
        return plain(503, 'The picture cannot be drawn right now. Try again in a minute.');
      }
    },
    close: () => painter.close(),
  };
}

const HEADERS = {
  'X-Content-Type-Options': 'nosniff',
  'X-Robots-Tag': 'noindex, nofollow',
  'Referrer-Policy': 'no-referrer',
  // Chats show it on pages of their own origin.
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'Access-Control-Allow-Origin': '*',
};

function picture(png: Png, maxAge: number): Response {
  return new Response(png, {
    headers: { ...HEADERS, 'Content-Type': 'image/png', 'Cache-Control': `private, max-age=${maxAge}, immutable` },
  });
}

function plain(status: number, words: string, allow?: string): Response {
  const headers = { ...HEADERS, 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' };
  return new Response(`${words}\n`, { status, headers: allow === undefined ? headers : { ...headers, Allow: allow } });
}

function seal(vault: Vault, chart: Chart, expiresAt: number): string {
  const packed = packChart(chart);
  const bytes = Buffer.alloc(EXPIRY_BYTES + packed.length);
  bytes.writeUInt32BE(expiresAt);
  bytes.set(packed, EXPIRY_BYTES);
  return toBase64url(vault.seal('chart', '', bytes));
}

/** `undefined` for what we did not seal, whatever is wrong with it: whoever asks can do nothing about which it is. */
function open(vault: Vault, sealed: string): { chart: Chart; expiresAt: number } | undefined {
  try {
    const bytes = Buffer.from(vault.openBytes('chart', '', Buffer.from(sealed, 'base64url')));
    return { expiresAt: bytes.readUInt32BE(), chart: unpackChart(bytes.subarray(EXPIRY_BYTES)) };
  } catch {
    return undefined;
  }
}

/** What an answer holds: structured content, the same as text, and the picture if it was asked for. */
export interface ShownAnswer {
  structured: Record<string, unknown>;
  text: string;
  image?: Png;
}

/**
 * The answer with the address of its picture. A picture that cannot be drawn takes nothing away from the numbers: the
 * answer goes out without it.
 */
export async function withPicture(
  charts: Charts | undefined,
  tool: Tool,
  answer: ShownAnswer,
  wants: { link: boolean; image: boolean },
): Promise<ShownAnswer> {
  const picture = charts === undefined ? undefined : tool.widget?.picture(answer.structured);
  if (charts === undefined || picture === undefined) return answer;
  const image =
    wants.image && picture.isImageWanted ? await charts.paint(picture.chart).catch(() => undefined) : undefined;
  const url = wants.link ? charts.link(picture.chart) : undefined;
  const shown = url === undefined ? answer : withAddress(answer, url, picture.chart.title);
  return image === undefined ? shown : { ...shown, image };
}

function withAddress(answer: ShownAnswer, url: string, title: string): ShownAnswer {
  const chart = { ...(answer.structured.chart as Record<string, unknown> | undefined), url };
  const words = `Show the person this picture (good for 24 hours): ![${title.replaceAll(/[[\]]/g, '')}](${url})`;
  return { structured: { ...answer.structured, chart }, text: `${answer.text}\n\n${words}` };
}
