/**
 * What a person in the browser is told when a flow cannot go on: what happened, why, what to do, and the reference.
 *
 * Owns: the words, one fixed set for each problem; the type makes the table complete. Does not own: which problem it is,
 * nor the status. Nothing that a request carried is shown, but for a command that the operator can copy and, on the page
 * before an app that nobody uses here, the address of that app.
 */
import { html } from 'hono/html';
import type { PageProblem } from '../errors.ts';
import { displayHost } from './hostile-text.ts';
import { type Markup, type Operator, page, reference, writeTo } from './layout.ts';
import { shellCommand } from './shell-command.ts';

export interface ErrorModel {
  problem: PageProblem;
  /** The flow reference, where a flow exists. */
  ref?: string | undefined;
  extra?: ErrorExtra | undefined;
}

export interface ErrorExtra {
  operator?: Operator | undefined;
  publicHost?: string | undefined;
  /** A command for the operator that mends it, word by word; the words may be hostile. */
  command?: readonly string[] | undefined;
  /** A path of ours at which the same flow can be taken up again. */
  continuePath?: string | undefined;
  retryAfterSeconds?: number | undefined;
}

interface Text {
  happened: string;
  why: string;
  what: string;
  /** The person can do nothing about it: whom to tell is said too. */
  isForOperator?: true;
}

const TEXTS: Readonly<Record<PageProblem, Text>> = {
  'client-unknown': {
    happened: 'This server doesn’t know the app that sent you here',
    why: 'The app was removed, was never registered, or has a typing error in its client id.',
    what: 'Go back to your assistant, remove the connection and add it again. If that doesn’t help, the client id in its settings is wrong.',
    isForOperator: true,
  },
  'client-unreachable': {
    happened: 'The app that sent you here can’t be checked right now',
    why: 'It describes itself on its own website, and that website didn’t answer this server.',
    what: 'Wait a minute, then go back to your assistant and try again. Nothing has been connected or changed.',
    isForOperator: true,
  },
  'client-document-invalid': {
    happened: 'The app that sent you here doesn’t describe itself correctly',
    why: 'It describes itself on its own website, and what stands there isn’t what this server needs to know.',
    what: 'Only the makers of the app can mend that. If you are one of them, the operator of this server can see what is wrong.',
    isForOperator: true,
  },
  'redirect-uri-unregistered': {
    happened: 'The app wants its answer at an address that isn’t registered',
    why: 'Answers go to registered addresses only, so that nobody can have yours sent elsewhere.',
    what: 'If you are setting up a custom GPT, its callback address is known only after saving it: it has to be allowed here once.',
    isForOperator: true,
  },
  'request-invalid': {
    happened: 'This sign-in link isn’t complete',
    why: 'A part of it is missing, appears twice or has a form that this server doesn’t accept.',
    what: 'Go back to your assistant and start connecting again from there. If it happens again, tell the operator of this server.',
    isForOperator: true,
  },
  'flow-expired': {
    happened: 'This sign-in took too long',
    why: 'A sign-in can be finished for a short time only, so that an old link is of no use to anybody.',
    what: 'Go back to your assistant and start connecting again from there.',
  },
  'flow-damaged': {
    happened: 'This sign-in can’t be continued',
    why: 'The link was cut short or changed on its way, or it was already used.',
    what: 'Go back to your assistant and start connecting again from there.',
  },
  'other-browser': {
    happened: 'This sign-in was started in another browser',
    why: 'It can be finished only where it began. An app’s built-in browser window, a private window or blocked cookies look like another browser, too.',
    what: 'Go back to your assistant and start again from there, in your usual browser and with cookies allowed for this site.',
  },
  'google-unreachable': {
    happened: 'Google can’t be reached right now',
    why: 'Google didn’t answer in time, or answered with an error of its own.',
    what: 'Wait a minute, then go back to your assistant and try again. Nothing has been connected or changed.',
  },
  'google-misconfigured': {
    happened: 'This server isn’t set up correctly with Google',
    why: 'Google refused the server itself, not you: its client id, its secret or its redirect address doesn’t match.',
    what: 'You can’t mend this yourself. Tell the operator of this server.',
    isForOperator: true,
  },
  'google-refused': {
    happened: 'Google didn’t complete the sign-in',
    why: 'It was cancelled on Google’s page, or your organisation doesn’t let this app use your data.',
    what: 'Go back to your assistant and try again. With a work or school account, ask your administrator to allow this app.',
  },
  'account-not-allowed': {
    happened: 'This Google account can’t be connected here',
    why: 'The operator of this server lets certain accounts in only, and yours isn’t among them.',
    what: 'Go back to your assistant, connect again and pick another Google account, or ask the operator to add yours.',
    isForOperator: true,
  },
  'scope-not-granted': {
    happened: 'A box on Google’s page was left unticked',
    why: 'Google lets you tick what you allow, and without that tick there is nothing that your assistant could read.',
    what: 'Go back to your assistant and connect again, and leave the boxes on Google’s page ticked.',
  },
  'not-found': {
    happened: 'There is no such page',
    why: 'The address has a typing error, or the page has moved.',
    what: 'The home page says what this server offers and how to connect.',
  },
  'too-many-requests': {
    happened: 'Too many attempts in a short time',
    why: 'To keep the server well for everybody, each network can try only so often.',
    what: 'Wait a minute, then try again.',
  },
  unexpected: {
    happened: 'Something went wrong on this server',
    why: 'It is our fault, not yours, and it has been written down for the operator.',
    what: 'Go back to your assistant and try again. If it happens again, tell the operator of this server.',
    isForOperator: true,
  },
};

