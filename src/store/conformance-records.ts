/** Records for the conformance suite, whole but for what a test changes. Does not own: any test. */
import type { Client, Code, Grant } from './records.ts';
import type { GrantTokens, Link } from './store.ts';

export const T = 1_800_000_000_000;

export function bytes(...values: number[]): Uint8Array {
  return Uint8Array.from(values);
}

export function aClient(changed: Partial<Client> = {}): Client {
  return {
    clientId: 'client',
    kind: 'predefined',
    name: 'A client — "quoted"',
    redirectUris: ['https://a.example/cb'],
    authMethods: ['client_secret_post'],
    secretHash: 'hash',
    mode: 'broker',
    createdAt: T,
    lastUsedAt: undefined,
    clientUri: undefined,
    logoUri: undefined,
    ...changed,
  };
}

export function aLink(changed: Partial<Link> = {}): Link {
  return {
    id: 'connection',
    subject: 'subject',
    email: 'ada@example.com',
    name: 'Ada',
    scopes: ['analytics.readonly'],
    sealedRefreshToken: bytes(1, 2, 3),
    sealedAccessToken: bytes(4, 5, 6),
    accessExpiresAt: T + 3600_000,
    refreshExpiresAt: undefined,
    at: T,
    ...changed,
  };
}

export function aCode(changed: Partial<Code> = {}): Code {
  return {
    id: 'code',
    secretHash: 'hash',
    flowId: 'flow',
    clientId: 'client',
    connectionId: 'connection',
    redirectUri: 'https://a.example/cb',
    scopes: ['analytics.readonly'],
    resource: 'https://b.example/mcp',
    codeChallenge: undefined,
    expiresAt: T + 60_000,
    grantId: undefined,
    ...changed,
  };
}

export function aNext(generation: number): GrantTokens {
  return {
    generation,
    refreshHash: `refresh ${generation}`,
    rotation: { nonce: `nonce ${generation}`, kid: 'k1', at: T, replays: 0, answeredAt: T },
    retired: [],
    access: [],
    expiresAt: T + 86_400_000,
    lastUsedAt: T,
  };
}

export function aGrant(changed: Partial<Grant> = {}): Grant {
  return {
    id: 'grant',
    clientId: 'client',
    connectionId: 'connection',
    scopes: ['analytics.readonly'],
    resource: 'https://b.example/mcp',
    createdAt: T,
    firstUsedAt: undefined,
    ref: 'K7PM-3QXA',
    redirectUri: 'https://a.example/cb',
    ...aNext(1),
    ...changed,
  };
}
