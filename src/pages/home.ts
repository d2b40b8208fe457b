/**
 * The home page: what this is, what it reads, how to connect from each assistant. Public, and more than a sign-in page, as
 * Google's brand verification asks (support.google.com/cloud/answer/13464321).
 *
 * Owns: the words and their order. Does not own: the instructions for each assistant (assistants.ts).
 */
import { html } from 'hono/html';
import { type Assistant, assistants, type Step } from './assistants.ts';
import { displayLine } from './hostile-text.ts';
import { type Markup, type Operator, page, writeTo } from './layout.ts';

export interface HomeModel {
  publicUrl: string;
  operator: Operator;
  /** One sentence for each scope in use that only reads, as on the consent page. */
  reads: readonly string[];
  /** One sentence for each scope in use that can change something. */
  changes?: readonly string[] | undefined;
  /** What is connected, in a few words: `Google Analytics` unless said otherwise. */
  subject?: string | undefined;
}

export function homePage(model: HomeModel): string {
  const subject = model.subject || 'Google Analytics';
  return page({
    title: `Ask your assistant about your ${subject}`,
    host: new URL(model.publicUrl).host,
    isPublic: true,
    copies: true,
    main: html`<h1>Ask your assistant about your ${subject}</h1>
<p class="lead">GanalyticsGPT connects ChatGPT, Claude and other assistants to your own ${subject} account. You ask in plain words, and the answer is made from your real numbers.</p>
${example()}
${reads(model, subject)}
${connect(model.publicUrl)}
${trust(model)}`,
  });
}

/** Made-up numbers, and said to be so. */
function example(): Markup {
  const rows = [
    ['Sessions', '18,204', '16,911', '+7.6%'],
    ['Users', '13,377', '12,809', '+4.4%'],
    ['Revenue', '€ 24,180', '€ 25,642', '−5.7%'],
  ] as const;
  return html`<figure class="example">
<figcaption><q>How did last week go compared with the week before?</q></figcaption>
<table>
<thead><tr><th scope="col"><span class="unseen">Metric</span></th><th scope="col">Last week</th><th scope="col">Before</th><th scope="col">Change</th></tr></thead>
<tbody>${rows.map(([metric, ...numbers]) => html`<tr><th scope="row">${metric}</th>${numbers.map((each) => html`<td>${each}</td>`)}</tr>`)}</tbody>
</table>
<p class="note">An example with invented numbers.</p>
</figure>`;
}

function reads({ reads, changes = [] }: HomeModel, subject: string): Markup {
  const limit = changes.length === 0 ? 'It can’t change or delete anything' : 'It can’t change anything else';
  return html`<section aria-labelledby="reads">
<h2 id="reads">What it can do</h2>
<ul class="marks">
${[...reads, ...changes].map((sentence) => html`<li>${displayLine(sentence, 200)}</li>`)}
<li>See your name and email address, to show whose account is connected</li>
<li class="cannot">${limit}</li>
</ul>
<p>It reads ${subject} with your own Google account, so it sees what you may see and nothing else. Before anything is connected, a page names the assistant that asks, what it will read and where that goes; then Google asks you itself.</p>
</section>`;
}

function connect(publicUrl: string): Markup {
  return html`<section aria-labelledby="connect">
<h2 id="connect">Connect your assistant</h2>
<p>Any assistant that speaks MCP over HTTP can connect with this address:</p>
${copyable('mcp-address', `${publicUrl}/mcp`)}
<div class="assistants">
${assistants(publicUrl).map(assistant)}
</div>
</section>`;
}

function assistant({ id, name, steps }: Assistant): Markup {
  const said = steps.map((step, index) => instruction(step, `${id}-${index + 1}`));
  return html`<details id="${id}">
<summary>${name}</summary>
${said.length === 1 ? html`<div>${said}</div>` : html`<ol>${said.map((each) => html`<li>${each}</li>`)}</ol>`}
</details>`;
}

function instruction({ text, copy }: Step, id: string): Markup {
  return html`${text}${copy === undefined ? '' : copyable(id, copy)}`;
}

/** The button appears only where the script runs; the text can always be selected. */
function copyable(id: string, text: string): Markup {
  return html`<div class="copyable"><pre class="command" tabindex="0"><code id="${id}">${text}</code></pre><button class="copy" type="button" data-copy="${id}" aria-describedby="${id}" hidden>Copy</button></div>`;
}

function trust({ operator }: HomeModel): Markup {
  return html`<section aria-labelledby="trust">
<h2 id="trust">Your data</h2>
<p>The rows you ask about are sent to the assistant you connected, and to nobody else. This server keeps none of them. Your Google sign-in is stored encrypted, and you can withdraw it at any time. The <a href="/privacy">privacy policy</a> has the details.</p>
<p>This server is run by ${writeTo(operator)}. <a href="/support">Support</a> says how to get help or disconnect.</p>
</section>`;
}
