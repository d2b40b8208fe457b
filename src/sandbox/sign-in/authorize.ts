/**
 * /o/oauth2/v2/auth: from a request, over the pages that a person must answer, to the code.
 *
 * Owns: which step comes next (one dispatcher, `nextStep`) and what each answer grants. Does not own: the checks of the
 * request (authorization-request.ts), the pages, the records (links.ts).
 */
import { type Context, Hono } from 'hono';
import type { ApiEnv } from '../api.ts';
import { single } from '../form.ts';
import { sendPage } from '../page.ts';
import { PageRefusal } from '../refusal.ts';
import { findPerson, type Person } from '../world.ts';
import { accountsPage } from './accounts-page.ts';
import { checkRequest } from './authorization-request.ts';
import { consentPage } from './consent-page.ts';
import type { Flow, Flows } from './flows.ts';
import type { Links } from './links.ts';
import { printScopes, scopeInfo } from './scopes.ts';

export interface AuthorizeParts {
  links: Links;
  flows: Flows;
}

export const authorizePath = '/o/oauth2/v2/auth';
const accountPath = `${authorizePath}/account`;
const consentPath = `${authorizePath}/consent`;

export function authorize(parts: AuthorizeParts): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  const { flows } = parts;

  app.get(authorizePath, (c) => {
    const flow = flows.start(checkRequest(new URL(c.req.url).searchParams));
    const person = chosenAlready(flow, flows.signedIn(c));
    if (person !== undefined) flow.person = person;
    return nextStep(parts, c, flow);
  });

  app.post(accountPath, async (c) => {
    const answer = await readAnswer(c);
    const flow = findFlow(flows, answer);
    const person = findPerson(answer.get('account') ?? '');
    if (person === undefined) throw new PageRefusal(400, 'invalid_request', 'Couldn’t find this account.');
    flow.person = person;
    flows.signIn(c, person);
    return nextStep(parts, c, flow);
  });

  app.post(consentPath, async (c) => {
    const answer = await readAnswer(c);
    const flow = findFlow(flows, answer);
    const decision = answer.get('decision');
    if (flow.person === undefined) throw new PageRefusal(400, 'invalid_request', 'Choose an account first.');
    if (decision === 'deny') return goBack(parts, c, flow, { error: 'access_denied' });
    if (decision === 'allow') return allow(parts, c, flow, flow.person, new Set(answer.getAll('scope')));
    throw new PageRefusal(400, 'invalid_request', 'The answer must be allow or deny.');
  });

  return app;
}

/** The only place that decides what a browser sees next. `prompt=none` turns every page into an error for the app. */
function nextStep(parts: AuthorizeParts, c: Context<ApiEnv>, flow: Flow): Response | Promise<Response> {
  const { request, person } = flow;
  const signedIn = parts.flows.signedIn(c);
  if (person === undefined) {
    if (request.prompt.none) {
      return goBack(parts, c, flow, { error: signedIn.length > 1 ? 'interaction_required' : 'login_required' });
    }
    const hinted = findPerson(request.loginHint ?? '');
    return sendPage(c, 200, accountsPage({ flow, action: accountPath, signedIn, hinted }));
  }
  const granted = parts.links.grantedTo(person.sub, request.client);
  if (!request.prompt.consent && granted !== undefined && coversRequest(c, flow, granted)) {
    const stillGranted = request.scopes.filter((scope) => granted.has(scope));
    return giveCode(parts, c, flow, person, { scopes: stillGranted, wasAsked: false, isFirst: false });
  }
  if (request.prompt.none) return goBack(parts, c, flow, { error: 'interaction_required' });
  return sendPage(c, 200, consentPage({ flow, person, action: consentPath }));
}

/**
 * Whether an earlier consent is enough. With the fault `stale-consent` an incomplete one is, if
 * `include_granted_scopes` is set: people have met this at Google.
 */
