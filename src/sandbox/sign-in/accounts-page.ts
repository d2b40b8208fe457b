/**
 * The account chooser: one form per person, each with a button of its own, so that a script can press one.
 *
 * Owns: the page. Does not own: when it is shown and what a press does (authorize.ts).
 */
import { html } from 'hono/html';
import { type Html, page } from '../page.ts';
import { type Person, people } from '../world.ts';
import type { Flow } from './flows.ts';

export interface AccountsPageParts {
  flow: Flow;
  action: string;
  signedIn: readonly Person[];
  /** The person named by `login_hint`: comes first. */
  hinted: Person | undefined;
}

export function accountsPage({ flow, action, signedIn, hinted }: AccountsPageParts): Html {
  const ordered = [...people].sort((one, other) => Number(other === hinted) - Number(one === hinted));
  return page(
    'Choose an account',
    html`<h1>Choose an account</h1>
<p class="soft">to continue to <strong>${flow.request.client.name}</strong></p>
${ordered.map(
  (person) => html`<form method="post" action="${action}">
<input type="hidden" name="flow" value="${flow.id}">
<button class="account${person === hinted ? ' hinted' : ''}" name="account" value="${person.email}">
<span><strong>${person.name}</strong><span class="soft">${person.email}</span></span>
<span class="soft">${signedIn.includes(person) ? 'Signed in' : 'Signed out'}</span>
</button>
</form>
`,
)}
<p class="soft">Nobody here has a password: choosing an account signs it in.</p>`,
  );
}
