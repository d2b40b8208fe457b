/**
 * Every way this program refuses, by who can mend it.
 *
 * Owns: the error classes and their closed code lists. Does not own: how an error is answered on the wire
 * (oauth/answer-error.ts, tools/run.ts, resource/bearer.ts) nor what is logged about it (observe/).
 * A `reason` is for logs and tests and never leaves the process; a `message` may.
 */

/** One wrong setting: what was given, what is wanted, and a value that would do. */
export interface ConfigProblem {
  option: string;
  got: string;
  wanted: string;
  example: string;
}

/** The operator must change the configuration; raised before the listener opens. Lists every problem at once. */
export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[];
  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map((p) => `${p.option}: got ${p.got}, wanted ${p.wanted}, for example ${p.example}`).join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** What the operator asked for at the terminal cannot be done. The message is one sentence with the fix; exit code 1. */
export class OperatorError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'OperatorError';
  }
}

/** RFC 6749 4.1.2.1 and 5.2, RFC 7009 2.2.1, RFC 7591 3.2.2, RFC 8707 2. */
export type OAuthCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'unsupported_response_type'
  | 'unsupported_token_type'
  | 'invalid_scope'
  | 'invalid_target'
  | 'invalid_redirect_uri'
  | 'invalid_client_metadata'
  | 'access_denied'
  | 'temporarily_unavailable';

/** Why we refused. Telling a prober which check failed helps the prober, so this stays inside. */
export type OAuthReason =
  | { kind: 'client-unknown' }
  | { kind: 'client-secret-wrong' }
  | { kind: 'client-auth-method'; used: string }
  | { kind: 'client-document'; problem: string }
  | { kind: 'assertion'; problem: string }
  | { kind: 'code-unknown' }
  | { kind: 'code-spent'; grantId: string | undefined }
  | { kind: 'code-expired' }
  | { kind: 'code-other-client' }
  | { kind: 'redirect-uri-mismatch' }
  | { kind: 'pkce-mismatch' }
  | { kind: 'refresh-unknown' }
  | { kind: 'refresh-stale' }
  | { kind: 'refresh-other-client' }
  | { kind: 'grant-dead' }
  | { kind: 'account-not-allowed' }
  | { kind: 'parameter'; name: string }
  | { kind: 'other'; detail: string };

/** The client developer must change the request. Leaves as JSON `{error, error_description}` (RFC 6749 5.2). */
export class OAuthError extends Error {
  readonly code: OAuthCode;
  readonly reason: OAuthReason | undefined;
  /** Where HTTP has a better word than 400; the code decides otherwise. */
  readonly status: 400 | 401 | 408 | 413 | 415 | undefined;
  constructor(
    code: OAuthCode,
    description: string,
    options: { reason?: OAuthReason; cause?: unknown; status?: OAuthError['status'] } = {},
  ) {
    super(description, { cause: options.cause });
    this.name = 'OAuthError';
    this.code = code;
    this.reason = options.reason;
    this.status = options.status;
  }
}

/** Where an authorization error may be sent: only ever built from a verified client and redirect URI. */
export interface RedirectTarget {
  redirectUri: string;
  state: string | undefined;
}

/** The only refusal that may travel in a redirect: it cannot be built before client and redirect URI are verified. */
export class RedirectableError extends OAuthError {
  readonly target: RedirectTarget;
  constructor(target: RedirectTarget, code: OAuthCode, description: string) {
    super(code, description);
    this.name = 'RedirectableError';
    this.target = target;
  }
}

/** What a person in the browser can be told. A fixed list: nothing foreign is ever shown in its place. */
export type PageProblem =
  | 'client-unknown'
  | 'client-unreachable'
  | 'client-document-invalid'
  | 'redirect-uri-unregistered'
  | 'request-invalid'
  | 'flow-expired'
  | 'flow-damaged'
  | 'other-browser'
  | 'google-unreachable'
  | 'google-misconfigured'
  | 'google-refused'
  | 'account-not-allowed'
  | 'scope-not-granted'
  | 'not-found'
  | 'too-many-requests'
  | 'unexpected';

/** The person in the browser must do something; there is no verified place to redirect to. Leaves as a page. */
export class PageError extends Error {
  readonly problem: PageProblem;
  readonly status: 400 | 403 | 404 | 410 | 429 | 500 | 503;
  /** The flow reference, where a flow exists: what the operator can search for. */
  readonly ref: string | undefined;
  /** A command, word by word, with which the operator can mend it. */
  readonly command: readonly string[] | undefined;
  constructor(
    problem: PageProblem,
    status: PageError['status'],
    options: {
      ref?: string | undefined;
      detail?: string;
      command?: readonly string[] | undefined;
      cause?: unknown;
    } = {},
  ) {
    super(options.detail ?? problem, { cause: options.cause });
    this.name = 'PageError';
    this.problem = problem;
    this.status = status;
    this.ref = options.ref;
    this.command = options.command;
  }
}

/** Why a document of the public internet could not be had. */
export type FetchProblem =
  /** Not a plain https URL with a host name. */
  | 'url'
  /** The host is not on the public internet, or not only there. */
  | 'address'
  /** No name, no connection, no valid certificate, or a broken answer. */
  | 'unreachable'
  | 'too-slow'
  | 'too-large'
  /** A redirect, which is never followed. */
  | 'redirect'
  /** Another status than 200. */
  | 'status'
  | 'not-json'
  /** We are fetching too much already. */
  | 'busy';