function coversRequest(c: Context<ApiEnv>, { request }: Flow, granted: ReadonlySet<string>): boolean {
  if (request.scopes.every((scope) => granted.has(scope))) return true;
  return request.includesGranted && c.get('faults').some((fault) => fault.effect === 'stale-consent');
}

/** The chooser is skipped for the hinted person if signed in here, and for `prompt=none` if only one person is. */
function chosenAlready({ request }: Flow, signedIn: readonly Person[]): Person | undefined {
  if (request.prompt.selectAccount) return undefined;
  const hinted = findPerson(request.loginHint ?? '');
  if (hinted !== undefined) return signedIn.find((person) => person.sub === hinted.sub);
  return request.prompt.none && signedIn.length === 1 ? signedIn[0] : undefined;
}

/** Boxes left ticked count, and what has no box; a scope that was not asked for is not granted by naming it. */
function allow(parts: AuthorizeParts, c: Context<ApiEnv>, flow: Flow, person: Person, ticked: ReadonlySet<string>) {
  const { request } = flow;
  const scopes = request.scopes.filter((scope) => ticked.has(scope) || !scopeInfo(scope).isSensitive);
  if (scopes.length === 0) return goBack(parts, c, flow, { error: 'access_denied' });
  const isFirst = parts.links.grantedTo(person.sub, request.client) === undefined;
  parts.links.recordConsent(person.sub, request.client, scopes);
  return giveCode(parts, c, flow, person, { scopes, wasAsked: true, isFirst });
}

interface Granted {
  scopes: readonly string[];
  wasAsked: boolean;
  isFirst: boolean;
}

function giveCode(parts: AuthorizeParts, c: Context<ApiEnv>, flow: Flow, person: Person, granted: Granted) {
  const { request } = flow;
  const earlier = request.includesGranted ? parts.links.grantedToProject(person.sub, request.client.project) : [];
  const scopes = [...new Set([...granted.scopes, ...earlier])];
  const isFresh = granted.wasAsked && (granted.isFirst || request.prompt.consent);
  const content = {
    sub: person.sub,
    clientId: request.client.id,
    redirectUri: request.redirectUri,
    scopes,
    accessType: request.accessType,
    givesRefreshToken: request.accessType === 'offline' && isFresh,
    ...(request.challenge !== undefined && { challenge: request.challenge }),
    ...(request.nonce !== undefined && { nonce: request.nonce }),
  };
  const code = parts.links.issueCode(content, request.client);
  const prompt = granted.wasAsked ? 'consent' : 'none';
  return goBack(parts, c, flow, { code, scope: printScopes(scopes), authuser: '0', prompt });
}

/** Ends the flow and sends the browser to the app. The redirect URI was checked before the flow began. */
function goBack({ flows }: AuthorizeParts, c: Context, flow: Flow, answer: Record<string, string>): Response {
  const { request } = flow;
  flows.end(flow);
  const url = new URL(request.redirectUri);
  if (request.state !== undefined) url.searchParams.set('state', request.state);
  for (const [name, value] of Object.entries(answer)) url.searchParams.set(name, value);
  c.header('Cache-Control', 'no-store');
  return c.redirect(url.href, 302);
}

/** A page's form. `scope` comes once per ticked box, so this is no list of single values. */
async function readAnswer(c: Context): Promise<URLSearchParams> {
  const answer = new URLSearchParams(await c.req.text());
  const scopes = answer.getAll('scope');
  answer.delete('scope');
  single(answer, (name) => new PageRefusal(400, 'invalid_request', `The field ${name} came twice.`));
  for (const scope of scopes) answer.append('scope', scope);
  return answer;
}

function findFlow(flows: Flows, answer: URLSearchParams): Flow {
  const flow = flows.find(answer.get('flow') ?? undefined);
  if (flow !== undefined) return flow;
  const message = 'This sign-in has ended already, or never began. Go back to the app and start again.';
  throw new PageRefusal(400, 'invalid_request', message);
}
