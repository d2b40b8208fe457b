/**
 * How the Admin API says no: Google's JSON error envelope (AIP-193), and the web page that stands in for a 404 where no
 * method lives at a URL.
 *
 * Owns: the sentences and statuses. Does not own: when to refuse (admin.ts, admin-query.ts) nor refusals for a missing
 * or weak token, which happen before this API is reached.
 */
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

type Status = 'INVALID_ARGUMENT' | 'PERMISSION_DENIED' | 'NOT_FOUND' | 'INTERNAL';

const httpStatus: Record<Status, ContentfulStatusCode> = {
  INVALID_ARGUMENT: 400,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  INTERNAL: 500,
};

export class AdminError extends Error {
  readonly status: Status;
  readonly details: readonly unknown[];
  constructor(status: Status, message: string, details: readonly unknown[] = []) {
    super(message);
    this.status = status;
    this.details = details;
  }
}

/** One sentence for "not yours" and "not there": whoever may not read a property does not learn whether it exists. */
export function permissionDenied(): AdminError {
  return new AdminError('PERMISSION_DENIED', 'The caller does not have permission');
}

/** For something below a property that the person may read. */
export function entityNotFound(): AdminError {
  return new AdminError('NOT_FOUND', 'Requested entity was not found.');
}

/** A field holds something that Analytics itself, not the JSON layer, refuses; `must` completes the sentence. */
export function invalidField(field: string, must: string): AdminError {
  return new AdminError('INVALID_ARGUMENT', `The value for the '${field}' field was ${must}`);
}

/** Refusal by the JSON layer in front of Analytics: the sentence comes twice, as the message and as a field violation. */
export function badRequest(description: string, field?: string): AdminError {
  const violation = field === undefined ? { description } : { field, description };
  return new AdminError('INVALID_ARGUMENT', description, [
    { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [violation] },
  ]);
}

export function answerAdminError(error: Error, c: Context): Response {
  const refusal = error instanceof AdminError ? error : new AdminError('INTERNAL', 'Internal error encountered.');
  const code = httpStatus[refusal.status];
  const details = refusal.details.length === 0 ? {} : { details: refusal.details };
  return c.json({ error: { code, message: refusal.message, status: refusal.status, ...details } }, code);
}

/** Google answers a URL without a method with a page, not with JSON: clients that parse blindly stumble here. */
export function answerNoSuchUrl(c: Context): Response {
  const title = 'Error 404 (Not Found)!!1';
  return c.html(`<!DOCTYPE html>\n<html lang=en>\n<title>${title}</title>\n<p><b>404.</b> That’s an error.\n`, 404);
}
