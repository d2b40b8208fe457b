/**
 * A browser small enough to read: it follows redirects, keeps cookies, presses buttons of plain HTML forms, and keeps to
 * the rules by which Chromium would break a sign-in (SameSite, `__Host-`, Referrer-Policy's Origin, CSP's form-action).
 *
 * Owns: navigation. Does not own: what a person answers (person.ts), cookies (cookie-jar.ts), pages (fetch-page.ts).
 * It visits loopback only. An address elsewhere, such as an assistant's callback, ends the way: it is handed back and
 * never fetched.
 */
import { type CookieJar, createCookieJar, isLoopback, isSameSite } from './cookie-jar.ts';
import { fetchPage, type Page } from './fetch-page.ts';
import { type Button, entriesOf, type Field, type Form } from './forms.ts';
import { HopError } from './hop-error.ts';

/** Where a way ended: on a page, or before an address that the browser does not visit. */
export type Stop = { kind: 'page'; page: Page } | { kind: 'left'; url: URL };

/** One request of the browser and what came back. */
export interface BrowserHop {
  method: 'GET' | 'POST';
  url: URL;
  /** What the pressed form sent. */
  fields: URLSearchParams | undefined;
  status: number;
  /** Where the answer sends the browser. */
  next: URL | undefined;
  /** The page's title; undefined for a redirect. */
  title: string | undefined;
}

export interface Browser {
  /** Opens an address; `from` is the site with the link, undefined for one that was typed. */
  open(url: URL | string, from?: URL): Promise<Stop>;
  press(page: Page, pressed: { form: Form; button: Button; isTicked?: (field: Field) => boolean }): Promise<Stop>;
  /** To be looked into; a second browser has a jar of its own. */
  cookies: CookieJar;
}

export interface BrowserOptions {
  /** Told of every request; awaited, so that what is told keeps its order. */
  onHop?: (hop: BrowserHop) => void | Promise<void>;
  /** True for an address before which to stop, besides every one that is not loopback. */
  stopsAt?: (url: URL) => boolean;
  now?: () => number;
}

const MOST_REDIRECTS = 20;
const USER_AGENT =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36';

interface Step {
  method: 'GET' | 'POST';
  url: URL;
  fields: URLSearchParams | undefined;
  /** The page or site that began the navigation. */
  initiator: URL | undefined;
  /** `Origin`, as Fetch's "append a request Origin header" has it. */
  origin: string | undefined;
  /** Every address of the chain so far lay on the initiator's site. */
  isSameOriginChain: boolean;
  /** The pressed page's `form-action` sources; undefined when anything goes. */
  formAction: readonly string[] | undefined;
  page: Page | undefined;
}

export function createBrowser(options: BrowserOptions = {}): Browser {
  const cookies = createCookieJar(options.now);
  const stopsAt = (url: URL) => url.protocol !== 'http:' || !isLoopback(url) || options.stopsAt?.(url) === true;

  async function go(first: Step): Promise<Stop> {
    let step = first;
    for (let count = 0; count <= MOST_REDIRECTS; count += 1) {
      checkFormAction(step);
      if (stopsAt(step.url)) return { kind: 'left', url: step.url };
      const page = await visit(step);
      const next = redirectOf(page);
      const { method, url, fields } = step;
      const title = next === undefined ? page.title : undefined;
      await options.onHop?.({ method, url, fields, status: page.status, next, title });
      if (next === undefined) return { kind: 'page', page };
      step = redirected(step, page.status, next);
    }
    throw new HopError(`the browser was redirected more than ${MOST_REDIRECTS} times, last to ${step.url.href}`);
  }

  async function visit(step: Step): Promise<Page> {
    const page = await fetchPage({ ...step, headers: headersOf(step, cookies.headerFor(step)) });
    cookies.keep(step.url, page.headers.getSetCookie());
    return page;
  }

  return {
    cookies,
    open: (address, from) => {
      const url = new URL(address);
      const isSameOriginChain = from === undefined || from.origin === url.origin;
      const nothing = { fields: undefined, origin: undefined, formAction: undefined, page: undefined };
      return go({ method: 'GET', url, initiator: from, isSameOriginChain, ...nothing });
    },
    press: async (page, { form, button, isTicked = (field) => field.isChecked }) => {
      const url = new URL(form.action === '' ? page.url.href : form.action, page.url);
      const fields = new URLSearchParams(entriesOf(form, button, isTicked));
      const isPost = form.method === 'POST';
      if (!isPost) url.search = fields.toString();
      return go({
        method: form.method,
        url,
        fields: isPost ? fields : undefined,
        initiator: page.url,
        origin: isPost ? originHeader(page, url) : undefined,
        isSameOriginChain: page.url.origin === url.origin,
        formAction: formActionOf(page),
        page,
      });
    },
  };
}

