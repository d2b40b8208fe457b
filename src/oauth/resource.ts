/** Resource indicators (RFC 8707): which audience a token is for. Pure. There is one: the MCP endpoint. */
import { OAuthError } from '../errors.ts';

/**
 * The canonical resource for what a client sent. Missing means ours. Our origin stands for our MCP endpoint, and case of
 * scheme and host and a trailing slash do not matter (MCP, "Canonical Server URI"). Throws `invalid_target`.
 */
export function chooseResource(given: string | undefined, resourceUrl: string): string {
  if (given === undefined) return resourceUrl;
  const url = URL.parse(given);
  const normal =
    url === null || given.includes('#') ? undefined : `${url.origin}${url.pathname}${url.search}`.replace(/\/$/, '');
  if (normal === resourceUrl || normal === new URL(resourceUrl).origin) return resourceUrl;
  throw new OAuthError('invalid_target', `This server issues tokens for ${resourceUrl} only.`);
}
