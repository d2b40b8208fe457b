/**
 * Every option: its name, default, meaning and how its text is read. Read once, frozen, all problems reported together.
 *
 * Owns: the environment's names and the Config type. Does not own: what a value does; docs/configuration.md is printed
 * from `options` below. Secrets are never repeated in a problem: `got` says only how long a bad one was.
 */
import { readFileSync } from 'node:fs';
import { ConfigError, type ConfigProblem } from './errors.ts';
import {
  type Reading,
  readAccounts,
  readBaseUrl,
  readCimd,
  readDatabaseUrl,
  readDuration,
  readFactor,
  readGoogleScopes,
  readInteger,
  readOneOf,
  readOrigin,
  readSecretKeys,
  wantedScopes,
  withoutPassword,
} from './setting.ts';

export { isLoopback } from './loopback.ts';

export interface GoogleClient {
  clientId: string;
  clientSecret: string;
}

/** One 32-byte master key of the vault. */
export interface SecretKey {
  kid: string;
  key: Uint8Array;
}

export interface Config {
  /** Our origin and our issuer: scheme, host, port; no path, no trailing slash. Never derived from a request. */
  publicUrl: string;
  /** The MCP endpoint's identifier, and the audience of every broker-mode token (RFC 8707). */
  resourceUrl: string;
  listen: { port: number; host: string };
  database: { kind: 'sqlite'; path: string } | { kind: 'postgres'; url: string };
  /** `undefined`: made and kept beside the SQLite file. The first one seals. */
  secretKeys: readonly SecretKey[] | undefined;
  google: GoogleClient & {
    /** `undefined`: Google itself, with built-in endpoints. */
    issuer: string | undefined;
    analyticsDataUrl: string;
    analyticsAdminUrl: string;
    calendarUrl: string;
    /** Short scope names that switch tool areas on. */
    scopes: readonly string[];
  };
  /** Lower-case e-mail addresses and `@domains`; `undefined`: everyone. */
  allowedAccounts: readonly string[] | undefined;
  trustProxyHops: number;
  lifetimes: { accessTokenSeconds: number; refreshTokenSeconds: number; refreshReplaySeconds: number };
  registration: 'open' | 'off';
  cimd: 'open' | 'off' | readonly string[];
  rateLimits: number;
  workers: number;
  log: { level: LogLevel; format: 'pretty' | 'json' };
  /** What the directory's domain check expects to read, if set. */
  openaiAppsChallenge: string | undefined;
  /** What the 2023 plugin form gave to put into the manifest, if set. */
  pluginVerificationToken: string | undefined;
  /** Who runs this server, for the privacy, terms and support pages. */
  operator: { name: string; email: string | undefined };
}

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

interface Option {
  name: string;
  /** As the documentation prints it; the empty string for none. */
  default: string;
  doc: string;
  example: string;
  secret?: true;
}

