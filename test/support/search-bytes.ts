/**
 * Looking for many secrets at once in many megabytes: a database's files as a thief would have them.
 *
 * Owns: the forms in which a secret may have been written down (as it is, base64 at any offset, hex, percent-encoded, and
 * the bytes that it stands for), and finding them in one pass. Does not own: which secrets there are.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What was found, in words that do not repeat the secret. */
export interface Found {
  kind: string;
  form: string;
  where: string;
}

interface Needle {
  bytes: Uint8Array;
  kind: string;
  form: string;
}

export interface Search {
  in(where: string, bytes: Uint8Array): Found[];
}

/** Shorter ones would be found by chance. */
const SHORTEST = 10;
/** The first four bytes of each needle, as bits: 2^20 of them, so that almost every position is passed over. */
const BITS = 20;

/** `secrets` is text → what it is. A token of ours is also looked for without its prefix and id, which stand in clear. */
export function createSearch(secrets: Iterable<readonly [text: string, kind: string]>): Search {
  const needles = [...secrets].flatMap(([text, kind]) => needlesOf(text, kind));
  const byStart = new Map<number, Needle[]>();
  const isStart = new Uint8Array(1 << BITS);
  for (const needle of needles) {
    const start = startOf(needle.bytes, 0);
    byStart.set(start, [...(byStart.get(start) ?? []), needle]);
    isStart[hashOf(start)] = 1;
  }
  return {
    in(where, bytes) {
      const found = new Map<string, Found>();
      let window = 0;
      for (let end = 0; end < bytes.length; end += 1) {
        window = ((window << 8) | (bytes[end] ?? 0)) >>> 0;
        if (end < 3 || isStart[hashOf(window)] === 0) continue;
        for (const { bytes: needle, kind, form } of byStart.get(window) ?? [])
          if (isAt(bytes, end - 3, needle)) found.set(`${kind}/${form}`, { kind, form, where });
      }
      return [...found.values()];
    },
  };
}

/** All files of a folder and of those inside it. */
export async function searchFolder(folder: string, secrets: ReadonlyMap<string, string>): Promise<Found[]> {
  if (secrets.size === 0) return [];
  const search = createSearch(secrets);
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: Found[] = [];
  for (const { name, parentPath } of files.filter((file) => file.isFile())) {
    const bytes = await readFile(join(parentPath, name)).catch(() => Buffer.alloc(0)); // gone meanwhile
    found.push(...search.in(name, bytes));
  }
  return found;
}

/** The start of a token of ours and its id: neither is secret. */
const OUR_TOKEN = /^ggpt_(?:at|rt|ac)_.{22}(?=.{43}$)/;

function needlesOf(text: string, kind: string): Needle[] {
  const secret = text.replace(OUR_TOKEN, '');
  const plain = [...new Set([text, secret, encodeURIComponent(text)])].map((form) => Buffer.from(form));
  const encoded: [string, Uint8Array][] = [
    ...plain.map((bytes): [string, Uint8Array] => ['clear', bytes]),
    ...[0, 1, 2].flatMap((offset) => base64At(secret, offset)),
    ['hex', Buffer.from(Buffer.from(secret).toString('hex'))],
    ['HEX', Buffer.from(Buffer.from(secret).toString('hex').toUpperCase())],
    ...decoded(secret),
  ];
  return encoded.filter(([, bytes]) => bytes.length >= SHORTEST).map(([form, bytes]) => ({ bytes, kind, form }));
}

/** Somewhere inside of a longer text: without the characters that its neighbours have a part in. */
function base64At(secret: string, offset: number): [string, Uint8Array][] {
  const padded = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]);
  const whole = Math.floor(padded.length / 3) * 3;
  const text = padded
    .subarray(0, whole)
    .toString('base64')
    .slice(offset === 0 ? 0 : 4);
  const url = text.replaceAll('+', '-').replaceAll('/', '_');
  return [...new Set([text, url])].map((form) => [`base64 at ${offset}`, Buffer.from(form)]);
}

/** The 32 bytes that the text of a token, a key or a verifier stands for. */
function decoded(secret: string): [string, Uint8Array][] {
  if (!/^[A-Za-z0-9_-]{43}$/.test(secret)) return [];
  const bytes = Buffer.from(secret, 'base64url');
  return [
    ['bytes', bytes],
    ['hex of its bytes', Buffer.from(bytes.toString('hex'))],
  ];
}

function startOf(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0
  );
}

function hashOf(start: number): number {
  return Math.imul(start, 0x9e3779b1) >>> (32 - BITS);
}

function isAt(bytes: Uint8Array, at: number, needle: Uint8Array): boolean {
  return needle.every((byte, n) => bytes[at + n] === byte);
}
