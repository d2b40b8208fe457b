/**
 * The files that our pages load: one stylesheet, the button's font, the G mark, our logo and one small script.
 *
 * Owns: reading them once at the start, their types and versions. Does not own: the route that serves them, which looks
 * a path up here and answers what it finds. Nothing outside this list can be asked for, so no path is ever joined.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

export interface Asset {
  contentType: string;
  body: Uint8Array<ArrayBuffer>;
  etag: string;
  /** A year where a page asks by version; a day for the logos, whose plain address other parties keep. */
  cacheControl: string;
}

const TYPES = {
  'style.css': 'text/css; charset=utf-8',
  'copy.js': 'text/javascript; charset=utf-8',
  'logo.svg': 'image/svg+xml',
  'logo.png': 'image/png',
  'google-g.svg': 'image/svg+xml',
  'fonts/google-sans-latin-500.woff2': 'font/woff2',
} as const;

export type AssetName = keyof typeof TYPES;

const names = Object.keys(TYPES) as AssetName[];

/** Every path under `/assets/` with what it answers. */
export const assets: ReadonlyMap<string, Asset> = new Map(names.map((name) => [assetPath(name), read(name)]));

const urls = new Map(names.map((name) => [name, versioned(name)]));

/** The address of an asset as a page names it: a new content gets a new address, so that it may be kept for long. */
export function assetUrl(name: AssetName): string {
  return urls.get(name) ?? assetPath(name);
}

function assetPath(name: AssetName): string {
  return `/assets/${name}`;
}

/** The font goes without a version: the stylesheet names it too, and both must be the same address to load it once. */
function versioned(name: AssetName): string {
  const asset = assets.get(assetPath(name));
  return asset === undefined || name.startsWith('fonts/')
    ? assetPath(name)
    : `${assetPath(name)}?v=${asset.etag.slice(1, 9)}`;
}

function read(name: AssetName): Asset {
  const body = new Uint8Array(readFileSync(new URL(`../../assets/${name}`, import.meta.url)));
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  return { contentType: TYPES[name], body, etag, cacheControl: cacheControl(name) };
}

function cacheControl(name: AssetName): string {
  return name.startsWith('logo.') ? 'public, max-age=86400' : 'public, max-age=31536000';
}
