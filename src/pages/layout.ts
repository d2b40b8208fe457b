/**
 * The frame around every page: head, our mark, main, foot. Plain HTML that needs no script and nothing from elsewhere.
 *
 * Owns: the document's skeleton and the few pieces that several pages use. Does not own: how it looks
 * (assets/style.css) nor the response headers (headers.ts).
 */
import { html } from 'hono/html';
import { assetUrl } from './assets.ts';
import { displayHost, displayLine } from './hostile-text.ts';

/** A piece of HTML, escaped by construction: only a `html` template makes one. */
export type Markup = ReturnType<typeof html>;

/** Who runs this server. */
export interface Operator {
  name: string;
  email?: string | undefined;
}

export interface Frame {
  title: string;
  /** Small, at the top right: which server this is. */
  host?: string | undefined;
  main: Markup;
  /** Our public pages carry the links at the foot; a step of a flow keeps the person on it. */
  isPublic?: boolean;
  /** A page with buttons that copy. Everything on it works without, too. */
  copies?: boolean;
}

/** The whole document as text. */
export function page({ title, host, main, isPublic = false, copies = false }: Frame): string {
  const whole = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${title} · GanalyticsGPT</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${isPublic ? html`<meta name="description" content="Ask your assistant about your Google Analytics, read only.">` : html`<meta name="robots" content="noindex">`}
<link rel="icon" href="${assetUrl('logo.svg')}" type="image/svg+xml">
<link rel="apple-touch-icon" href="${assetUrl('logo.png')}">
${isPublic ? '' : html`<link rel="preload" href="${assetUrl('fonts/google-sans-latin-500.woff2')}" as="font" type="font/woff2" crossorigin>`}
<link rel="stylesheet" href="${assetUrl('style.css')}">
${copies ? html`<script src="${assetUrl('copy.js')}" defer></script>` : ''}
</head>
<body${isPublic ? html` class="public"` : ''}>
<a class="skip" href="#main">Skip to the content</a>
<header class="top">
${brand(isPublic)}
${host === undefined ? '' : html`<span class="host">${displayHost(host)}</span>`}
</header>
<main id="main">
${main}
</main>
${isPublic ? foot() : ''}
</body>
</html>
`;
  return String(whole);
}

/** A link home on public pages; on a step of a flow plain text, so that nobody leaves it by mistake. */
function brand(isLink: boolean): Markup {
  const mark = html`<img src="${assetUrl('logo.svg')}" width="32" height="32" alt=""><span>GanalyticsGPT</span>`;
  return isLink ? html`<a class="brand" href="/">${mark}</a>` : html`<span class="brand">${mark}</span>`;
}

function foot(): Markup {
  return html`<footer class="foot">
<nav aria-label="About this server">
<a href="/">Home</a>
<a href="/privacy">Privacy</a>
<a href="/terms">Terms</a>
<a href="/support">Support</a>
</nav>
</footer>`;
}

/** The short code under which the operator finds this attempt. */
export function reference(ref: string | undefined): Markup {
  if (ref === undefined) return html``;
  return html`<p class="reference">Reference <code>${displayLine(ref, 40)}</code></p>`;
}

/** The operator by name, with a way to write where one is known. */
export function writeTo(operator: Operator | undefined): Markup {
  const name = operator === undefined ? 'the operator of this server' : displayLine(operator.name, 80);
  if (operator?.email === undefined) return html`${name}`;
  return html`${name} (<a href="mailto:${operator.email}">${operator.email}</a>)`;
}