export function errorPage({ problem, ref, extra = {} }: ErrorModel): string {
  const text = TEXTS[problem];
  return page({
    title: text.happened,
    host: extra.publicHost,
    main: html`<h1>${text.happened}</h1>
<p class="lead">${text.why}</p>
<section class="next" aria-labelledby="next">
<h2 id="next">What to do</h2>
<p>${text.what}${waiting(extra.retryAfterSeconds)}</p>
${command(extra.command)}
${links(problem, extra.continuePath)}
</section>
<footer class="small">
${text.isForOperator ? html`<p>This server is run by ${writeTo(extra.operator)}.</p>` : ''}
${ref === undefined ? '' : html`${reference(ref)}<p>Under this reference the operator finds each step of this attempt.</p>`}
</footer>`,
  });
}

export interface LeavingModel {
  /** Host of the app's verified redirect URI, or its scheme: hostile. */
  host: string;
  /** The redirect URI with the answer; registered, and so of no scheme that runs code. */
  address: string;
  ref?: string | undefined;
  operator?: Operator | undefined;
  publicHost?: string | undefined;
}

/** An app that nobody uses here asked for what cannot be: the way back to it is the person's to take. */
export function leavingPage({ host, address, ref, operator, publicHost }: LeavingModel): string {
  const shown = displayHost(host);
  const title = 'The app asked for something that can’t be done here';
  return page({
    title,
    host: publicHost,
    main: html`<h1>${title}</h1>
<p class="lead">Nothing has been connected. Nobody uses this app here yet, so you aren’t sent to it without being asked.</p>
<section class="next" aria-labelledby="next">
<h2 id="next">What to do</h2>
<p>If you know <span class="address">${shown}</span> and came from there, go back and tell it what happened. If you don’t, close this page.</p>
<p><a class="action" href="${address}" rel="noopener noreferrer nofollow">Back to ${shown}</a></p>
</section>
<footer class="small">
<p>This server is run by ${writeTo(operator)}.</p>
${ref === undefined ? '' : html`${reference(ref)}<p>Under this reference the operator finds each step of this attempt.</p>`}
</footer>`,
  });
}

function waiting(seconds: number | undefined): string {
  if (seconds === undefined || seconds <= 60) return '';
  return ` That is possible again in about ${Math.ceil(seconds / 60)} minutes.`;
}

function command(words: readonly string[] | undefined): Markup {
  const line = words === undefined ? undefined : shellCommand(words);
  if (line === undefined) return html``;
  return html`<p>The operator allows exactly this address with:</p>
<pre class="command" tabindex="0"><code>${line}</code></pre>
<p>Allow it only if you set up that app yourself: whoever owns the address gets the answers of everybody who connects through it.</p>`;
}

function links(problem: PageProblem, continuePath: string | undefined): Markup {
  const path = continuePath === undefined ? undefined : ownPath(continuePath);
  if (path !== undefined) {
    return html`<p><a class="action" href="${path}" target="_blank" rel="noopener">Open the sign-in in a new tab</a></p>`;
  }
  return problem === 'not-found' ? html`<p><a class="action" href="/">Go to the home page</a></p>` : html``;
}

/** A link never leaves this origin, whatever a caller was made to pass on. */
function ownPath(path: string): string | undefined {
  return /^\/(?![/\\])[\x21-\x7e]*$/.test(path) ? path : undefined;
}
