/**
 * Reads what came with a request: form fields, query parameters, JSON for the sandbox's own controls.
 *
 * Owns: parsing and the refusals of what cannot be parsed. Does not own: what the fields mean.
 */
import type { Context } from 'hono';
import type { z } from 'zod';
import { JsonRefusal } from './refusal.ts';

/** Parameters with one value each. */
export type Fields = Readonly<Partial<Record<string, string>>>;

/** Form fields of a POST; no body gives no fields. Throws `invalid_request` for another type or a repeated field. */
export async function readForm(c: Context): Promise<Fields> {
  const text = await c.req.text();
  if (text === '') return {};
  const type = c.req.header('Content-Type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') {
    throw new JsonRefusal(400, 'invalid_request', 'Send the fields as application/x-www-form-urlencoded.');
  }
  return single(new URLSearchParams(text), (name) => new JsonRefusal(400, 'invalid_request', repeated(name)));
}

export const repeated = (name: string): string => `OAuth 2 parameters can only have a single value: ${name}`;

/** One value per name, or the refusal for the first name that comes twice (RFC 6749 3.1, 3.2). */
export function single(params: URLSearchParams, refuse: (name: string) => Error): Fields {
  const fields: Record<string, string> = Object.create(null);
  for (const [name, value] of params) {
    if (fields[name] !== undefined) throw refuse(name);
    fields[name] = value;
  }
  return fields;
}

/** A JSON body that must have a given shape. Throws one refusal that lists every problem. */
export async function readJson<T extends z.ZodType>(c: Context, shape: T): Promise<z.infer<T>> {
  let value: unknown;
  try {
    value = JSON.parse(await c.req.text());
  } catch {
    throw new JsonRefusal(400, 'invalid_request', 'The body is not JSON.');
  }
  const read = shape.safeParse(value);
  if (read.success) return read.data;
  const problems = read.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`);
  throw new JsonRefusal(400, 'invalid_request', problems.join('; '), { problems });
}
