/**
 * Asking Google's APIs in a person's name: time limits, one retry after a fresh token, Google's errors as ToolErrors.
 *
 * Owns: the GoogleApi contract and its only implementation. Does not own: where a token comes from (passed in as
 * `accessToken`) nor what an answer means (each tool).
 */

export type GoogleService = 'analyticsdata' | 'analyticsadmin' | 'calendar';

export interface GoogleApi {
  /**
   * Sends one request. `path` is below the service's base URL, for instance `['v1beta', 'properties', '123:runReport']`:
   * each segment is percent-encoded here, so that no argument can climb out of its place. `query` values are encoded too.
   * Returns the parsed JSON (`undefined` for an empty body). Throws ToolError only.
   */
  send<Answer>(request: GoogleRequest): Promise<Answer>;
}

export interface GoogleRequest {
  service: GoogleService;
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: readonly string[];
  query?: Readonly<Record<string, string | number | boolean | undefined>>;
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
}
