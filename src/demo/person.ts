/**
 * The person in front of the browser: reads each page, presses the button that an ordinary person would press, until the
 * browser has left for the assistant again.
 *
 * Owns: which page is answered how. Pages are told apart by their forms, as the contract describes them, not by their
 * wording. Does not own: the browser, nor what happens in between.
 */
import type { Browser, Stop } from './browser.ts';
import type { Page } from './fetch-page.ts';
import type { Button, Form } from './forms.ts';
import { HopError, unexpected } from './hop-error.ts';

export interface Answers {
  /** The Google account to choose. */
  account: string;
  /** On our consent page. */
  consent?: 'allow' | 'deny';
  /** On Google's consent page. */
  google?: 'allow' | 'deny';
  /** Scopes whose boxes are left empty at Google; every other box is ticked. */
  untick?: readonly string[];
}

export interface Act {
  /** Our consent page, Google's list of accounts, Google's consent page. */
  page: 'consent' | 'accounts' | 'google';
  /** `chooses ada@example.com` */
  says: string;
}

interface Answerable extends Act {
  form: Form;
  button: Button;
}

/** More pages than any sign-in has: whoever shows this many goes in circles. */
const MOST_PAGES = 10;

/** Answers pages until the browser has left for an address that it does not visit; returns that address. `onAct` comes first. */
export async function answerPages(
  browser: Browser,
  first: Stop,
  answers: Answers,
  onAct?: (act: Act) => void,
): Promise<URL> {
  let stop = first;
  for (let count = 0; count < MOST_PAGES; count += 1) {
    if (stop.kind === 'left') return stop.url;
    const { page } = stop;
    const found = answerFor(page, answers);
    if (found === undefined) {
      const asked = `the browser opened ${page.url.origin}${page.url.pathname}`;
      throw unexpected(asked, 'a page with a button to press', { status: page.status, body: page.heading });
    }
    onAct?.(found);
    const { form, button } = found;
    const isTicked = ({ value }: { value: string }) => !(answers.untick ?? []).includes(value);
    stop = await browser.press(page, { form, button, isTicked });
  }
  throw new HopError(`the sign-in showed more than ${MOST_PAGES} pages and never came back to the assistant`);
}

function answerFor(page: Page, answers: Answers): Answerable | undefined {
  return chooseAccount(page, answers) ?? decide(page, answers);
}

function chooseAccount({ forms }: Page, { account }: Answers): Answerable | undefined {
  for (const form of forms) {
    const button = form.buttons.find(({ name, value }) => name === 'account' && value === account);
    if (button !== undefined) return { form, button, page: 'accounts', says: `chooses ${account}` };
  }
  return undefined;
}

function decide(
  { forms, heading, url }: Page,
  { consent = 'allow', google = 'allow' }: Answers,
): Answerable | undefined {
  for (const form of forms) {
    const isOurs = new URL(form.action, url).pathname === '/consent';
    const decision = isOurs ? consent : google;
    const button = form.buttons.find(({ name, value }) => name === 'decision' && value === decision);
    if (button === undefined) continue;
    const boxes = form.fields.filter(({ type }) => type === 'checkbox').length;
    const ticks = boxes === 0 || decision === 'deny' ? '' : `leaves ${boxes === 1 ? 'the box' : 'the boxes'} ticked, `;
    return {
      form,
      button,
      page: isOurs ? 'consent' : 'google',
      says: `reads “${heading}”, ${ticks}presses “${button.text}”`,
    };
  }
  return undefined;
}
