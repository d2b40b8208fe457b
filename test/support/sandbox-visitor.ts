/**
 * A person at the sandbox's pages without a browser: a cookie jar, a reader of forms, a finger for buttons.
 *
 * Owns: walking plain HTML pages over any fetch-like function. Does not own: a real browser (browser.ts). It reads pages
 * as the contract describes them (`button[name=account]`, `button[name=decision]`), not by their wording.
 */

/** What a visitor sees after a step. `location` is set when the page sends the browser away. */
export interface Seen {
  url: string;
  status: number;
  location: string | undefined;
  text: string;
}

interface Form {
  action: string;
  /** Hidden fields and ticked boxes, in page order. */
  fields: [name: string, value: string][];
  buttons: [name: string, value: string][];
}

export type Fetch = (request: Request) => Response | Promise<Response>;

export interface SignInSteps {
  account: string;
  decision?: 'allow' | 'deny';
  /** Scopes whose boxes are unticked. */
  untick?: string[];
}

export type SandboxVisitor = ReturnType<typeof createSandboxVisitor>;

export function createSandboxVisitor(fetch: Fetch) {
  const cookies = new Map<string, string>();

  async function send(url: string, form?: URLSearchParams): Promise<Seen> {
    const headers = new Headers({ cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') });
    const init = form ? { method: 'POST', body: form, headers } : { headers };
    const response = await fetch(new Request(url, { ...init, redirect: 'manual' }));
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const location = response.headers.get('location') ?? undefined;
    return { url, status: response.status, location, text: await response.text() };
  }

  async function press(seen: Seen, name: string, value: string, untick: string[] = []): Promise<Seen> {
    const form = formsOf(seen.text).find((each) => each.buttons.some(([n, v]) => n === name && v === value));
    if (form === undefined) throw new Error(`no button ${name}=${value} on the page (${seen.status}): ${seen.text}`);
    const fields = form.fields.filter(([field, text]) => field !== 'scope' || !untick.includes(text));
    return send(new URL(form.action, seen.url).href, new URLSearchParams([...fields, [name, value]]));
  }

  return {
    get: (url: string): Promise<Seen> => send(url),
    press,

    /** Walks from an authorization URL to the redirect, over whichever pages come. */
    async signIn(url: string, { account, decision = 'allow', untick = [] }: SignInSteps): Promise<URL> {
      let seen = await send(url);
      if (hasButton(seen, 'account')) seen = await press(seen, 'account', account);
      if (hasButton(seen, 'decision')) seen = await press(seen, 'decision', decision, untick);
      if (seen.location === undefined) throw new Error(`no way back to the app (${seen.status}): ${seen.text}`);
      return new URL(seen.location);
    },
  };
}

export function hasButton(seen: Seen, name: string): boolean {
  return formsOf(seen.text).some((form) => form.buttons.some(([each]) => each === name));
}

/** Values of the ticked boxes on a page. */
export function tickedScopes(seen: Seen): string[] {
  return formsOf(seen.text).flatMap((form) =>
    form.fields.filter(([name]) => name === 'scope').map(([, value]) => value),
  );
}

function formsOf(html: string): Form[] {
  return [...html.matchAll(/<form([^>]*)>(.*?)<\/form>/gs)].map(([, head = '', inside = '']) => ({
    action: attribute(head, 'action'),
    fields: [...inside.matchAll(/<input([^>]*)>/g)]
      .map(([, input = '']) => input)
      .filter((input) => !input.includes('type="checkbox"') || / checked(\s|$)/.test(input))
      .map((input) => [attribute(input, 'name'), attribute(input, 'value')]),
    buttons: [...inside.matchAll(/<button([^>]*)>/g)].map(([, button = '']) => [
      attribute(button, 'name'),
      attribute(button, 'value'),
    ]),
  }));
}

function attribute(tag: string, name: string): string {
  const value = new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1] ?? '';
  return value.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&amp;', '&');
}
