/**
 * What the events of one attempt mean together: how far it came, what did not happen, and what to do about it.
 *
 * Owns: the reading, last step first, in our own sentences. Pure. Does not own: finding the events (events.ts).
 */
import type { Event, EventName, Grant } from '../store/records.ts';

interface Attempt {
  /** In their order. */
  events: readonly Event[];
  /** The grant that came of it, if it is alive. */
  grant: Grant | undefined;
  now: number;
  /** Undefined where the operator's terminal does not have the bridge's configuration. */
  publicUrl: string | undefined;
}

const CODE_MS = 60_000;

export function explain(attempt: Attempt): string[] {
  const last = (name: EventName) =>
    attempt.events.findLast(({ step, outcome }) => step === name.step && outcome === name.outcome);
  const ended = last({ step: 'grant', outcome: 'ended' });
  const dead = last({ step: 'connection', outcome: 'dead' });
  const refused = last({ step: 'refresh', outcome: 'refused' });
  const first = last({ step: 'call', outcome: 'first' });
  const unheard = last({ step: 'call', outcome: 'refused' });
  const issued = last({ step: 'token', outcome: 'issued' });

  if (attempt.events.length === 0)
    return [
      'Nothing is known of this reference. Events are kept for 30 days; look at the letters again, and at whether this is the right database.',
    ];
  if (ended !== undefined) return [say(ENDED, ended), AGAIN];
  if (dead !== undefined) return [whyDead(dead), AGAIN];
  if (unheard !== undefined && unheard.id > (first?.id ?? 0)) return [say(UNHEARD, unheard)];
  if (refused !== undefined) return [say(REFRESH_REFUSED, refused), ...alive(attempt)];
  if (first !== undefined) return ['The sign-in went well and the assistant uses it.', ...alive(attempt)];
  if (issued !== undefined) return tokenThenNothing(issued, attempt);
  return beforeToken(attempt, last);
}

/** Google told us by itself, or refused the link when it was used. */
function whyDead({ detail: { google } }: Event): string {
  return (
    TOLD[google ?? ''] ??
    `Google refused the link for good (${google ?? 'no reason given'}): the person changed the password or removed the access at Google, an administrator forbade it, or it was not used for six months. In a Google project that is in Testing, every link ends after seven days.`
  );
}

const TOLD: Readonly<Record<string, string>> = {
  'tokens-revoked': 'Google says that the person removed the access there, or that it was removed for them.',
  'token-revoked': 'Google says that the token behind this link was taken back.',
  'account-disabled':
    'Google says that the account is disabled there. Once Google has enabled it again, the person can connect again.',
};

const AGAIN = 'To go on, the person disconnects in the assistant and connects again.';

/** The words for the event's reason, or those for any other. */
function say(words: Readonly<Record<string, string>>, event: Event): string {
  const why = event.detail.why ?? '';
  return words[why] ?? `${words.other ?? 'It was refused'} (${why === '' ? 'no reason noted' : why}).`;
}

const ENDED: Readonly<Record<string, string>> = {
  'sessions-revoked':
    'Google says that the person was signed out everywhere, for instance after a change of the password: every assistant has to be connected again.',
  'tokens-revoked': TOLD['tokens-revoked'] ?? '',
  'account-hijacked':
    'Google says that the account was hijacked: every permission ended at once, also those of whoever had taken it over. The person secures the account at Google first.',
  client: 'The assistant itself gave its permission back: somebody disconnected it there.',
  'client-removed': 'The client was removed on this server, and its permissions with it.',
  person: 'The person disconnected this assistant on the account page.',
  operator: 'An operator ended it from the command line.',
  'code-twice':
    'The same code was shown twice, which happens when it leaked or when the assistant did not get the first answer. All that it had given out was revoked, as RFC 6749 10.5 wants.',
  'refresh-stale':
    'A refresh token came back that had been replaced before the replay window, from a client that cannot prove itself: a theft, or a client that loses what it was given. All its tokens were revoked.',
  unused: 'The assistant did not come for so long that its permission ran out (REFRESH_TOKEN_TTL).',
  deleted: 'The person had everything deleted.',
  other: 'The permission ended',
};

