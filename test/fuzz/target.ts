/**
 * What is attacked: the shipped bridge and a local Google in this process, with a database file, a clock that the campaign
 * moves, and an internet that serves whatever a client's document address says.
 *
 * Owns: making and ending it. Does not own: what is sent (seeds.ts, twist-message.ts).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bridge, createBridge } from '../../src/bridge.ts';
import { readConfig } from '../../src/config.ts';
import type { Outgoing } from '../../src/http/outgoing.ts';
import type { PublicNetwork } from '../../src/http/public-network.ts';
import { createLog, type Log } from '../../src/observe/log.ts';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { BRIDGE, GOOGLE, SECRET_KEYS } from '../support/world.ts';
import type { Dice } from './dice.ts';
import { twistJson } from './twist-json.ts';

export interface Target {
  bridge: Bridge;
  sandbox: ReturnType<typeof createSandbox>;
  /** The first faults that the bridge logged as its own, as text. */
  faults: string[];
  now(): number;
  advance(milliseconds: number): void;
  close(): Promise<void>;
}

const MOST_FAULTS = 20;

export function createTarget(dice: Dice): Target {
  let time = Date.parse('2026-11-22T12:00:00Z');
  const now = () => time;
  const folder = mkdtempSync(join(tmpdir(), 'ganalyticsgpt-fuzz-'));
  const config = readConfig({
    PUBLIC_URL: BRIDGE,
    DATABASE_URL: `sqlite:${join(folder, 'fuzz.db')}`,
    SECRET_KEYS,
    GOOGLE_CLIENT_ID: 'sandbox-client',
    GOOGLE_CLIENT_SECRET: 'sandbox-secret',
    GOOGLE_ISSUER: GOOGLE,
    GOOGLE_ANALYTICS_DATA_URL: `${GOOGLE}/analyticsdata`,
    GOOGLE_ANALYTICS_ADMIN_URL: `${GOOGLE}/analyticsadmin`,
    GOOGLE_CALENDAR_URL: `${GOOGLE}/calendar/v3`,
    GOOGLE_SCOPES: 'analytics.readonly,calendar.events',
    OPENAI_APPS_CHALLENGE: 'the challenge',
    // The limits are reached by some of what is sent, and not by most of it.
    RATE_LIMITS: '0.3',
    TRUST_PROXY_HOPS: '2',
  });
  const sandbox = createSandbox({ issuer: GOOGLE, data: 'small', now: () => new Date(time) });
  const send: Outgoing = async ({ method, url, headers, body }) => {
    const answer = await sandbox.fetch(
      new Request(url, { method, ...(headers && { headers }), ...(body !== undefined && { body }) }),
    );
    return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() };
  };
  const faults: string[] = [];
  const store = openSqlite(join(folder, 'fuzz.db'));
  const bridge = createBridge(config, { now, send, store, network: internet(dice), log: faultLog(faults) });
  return {
    bridge,
    sandbox,
    faults,
    now,
    advance: (milliseconds) => {
      time += milliseconds;
    },
    async close() {
      await bridge.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Serves the document that the address asks for, twisted half of the time, and sometimes nothing. */
function internet(dice: Dice): PublicNetwork {
  return async (url) => {
    if (dice.chance(0.2)) throw new TypeError('no such host');
    const document = JSON.stringify({
      client_id: url.href,
      client_name: 'A client',
      redirect_uris: ['https://client.example/cb', 'http://localhost/callback'],
      token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'],
      jwks_uri: 'https://client.example/jwks.json',
    });
    const text = dice.chance(0.5) ? document : twistJson(dice, document, ['https://client.example/cb']);
    const headers = {
      'content-type': 'application/json',
      'cache-control': dice.pick(['no-store', 'max-age=60', 'x=']),
    };
    const body = (async function* () {
      yield Buffer.from(text);
    })();
    return { status: dice.pick([200, 200, 200, 403, 301, 500]), headers, body };
  };
}

function faultLog(faults: string[]): Log {
  const silent = createLog({ level: 'silent', format: 'json' });
  const note = (fields: unknown, message?: string) => {
    if (faults.length >= MOST_FAULTS) return;
    const error = typeof fields === 'object' && fields !== null && 'err' in fields ? fields.err : fields;
    faults.push(`${message ?? ''} ${error instanceof Error ? error.stack : JSON.stringify(error)}`);
  };
  const ignore = () => {};
  return { ...silent, debug: ignore, info: ignore, warn: ignore, error: note, fatal: note } as unknown as Log;
}
