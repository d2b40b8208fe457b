/**
 * Query strings of the Admin API: which names a method knows, and lists cut into pages.
 *
 * Owns: pageSize, pageToken and the refusal of unknown names, exactly as Google's JSON layer words it. Does not own:
 * what is in a list (admin-content.ts).
 */
import { createHash } from 'node:crypto';
import { badRequest, invalidField } from './admin-errors.ts';

/** Understood by every Google API and of no consequence here. */
const systemParameters = new Set([
  '$.xgafv',
  'access_token',
  'alt',
  'callback',
  'fields',
  'key',
  'oauth_token',
  'prettyPrint',
  'quotaUser',
  'upload_protocol',
  'uploadType',
]);

export type Query = ReadonlyMap<string, string>;

/**
 * The parameters of a request by their JSON names. Google takes `page_size` for `pageSize`; a name that the method does
 * not have is refused, not ignored.
 */
export function readQuery(url: string, known: readonly string[]): Query {
  const query = new Map<string, string>();
  for (const [name, value] of new URL(url).searchParams) {
    if (systemParameters.has(name)) continue;
    const jsonName = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    if (!known.includes(jsonName)) {
      throw badRequest(
        `Invalid JSON payload received. Unknown name "${name}": Cannot bind query parameter. ` +
          `Field '${name}' could not be found in request message.`,
      );
    }
    query.set(jsonName, value);
  }
  return query;
}

export function checkBoolean(query: Query, name: string, field: string): void {
  const value = query.get(name);
  if (value === undefined || /^(true|false)$/.test(value)) return;
  throw badRequest(`Invalid value at '${field}' (TYPE_BOOL), "${value}"`, field);
}

export interface Page<Item> {
  items: Item[];
  nextPageToken?: string;
}

export interface PageLimits {
  usual: number;
  most: number;
}

/**
 * One page of `items`. A token is good only for the list that gave it out: same person, path and filter, any page size
 * (AIP-158). Sizes above the maximum are cut to it, as Google documents.
 */
export function cutPage<Item>(items: readonly Item[], query: Query, list: string, limits: PageLimits): Page<Item> {
  const size = pageSize(query, limits);
  const from = readPageToken(query, list, items.length);
  const page = items.slice(from, from + size);
  const next = from + page.length;
  return next < items.length ? { items: page, nextPageToken: writePageToken(list, next) } : { items: page };
}

function pageSize(query: Query, limits: PageLimits): number {
  const text = query.get('pageSize') ?? '0';
  const asked = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isInteger(asked) || Math.abs(asked) > 2 ** 31 - 1) {
    throw badRequest(`Invalid value at 'page_size' (TYPE_INT32), "${text}"`, 'page_size');
  }
  if (asked < 0) throw invalidField('page_size', `'${asked}', but must not be negative.`);
  return asked === 0 ? limits.usual : Math.min(asked, limits.most);
}

/** Opaque on purpose: whoever reads meaning into a token gets hurt here rather than at Google. */
function writePageToken(list: string, offset: number): string {
  return createHash('sha256').update(`${offset} ${list}`).digest('base64url').slice(0, 24);
}

function readPageToken(query: Query, list: string, length: number): number {
  const token = query.get('pageToken') ?? '';
  if (token === '') return 0;
  for (let offset = 1; offset < length; offset++) {
    if (token === writePageToken(list, offset)) return offset;
  }
  throw invalidField('page_token', 'invalid.');
}
