/**
 * The `WWW-Authenticate` challenge: how a client learns where to get a token and for which scopes (RFC 6750 3,
 * RFC 9728 5.1).
 *
 * Owns: the header's text, and tokens in the URL being refused. Does not own: why a token opens nothing (bearer.ts)
 * nor the body beside the header, which each door words for its own readers.
 */
import { BearerError, type ToolError } from '../errors.ts';

export interface ChallengeParts {
  publicUrl: string;
  /** What a client without a token should ask for. */
  scopes: readonly string[];
}

/** Where the metadata of the one protected resource lives: the path form, which every client reads (RFC 9728 3.1). */
function metadataUrl(publicUrl: string): string {
  return `${publicUrl}/.well-known/oauth-protected-resource/mcp`;
}

/** The value of `WWW-Authenticate`. Without a code when no token was sent, as RFC 6750 3.1 asks. */
export function challenge(parts: ChallengeParts, error: BearerError): string {
  const scopes = error.scopes.length > 0 ? error.scopes : parts.scopes;
  const fields = [`resource_metadata="${metadataUrl(parts.publicUrl)}"`];
  if (scopes.length > 0) fields.push(`scope="${scopes.join(' ')}"`);
  if (error.code !== undefined) {
    fields.push(`error="${error.code}"`, `error_description="${plainText(error.message)}"`);
  }
  return `Bearer ${fields.join(', ')}`;
}

/** RFC 6750 3: a description holds printable ASCII without `"` and `\`. Anything else could end the quoted string. */
function plainText(text: string): string {
  return text
    .replaceAll(/["\\]/g, "'")
    .replaceAll(/[‘’“”]/g, "'")
    .replaceAll(/[–—…]/g, '-')
    .replaceAll(/[^\x20-\x7e]/g, ' ');
}

/** The headers of a refusal at the gate. A 503 asks for patience, not for another token. */
export function refusalHeaders(parts: ChallengeParts, error: BearerError): Record<string, string> {
  if (error.status === 503) return { 'Cache-Control': 'no-store', 'Retry-After': '5' };
  return { 'Cache-Control': 'no-store', 'WWW-Authenticate': challenge(parts, error) };
}

/**
 * The challenge that mends a failed tool call, if a challenge can: a missing scope or a dead Google link.
 * `scopes` are all that the tool needs, since a client asks for exactly what one challenge names.
 */
export function refusalOf(error: ToolError, scopes: readonly string[]): BearerError | undefined {
  const all = [...new Set([...scopes, ...error.scopes])];
  if (error.kind === 'scope-missing') {
    return new BearerError(403, 'insufficient_scope', error.message, { scopes: all, cause: error });
  }
  if (error.kind === 'connect-again') {
    return new BearerError(401, 'invalid_token', error.message, { cause: error });
  }
  return undefined;
}

/** RFC 6750 2.3 discourages tokens in URLs, MCP forbids them: they end up in logs and histories. Throws BearerError. */
export function refuseTokenInUrl(url: string): void {
  const { searchParams } = new URL(url);
  const found = ['access_token', 'token', 'bearer_token'].find((name) => searchParams.has(name));
  if (found === undefined) return;
  const what = `The access token belongs into the Authorization header; "${found}" in the URL is not read`;
  throw new BearerError(400, 'invalid_request', what);
}
