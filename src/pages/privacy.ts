/**
 * The privacy policy, on our own origin as Google's and OpenAI's reviews require. It says what the program does; an
 * operator who does more with the data must say so elsewhere.
 *
 * Owns: the words, which must stay true: docs/storage.md lists every column behind them. Does not own: the operator's name.
 */
import { html } from 'hono/html';
import { type Markup, type Operator, page, writeTo } from './layout.ts';

export interface PrivacyModel {
  publicUrl: string;
  operator: Operator;
  /** After how many days without use a connected assistant is forgotten. */
  unusedDays: number;
  subject?: string | undefined;
  /** `/account` is there: people can see and delete for themselves. */
  hasAccountPage?: boolean | undefined;
}

/** When the meaning of the text last changed. */
const CHANGED = { iso: '2026-11-22', words: '22 November 2026' };

export function privacyPage(model: PrivacyModel): string {
  const host = new URL(model.publicUrl).host;
  const subject = model.subject || 'Google Analytics';
  return page({
    title: 'Privacy policy',
    host,
    isPublic: true,
    main: html`<h1>Privacy policy</h1>
<p class="lead">GanalyticsGPT at ${host} is run by ${writeTo(model.operator)}. Last changed on <time datetime="${CHANGED.iso}">${CHANGED.words}</time>.</p>
${inShort(subject)}
${accessed(subject)}
${stored(model)}
${shared()}
${limitedUse()}
${ending(model)}
<section aria-labelledby="questions">
<h2 id="questions">Questions</h2>
<p>Write to ${writeTo(model.operator)}. <a href="/support">Support</a> says what to include.</p>
</section>`,
  });
}

function inShort(subject: string): Markup {
  return html`<section aria-labelledby="short">
<h2 id="short">In short</h2>
<ul>
<li>Your assistant gets the rows of ${subject} that you ask it about, and nobody else gets them.</li>
<li>This server keeps none of those rows.</li>
<li>It keeps your Google sign-in, encrypted, so that it can ask Google for you. You can end that at any time.</li>
<li>Nothing is sold, used for advertising or used to train a model by this server.</li>
</ul>
</section>`;
}

function accessed(subject: string): Markup {
  return html`<section aria-labelledby="accessed">
<h2 id="accessed">What is read from Google, and what for</h2>
<p><strong>Who you are:</strong> the identifier of your Google account, your name and your email address. They tell your connection from other people’s, and your assistant can show them so that you know whose account is connected.</p>
<p><strong>${subject}:</strong> what you granted on Google’s page and no more. It is read at the moment when you, or your assistant for you, ask for it, and only to answer that. The consent page lists it each time.</p>
</section>`;
}

function facts(unusedDays: number): (readonly [what: string, how: string, until: string])[] {
  return [
    [
      'Google account identifier, name, email address',
      'In the database',
      'The last assistant is disconnected, or you have it deleted, see below',
    ],
    [
      'Google’s access and refresh tokens',
      'Sealed with AES-256-GCM; the keys are not in the database',
      'The last assistant is disconnected, or you have them deleted',
    ],
    [
      'Which assistants you connected, with what rights, when made and last used',
      'In the database',
      `You disconnect, or ${unusedDays} days without use`,
    ],
    [
      'The tokens that your assistant holds',
      'As SHA-256 fingerprints only; the tokens can’t be read back',
      'They expire or are replaced',
    ],
    [
      'When you tried to connect, how far that came, and why an access ended',
      'In the database; your address only as a fingerprint that needs this server’s key',
      '30 days, 90 for the end of an access, or you have it deleted',
    ],
    [
      'A cookie that ties a sign-in to your browser',
      'A random value, readable by this server alone',
      'One day at most',
    ],
    [
      'A cookie while you are signed in to your account page',
      'Encrypted, readable by this server alone',
      'Twenty minutes, or you sign out',
    ],
    ['Rows of your reports', 'Not stored: they pass through memory', 'The answer is sent'],
  ];
}

function stored({ unusedDays }: PrivacyModel): Markup {
  return html`<section aria-labelledby="stored">
<h2 id="stored">What is stored</h2>
<table class="facts">
<thead><tr><th scope="col">What</th><th scope="col">How</th><th scope="col">Until</th></tr></thead>
<tbody>${facts(unusedDays).map(([what, how, until]) => html`<tr><th scope="row">${what}</th><td data-label="How">${how}</td><td data-label="Until">${until}</td></tr>`)}</tbody>
</table>
<p>The log notes what happened, when, through which assistant and from which network address, so that faults and abuse can be traced. It holds no tokens and no rows. The operator decides how long it is kept.</p>
<p>In relay mode, which the consent page names where it applies, nothing about you is stored: Google’s own token goes straight to the assistant.</p>
</section>`;
}

function shared(): Markup {
  return html`<section aria-labelledby="shared">
<h2 id="shared">Who else gets it</h2>
<p>The rows you ask about are sent to the assistant that you connected: the consent page shows its name and the address it answers at. What happens to them there is governed by that assistant’s own privacy policy.</p>
<p>Nobody else gets them, unless the law compels the operator. No person reads them, unless you ask for help and agree to it, or it is needed for security or required by law.</p>
</section>`;
}

function limitedUse(): Markup {
  return html`<section aria-labelledby="limited-use">
<h2 id="limited-use">Google’s Limited Use requirements</h2>
<p>GanalyticsGPT’s use and transfer to any other app of information received from Google APIs will adhere to the <a href="https://developers.google.com/terms/api-services-user-data-policy">Google API Services User Data Policy</a>, including the Limited Use requirements.</p>
</section>`;
}

function ending({ operator, hasAccountPage }: PrivacyModel): Markup {
  return html`<section aria-labelledby="ending">
<h2 id="ending">Disconnecting and deletion</h2>
<ul>
${hasAccountPage ? html`<li>On <a href="/account">your account page</a> you see every connected assistant, can disconnect each, and can delete everything that is held about you.</li>` : ''}
<li>Disconnecting in the assistant ends its access here, where the assistant tells us so.</li>
<li>Removing GanalyticsGPT in your <a href="https://myaccount.google.com/connections">Google Account</a> ends all access to your data at once.</li>
<li>To have everything deleted that is stored about you, write to ${writeTo(operator)} with the email address of your Google account.</li>
</ul>
</section>`;
}
