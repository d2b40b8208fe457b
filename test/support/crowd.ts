/**
 * Somebody of the sandbox's crowd signs in: as over the pages, but for the account, which no page lists, so that its
 * address is put into the form of another one. Does not own: what an ordinary person does (src/demo/person.ts).
 */
import { createBrowser, type Stop } from '../../src/demo/browser.ts';

export function crowdMember(n: number): string {
  return `person-${n}@crowd.example`;
}

/** Throws when the way ends on a page that has no button for it, or when the network fails. */
export async function signInFromCrowd(authorizeUrl: string, account: string): Promise<URL> {
  const browser = createBrowser();
  let stop: Stop = await browser.open(authorizeUrl);
  for (let pages = 0; pages < 6; pages += 1) {
    if (stop.kind === 'left') return stop.url;
    const { page } = stop;
    const choices = page.forms.flatMap((form) => form.buttons.map((button) => ({ form, button })));
    const chooser = choices.find(({ button }) => button.name === 'account');
    const allow = choices.find(({ button }) => button.name === 'decision' && button.value === 'allow');
    const pressed = chooser === undefined ? allow : { ...chooser, button: { ...chooser.button, value: account } };
    if (pressed === undefined) throw new Error(`a page without a button: ${page.status} ${page.heading}`);
    stop = await browser.press(page, pressed);
  }
  throw new Error('a sign-in that never ends');
}
