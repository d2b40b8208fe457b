/**
 * Somebody of the sandbox's crowd in front of a browser: as over the pages, but for the account, which no page lists, so
 * that its address is put into the form of another one. Does not own: what an ordinary person does (src/demo/person.ts).
 */
import { type Browser, createBrowser, type Stop } from '../../src/demo/browser.ts';

export function crowdMember(n: number): string {
  return `person-${n}@crowd.example`;
}

/** Throws when the way ends on a page that has no button for it, or when the network fails. */
export async function signInFromCrowd(authorizeUrl: string, account: string): Promise<URL> {
  const browser = createBrowser();
  const stop = await pressOn(browser, await browser.open(authorizeUrl), account);
  if (stop.kind === 'left') return stop.url;
  throw new Error(`a page without a button: ${stop.page.status} ${stop.page.heading}`);
}

/** Presses what a sign-in asks for, until the browser has left or stands before a page that asks for something else. */
export async function pressOn(browser: Browser, first: Stop, account: string): Promise<Stop> {
  let stop = first;
  for (let pages = 0; pages < 8; pages += 1) {
    if (stop.kind === 'left') return stop;
    const { page } = stop;
    const choices = page.forms.flatMap((form) => form.buttons.map((button) => ({ form, button })));
    const chooser = choices.find(({ button }) => button.name === 'account');
    const allow = choices.find(({ button }) => button.name === 'decision' && button.value === 'allow');
    const pressed = chooser === undefined ? allow : { ...chooser, button: { ...chooser.button, value: account } };
    if (pressed === undefined) return stop;
    stop = await browser.press(page, pressed);
  }
  throw new Error('a sign-in that never ends');
}