/** A document of the public internet could not be had. The message is for logs: it may name a foreign host. */
export class FetchError extends Error {
  readonly problem: FetchProblem;
  readonly status: number | undefined;
  constructor(problem: FetchProblem, message: string, options: { status?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'FetchError';
    this.problem = problem;
    this.status = options.status;
  }
}

/**
 * What a client publishes about itself, its metadata document or its keys, could not be had now (`unreachable`: try
 * again) or is not what it must be (`invalid`: its maker must mend it). The message is for logs.
 */
export class ClientDocumentError extends Error {
  readonly kind: 'unreachable' | 'invalid';
  constructor(kind: ClientDocumentError['kind'], message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'ClientDocumentError';
    this.kind = kind;
  }
}

/** What Google's side did to us, by what to do about it. */
export type UpstreamKind =
  /** The connection failed or timed out: try again later. */
  | 'unreachable'
  /** 429 or 5xx: try again later. */
  | 'busy'
  /** `invalid_grant`, `unauthorized_client`, `admin_policy_enforced`: the person must connect again. */
  | 'grant-dead'
  /** `invalid_client`, `redirect_uri_mismatch`: the operator must mend the configuration. */
  | 'misconfigured'
  /** Any other refusal with a code. */
  | 'refused'
  /** An answer that is not of the promised shape. */
  | 'odd-answer';

/** Google could not or would not. `code` is Google's own error code, kept for logs; it is never shown to a model. */
export class UpstreamError extends Error {
  readonly kind: UpstreamKind;
  readonly code: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  constructor(
    kind: UpstreamKind,
    message: string,
    options: { code?: string | undefined; retryAfterSeconds?: number | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'UpstreamError';
    this.kind = kind;
    this.code = options.code;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** RFC 8935 2.4. */
export type SecurityEventCode =
  | 'invalid_request'
  | 'invalid_key'
  | 'invalid_issuer'
  | 'invalid_audience'
  | 'authentication_failed';

/** What was sent as a security event token is none, or not from Google, or not for us. Leaves as JSON `{err, description}`. */
export class SecurityEventError extends Error {
  readonly code: SecurityEventCode;
  constructor(code: SecurityEventCode, description: string, options: { cause?: unknown } = {}) {
    super(description, options);
    this.name = 'SecurityEventError';
    this.code = code;
  }
}

/** Who can mend a failed tool call. */
export type ToolErrorKind =
  /** The model: the arguments are wrong. */
  | 'bad-input'
  /** The person: Google says they may not read this. */
  | 'no-access'
  /** The person: the grant lacks a scope; `scopes` names all that the operation needs. */
  | 'scope-missing'
  /** The person: the Google link is gone, connect again. */
  | 'connect-again'
  /** Time: a quota is used up. */
  | 'quota'
  /** Time: Google is slow or failing. */
  | 'unavailable'
  /** The operator: the API is switched off for our Google project. */
  | 'operator'
  /** Nothing is there under that name. */
  | 'not-found'
  /** The model: what it wants to change has changed since it looked. */
  | 'conflict';

/**
 * A tool could not answer. `message` is our own text only, what happened, why and what to do; foreign text goes to logs,
 * since whatever reaches a model can carry instructions.
 */
export class ToolError extends Error {
  readonly kind: ToolErrorKind;
  readonly scopes: readonly string[];
  readonly retryAfterSeconds: number | undefined;
  constructor(
    kind: ToolErrorKind,
    message: string,
    options: { scopes?: readonly string[]; retryAfterSeconds?: number | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'ToolError';
    this.kind = kind;
    this.scopes = options.scopes ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/**
 * A request to a door carries no token, or one that opens nothing here (RFC 6750 3.1). Leaves as a status and a
 * `WWW-Authenticate` challenge. `code` is absent when no token was sent at all, as RFC 6750 3.1 asks.
 */
export class BearerError extends Error {
  readonly status: 400 | 401 | 403 | 503;
  readonly code: 'invalid_request' | 'invalid_token' | 'insufficient_scope' | 'temporarily_unavailable' | undefined;
  /** For `insufficient_scope`: every scope that the operation needs. */
  readonly scopes: readonly string[];
  constructor(
    status: BearerError['status'],
    code: BearerError['code'],
    description: string,
    options: { scopes?: readonly string[]; cause?: unknown } = {},
  ) {
    super(description, { cause: options.cause });
    this.name = 'BearerError';
    this.status = status;
    this.code = code;
    this.scopes = options.scopes ?? [];
  }
}

/** Asked too often. Each door words it for its own readers; `limit` is for logs. Leaves as 429 with `Retry-After`. */
export class TooManyRequests extends Error {
  readonly retryAfterSeconds: number;
  readonly limit: string;
  constructor(retryAfterSeconds: number, limit: string) {
    super('Too many requests came from here in a short time.');
    this.name = 'TooManyRequests';
    this.retryAfterSeconds = retryAfterSeconds;
    this.limit = limit;
  }
}
