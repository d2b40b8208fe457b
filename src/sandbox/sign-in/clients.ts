/**
 * The OAuth clients that somebody "registered in Google's console": fixed, so that tests can name them.
 *
 * Owns: ids, secrets, projects, registered redirect URIs. Does not own: how a client proves itself
 * (client-authentication.ts).
 */

export interface SandboxClient {
  id: string;
  secret: string;
  /** Shown on the consent page. */
  name: string;
  /** Clients of one project share what a person granted; revoking takes it from all of them. */
  project: string;
}

export const clients: readonly SandboxClient[] = [
  { id: 'sandbox-client', secret: 'sandbox-secret', name: 'Sandbox app', project: 'sandbox-project' },
  { id: 'sibling-client', secret: 'sibling-secret', name: 'Sandbox app, second client', project: 'sandbox-project' },
  { id: 'other-client', secret: 'other-secret', name: 'Somebody else’s app', project: 'other-project' },
];

export function findClient(id: string): SandboxClient | undefined {
  return clients.find((client) => client.id === id);
}

const loopbackCallback = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:[1-9][0-9]{0,4})?\/google\/callback$/;

/**
 * Whether a redirect URI is registered. Compared as text: scheme, case and trailing slash must match, as at Google. The
 * one liberty is the port, because free ports are only known when a test runs.
 */
export function isRegisteredRedirect(uri: string): boolean {
  return loopbackCallback.test(uri) && URL.canParse(uri);
}
