/**
 * The account page: which assistants can use a person's Google account here, and how to end that.
 *
 * Owns: the words, their order, and the forms. Does not own: who is signed in, nor what a button does
 * (oauth/account/). Names and addresses of assistants are hostile text.
 */
import { html } from 'hono/html';
import { type AccountNotice, noticeWords } from './account-notice.ts';
import { googleButton } from './google-button.ts';
import { displayHost, displayLine, displayName } from './hostile-text.ts';
import { type Markup, type Operator, page, writeTo } from './layout.ts';

/** One grant, as its owner should recognise it. */
export interface Assistant {
  grantId: string;
  /** As the client calls itself: hostile; undefined for one that is known here no more. */
  name: string | undefined;
  /** Host of the redirect URI that its sign-in went to: hostile. */
  address: string | undefined;
  isLoopback: boolean;
  /** How the client came to be known here. */
  kind: 'predefined' | 'registered' | 'document' | undefined;
  reads: readonly string[];
  changes: readonly string[];
  connectedAt: number;
  firstUsedAt: number | undefined;
  lastUsedAt: number;
}

interface Common {
  publicHost: string;
  operator: Operator;
  notice?: AccountNotice | undefined;
}

export interface AccountModel extends Common {
  email: string | undefined;
  csrf: string;
  assistants: readonly Assistant[];
  /** Google refuses the link: nothing works until the person connects again. */
  isDead: boolean;
}

const TITLE = 'Your connected assistants';
const GOOGLE_ACCOUNT = html`<a href="https://myaccount.google.com/connections">Google Account</a>`;

export function signedOutPage({ publicHost, operator, notice }: Common): string {
  return page({
    title: TITLE,
    host: publicHost,
    isPublic: true,
    main: html`<h1>${TITLE}</h1>
${told(notice)}
<p class="lead">Sign in with the Google account that you connected, to see which assistants can use it through this server, to disconnect them, or to have everything deleted.</p>
<form class="decision" action="/account" method="post">
${googleButton('Sign in with Google')}
</form>
<p class="hint">Google is asked only who you are: your account and its email address. Signing in here connects nothing and reads none of your data.</p>
${smallPrint(operator)}`,
  });
}

export function accountPage(model: AccountModel): string {
  const { assistants, csrf } = model;
  return page({
    title: TITLE,
    host: model.publicHost,
    isPublic: true,
    main: html`<h1>${TITLE}</h1>
${told(model.notice)}
${signedInAs(model)}
${model.isDead ? deadLink() : ''}
${assistants.length === 0 ? none() : html`<ul class="connected">${assistants.map((each) => connected(each, csrf))}</ul>`}
${assistants.length > 1 ? disconnectAll(csrf) : ''}
${deletion(csrf, assistants.length)}
${smallPrint(model.operator)}`,
  });
}

export interface DeleteModel extends Common {
  email: string | undefined;
  csrf: string;
  /** How many assistants lose their access. */
  count: number;
}

/** Asked once more, since it cannot be taken back. */
export function deletePage({ publicHost, operator, email, csrf, count }: DeleteModel): string {
  const many = count === 1 ? 'one assistant' : `${count} assistants`;
  return page({
    title: 'Delete everything?',
    host: publicHost,
    isPublic: true,
    main: html`<h1>Delete everything?</h1>
<p class="lead">All that this server holds about ${email === undefined ? 'your Google account' : html`<bdi>${displayLine(email, 120)}</bdi>`} goes at once, and can’t be brought back:</p>
<ul>
${count === 0 ? '' : html`<li>the access of ${many} to your Google account</li>`}
<li>Google’s tokens, and the link that your Google Account lists</li>
<li>your account’s identifier, name and email address</li>
<li>the notes on when you connected and how that went</li>
</ul>
<p>What an assistant has already been told stays with that assistant. You can connect again at any time.</p>
<div class="choices">
${button({ csrf, name: 'delete', value: 'everything', label: html`Delete everything`, look: 'end' })}
<a class="action" href="/account">Keep it</a>
</div>
${smallPrint(operator)}`,
  });
}

function told(notice: AccountNotice | undefined): Markup {
  if (notice === undefined) return html``;
  const { good, text } = noticeWords(notice);
  return html`<p class="${good ? 'told' : 'warning told'}" role="status">${text}</p>`;
}

