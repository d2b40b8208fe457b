/**
 * The ways the sandbox says no, and the one place where they become responses.
 *
 * Owns: the error classes and their wire forms. Does not own: when to refuse, nor Google's texts (they stand at the
 * check that speaks them).
 */
import type { Context } from 'hono';
import { html } from 'hono/html';
import { HTTPException } from 'hono/http-exception';
import { page, sendPage } from './page.ts';

type RefusalStatus = 400 | 401 | 403 | 404;

/** Leaves as JSON `{ error, error_description, … }`: token, revocation, tokeninfo and the sandbox's own controls. */
export class JsonRefusal extends Error {
  readonly status: RefusalStatus;
  readonly body: Record<string, unknown>;
  constructor(status: RefusalStatus, error: string, description: string, more: Record<string, unknown> = {}) {
    super(description);
    this.status = status;
    this.body = { error, error_description: description, ...more };
  }
}

/** Leaves as a page that ends the sign-in. Google sends nobody back to the app for these. */
export class PageRefusal extends Error {
  readonly status: RefusalStatus;
  readonly code: string;
  readonly details: string | undefined;
  constructor(status: RefusalStatus, code: string, message: string, details?: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

/** The fault `reset`: there is no answer. Over a port the socket is cut; a direct caller of `fetch` sees it rejected. */
export class ConnectionReset extends Error {}

/** Turns whatever was thrown into a response. Only a cut connection passes through. */
export function answerRefusal(error: Error, c: Context): Response | Promise<Response> {
  if (error instanceof ConnectionReset) throw error;
  if (error instanceof JsonRefusal) {
    c.header('Cache-Control', 'no-store');
    return c.json(error.body, error.status);
  }
  if (error instanceof PageRefusal) return sendPage(c, error.status, errorPage(error));
  if (error instanceof HTTPException) return error.getResponse();
  return c.json({ error: 'internal_failure', error_description: 'The sandbox itself failed: please report it.' }, 500);
}

function errorPage(refusal: PageRefusal) {
  return page(
    `Error ${refusal.status}: ${refusal.code}`,
    html`<h1>Access blocked</h1>
<p>${refusal.message}</p>
<p class="problem">Error ${String(refusal.status)}: ${refusal.code}</p>
${refusal.details === undefined ? '' : html`<p class="soft">Request details: <code>${refusal.details}</code></p>`}`,
  );
}
