/**
 * What is written down of a client: everything that it sends which another client would not.
 *
 * Owns: the words in which personas are described. Does not own: the descriptions (openai.ts, anthropic.ts, editors.ts,
 * terminals.ts), nor the replay (replay.ts). Marks: `D` documented by the vendor, `O` observed on the wire, `R` recalled,
 * `G` guessed from what public clients usually do. Clients change: a description is true of its date.
 */

/** What it asks while it still has no token, in its order. */
export type Probe =
  | 'POST /mcp'
  | 'GET /mcp'
  | 'GET /.well-known/oauth-protected-resource'
  | 'GET /.well-known/oauth-protected-resource/mcp'
  | 'GET /.well-known/oauth-authorization-server'
  | 'GET /.well-known/oauth-authorization-server/mcp'
  | 'GET /.well-known/openid-configuration'
  | 'GET /.well-known/openid-configuration/mcp'
  | 'GET /mcp/.well-known/openid-configuration'
  | 'GET /openapi.json'
  | 'GET /.well-known/ai-plugin.json';

/** How the server comes to know it. */
export type KnownBy =
  | { way: 'operator' }
  | {
      way: 'registration';
      body: Readonly<Record<string, unknown>> & { redirect_uris: readonly string[] };
      /** Registrations sent at the same moment; the last one is used. */
      atOnce?: number;
    }
  | {
      way: 'document';
      clientId: string;
      document: Readonly<Record<string, unknown>> & { redirect_uris: readonly string[] };
      /** The document's host answers 403 to servers, as has been seen: the packaged copy must do. */
      isHidden?: boolean;
    };

/** MCP revisions by how a client begins to speak; `call`: straight with `tools/call`; `rest`: the actions door. */
export type Era = '2026-07-28' | '2025-11-25' | '2025-06-18' | '2024-11-05' | 'call' | 'rest';

export interface Persona {
  id: string;
  source: { marks: string; seen: string; note: string };
  knownBy: KnownBy;
  /** As the person reads them on the consent page. */
  shows: { name: string; redirectHost: string };
  /** The one that it sends, which need not be one that it registered: loopback ports change. */
  redirectUri: string;
  discovers: readonly Probe[];
  authorize: {
    hasPkce: boolean;
    /** `metadata`: the resource's own spelling; `typed`: as a person typed the address. */
    resource: 'metadata' | 'typed' | 'none';
    /** `challenge`: the scopes of the 401; `offline`: those and offline_access, when advertised; a text: exactly that. */
    scope: 'challenge' | 'offline' | 'omitted' | { text: string };
    state: string;
    /** Parameters that no specification asks for. */
    extra?: Readonly<Record<string, string>>;
  };
  token: {
    method: 'none' | 'client_secret_post' | 'client_secret_basic' | 'private_key_jwt';
    encoding: 'form' | 'json';
    sendsResource: boolean;
  };
  refresh: { sendsResource: boolean; sendsScope: boolean };
  speaks: Era;
  /** It reads a missing scope from the HTTP status, or from inside a tool result. */
  readsRefusalFrom: 'status' | 'result';
  userAgents: { discovery: string; token: string; calls: string };
  /** Asks once more without its token right after it got one. */
  probesAfterToken?: boolean;
  /** Asks GET /mcp with its token before anything else and goes on when it is told 405. */
  opensWithGet?: boolean;
  /** One client id serves every person, so that one leaving must not disturb another. */
  isOneClientForAll?: boolean;
  /** It is a page in a browser: this is the Origin of every request, and the browser asks before it lets it read. */
  origin?: string;
  /** At the end it tells the revocation endpoint, or just stops coming. */
  leaves: 'revokes' | 'forgets';
}
