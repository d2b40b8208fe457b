/**
 * GET /.well-known/oauth-protected-resource and …/mcp: what `/mcp` is and who gives out its tokens (RFC 9728).
 *
 * One document at both places: some clients read only the root form, others only the path form. Does not own: the
 * authorization server's own metadata (oauth/).
 */
import type { Handler } from 'hono';
import { publish } from './publish.ts';

export interface ProtectedResourceParts {
  publicUrl: string;
  resourceUrl: string;
  /** Every scope that some tool needs. */
  scopes: readonly string[];
  title: string;
}

/** `offline_access` is no scope of the resource and is left out (MCP authorization, "Scope Selection Strategy"). */
function protectedResourceDocument(parts: ProtectedResourceParts): Record<string, unknown> {
  return {
    resource: parts.resourceUrl,
    authorization_servers: [parts.publicUrl],
    scopes_supported: parts.scopes.filter((scope) => scope !== 'offline_access'),
    bearer_methods_supported: ['header'],
    resource_name: parts.title,
    resource_documentation: `${parts.publicUrl}/`,
    resource_policy_uri: `${parts.publicUrl}/privacy`,
    resource_tos_uri: `${parts.publicUrl}/terms`,
  };
}

export function protectedResourceMetadata(parts: ProtectedResourceParts): Handler {
  return publish({ type: 'application/json', text: JSON.stringify(protectedResourceDocument(parts)) });
}