/** What Chromium says with a navigation. */
function headersOf(step: Step, cookie: string | undefined): Record<string, string> {
  return {
    'User-Agent': USER_AGENT,
    Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
    'Accept-Language': 'en-US,en;q=0.9',
    'Upgrade-Insecure-Requests': '1',
    'Sec-Fetch-Site': fetchSite(step),
    'Sec-Fetch-Mode': 'navigate',
    'Sec-Fetch-Dest': 'document',
    'Sec-Fetch-User': '?1',
    ...(cookie !== undefined && { Cookie: cookie }),
    ...(step.origin !== undefined && { Origin: step.origin }),
  };
}

/** 303 always, and 301 and 302 after a POST, go on with GET (Fetch, "HTTP-redirect fetch"). */
function redirected(step: Step, status: number, next: URL): Step {
  const staysPost = step.method === 'POST' && (status === 307 || status === 308);
  const isSameOriginChain = step.isSameOriginChain && step.url.origin === next.origin;
  if (staysPost) return { ...step, url: next, isSameOriginChain };
  return { ...step, method: 'GET', fields: undefined, origin: undefined, url: next, isSameOriginChain };
}

function redirectOf(page: Page): URL | undefined {
  const location = page.headers.get('location');
  if (![301, 302, 303, 307, 308].includes(page.status) || location === null) return undefined;
  const next = URL.parse(location, page.url.href);
  if (next === null) throw new HopError(`${page.url.href} redirects to ${location}, which is no address`);
  return next;
}

function fetchSite({ initiator, url, isSameOriginChain }: Step): string {
  if (initiator === undefined) return 'none';
  if (isSameOriginChain) return 'same-origin';
  return isSameSite(initiator, url) ? 'same-site' : 'cross-site';
}

/** Fetch, "append a request Origin header", for a form's POST. */
function originHeader(page: Page, to: URL): string {
  const policy = page.headers.get('referrer-policy')?.split(',').at(-1)?.trim().toLowerCase() ?? '';
  if (policy === 'no-referrer') return 'null';
  return policy === 'same-origin' && page.url.origin !== to.origin ? 'null' : page.url.origin;
}

function formActionOf(page: Page): string[] | undefined {
  const policy = page.headers.get('content-security-policy') ?? '';
  const directive = policy.split(';').map((part) => part.trim().split(/\s+/));
  return directive.find(([name]) => name?.toLowerCase() === 'form-action')?.slice(1);
}

/** Chromium holds the pressed form and every redirect after it to the page's `form-action` (CSP Level 3, 6.4.1). */
function checkFormAction({ formAction, page, url }: Step): void {
  if (formAction === undefined || page === undefined) return;
  const isAllowed = formAction.some((source) => {
    if (source === "'self'") return page.url.origin === url.origin;
    return source === url.origin || source.replace(/\/$/, '') === url.origin || source === url.protocol;
  });
  if (isAllowed) return;
  const policy = `form-action ${formAction.join(' ')}`;
  throw new HopError(
    `a browser would not go on from “${page.heading}” to ${url.origin}: the page's policy says ${policy}`,
  );
}
