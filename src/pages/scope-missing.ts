/**
 * What a person sees who left a box unticked on Google's page: which one, and the same flow once more.
 *
 * Owns: the words. Does not own: which scopes are missing or how they are called (oauth/scope-words.ts), nor what the
 * second try asks of Google.
 */
import { html } from 'hono/html';
import { googleButton } from './google-button.ts';
import { displayLine, displayName } from './hostile-text.ts';
import { page, reference } from './layout.ts';

export interface ScopeMissingModel {
  ref: string;
  /** Each missing scope as Google's page words it. */
  missing: readonly string[];
  /** The flow, sealed for another try: it goes to the consent form's own address. */
  sealedFlow: string;
  csrf?: string | undefined;
  /** Hostile. */
  clientName: string;
  publicHost?: string | undefined;
}

export function scopeMissingPage(model: ScopeMissingModel): string {
  const name = html`<bdi>${displayName(model.clientName)}</bdi>`;
  const isOne = model.missing.length === 1;
  return page({
    title: 'A box was left unticked',
    host: model.publicHost,
    main: html`<h1>${isOne ? 'A box on Google’s page was' : 'Some boxes on Google’s page were'} left unticked</h1>
<p class="lead">Google lets you choose what you allow. Without ${isOne ? 'this' : 'these'}, there is nothing that ${name} could show you:</p>
<ul class="boxes">
${model.missing.map((scope) => html`<li>${displayLine(scope, 200)}</li>`)}
</ul>
<section class="next" aria-labelledby="next">
<h2 id="next">Try once more</h2>
<p>Google shows its page again. Tick ${isOne ? 'that box' : 'those boxes'} there, then continue. Nothing has been connected so far.</p>
<form class="decision" action="/consent" method="post">
<input type="hidden" name="flow" value="${model.sealedFlow}">
${model.csrf === undefined ? '' : html`<input type="hidden" name="csrf" value="${model.csrf}">`}
${googleButton('Continue with Google')}
<button class="quiet" type="submit" name="decision" value="deny">Don’t connect</button>
</form>
</section>
<footer class="small">
${reference(model.ref)}
</footer>`,
  });
}
