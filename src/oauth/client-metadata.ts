/**
 * What a client may say of itself when it registers (RFC 7591 2). Pure.
 *
 * Owns: which metadata is accepted, replaced or refused, and how large it may be. Does not own: redirect URI rules
 * (redirect-uri.ts), nor what becomes of the client (register.ts). Unknown members are ignored, as the RFC says, a software
 * statement among them; values that we cannot honour are replaced where that breaks no client, and refused where it would.
 */
import { z } from 'zod';
import { OAuthError } from '../errors.ts';
import { parseJsonObject } from '../http/parameters.ts';
import type { AuthMethod, Client } from '../store/records.ts';
import { isAppUri, isLoopbackUri, problemOf } from './redirect-uri.ts';

export interface ClientMetadata {
  name: string;
  redirectUris: string[];
  authMethod: Exclude<AuthMethod, 'private_key_jwt'>;
  applicationType: NonNullable<Client['registration']>['applicationType'];
  clientUri: string | undefined;
  logoUri: string | undefined;
}

/** VS Code sends six redirect URIs, nobody more. */
const MOST_URIS = 20;
const MOST_URI_CHARACTERS = 8192;

/** Some clients write null for what they leave out. */
const optional = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value) => value ?? undefined);
const names = optional(z.array(z.string().max(200)).max(20));

const shape = z.object({
  redirect_uris: z.array(z.string()).min(1).max(MOST_URIS),
  client_name: optional(z.string().trim().max(200)),
  client_uri: optional(z.string().max(2000)),
  logo_uri: optional(z.string().max(2000)),
  token_endpoint_auth_method: optional(z.string().max(100)),
  application_type: optional(z.string().max(100)),
  grant_types: names,
  response_types: names,
});

type Asked = z.output<typeof shape>;

/** Throws OAuthError `invalid_redirect_uri` or `invalid_client_metadata`, naming the member, or `invalid_request`. */
export function readClientMetadata(body: string): ClientMetadata {
  const asked = checkShape(parseJsonObject(body));
  const redirectUris = checkRedirectUris(asked.redirect_uris);
  checkTypes(asked);
  return {
    name: asked.client_name || 'An app without a name',
    redirectUris,
    authMethod: chooseAuthMethod(asked.token_endpoint_auth_method),
    applicationType: judgeType(asked.application_type, redirectUris),
    clientUri: webAddress(asked.client_uri),
    logoUri: webAddress(asked.logo_uri),
  };
}

function checkShape(body: Record<string, unknown>): Asked {
  const result = shape.safeParse(body);
  if (result.success) return result.data;
  const [member] = result.error.issues.flatMap(({ path }) => path);
  if (member === 'redirect_uris') {
    throw new OAuthError('invalid_redirect_uri', `redirect_uris must be a list of one to ${MOST_URIS} URIs.`);
  }
  throw new OAuthError(
    'invalid_client_metadata',
    `${String(member)} is too long or has not the form that RFC 7591 gives it.`,
  );
}

function checkRedirectUris(uris: readonly string[]): string[] {
  for (const [index, uri] of uris.entries()) {
    const problem = problemOf(uri);
    if (problem !== undefined) throw new OAuthError('invalid_redirect_uri', `redirect_uris[${index}] ${problem}.`);
  }
  if (uris.join('').length > MOST_URI_CHARACTERS) {
    throw new OAuthError(
      'invalid_redirect_uri',
      `redirect_uris has more than ${MOST_URI_CHARACTERS} characters together.`,
    );
  }
  return [...new Set(uris)];
}

function checkTypes({ grant_types: grants, response_types: responses }: Asked): void {
  if (grants !== undefined && !grants.includes('authorization_code')) {
    throw new OAuthError('invalid_client_metadata', 'grant_types must include authorization_code.');
  }
  if (responses !== undefined && !responses.includes('code')) {
    throw new OAuthError('invalid_client_metadata', 'response_types must include code.');
  }
}

/** RFC 7591 2: absent means client_secret_basic. */
function chooseAuthMethod(asked: string = 'client_secret_basic'): ClientMetadata['authMethod'] {
  if (asked === 'none' || asked === 'client_secret_basic' || asked === 'client_secret_post') return asked;
  const wanted = 'token_endpoint_auth_method must be none, client_secret_post or client_secret_basic';
  throw new OAuthError(
    'invalid_client_metadata',
    asked === 'private_key_jwt'
      ? `${wanted}; with a key pair, use the URL of a client metadata document as client_id instead of registering.`
      : `${wanted}.`,
  );
}

/**
 * OpenID Connect Registration 2 makes `web` the default and forbids it loopback, which refuses most desktop clients: they
 * say nothing, or `web` by mistake. Nothing here depends on the type but what a client reads back, so the URIs decide.
 */
function judgeType(asked: string | undefined, uris: readonly string[]): ClientMetadata['applicationType'] {
  const isNative = uris.some((uri) => isLoopbackUri(uri) || isAppUri(uri));
  return isNative || asked === 'native' ? 'native' : 'web';
}

/** For showing only, and never a reason to turn a client away: anything but a web address is as good as none. */
function webAddress(text: string | undefined): string | undefined {
  const url = URL.parse(text ?? '');
  return url !== null && /^https?:/.test(url.protocol) && url.username + url.password === '' ? text : undefined;
}