const UNHEARD: Readonly<Record<string, string>> = {
  'other-resource':
    'The assistant has a right token, but for another address of this server than the one it now has: was PUBLIC_URL changed? The person has to connect again.',
  'connection-dead': `The assistant’s token is right, but Google no longer accepts the link to the account. ${AGAIN}`,
  'account-not-allowed': 'The account is not in ALLOWED_ACCOUNTS any more, so its token opens nothing.',
  other: 'The assistant’s token was right and opened nothing',
};

const REFRESH_REFUSED: Readonly<Record<string, string>> = {
  'refresh-stale':
    'The assistant asked for fresh tokens with one that had been replaced before the replay window. It proved itself, so nothing was revoked: it still holds good tokens somewhere, or has lost them and must connect again.',
  'refresh-unknown':
    'The assistant showed a refresh token that this server never gave out, or of a permission that is gone.',
  'refresh-other-client': 'Another client showed the refresh token of this one. It got nothing.',
  'grant-dead': `The permission had run out, or Google no longer accepts the link. ${AGAIN}`,
  'account-not-allowed': 'The account is not in ALLOWED_ACCOUNTS any more.',
  'client-secret-wrong': 'The assistant came with a wrong client secret: enter it anew in the assistant’s settings.',
  'client-unknown': 'The client is not known here any more; it has to be added, or register, again.',
  other: 'The assistant was refused fresh tokens',
};

function alive({ grant, now }: Attempt): string[] {
  if (grant === undefined) return [];
  const minutes = Math.round((now - grant.lastUsedAt) / 60_000);
  const ago = minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
  return [
    `Its permission is alive: last used ${ago} ago, good until ${new Date(grant.expiresAt).toISOString().slice(0, 10)} if it is not used any more.`,
  ];
}

/** The most reported trouble of this field: the assistant has its tokens, and then nothing comes. */
function tokenThenNothing(issued: Event, { now, publicUrl }: Attempt): string[] {
  if (issued.detail.mode === 'relay')
    return ['The assistant got Google’s own tokens (relay mode). What it does with them is not noted here.'];
  const where = publicUrl === undefined ? 'this server' : `${publicUrl}/mcp or ${publicUrl}/actions`;
  return [
    `The assistant got its tokens ${seconds(now - issued.at)} ago and has not used them: no request with them has come to ${where}. This side of the sign-in was right.`,
    'Most often the assistant is at fault or has another address: compare the server URL in its settings with PUBLIC_URL, letter by letter; look for a proxy or firewall that lets /token through and stops /mcp; then have the person remove the connection in the assistant and add it again, in a new chat.',
  ];
}

function beforeToken(attempt: Attempt, last: (name: EventName) => Event | undefined): string[] {
  const { now, publicUrl } = attempt;
  const refused = last({ step: 'token', outcome: 'refused' });
  if (refused !== undefined) return [say(TOKEN_REFUSED, refused)];
  const issued = last({ step: 'code', outcome: 'issued' });
  if (issued !== undefined) return codeThenNothing(issued, now);
  const back = attempt.events.findLast(({ step }) => step === 'callback');
  if (back !== undefined) return [backFromGoogle(back)];
  if (last({ step: 'google', outcome: 'sent' }) !== undefined) {
    const uri = publicUrl === undefined ? '<PUBLIC_URL>/google/callback' : `${publicUrl}/google/callback`;
    return [
      'The person was sent to Google and has not come back: they closed the page, or Google showed an error instead of asking.',
      `If it says redirect_uri_mismatch, register ${uri} for the client in the Google console; if it says access_denied or that the app is not verified, add the person as a test user or publish the app.`,
    ];
  }
  return [atConsent(attempt.events)];
}

function codeThenNothing({ at }: Event, now: number): string[] {
  if (now - at < CODE_MS)
    return [
      `The assistant was given its code ${seconds(now - at)} ago and has not redeemed it yet; it is good for 60 s.`,
    ];
  return [
    'The assistant was given its code, and no token request with that code came within the 60 s that it was good for. The person’s browser went back to the assistant; the assistant’s own server never reached /token here, or sent something else.',
    'Check the token URL in its settings, that /token can be reached from the internet (not only from your network), and that no firewall or bot protection stops servers. If the assistant showed an error of its own about the state, start again there.',
  ];
}

