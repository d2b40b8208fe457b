/** The terms of use: short, and nothing that a reader would not expect. */
import { html } from 'hono/html';
import { type Operator, page, writeTo } from './layout.ts';

export interface TermsModel {
  publicUrl: string;
  operator: Operator;
}

export function termsPage({ publicUrl, operator }: TermsModel): string {
  const host = new URL(publicUrl).host;
  return page({
    title: 'Terms of use',
    host,
    isPublic: true,
    main: html`<h1>Terms of use</h1>
<p class="lead">They apply between you and ${writeTo(operator)}, who runs GanalyticsGPT at ${host}.</p>
<section aria-labelledby="service">
<h2 id="service">What you get</h2>
<p>GanalyticsGPT lets an assistant of your choice ask Google for data that you may see, in your name. It can be changed, limited or ended at any time, and it may be down.</p>
</section>
<section aria-labelledby="yours">
<h2 id="yours">What you answer for</h2>
<ul>
<li>Connect only accounts and data that you are entitled to use, and assistants that you trust with them.</li>
<li>Don’t try to get at other people’s data, to overload the server or to get round its limits.</li>
<li>Google’s terms and those of your assistant apply as well.</li>
</ul>
</section>
<section aria-labelledby="answers">
<h2 id="answers">Check what matters</h2>
<p>An assistant can misread a number or a question. Look the figure up in Google before you decide something important by it.</p>
</section>
<section aria-labelledby="liability">
<h2 id="liability">No warranty</h2>
<p>The service is provided as it is, without warranty of any kind. As far as the law allows, the operator isn’t liable for damage that comes from using it or from not being able to.</p>
</section>
<section aria-labelledby="independent">
<h2 id="independent">Independent of Google and OpenAI</h2>
<p>GanalyticsGPT is not made, run or endorsed by Google, OpenAI or Anthropic. Google and Google Analytics are trademarks of Google LLC; ChatGPT is one of OpenAI, Claude one of Anthropic.</p>
</section>
<section aria-labelledby="data">
<h2 id="data">Your data</h2>
<p>The <a href="/privacy">privacy policy</a> says what is read, kept and passed on.</p>
</section>`,
  });
}
