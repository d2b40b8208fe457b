/**
 * What the bridge asks of Google's sign-in, as a contract: consumed by oauth/ and by live-token.ts, implemented by
 * google.ts. Every method throws UpstreamError and nothing else.
 */

/** Google's token answer, read and typed. */
export interface ProviderTokens {
  accessToken: string;
  expiresInSeconds: number;
  /** Only after a fresh consent with offline access; Google does not rotate it on refresh. */
  refreshToken: string | undefined;
  /** Only for a Google project in Testing mode. */
  refreshExpiresInSeconds: number | undefined;
  /** Short names of the scopes that were granted, which may be fewer than were asked. `openid`, `email`, `profile` as such. */
  scopes: readonly string[];
  idToken: string | undefined;
}

/** Who signed in, from a verified ID token. */
export interface Identity {
  subject: string;
  email: string | undefined;
  name: string | undefined;
}

/** What Google says about an access token that somebody else holds. */
export interface TokenInfo extends Identity {
  /** The Google client it was issued to. */
  clientId: string;
  scopes: readonly string[];
  expiresInSeconds: number;
}

export interface AuthorizationUrlParts {
  state: string;
  /** Short scope names; the sign-in scopes are always added. */
  scopes: readonly string[];
  codeChallenge: string;
  nonce: string;
  /** `consent` makes Google show its consent page again, which is what brings a refresh token. */
  prompt: 'select_account' | 'consent' | 'consent select_account';
  loginHint?: string | undefined;
  /** Ask only who it is: no more than `openid email`, and nothing that lasts. */
  identityOnly?: boolean;
}

/** An answer handed on as it is, for relay mode. */
export interface RawAnswer {
  status: number;
  body: string;
}

export interface Provider {
  authorizationUrl(parts: AuthorizationUrlParts): Promise<string>;
  /** The origin of the authorization endpoint, for our pages' form-action. */
  authorizationOrigin(): Promise<string>;
  exchange(code: string, codeVerifier: string): Promise<ProviderTokens>;
  refresh(refreshToken: string): Promise<ProviderTokens>;
  /** Revokes the person's whole link. Already revoked is fine. */
  revoke(token: string): Promise<void>;
  /** Verifies signature, issuer, audience, expiry and nonce (OpenID Connect Core 3.1.3.7). */
  identify(idToken: string, nonce: string): Promise<Identity>;
  /** Undefined when Google says that the token is no good. */
  tokenInfo(accessToken: string): Promise<TokenInfo | undefined>;
  /** Relay mode: sends the fields with our Google credentials added and returns Google's own answer. */
  forward(fields: Readonly<Record<string, string>>): Promise<RawAnswer>;
}
