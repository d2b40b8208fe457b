/**
 * What a page of ours is asked with: parameters whose faults a person has to see, and that a form came from our own page.
 *
 * Owns: turning a malformed request into an error page instead of JSON. Does not own: what the parameters mean.
 */
import type { Context } from 'hono';
import { OAuthError, PageError } from '../errors.ts';
import { type Parameters, readBody, readQuery } from '../http/parameters.ts';

/** Nothing is verified yet, so a malformed query is the person's to see, not a redirect's to carry. */
export function readPageQuery(url: string): Parameters {
  try {
    return readQuery(url);
  } catch (error) {
    throw asPage(error);
  }
}

export async function readPageForm(request: Request): Promise<Parameters> {
  try {
    return await readBody(request);
  } catch (error) {
    throw asPage(error);
  }
}

function asPage(error: unknown): unknown {
  if (!(error instanceof OAuthError)) return error;
  return new PageError('request-invalid', 400, { detail: error.message, cause: error });
}

/**
 * Defence in depth beside the SameSite cookie and what is sealed: an answer comes from our own page. A caller that is no
 * browser sends neither header, and has no cookie of anybody's either.
 */
export function checkSameSite(c: Context, publicUrl: string): void {
  const site = c.req.header('sec-fetch-site');
  const origin = c.req.header('origin');
  if ((site === undefined || site === 'same-origin') && (origin === undefined || origin === publicUrl)) return;
  throw new PageError('other-browser', 403, { detail: 'the answer came from another site' });
}
