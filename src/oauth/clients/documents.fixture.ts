/**
 * A small public internet for tests: what is served at which URL, and how often it was asked for.
 *
 * Owns: answers as safe-fetch.ts would give them. Does not own: the guards before them (http/safe-fetch.test.ts).
 */
import { FetchError } from '../../errors.ts';
import type { SafeFetch } from '../../http/safe-fetch.ts';
import { createLog, type Log } from '../../observe/log.ts';

export interface TestInternet {
  fetch: SafeFetch;
  /** Every URL that was asked for, in order. */
  asked: string[];
  serve(url: string, value: unknown, headers?: Record<string, string>): void;
  fail(url: string, error: Error): void;
}

export function createTestInternet(): TestInternet {
  const pages = new Map<string, { value: unknown; headers: Record<string, string> } | Error>();
  const asked: string[] = [];
  return {
    asked,
    async fetch(url) {
      asked.push(url);
      const page = pages.get(url) ?? new FetchError('unreachable', 'there is no such host');
      if (page instanceof Error) throw page;
      return page;
    },
    serve: (url, value, headers = {}) => void pages.set(url, { value, headers }),
    fail: (url, error) => void pages.set(url, error),
  };
}

export function status(code: number): FetchError {
  return new FetchError('status', `the host answered with status ${code}`, { status: code });
}

export const silent: Log = createLog({ level: 'silent', format: 'json' });