const TOKEN_REFUSED: Readonly<Record<string, string>> = {
  'client-secret-wrong':
    'The assistant came with a wrong client secret: enter it anew in the assistant’s settings. If it is lost, add a client anew; it is shown only once.',
  'client-auth-method': 'The assistant proved itself in a way that its registration does not allow.',
  'client-unknown': 'The assistant came with a client id that is not known here.',
  'code-other-client': 'The code was shown by another client than the one that it was given to.',
  'code-expired': 'The assistant came with its code later than 60 s after it was given out.',
  'code-spent': 'The assistant came with a code that it had redeemed before.',
  'pkce-mismatch':
    'The code verifier did not fit (RFC 7636): the assistant mixed up two attempts, or somebody else’s code was shown.',
  'redirect-uri-mismatch': 'The redirect_uri of the token request is not the one of the authorization request.',
  'google-refused': 'Google refused the code that was passed through (relay mode).',
  other: 'The assistant was refused tokens',
};

const BACK_REFUSED: Readonly<Record<string, string>> = {
  'other-browser':
    'The person came back from Google in another browser than the one that had pressed the button, or cookies are blocked there.',
  'flow-expired': 'The person came back from Google too late, or loaded the page a second time.',
  'flow-damaged': 'The person loaded an old page again, with a code that Google had taken before.',
  'google-refused':
    'Google did not complete the sign-in: cancelled there, or forbidden by the organisation’s administrator.',
  'google-unreachable':
    'Google could not be reached from this server to redeem its code. Look for the outage in the log.',
  'google-misconfigured':
    'Google refused this server’s own credentials: GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET or the registered redirect URI is wrong.',
  'account-not-allowed': 'The Google account is not in ALLOWED_ACCOUNTS.',
  'client-unknown': 'The client was removed while the person was at Google.',
  other: 'The sign-in ended on the way back from Google',
};

function backFromGoogle(event: Event): string {
  if (event.outcome === 'denied') return 'The person said no on Google’s page. The assistant was told so.';
  if (event.outcome === 'scopes-missing')
    return 'The person left a box unticked on Google’s page, was shown which one, and did not try again.';
  return say(BACK_REFUSED, event);
}

const AUTHORIZE_REFUSED: Readonly<Record<string, string>> = {
  'client-unknown': 'The assistant named a client id that is not known here: it was removed, or has a typing error.',
  'redirect-uri-unregistered':
    'The assistant wants its answer at an address that is not registered for it; the page that the person saw names the command that allows it.',
  'request-invalid': 'The authorization request was malformed. The log says how.',
  invalid_request: 'The authorization request lacked something or had too much; the assistant was told what.',
  invalid_scope: 'The assistant asked for scopes that this server does not have.',
  invalid_target: 'The assistant asked for a resource that is not this server’s: was PUBLIC_URL changed?',
  unsupported_response_type: 'The assistant asked for something else than a code.',
  other: 'The authorization request was refused',
};

const CONSENT_REFUSED: Readonly<Record<string, string>> = {
  'other-browser':
    'The page was opened in another browser than the one in which the sign-in began: an app’s built-in browser, a private window, or blocked cookies. The person starts again in the usual browser.',
  'flow-expired': 'The person left the page open for more than half an hour.',
  'google-unreachable': 'Google’s sign-in address could not be read. Look for the outage in the log.',
  other: 'The consent page could not go on',
};

function atConsent(events: readonly Event[]): string {
  const event = events.at(-1);
  if (event?.step === 'authorize' && event.outcome === 'refused') return say(AUTHORIZE_REFUSED, event);
  if (event?.step === 'consent' && event.outcome === 'refused') return say(CONSENT_REFUSED, event);
  if (event?.step === 'consent' && event.outcome === 'denied')
    return 'The person said no on the consent page. The assistant was told so.';
  if (event?.step === 'consent') return 'The person saw the consent page and has not answered it.';
  return 'The assistant sent the person here, and the browser never loaded the consent page.';
}

function seconds(milliseconds: number): string {
  const whole = Math.max(0, Math.round(milliseconds / 1000));
  if (whole < 120) return `${whole} s`;
  return whole < 7200 ? `${Math.round(whole / 60)} min` : `${Math.round(whole / 3600)} h`;
}
