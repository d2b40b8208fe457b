/**
 * The look of every HTML page in the sandbox: one plain layout that needs no script and no outside file.
 *
 * Owns: layout, style, headers of a page. Does not own: what a page says (each page's own file). The design is our own
 * on purpose: nobody should mistake these pages for Google's. `html` escapes whatever is put into it.
 */
import type { Context } from 'hono';
import { html, raw } from 'hono/html';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

/** Escaped HTML, as the `html` tag returns it. */
export type Html = ReturnType<typeof html>;

const style = raw(`
:root { color-scheme: light dark; --ink: #1d2733; --soft: #5b6875; --line: #d5dce3; --back: #eef2f5; --card: #fff; --accent: #0b6e69; --warn: #9a3412; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6ebf0; --soft: #9aa7b4; --line: #36424f; --back: #12181f; --card: #1b232c; --accent: #4fd1c5; --warn: #fdba74; } }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--back); }
.ribbon { padding: .5rem 1rem; text-align: center; font-size: .875rem; color: var(--back); background: var(--ink); }
main { max-width: 30rem; margin: 2.5rem auto; padding: 2rem; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
main.wide { max-width: 52rem; }
h1 { margin: 0 0 .5rem; font-size: 1.5rem; line-height: 1.25; }
h2 { margin: 2rem 0 .5rem; font-size: 1.1rem; }
p { margin: .5rem 0 1rem; }
.soft { color: var(--soft); font-size: .9rem; }
.problem { color: var(--warn); font-weight: 600; }
form { margin: 0; }
button { font: inherit; padding: .6rem 1.2rem; border: 1px solid var(--line); border-radius: 8px; background: transparent; color: inherit; cursor: pointer; }
button:hover, button:focus-visible { border-color: var(--accent); outline: 2px solid var(--accent); outline-offset: 1px; }
button.main { background: var(--accent); border-color: var(--accent); color: var(--card); font-weight: 600; }
button.account { display: flex; justify-content: space-between; gap: 1rem; width: 100%; margin: .5rem 0; text-align: left; }
button.account.hinted { border-color: var(--accent); }
button.account span { display: block; }
label.scope { display: flex; gap: .75rem; padding: .75rem 0; border-top: 1px solid var(--line); }
label.scope input { width: 1.1rem; height: 1.1rem; margin-top: .2rem; flex: none; accent-color: var(--accent); }
.answers { display: flex; justify-content: flex-end; gap: .75rem; margin-top: 1.5rem; }
code, pre { font-family: ui-monospace, monospace; font-size: .85rem; overflow-wrap: anywhere; }
code.soft { font-size: .75rem; }
pre { padding: .75rem; overflow-x: auto; overflow-wrap: normal; background: var(--back); border-radius: 8px; }
table { width: 100%; border-collapse: collapse; font-size: .9rem; }
th, td { padding: .4rem .5rem .4rem 0; text-align: left; vertical-align: top; border-top: 1px solid var(--line); }
`);

/** A whole document. The ribbon is on every page: it says that this is not Google. */
export function page(title: string, body: Html, width: 'narrow' | 'wide' = 'narrow'): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<div class="ribbon">Sandbox: a local stand-in for Google</div>
<main class="${width}">
${body}
</main>
</body>
</html>
`;
}

/** Sends a page with the headers all of them wear. Framing is refused, as Google's sign-in pages refuse it. */
export function sendPage(c: Context, status: ContentfulStatusCode, document: Html): Response | Promise<Response> {
  c.header('Cache-Control', 'no-store');
  c.header(
    'Content-Security-Policy',
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'none'",
  );
  c.header('X-Frame-Options', 'DENY');
  c.header('Referrer-Policy', 'no-referrer');
  return c.html(document, status);
}