/** In the order of the documentation. */
export const options = [
  {
    name: 'PUBLIC_URL',
    default: 'http://localhost:8787',
    example: 'https://ga.example.com',
    doc: 'Origin that the world sees; https unless loopback; no path. When not set: localhost with `PORT`',
  },
  { name: 'PORT', default: '8787', example: '8787', doc: 'Port to listen on' },
  { name: 'HOST', default: '127.0.0.1', example: '0.0.0.0', doc: 'Address to listen on' },
  {
    name: 'DATABASE_URL',
    default: 'sqlite:./data/ganalyticsgpt.db',
    example: 'sqlite:./data/ganalyticsgpt.db',
    doc: 'Where connections and grants are kept: `sqlite:` and a file, or `postgres://…`; `sqlite::memory:` for tests',
  },
  {
    name: 'SECRET_KEYS',
    default: '',
    example: 'k1:base64url-of-32-bytes',
    secret: true,
    doc: "Keys that seal Google's tokens, `kid:base64url(32 bytes)`, comma separated, the first one seals. Made and kept beside the SQLite file when not set",
  },
  {
    name: 'GOOGLE_CLIENT_ID',
    default: '',
    example: '1234-abc.apps.googleusercontent.com',
    doc: "The OAuth client made in Google's console",
  },
  { name: 'GOOGLE_CLIENT_SECRET', default: '', example: 'GOCSPX-…', secret: true, doc: 'Its secret' },
  {
    name: 'GOOGLE_CREDENTIALS_FILE',
    default: '',
    example: './client_secret.json',
    doc: "Instead of the two above: the JSON file that Google's console offers",
  },
  {
    name: 'GOOGLE_ISSUER',
    default: '',
    example: 'http://127.0.0.1:4400',
    doc: 'Another OpenID issuer in place of Google, for the sandbox and other emulators',
  },
  {
    name: 'GOOGLE_ANALYTICS_DATA_URL',
    default: 'https://analyticsdata.googleapis.com',
    example: 'http://127.0.0.1:4400/analyticsdata',
    doc: 'Base of the Analytics Data API',
  },
  {
    name: 'GOOGLE_ANALYTICS_ADMIN_URL',
    default: 'https://analyticsadmin.googleapis.com',
    example: 'http://127.0.0.1:4400/analyticsadmin',
    doc: 'Base of the Analytics Admin API',
  },
  {
    name: 'GOOGLE_CALENDAR_URL',
    default: 'https://www.googleapis.com/calendar/v3',
    example: 'http://127.0.0.1:4400/calendar/v3',
    doc: 'Base of the Calendar API',
  },
  {
    name: 'GOOGLE_SCOPES',
    default: 'analytics.readonly',
    example: 'analytics.readonly,calendar.events,calendar.calendarlist.readonly,calendar.freebusy',
    doc: 'Which tools are on, by what they may ask of Google: `calendar.events` lists and changes events, `calendar.calendarlist.readonly` lists calendars, with `calendar.freebusy` it finds free time; docs/tools.md has all',
  },
  {
    name: 'ALLOWED_ACCOUNTS',
    default: '',
    example: 'ada@example.com,@example.org',
    doc: 'Google accounts and `@domains` that may connect; everyone when not set',
  },
  {
    name: 'TRUST_PROXY_HOPS',
    default: '0',
    example: '1',
    doc: 'How many `X-Forwarded-For` entries to believe, for rate limits and logs only',
  },
  { name: 'ACCESS_TOKEN_TTL', default: '1h', example: '1h', doc: 'Life of an access token' },
  {
    name: 'REFRESH_TOKEN_TTL',
    default: '180d',
    example: '180d',
    doc: 'Life of a refresh token, counted from its last use',
  },
  {
    name: 'REFRESH_REPLAY_WINDOW',
    default: '120s',
    example: '120s',
    doc: 'How long a lost refresh answer can be fetched again; `0` is strict',
  },
  { name: 'REGISTRATION', default: 'open', example: 'off', doc: 'Dynamic client registration: `open` or `off`' },
  {
    name: 'CIMD',
    default: 'open',
    example: 'chatgpt.com,claude.ai',
    doc: 'Client ID Metadata Documents: `open`, `off` or a list of hosts',
  },
  { name: 'RATE_LIMITS', default: '1', example: '2', doc: 'A factor on every built-in limit; `0` is none' },
  { name: 'WORKERS', default: '1', example: '4', doc: 'Processes that share the listener' },
  {
    name: 'LOG_LEVEL',
    default: 'info',
    example: 'debug',
    doc: '`fatal`, `error`, `warn`, `info`, `debug`, `trace` or `silent`',
  },
  { name: 'LOG_FORMAT', default: '', example: 'json', doc: '`pretty` or `json`; pretty on a terminal when not set' },
  {
    name: 'OPENAI_APPS_CHALLENGE',
    default: '',
    example: 'the token shown by the directory',
    doc: 'Answer of `/.well-known/openai-apps-challenge`',
  },
  {
    name: 'PLUGIN_VERIFICATION_TOKEN',
    default: '',
    example: 'the token shown by the plugin form',
    doc: 'Goes into the 2023 manifest',
  },
  {
    name: 'OPERATOR_NAME',
    default: 'the operator of this server',
    example: 'Example Ltd',
    doc: 'Who runs this server, for the privacy, terms and support pages',
  },
  { name: 'OPERATOR_EMAIL', default: '', example: 'help@example.com', doc: 'Where people can write to' },
] as const satisfies readonly Option[];

const MOST_REPLAY_SECONDS = 3600;
const readReplayWindow = readDuration(0, MOST_REPLAY_SECONDS);

