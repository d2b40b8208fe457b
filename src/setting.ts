/**
 * Readers: the text of one setting → its value, or what is wanted instead. Pure.
 *
 * Owns: the forms that values may have. Does not own: which option is read by which (config.ts).
 */
import type { Config, SecretKey } from './config.ts';
import { isLoopback } from './loopback.ts';

/** A reader turns the text of one option into a value, or says what is wanted. */
export type Reading<Value> = { value: Value } | { wanted: string };

export function readOrigin(text: string): Reading<string> {
  const wanted = 'an origin: https:// and a host, or http:// on localhost, with no path, query or trailing slash';
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '') return { wanted };
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) return { wanted };
  if (url.pathname !== '/' || text.includes('?') || text.includes('#')) return { wanted };
  return { value: url.origin };
}

export function readBaseUrl(text: string): Reading<string> {
  const url = URL.parse(text);
  const isWeb = url !== null && (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname)));
  if (!isWeb || text.includes('?') || text.includes('#')) return { wanted: 'an https URL, or http on localhost' };
  return { value: text.replace(/\/+$/, '') };
}

export function readDatabaseUrl(text: string): Reading<Config['database']> {
  if (text.startsWith('sqlite:')) {
    const path = text.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, '');
    return path === '' ? { wanted: 'a file path after sqlite:' } : { value: { kind: 'sqlite', path } };
  }
  const isPostgres = /^postgres(ql)?:\/\//.test(text) && (URL.parse(text)?.hostname ?? '') !== '';
  return isPostgres ? { value: { kind: 'postgres', url: text } } : { wanted: 'sqlite:<file> or postgres://…' };
}

/** A database URL as it may be shown. */
export function withoutPassword(text: string): string {
  return `"${text.replace(/:\/\/[^@/]*@/, '://…@')}"`;
}

export function readSecretKeys(text: string): Reading<SecretKey[]> {
  const wanted = 'kid:base64url(32 bytes), comma separated, each kid once';
  const keys: SecretKey[] = [];
  for (const part of text.split(',')) {
    const [, kid, encoded] = /^([A-Za-z0-9_.-]{1,32}):([A-Za-z0-9_-]{43})=?$/.exec(part.trim()) ?? [];
    if (kid === undefined || encoded === undefined || keys.some((key) => key.kid === kid)) return { wanted };
    keys.push({ kid, key: Buffer.from(encoded, 'base64url') });
  }
  return { value: keys };
}

export function readGoogleScopes(offered: readonly string[] | undefined) {
  return (text: string): Reading<string[]> => {
    const names = text.split(/[\s,]+/).filter((name) => name !== '');
    const short = names.map((name) => name.replace('https://www.googleapis.com/auth/', ''));
    const isKnown = (name: string) => offered?.includes(name) ?? /^[a-z][a-z0-9._-]*$/.test(name);
    if (short.length > 0 && short.every(isKnown)) return { value: [...new Set(short)] };
    return { wanted: offered === undefined ? 'scope names, comma separated' : wantedScopes(offered) };
  };
}

export function wantedScopes(offered: readonly string[]): string {
  return `one or more of ${offered.join(', ')}`;
}

export function readAccounts(text: string): Reading<string[]> {
  const entries = text
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .map((entry) => entry.toLowerCase());
  const isGood = entries.every((entry) => /^[^@\s]*@[a-z0-9.-]+$/.test(entry));
  return isGood ? { value: entries } : { wanted: 'e-mail addresses and @domains, comma separated' };
}

export function readInteger(least: number, most: number) {
  return (text: string): Reading<number> => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    return value >= least && value <= most ? { value } : { wanted: `a whole number from ${least} to ${most}` };
  };
}

export function readFactor(text: string): Reading<number> {
  const value = /^\d{1,4}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
  return Number.isNaN(value) ? { wanted: 'a factor such as 0, 1 or 2.5' } : { value };
}

const SECONDS = { s: 1, m: 60, h: 3600, d: 86400 } as const;

/** `90`, `90s`, `15m`, `1h`, `180d` → seconds. */
export function readDuration(least: number, most: number) {
  return (text: string): Reading<number> => {
    const [, digits, unit] = /^(\d{1,9})([smhd]?)$/.exec(text) ?? [];
    const value = digits === undefined ? Number.NaN : Number(digits) * SECONDS[(unit || 's') as keyof typeof SECONDS];
    const wanted = `a duration such as 90s, 15m, 1h or 180d, from ${least} to ${most} seconds`;
    return value >= least && value <= most ? { value } : { wanted };
  };
}

export function readOneOf<const Value extends string>(values: readonly Value[]) {
  return (text: string): Reading<Value> => {
    const value = values.find((candidate) => candidate === text.toLowerCase());
    return value === undefined ? { wanted: `one of ${values.join(', ')}` } : { value };
  };
}

export function readCimd(text: string): Reading<Config['cimd']> {
  if (text === 'open' || text === 'off') return { value: text };
  const hosts = text
    .split(/[\s,]+/)
    .filter((host) => host !== '')
    .map((host) => host.toLowerCase());
  const isGood = hosts.length > 0 && hosts.every((host) => /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(host));
  return isGood ? { value: hosts } : { wanted: 'open, off or host names' };
}
