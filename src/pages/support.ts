/** How to get help, disconnect, and report a fault in the security. */
import { html } from 'hono/html';
import { type Operator, page, writeTo } from './layout.ts';

export interface SupportModel {
  publicUrl: string;
  operator: Operator;
  /** `/account` is there: people can disconnect for themselves. */
  hasAccountPage?: boolean | undefined;
}

export function supportPage({ publicUrl, operator, hasAccountPage }: SupportModel): string {
  return page({
    title: 'Support',
    host: new URL(publicUrl).host,
    isPublic: true,
    main: html`<h1>Support</h1>
<p class="lead">Write to ${writeTo(operator)}, who runs this server.</p>
<section aria-labelledby="include">
<h2 id="include">What helps us help you</h2>
<ul>
<li>The <strong>reference</strong> from the page, such as <code>K7PM-3QXD</code>: each step of your attempt is found under it.</li>
<li>Which assistant you use, and roughly when it happened.</li>
<li>What you asked and what came back, in your own words.</li>
</ul>
<p>Never send passwords, tokens or client secrets.</p>
</section>
<section aria-labelledby="often">
<h2 id="often">Often asked</h2>
<h3>The assistant says that I have to connect again</h3>
<p>Somebody may have changed the password of the Google account, or removed the access there, or it wasn’t used for a long time. Disconnect in the assistant, connect again, and it goes on.</p>
<h3>A property is missing</h3>
<p>Only properties that your Google account can see are listed. Check in Google Analytics that you are signed in with the same account and have at least the Viewer role.</p>
<h3>The numbers differ from those in Google Analytics</h3>
<p>Google’s reports can leave out small groups, count today only in part, and count users anew for each line. Ask the assistant which dates, filters and property it used.</p>
</section>
<section aria-labelledby="disconnect">
<h2 id="disconnect">Disconnect</h2>
<p>${hasAccountPage ? html`<a href="/account">Your account page</a> lists your connected assistants. You can also disconnect` : 'Disconnect'} in the assistant’s own settings, or remove GanalyticsGPT in your <a href="https://myaccount.google.com/connections">Google Account</a>, which ends all access at once.</p>
</section>
<section aria-labelledby="security">
<h2 id="security">Found a hole?</h2>
<p>Please tell ${writeTo(operator)} privately first, with the steps to see it.</p>
</section>`,
  });
}