type OptionName = (typeof options)[number]['name'];

/**
 * Reads the whole configuration. Throws ConfigError with every problem at once; nothing is half-read. `offeredScopes`
 * are those that some area of tools uses; without them any name passes here, and the bridge itself refuses a wrong one.
 */
export function readConfig(
  environment: Readonly<Record<string, string | undefined>>,
  offeredScopes?: readonly string[],
): Config {
  const problems: ConfigProblem[] = [];

  const text = (name: OptionName): string => {
    const given = environment[name]?.trim();
    if (given !== undefined && given !== '') return given;
    // Whoever sets another port for a try on their own machine means that address, too.
    const port = environment.PORT?.trim() ?? '';
    return name === 'PUBLIC_URL' && /^[1-9]\d*$/.test(port) ? `http://localhost:${port}` : option(name).default;
  };
  const problem = (name: OptionName, got: string, wanted: string) => {
    problems.push({ option: name, got, wanted, example: option(name).example });
  };
  const read = <Value>(name: OptionName, reader: (text: string) => Reading<Value>, fallback: Value): Value => {
    const given = text(name);
    const reading = reader(given);
    if ('value' in reading) return reading.value;
    problem(name, option(name).secret ? `${given.length} characters` : withoutPassword(given), reading.wanted);
    return fallback;
  };
  const optional = (name: OptionName): string | undefined => text(name) || undefined;

  const publicUrl = read('PUBLIC_URL', readOrigin, 'http://localhost:8787');
  const database = read('DATABASE_URL', readDatabaseUrl, { kind: 'sqlite', path: ':memory:' } as Config['database']);
  const secretKeys = text('SECRET_KEYS') === '' ? undefined : read('SECRET_KEYS', readSecretKeys, []);
  if (database.kind === 'postgres' && secretKeys === undefined) {
    problem('SECRET_KEYS', 'nothing', 'keys in the environment, since several replicas must share them on PostgreSQL');
  }

  const config: Config = {
    publicUrl,
    resourceUrl: `${publicUrl}/mcp`,
    listen: { port: read('PORT', readInteger(0, 65535), 8787), host: text('HOST') },
    database,
    secretKeys,
    google: {
      ...readGoogleClient(text, problem),
      issuer: text('GOOGLE_ISSUER') === '' ? undefined : read('GOOGLE_ISSUER', readBaseUrl, ''),
      analyticsDataUrl: read('GOOGLE_ANALYTICS_DATA_URL', readBaseUrl, ''),
      analyticsAdminUrl: read('GOOGLE_ANALYTICS_ADMIN_URL', readBaseUrl, ''),
      calendarUrl: read('GOOGLE_CALENDAR_URL', readBaseUrl, ''),
      scopes: read('GOOGLE_SCOPES', readGoogleScopes(offeredScopes), []),
    },
    allowedAccounts: text('ALLOWED_ACCOUNTS') === '' ? undefined : read('ALLOWED_ACCOUNTS', readAccounts, []),
    trustProxyHops: read('TRUST_PROXY_HOPS', readInteger(0, 10), 0),
    lifetimes: {
      accessTokenSeconds: read('ACCESS_TOKEN_TTL', readDuration(60, 24 * 3600), 3600),
      refreshTokenSeconds: read('REFRESH_TOKEN_TTL', readDuration(3600, 400 * 24 * 3600), 180 * 24 * 3600),
      refreshReplaySeconds: read('REFRESH_REPLAY_WINDOW', readReplayWindow, 120),
    },
    registration: read('REGISTRATION', readOneOf(['open', 'off']), 'open'),
    cimd: read('CIMD', readCimd, 'open'),
    rateLimits: read('RATE_LIMITS', readFactor, 1),
    workers: read('WORKERS', readInteger(1, 64), 1),
    log: {
      level: read('LOG_LEVEL', readOneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']), 'info'),
      format:
        text('LOG_FORMAT') === '' ? defaultLogFormat() : read('LOG_FORMAT', readOneOf(['pretty', 'json']), 'json'),
    },
    openaiAppsChallenge: optional('OPENAI_APPS_CHALLENGE'),
    pluginVerificationToken: optional('PLUGIN_VERIFICATION_TOKEN'),
    operator: { name: text('OPERATOR_NAME'), email: optional('OPERATOR_EMAIL') },
  };

  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(config);
}

/** Only the database, for commands that work on it alone. Throws ConfigError. */
export function readDatabase(environment: Readonly<Record<string, string | undefined>>): Config['database'] {
  const { default: fallback, example } = option('DATABASE_URL');
  const given = environment.DATABASE_URL?.trim() || fallback;
  const reading = readDatabaseUrl(given);
  if ('value' in reading) return reading.value;
  throw new ConfigError([{ option: 'DATABASE_URL', got: withoutPassword(given), wanted: reading.wanted, example }]);
}

/** What opens the database and what it holds, for the commands about keys. Throws ConfigError. */
export function readVaultConfig(
  environment: Readonly<Record<string, string | undefined>>,
): Pick<Config, 'database' | 'secretKeys'> & { replayWindowMs: number } {
  const database = readDatabase(environment);
  const replay = readReplayWindow(environment.REFRESH_REPLAY_WINDOW?.trim() || option('REFRESH_REPLAY_WINDOW').default);
  // A value that no bridge would start with stands for the longest: better to keep a key for too long.
  const replayWindowMs = 'value' in replay ? replay.value * 1000 : MOST_REPLAY_SECONDS * 1000;
  const given = environment.SECRET_KEYS?.trim() ?? '';
  const { example } = option('SECRET_KEYS');
  if (given !== '') {
    const reading = readSecretKeys(given);
    if ('value' in reading) return { database, replayWindowMs, secretKeys: reading.value };
    const got = `${given.length} characters`;
    throw new ConfigError([{ option: 'SECRET_KEYS', got, wanted: reading.wanted, example }]);
  }
  if (database.kind === 'sqlite') return { database, replayWindowMs, secretKeys: undefined };
  const wanted = 'the keys that the bridges on this database are started with';
  throw new ConfigError([{ option: 'SECRET_KEYS', got: 'nothing', wanted, example }]);
}

function option(name: OptionName): Option {
  const found = options.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no option is called ${name}`);
  return found;
}

function defaultLogFormat(): 'pretty' | 'json' {
  return process.stdout.isTTY ? 'pretty' : 'json';
}

const CLIENT_WANTED =
  'the OAuth client of your Google project (type "Web application"), or its downloaded JSON in GOOGLE_CREDENTIALS_FILE; to try without Google, run npx ganalyticsgpt sandbox and use the variables that it prints';

function readGoogleClient(
  text: (name: OptionName) => string,
  problem: (name: OptionName, got: string, wanted: string) => void,
): GoogleClient {
  const file = text('GOOGLE_CREDENTIALS_FILE');
  if (file !== '') {
    const client = readCredentialsFile(file);
    if (client !== undefined) return client;
    problem('GOOGLE_CREDENTIALS_FILE', `"${file}"`, 'a readable JSON file with "web": {"client_id", "client_secret"}');
    return { clientId: '', clientSecret: '' };
  }
  for (const name of ['GOOGLE_CLIENT_ID', 'GOOGLE_CLIENT_SECRET'] as const) {
    if (text(name) === '') problem(name, 'nothing', CLIENT_WANTED);
  }
  return { clientId: text('GOOGLE_CLIENT_ID'), clientSecret: text('GOOGLE_CLIENT_SECRET') };
}

function readCredentialsFile(file: string): GoogleClient | undefined {
  try {
    const { web } = JSON.parse(readFileSync(file, 'utf8')) as {
      web?: { client_id?: unknown; client_secret?: unknown };
    };
    if (typeof web?.client_id !== 'string' || typeof web.client_secret !== 'string') return undefined;
    return { clientId: web.client_id, clientSecret: web.client_secret };
  } catch {
    return undefined; // the caller says which file and what it should hold; why it could not be read adds nothing safe
  }
}

/** Throws ConfigError where a scope is switched on that no tool could use: nobody should be asked for it. */
export function checkScopes(scopes: readonly string[], offered: readonly string[]): void {
  const unknown = scopes.filter((scope) => !offered.includes(scope));
  if (unknown.length === 0) return;
  const { name, example } = option('GOOGLE_SCOPES');
  throw new ConfigError([{ option: name, got: `"${unknown.join(',')}"`, wanted: wantedScopes(offered), example }]);
}
