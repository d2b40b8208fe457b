/**
 * A request body as text: bounded in size and in time, UTF-8 only, never unpacked.
 *
 * Owns: the ways in which a body can be unreadable. Does not own: the words for them (parameters.ts for OAuth, the doors'
 * read-json.ts), nor what the text means. A compressed body is refused: a few bytes can unpack to gigabytes, and no
 * client of ours packs the small bodies that these endpoints take.
 */

export type UnreadableBody = 'too-large' | 'too-slow' | 'cut-short' | 'not-utf-8' | 'other-charset' | 'compressed';

export type BodyText = { ok: true; text: string } | { ok: false; why: UnreadableBody };

export interface BodyBounds {
  maxBytes: number;
  /** For the whole body. Short of the listener's own limit, so that the sender still gets an answer. */
  maxMs?: number;
}

const MAX_MS = 20_000;

export async function readBodyText(request: Request, { maxBytes, maxMs = MAX_MS }: BodyBounds): Promise<BodyText> {
  const encoding = request.headers.get('content-encoding')?.trim().toLowerCase() ?? '';
  if (encoding !== '' && encoding !== 'identity') return { ok: false, why: 'compressed' };
  if (!isUtf8(request.headers.get('content-type'))) return { ok: false, why: 'other-charset' };
  // The declared length is believed only when it is too large already.
  if (Number(request.headers.get('content-length')) > maxBytes) return { ok: false, why: 'too-large' };
  if (request.body === null) return { ok: true, text: '' };
  const bytes = await readBytes(request.body, maxBytes, maxMs);
  if (typeof bytes === 'string') return { ok: false, why: bytes };
  try {
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { ok: false, why: 'not-utf-8' }; // the decoder's error says nothing that its name does not
  }
}

async function readBytes(
  body: ReadableStream<Uint8Array>,
  maxBytes: number,
  maxMs: number,
): Promise<Uint8Array | 'too-large' | 'too-slow' | 'cut-short'> {
  const { promise: late, resolve: expire } = Promise.withResolvers<'too-slow'>();
  const timer = setTimeout(() => expire('too-slow'), maxMs);
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    const reader = body.getReader();
    const giveUp = <Why>(why: Why) => {
      reader.cancel().catch(() => {}); // whoever sends hears of it by the answer; a broken stream has nobody to tell
      return why;
    };
    for (;;) {
      const step = await Promise.race([reader.read(), late]);
      if (step === 'too-slow') return giveUp(step);
      if (step.done) return Buffer.concat(chunks);
      size += step.value.length;
      if (size > maxBytes) return giveUp('too-large');
      chunks.push(step.value);
    }
  } catch {
    return 'cut-short'; // the sender went away, or another reader has had the body: either way there is none
  } finally {
    clearTimeout(timer);
  }
}

/** No charset is UTF-8 (RFC 8259 8.1 and the URL standard's forms); any other than that is not guessed at. */
function isUtf8(contentType: string | null): boolean {
  const [, charset = 'utf-8'] = /;\s*charset\s*=\s*"?([^\s;"]*)/i.exec(contentType ?? '') ?? [];
  return /^(utf-?8|us-ascii)$/i.test(charset);
}
