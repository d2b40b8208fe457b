/**
 * The one button that leads to Google, as Google's branding rules want it
 * (developers.google.com/identity/branding-guidelines). Every page that starts a sign-in uses this and nothing else.
 *
 * Owns: the markup and the allowed words. Does not own: the measures and colours, which stand together in
 * assets/style.css, nor the G, which is one file to replace (assets/google-g.svg, docs/google-mark.md).
 */
import { html } from 'hono/html';
import { assetUrl } from './assets.ts';
import type { Markup } from './layout.ts';

/** Google allows these words and no others ("Connect", "Authorize" and "Reconnect" have been turned down in reviews). */
export type GoogleButtonText = 'Sign in with Google' | 'Sign up with Google' | 'Continue with Google';

/**
 * A submit button, so that only a person's own click goes to Google: no script, no refresh, no countdown. It must stand on
 * the page's own background, never in a coloured box.
 */
export function googleButton(text: GoogleButtonText = 'Sign in with Google'): Markup {
  return html`<button class="google-button" type="submit" name="decision" value="allow"><img src="${assetUrl('google-g.svg')}" width="20" height="20" alt=""><span>${text}</span></button>`;
}
