/**
 * Who may see which account, property and stream of the Admin API: what the URL names is found among what the person
 * may read, or refused.
 *
 * Owns: that lookup and its refusals. Does not own: the world's access list (world.ts) nor what is answered (admin.ts).
 */
import type { Context } from 'hono';
import type { ApiEnv } from '../api.ts';
import { type Account, accounts, mayRead, type Property, readableProperties, type WebStream } from '../world.ts';
import { entityNotFound, invalidField, permissionDenied } from './admin-errors.ts';

type Api = Context<ApiEnv>;

export function readableAccounts(c: Api): Account[] {
  return accounts.filter((account) => mayRead(c.get('person').email, account.id));
}

export function findAccount(c: Api, field: string): Account {
  const id = numericId(c.req.param('account') ?? '', field, 'accounts/123');
  const account = readableAccounts(c).find((readable) => readable.id === id);
  if (account === undefined) throw permissionDenied();
  return account;
}

/** The property in the URL. `field` is what Google calls that part of the URL when it complains about it. */
export function findProperty(c: Api, field: 'name' | 'parent'): Property {
  const id = numericId(c.req.param('property') ?? '', field, 'properties/123');
  const property = readableProperties(c.get('person').email).find((readable) => readable.id === id);
  if (property === undefined) throw permissionDenied();
  return property;
}

export function findStream(c: Api, field: 'name' | 'parent'): { property: Property; stream: WebStream } {
  const property = findProperty(c, field);
  const stream = property.streams.find((candidate) => candidate.id === c.req.param('stream'));
  if (stream === undefined) throw entityNotFound();
  return { property, stream };
}

function numericId(id: string, field: string, format: string): string {
  if (!/^\d{1,19}$/.test(id)) throw invalidField(field, `invalid but must be in format '${format}'.`);
  return id;
}
