/**
 * GET /: what this server is, who lives in it, how to point a bridge at it and how to make it misbehave.
 *
 * Owns: the page. Does not own: the pages and routes it describes.
 */
import { html } from 'hono/html';
import { environmentLines } from './environment.ts';
import { type Html, page } from './page.ts';
import { eventTypes } from './security-events/events.ts';
import { clients } from './sign-in/clients.ts';
import { people, readableProperties } from './world.ts';

export function startPage(issuer: string, data: string): Html {
  const fault = '{"path":"/analyticsdata/*:runReport","effect":"status","status":503,"times":1}';
  return page(
    'The sandbox',
    html`<h1>The sandbox</h1>
<p>A local stand-in for Google: sign-in, Analytics Data and Admin APIs, Calendar. It behaves like Google where that
matters to a bridge, keeps everything in memory and knows nobody outside. Data set: <strong>${data}</strong>.</p>
<h2>Point a bridge at it</h2>
<pre>${environmentLines(issuer).join('\n')}</pre>
<h2>People</h2>
<table><tr><th>Person</th><th>May read</th></tr>
${people.map(
  (person) =>
    html`<tr><td>${person.name}<br><span class="soft">${person.email}</span></td><td>${propertiesOf(person.email)}</td></tr>`,
)}
</table>
<p class="soft">Nobody has a password. Choosing an account signs it in.</p>
<h2>OAuth clients</h2>
<table><tr><th>Client</th><th>Secret</th><th>Google project</th></tr>
${clients.map(
  (client) =>
    html`<tr><td><code>${client.id}</code></td><td><code>${client.secret}</code></td><td>${client.project}</td></tr>`,
)}
</table>
<p class="soft">Registered redirect URIs of each: <code>/google/callback</code> on localhost, 127.0.0.1 or [::1], any port.</p>
<h2>Pages and endpoints</h2>
<table><tr><th>URL</th><th>What</th></tr>
${routes.map(([url, what]) => html`<tr><td><code>${url}</code></td><td>${what}</td></tr>`)}
</table>
<h2>Make it misbehave</h2>
<pre>curl -X POST ${issuer}/sandbox/faults -d '${fault}'
curl ${issuer}/sandbox/requests
curl -X DELETE ${issuer}/sandbox/faults</pre>`,
    'wide',
  );
}

function propertiesOf(email: string): Html {
  const readable = readableProperties(email);
  if (readable.length === 0) return html`<span class="soft">no Analytics at all</span>`;
  return html`${readable.map(
    (property) => html`${property.displayName} <span class="soft">properties/${property.id}</span><br>`,
  )}`;
}

const routes: readonly [string, string][] = [
  ['/.well-known/openid-configuration', 'Discovery'],
  ['/o/oauth2/v2/auth', 'Sign-in: choose an account, then consent'],
  ['/token, /revoke, /tokeninfo', 'Tokens'],
  ['/v1/userinfo, /oauth2/v3/certs', 'Who signed in; the keys of ID tokens'],
  ['/.well-known/risc-configuration, /risc/v1beta/stream', 'Cross-Account Protection'],
  ['/analyticsdata/…', 'Analytics Data API'],
  ['/analyticsadmin/…', 'Analytics Admin API'],
  ['/calendar/v3/…', 'Calendar API'],
  ['/sandbox/faults', 'GET lists, POST adds, DELETE removes faults'],
  ['/sandbox/requests', 'GET lists, DELETE forgets every request that came'],
  ['/sandbox/links', 'GET lists who let which client in'],
  ['/sandbox/refreshes?person=…', 'how often a person’s links were refreshed'],
  ['/sandbox/expire', 'POST {"person": e-mail, "what": "access" | "refresh"} ages tokens'],
  ['/sandbox/rotate-keys', 'POST signs ID tokens and security events with a new key from now on'],
  [
    '/sandbox/security-events',
    `POST {"person": e-mail, "type": …} makes something happen to an account and tells the receiver. Types: ${Object.keys(eventTypes).join(', ')}`,
  ],
  ['/sandbox/service-account', 'GET the credentials file for ganalyticsgpt google-events'],
];
