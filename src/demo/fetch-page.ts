/**
 * One request of a browser and the page that came back, redirects included as they are.
 *
 * Owns: the exchange over node:http, which lets every header be said as a browser says it. Does not own: which headers
 * (browser.ts) nor the reading of forms (forms.ts).
 */
import { type IncomingMessage, request } from 'node:http';
import { type Form, readForms, readText } from './forms.ts';
import { HopError } from './hop-error.ts';

export interface Page {
  url: URL;
  status: number;
  title: string;
  /** The first heading, else the title. */
  heading: string;
  html: string;
  forms: Form[];
  headers: Headers;
}

export interface PageRequest {
  method: 'GET' | 'POST';
  url: URL;
  /** Sent as a form; undefined for none. */
  fields: URLSearchParams | undefined;
  headers: Readonly<Record<string, string>>;
}

const TIMEOUT_MS = 30_000;

/** Rejects with HopError when no answer comes; every answer is a page. */
export function fetchPage({ method, url, fields, headers }: PageRequest): Promise<Page> {
  const type = fields === undefined ? {} : { 'Content-Type': 'application/x-www-form-urlencoded' };
  return new Promise((resolve, reject) => {
    const fail = (cause: Error) => {
      const asked = `the browser asked ${method} ${url.origin}${url.pathname}`;
      reject(new HopError(`${asked} and got no answer: ${cause.message}`, { cause }));
    };
    const options = { method, headers: { ...headers, ...type }, timeout: TIMEOUT_MS };
    const outgoing = request(url, options, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', fail);
      incoming.on('end', () => resolve(readPage(url, incoming, Buffer.concat(chunks).toString('utf8'))));
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`silence for ${TIMEOUT_MS / 1000} seconds`)));
    outgoing.on('error', fail);
    outgoing.end(fields?.toString());
  });
}

function readPage(url: URL, incoming: IncomingMessage, html: string): Page {
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(incoming.headersDistinct)) {
    for (const value of values) headers.append(name, value);
  }
  const title = readText(html, 'title') ?? '';
  const heading = readText(html, 'h1') ?? title;
  return { url, status: incoming.statusCode ?? 0, title, heading, html, forms: readForms(html), headers };
}