function signedInAs({ email, csrf }: AccountModel): Markup {
  const who =
    email === undefined ? html`your Google account` : html`<strong><bdi>${displayLine(email, 120)}</bdi></strong>`;
  return html`<div class="signed-in">
<p>Signed in as ${who}</p>
${button({ csrf, name: 'leave', value: 'now', label: html`Sign out`, look: 'quiet' })}
</div>`;
}

function deadLink(): Markup {
  return html`<p class="warning"><strong>Google no longer accepts the link to this account.</strong> The password may have changed, or the access was removed there. To go on, disconnect in the assistant and connect it again.</p>`;
}

function none(): Markup {
  return html`<section class="none">
<p><strong>No assistant is connected with this account.</strong></p>
<p>Is one missing that you know of? Then it was connected with another Google account: sign out, and sign in with that one.</p>
</section>`;
}

const KNOWN_BY = {
  predefined: 'Set up by the operator of this server',
  registered: 'Registered itself; its name is its own choice',
  document: 'Known by its own web address',
} as const;

function connected(assistant: Assistant, csrf: string): Markup {
  const { grantId, address, isLoopback, kind, reads, changes } = assistant;
  const name =
    assistant.name === undefined
      ? html`An assistant that this server no longer knows`
      : html`<bdi>${displayName(assistant.name)}</bdi>`;
  const label = html`Disconnect<span class="unseen"> ${name}</span>`;
  return html`<li>
<div class="head">
<div class="who">
<h2>${name}</h2>
<p><span class="address">${address === undefined ? 'an unknown place' : displayHost(address)}</span>${isLoopback ? ' · a program on a device of yours' : ''}</p>
</div>
${button({ csrf, name: 'disconnect', value: grantId, label, look: 'end' })}
</div>
<dl>
${reads.length + changes.length === 0 ? '' : fact('Can', html`${[...reads, ...changes].map((sentence) => html`<span>${displayLine(sentence, 200)}</span>`)}`)}
${fact('Connected', moment(assistant.connectedAt))}
${fact('First used', assistant.firstUsedAt === undefined ? html`Not yet` : moment(assistant.firstUsedAt))}
${assistant.firstUsedAt === undefined ? '' : fact('Last used', moment(assistant.lastUsedAt))}
${kind === undefined ? '' : fact('Known here', html`${KNOWN_BY[kind]}`)}
</dl>
</li>`;
}

function fact(term: string, description: Markup): Markup {
  return html`<div><dt>${term}</dt><dd>${description}</dd></div>`;
}

function disconnectAll(csrf: string): Markup {
  return html`<section aria-labelledby="all">
<h2 id="all">Disconnect all</h2>
<p>Ends the access of every assistant above, and with it the link that your ${GOOGLE_ACCOUNT} lists.</p>
${button({ csrf, name: 'disconnect', value: 'all', label: html`Disconnect all`, look: 'end' })}
</section>`;
}

function deletion(csrf: string, count: number): Markup {
  const what = count === 0 ? 'Deletes' : 'Disconnects everything and deletes';
  return html`<section aria-labelledby="delete">
<h2 id="delete">Delete everything about you</h2>
<p>${what} all that this server holds about you. You are asked once more before that.</p>
${button({ csrf, name: 'delete', value: 'ask', label: html`Delete everything…`, look: 'end' })}
</section>`;
}

interface Button {
  csrf: string;
  name: string;
  value: string;
  label: Markup;
  look: 'end' | 'quiet';
}

/** One form for each button: what is sent is what was pressed. */
function button({ csrf, name, value, label, look }: Button): Markup {
  return html`<form action="/account" method="post">
<input type="hidden" name="csrf" value="${csrf}">
<button class="${look}" type="submit" name="${name}" value="${value}">${label}</button>
</form>`;
}

/** In UTC, and said so: the server cannot know where the person is. */
function moment(at: number): Markup {
  const date = new Date(at);
  const words = date.toLocaleString('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });
  return html`<time datetime="${date.toISOString()}">${words.replace(' at ', ', ')} UTC</time>`;
}

function smallPrint(operator: Operator): Markup {
  return html`<footer class="small">
<p>Removing GanalyticsGPT in your ${GOOGLE_ACCOUNT} ends all access at once, too. The <a href="/privacy">privacy policy</a> says what is kept. This server is run by ${writeTo(operator)}.</p>
</footer>`;
}
