/**
 * GET /.well-known/ai-plugin.json: the manifest of ChatGPT's 2023 plugins, still read by other hosts.
 *
 * Owns: its fields, within both sets of limits that were published. Does not own: the API's description (openapi.ts).
 * Two names in it mislead: `client_url` is the authorization endpoint, where the browser goes, and `authorization_url`
 * the token endpoint. The format wants everything on the manifest's own domain.
 */
import type { Handler } from 'hono';
import type { About } from './about.ts';
import { publish } from './publish.ts';

export interface PluginParts {
  publicUrl: string;
  about: About;
  /** What the plugin form showed; the entry stays empty until there is one, since a placeholder would look like one. */
  verificationToken: string | undefined;
  operatorEmail: string | undefined;
}

export function pluginManifest(parts: PluginParts): Record<string, unknown> {
  const { publicUrl, about } = parts;
  const domain = new URL(publicUrl).hostname.replace(/^www\./, '');
  return {
    schema_version: 'v1',
    name_for_human: about.title,
    name_for_model: about.name,
    description_for_human: about.summary,
    description_for_model: about.instructions,
    auth: {
      type: 'oauth',
      client_url: `${publicUrl}/authorize`,
      // Empty: the authorization server then gives the client what it is registered for.
      scope: '',
      authorization_url: `${publicUrl}/token`,
      authorization_content_type: 'application/json',
      verification_tokens: parts.verificationToken === undefined ? {} : { openai: parts.verificationToken },
    },
    api: { type: 'openapi', url: `${publicUrl}/openapi.json`, is_user_authenticated: true },
    logo_url: `${publicUrl}/logo.png`,
    contact_email: parts.operatorEmail ?? `support@${domain}`,
    legal_info_url: `${publicUrl}/terms`,
  };
}

export function plugin(parts: PluginParts): Handler {
  return publish({ type: 'application/json', text: JSON.stringify(pluginManifest(parts), null, 2) });
}
