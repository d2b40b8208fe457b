/**
 * Structured log lines for the operator.
 *
 * Owns: the logger and what it leaves out. Does not own: what is worth a line. A line never holds a token, a code or a
 * secret: nothing passes them here, and the fields in which they would stand are struck out all the same.
 */
import { type Logger, pino } from 'pino';
import type { Config } from '../config.ts';
import { prettyLines } from './pretty.ts';

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

const SECRET_FIELDS = [
  'code',
  'token',
  'secret',
  'password',
  'authorization',
  'cookie',
  'access_token',
  'refresh_token',
  'client_secret',
  'code_verifier',
  'id_token',
  'state',
]
  // `code` of an error is a closed list of ours or Google's, never an authorization code.
  .filter((field) => field !== 'code');

export function createLog(options: Config['log']): Logger {
  const redact = { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]), censor: '(struck out)' };
  const base = { level: options.level, redact, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  return options.format === 'pretty' ? pino(base, prettyLines(process.stdout)) : pino(base);
}
