/**
 * Everything that Google remembers about who let which app in: links, codes, access and refresh tokens. In memory: the
 * sandbox is a stand-in and starts empty.
 *
 * Owns: the records, their lifetimes and limits (developers.google.com/identity/protocols/oauth2#expiration). Does not
 * own: browser state (flows.ts), nor the texts of refusals (the endpoints').
 */
import { randomBytes } from 'node:crypto';
import { findPerson, type Person } from '../world.ts';
import type { SandboxClient } from './clients.ts';
import { isSignInScope } from './scopes.ts';

const codeLifetime = 10 * 60_000;
/** One second less than an hour: the odd number that Google's answers carry. */
export const accessTokenSeconds = 3599;
/** What `refresh_token_expires_in` says for an app in Testing. */
export const testingSeconds = 604_799;
const idleLifetime = 183 * 86_400_000;
const refreshTokensPerClient = 100;

/** What one person granted to one Google project. All tokens hang on it and die with it. */
export interface Link {
  sub: string;
  project: string;
  scopesByClient: Map<string, Set<string>>;
  /** How often any client asked for a fresh access token. */
  refreshes: number;
}

export interface PkceChallenge {
  value: string;
  method: 'plain' | 'S256';
}

/** What a code stands for, decided when the person said yes. */
export interface CodeContent {
  sub: string;
  clientId: string;
  redirectUri: string;
  scopes: readonly string[];
  accessType: 'online' | 'offline';
  givesRefreshToken: boolean;
  challenge?: PkceChallenge;
  nonce?: string;
}

export interface Code extends CodeContent {
  link: Link;
  expiresAt: number;
  isSpent: boolean;
}

export interface Token {
  token: string;
  link: Link;
  clientId: string;
  scopes: readonly string[];
  accessType: 'online' | 'offline';
  expiresAt: number;
}

export interface RefreshToken extends Token {
  lastUsedAt: number;
}

export interface LinkSummary {
  person: string;
  project: string;
  client: string;
  scopes: string[];
  accessTokens: number;
  refreshTokens: number;
}

export type Links = ReturnType<typeof createLinks>;

