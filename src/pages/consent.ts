/**
 * The page between the assistant and Google: who asks, what will be read, where it goes, and the one Google button.
 *
 * Owns: the words and their order. Does not own: who is asked when, the binding to the browser or what a click does
 * (oauth/consent.ts). It says where rows go before Google is reached, as Google's Limited Use rules ask of a transfer
 * (developers.google.com/terms/api-services-user-data-policy).
 */
import { html } from 'hono/html';
import { googleButton } from './google-button.ts';
import { displayHost, displayLine, displayName } from './hostile-text.ts';
import { type Markup, type Operator, page, reference, writeTo } from './layout.ts';

export interface ConsentModel {
  /** The flow's reference, for the operator. */
  ref: string;
  /** As the client calls itself: hostile. */
  clientName: string;
  /** The home page that the client gives, unchecked: hostile. */
  clientUri?: string | undefined;
  /** Host of the URL that is the client's id, where its own document was read from. */
  documentHost?: string | undefined;
  /** Host (and port) of the verified redirect URI, or its scheme for an app. */
  redirectHost: string;
  redirectIsLoopback: boolean;
  /** The answer goes to a scheme of an app's own, which any program on the device can claim (RFC 8252 7.1). */
  redirectIsApp?: boolean | undefined;
  /** Nobody is connected through this client. */
  isNewClient: boolean;
  /** The operator did not make it: whatever it says about itself, its own name too, is its own claim. */
  namedItself?: boolean | undefined;
  mode: 'broker' | 'relay';
  /** One sentence for each scope that only reads. */
  reads: readonly string[];
  /** One sentence for each scope that can change something. */
  changes?: readonly string[] | undefined;
  /** What is connected, in a few words: `Google Analytics` unless said otherwise. */
  subject?: string | undefined;
  /** Goes back unchanged with the answer. */
  sealedFlow: string;
  csrf?: string | undefined;
  operator: Operator;
  /** Host of our own public URL. */
  publicHost: string;
  /** Which accounts may connect, where not all may: `accounts of example.com`. */
  allowedHint?: string | undefined;
}

/** Every sign-in asks Google who it is, besides the scopes that a client asks for. */
const IDENTITY = 'See your name and email address, to show whose account is connected';

/** What several parts of the page need, made fit to be shown once. */
interface Shown {
  name: Markup;
  host: string;
  subject: string;
  changes: readonly string[];
}

export function consentPage(model: ConsentModel): string {
  const shown: Shown = {
    name: html`<bdi>${displayName(model.clientName)}</bdi>`,
    host: displayHost(model.redirectHost),
    subject: model.subject || 'Google Analytics',
    changes: model.changes ?? [],
  };
  const verb = shown.changes.length === 0 ? 'read' : 'use';
  return page({
    title: `Connect ${shown.subject}`,
    host: model.publicHost,
    main: html`<h1>Let ${shown.name} ${verb} your ${shown.subject}?</h1>
${route(model, shown)}
${powers(model, shown)}
${warnings(model, shown)}
${decision(model)}
${smallPrint(model, shown)}`,
  });
}

/**
 * The way of the rows, stop by stop; the last stop is the one to look at. Its address has a line of its own, since beside a
 * name that ends in some other address it would read as the name's.
 */
function route(model: ConsentModel, { name, host, subject }: Shown): Markup {
  const isRelay = model.mode === 'relay';
  const bridge = isRelay ? 'passes your sign-in on, and keeps nothing' : 'asks Google for the rows, and keeps none';
  return html`<section aria-labelledby="route">
<h2 id="route">Where your data goes</h2>
<ol class="route">
<li><strong>${subject}</strong> <span>your own account</span></li>
<li><strong>GanalyticsGPT</strong> <span>${bridge}</span></li>
<li class="destination"><strong>${name}</strong>
<p class="address">${host}</p>
<p>${isRelay ? relayed(name) : html`The rows you ask about are sent to ${name}. It never gets your Google sign-in.`}</p></li>
</ol>
</section>`;
}

/** Relay mode hands over Google's own token: more than rows, and the page must not say less. */
function relayed(name: Markup): Markup {
  return html`${name} gets <em>Google’s own access token</em>: it can ask Google for your data even without this server, until you remove its access in your Google Account. The rows you ask about are sent to ${name}.`;
}

function powers(model: ConsentModel, { name, changes }: Shown): Markup {
  const limit = changes.length === 0 ? 'It can’t change or delete anything' : 'It can’t change anything else';
  return html`<section aria-labelledby="can">
<h2 id="can">${name} can</h2>
<ul class="marks">
${[...model.reads, ...changes, IDENTITY].map((sentence) => html`<li>${displayLine(sentence, 200)}</li>`)}
<li class="cannot">${limit}</li>
</ul>
</section>`;
}

function warnings(model: ConsentModel, { host }: Shown): Markup {
  const address = html`<span class="address">${host}</span>`;
  const isNew = html`<p class="warning"><strong>New here.</strong> Nobody is connected to this server through this app, and an app picks its own name. Go by the address instead: do you know ${address}?</p>`;
  // A maker can connect an app of their own, and it is new no more: this stays all the same.
  const namedItself = html`<p class="hint">This app named itself, and nobody checked that. What counts is the address: <span class="address">${host}</span>.</p>`;
  const isLocal = html`<p class="warning"><strong>A program on this device gets the answer,</strong> at ${address}. Go on only if you started this yourself, a moment ago, in a program you trust.</p>`;
  const isApp = html`<p class="warning"><strong>A program on this device gets the answer,</strong> whichever one opens ${address} links. Go on only if you started this yourself, a moment ago, in a program you trust.</p>`;
  const standing = model.namedItself === true ? namedItself : '';
  const device = model.redirectIsApp === true ? isApp : '';
  return html`${model.isNewClient ? isNew : standing}${model.redirectIsLoopback ? isLocal : device}`;
}

function decision(model: ConsentModel): Markup {
  const hint = model.allowedHint === undefined ? undefined : displayLine(model.allowedHint, 200);
  return html`<form class="decision" action="/consent" method="post">
<input type="hidden" name="flow" value="${model.sealedFlow}">
${model.csrf === undefined ? '' : html`<input type="hidden" name="csrf" value="${model.csrf}">`}
${googleButton('Sign in with Google')}
<button class="quiet" type="submit" name="decision" value="deny">Don’t connect</button>
</form>
<p class="hint">Google asks you once more, on its own page.${hint === undefined ? '' : html` Only ${hint} can be connected here.`}</p>`;
}

function smallPrint(model: ConsentModel, { name }: Shown): Markup {
  const home = model.clientUri === undefined ? undefined : URL.parse(model.clientUri)?.host;
  return html`<footer class="small">
<p>You can disconnect at any time, in ${name} or in your <a href="https://myaccount.google.com/connections">Google Account</a>. The <a href="/privacy">privacy policy</a> says what is kept, and how Google’s <a href="/privacy#limited-use">Limited Use</a> rules are followed. This server is run by ${writeTo(model.operator)}.</p>
${model.documentHost ? html`<p>The app is described at: ${displayHost(model.documentHost)}</p>` : ''}
${home ? html`<p>Home page that the app gives, unchecked: ${displayHost(home)}</p>` : ''}
${reference(model.ref)}
</footer>`;
}
