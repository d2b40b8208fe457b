/**
 * The consent page: what the app asks for, a check box per sensitive scope, yes or no.
 *
 * Owns: the page. Does not own: what is granted in the end (authorize.ts). Google leaves out the box when only one scope
 * beyond the sign-in scopes is asked for; here it always stands, so that a test can untick it.
 */
import { html } from 'hono/html';
import { type Html, page } from '../page.ts';
import type { Person } from '../world.ts';
import type { Flow } from './flows.ts';
import { type ScopeInfo, scopeInfo } from './scopes.ts';

export interface ConsentPageParts {
  flow: Flow;
  person: Person;
  action: string;
}

export function consentPage({ flow, person, action }: ConsentPageParts): Html {
  const { client, redirectUri, scopes } = flow.request;
  const infos = scopes.map(scopeInfo);
  const asked = infos.filter((info) => info.isSensitive);
  const told = infos.filter((info) => !info.isSensitive);
  return page(
    `${client.name} wants access`,
    html`<h1>${client.name} wants access to your account</h1>
<p class="soft">Signed in as <strong>${person.email}</strong>. Your answer goes to <code>${new URL(redirectUri).host}</code>.</p>
${told.length === 0 ? '' : html`<p>It will be able to:</p><ul>${told.map((info) => html`<li>${info.says}</li>`)}</ul>`}
<form method="post" action="${action}">
<input type="hidden" name="flow" value="${flow.id}">
${asked.length === 0 ? '' : html`<p>Choose what else it may do:</p>`}
${asked.map(checkBox)}
<div class="answers">
<button name="decision" value="deny">Cancel</button>
<button class="main" name="decision" value="allow">Continue</button>
</div>
</form>`,
  );
}

const checkBox = (info: ScopeInfo): Html => html`<label class="scope">
<input type="checkbox" name="scope" value="${info.scope}" checked>
<span>${info.says}<br><code class="soft">${info.scope}</code></span>
</label>
`;