export function createLinks(now: () => Date) {
  const links = new Map<string, Link>();
  const codes = new Map<string, Code>();
  const accessTokens = new Map<string, Token>();
  const refreshTokens = new Map<string, RefreshToken>();
  const time = () => now().getTime();
  const key = (sub: string, project: string) => `${project} ${sub}`;

  const isLive = (token: Token) => token.expiresAt > time();
  const mayRefresh = (token: RefreshToken) => isLive(token) && token.lastUsedAt + idleLifetime > time();

  function dropOldest(sub: string, clientId: string): void {
    const own = [...refreshTokens.values()].filter((each) => each.link.sub === sub && each.clientId === clientId);
    for (const each of own.slice(0, Math.max(0, own.length - refreshTokensPerClient))) refreshTokens.delete(each.token);
  }

  return {
    /** The scopes that a person has granted to this very client; undefined if never asked. */
    grantedTo: (sub: string, client: SandboxClient): ReadonlySet<string> | undefined =>
      links.get(key(sub, client.project))?.scopesByClient.get(client.id),

    /** The scopes granted to any client of the project: what `include_granted_scopes` adds. */
    grantedToProject(sub: string, project: string): Set<string> {
      const link = links.get(key(sub, project));
      return new Set([...(link?.scopesByClient.values() ?? [])].flatMap((scopes) => [...scopes]));
    },

    recordConsent(sub: string, client: SandboxClient, scopes: Iterable<string>): void {
      const link = links.get(key(sub, client.project)) ?? {
        sub,
        project: client.project,
        scopesByClient: new Map(),
        refreshes: 0,
      };
      links.set(key(sub, client.project), link);
      link.scopesByClient.set(client.id, new Set([...(link.scopesByClient.get(client.id) ?? []), ...scopes]));
    },

    /** A new code for a link that exists. Codes that nobody can use any more are forgotten on the way. */
    issueCode(content: CodeContent, client: SandboxClient): string {
      const link = links.get(key(content.sub, client.project));
      if (link === undefined) throw new Error('a code needs a consent first');
      forgetOldest(codes, time() - codeLifetime);
      const code = `4/0A${randomText(70)}`;
      codes.set(code, { ...content, link, expiresAt: time() + codeLifetime, isSpent: false });
      return code;
    },

    /** A code whoever it belongs to; `isUsable` is false once spent or too old. Looking does not spend it. */
    findCode(code: string): { content: Code; isUsable: boolean } | undefined {
      const content = codes.get(code);
      return content && { content, isUsable: !content.isSpent && content.expiresAt > time() };
    },

    /** Spends a code that was found. */
    spendCode(code: Code): void {
      code.isSpent = true;
    },

    issueAccessToken(of: Pick<Token, 'link' | 'clientId' | 'scopes' | 'accessType'>): Token {
      forgetOldest(accessTokens, time() - 3_600_000);
      const token = { ...pick(of), token: `ya29.a0A${randomText(190)}`, expiresAt: time() + accessTokenSeconds * 1000 };
      accessTokens.set(token.token, token);
      return token;
    },

    /** The 101st for a person and client makes the oldest one die, and says so to nobody. */
    issueRefreshToken(of: Pick<Token, 'link' | 'clientId' | 'scopes'>, options: { isTesting: boolean }): RefreshToken {
      const isShort = options.isTesting && !of.scopes.every(isSignInScope);
      const expiresAt = isShort ? time() + testingSeconds * 1000 : Number.POSITIVE_INFINITY;
      const content = pick({ ...of, accessType: 'offline' });
      const token = { ...content, token: `1//0${randomText(98)}`, expiresAt, lastUsedAt: time() };
      refreshTokens.set(token.token, token);
      dropOldest(of.link.sub, of.clientId);
      return token;
    },

    /** An access token with whether it still opens anything. Undefined once revoked or long expired. */
    findAccessToken(token: string): { content: Token; isLive: boolean } | undefined {
      const content = accessTokens.get(token);
      return content && { content, isLive: isLive(content) };
    },

    /** A refresh token that still works. */
    findRefreshToken(token: string): RefreshToken | undefined {
      const content = refreshTokens.get(token);
      return content && mayRefresh(content) ? content : undefined;
    },

    touch(token: RefreshToken): void {
      token.lastUsedAt = time();
      token.link.refreshes += 1;
    },

    find: (sub: string, project: string): Link | undefined => links.get(key(sub, project)),

    /** The last one that was given to any app, if it still works. */
    newestRefreshToken: (sub: string): string | undefined =>
      [...refreshTokens.values()].findLast((each) => each.link.sub === sub && mayRefresh(each))?.token,

    /** Ends what a person granted to a whole project, with every code and token that came from it. */
    revoke(link: Link): void {
      links.delete(key(link.sub, link.project));
      for (const map of [codes, accessTokens, refreshTokens] as Map<string, { link: Link }>[]) {
        for (const [token, each] of map) if (each.link === link) map.delete(token);
      }
    },

    /** Ages a person's live tokens of one kind so that they have expired now. Returns how many there were. */
    expire(sub: string, what: 'access' | 'refresh'): number {
      const tokens: Iterable<Token> = (what === 'access' ? accessTokens : refreshTokens).values();
      const own = [...tokens].filter((each) => each.link.sub === sub && isLive(each));
      for (const each of own) each.expiresAt = time();
      return own.length;
    },

    refreshesOf: (sub: string) => refreshesOf(links.values(), sub),
    /** One line per link and client, for tests that want to see that a link is there or gone. */
    summaries(): LinkSummary[] {
      const live = [...accessTokens.values()].filter(isLive);
      const usable = [...refreshTokens.values()].filter(mayRefresh);
      return [...links.values()].flatMap((link) => summariesOf(link, live, usable));
    },
  };
}

/** Only the fields of a token: what is handed in may be a code or another token with more of them. */
function pick(of: Pick<Token, 'link' | 'clientId' | 'scopes' | 'accessType'>) {
  return { link: of.link, clientId: of.clientId, scopes: of.scopes, accessType: of.accessType };
}

/** Drops what expired before a time. Entries stand in order of expiry, so it stops at the first one to keep. */
function forgetOldest(map: Map<string, { expiresAt: number }>, before: number): void {
  for (const [key, { expiresAt }] of map) {
    if (expiresAt >= before) return;
    map.delete(key);
  }
}

/** URL-safe random text, as the opaque part of Google's tokens looks. */
function randomText(length: number): string {
  return randomBytes(length).toString('base64url').slice(0, length);
}

/** The person a link belongs to. */
export function personOf(link: Link): Person {
  const person = findPerson(link.sub);
  if (person === undefined) throw new Error('a link belongs to a person of the world');
  return person;
}

function summariesOf(link: Link, live: readonly Token[], usable: readonly Token[]): LinkSummary[] {
  return [...link.scopesByClient].map(([client, scopes]) => {
    const belongs = (each: Token) => each.link === link && each.clientId === client;
    return {
      person: personOf(link).email,
      project: link.project,
      client,
      scopes: [...scopes].sort(),
      accessTokens: live.filter(belongs).length,
      refreshTokens: usable.filter(belongs).length,
    };
  });
}

/** How often a person's links were refreshed since they were made. */
function refreshesOf(links: Iterable<Link>, sub: string): number {
  return [...links].reduce((sum, link) => sum + (link.sub === sub ? link.refreshes : 0), 0);
}
