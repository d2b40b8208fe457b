/** What the account page says once after something was done or went wrong. Owns: the closed list and the words. */

const WORDS = {
  disconnected: {
    good: true,
    text: 'Disconnected. Your other assistants stay connected.',
  },
  'disconnected-last': {
    good: true,
    text: 'Disconnected. That was the last one, so the link to your Google account is gone, too.',
  },
  'disconnected-not-google': {
    good: false,
    text: 'Disconnected here. Google can’t be reached right now: this server keeps asking it to end its own link to your account. You can also remove GanalyticsGPT in your Google Account.',
  },
  'disconnected-already': {
    good: true,
    text: 'That one was disconnected already.',
  },
  'signed-out': {
    good: true,
    text: 'You are signed out of this page. That changes nothing about your assistants.',
  },
  'session-ended': {
    good: false,
    text: 'You were signed out of this page, and nothing was changed. Sign in again to go on.',
  },
  deleted: {
    good: true,
    text: 'Everything is deleted. No assistant can use your Google account here, and nothing about you is left on this server.',
  },
  'deleted-not-google': {
    good: false,
    text: 'Everything is deleted here. But Google can’t be reached right now, so remove GanalyticsGPT in your Google Account yourself: the link there is still listed, though nothing here can use it.',
  },
  'other-browser': {
    good: false,
    text: 'That sign-in was started in another browser, or cookies are blocked here. Start it again on this page.',
  },
  'flow-expired': {
    good: false,
    text: 'That sign-in took too long. Start it again.',
  },
  'flow-damaged': {
    good: false,
    text: 'That sign-in was used already, or its address was changed. Nothing was changed here; start it again.',
  },
  'google-refused': {
    good: false,
    text: 'Google didn’t complete the sign-in. It may have been cancelled there. Nothing was changed.',
  },
  'google-unreachable': {
    good: false,
    text: 'Google can’t be reached right now. Nothing was changed; try again in a minute.',
  },
  'google-misconfigured': {
    good: false,
    text: 'This server isn’t set up correctly with Google, so nobody can sign in. Tell its operator.',
  },
} as const;

export type AccountNotice = keyof typeof WORDS;

export const accountNotices = Object.keys(WORDS) as [AccountNotice, ...AccountNotice[]];

export function noticeWords(notice: AccountNotice): { good: boolean; text: string } {
  return WORDS[notice];
}

/** What is told of a problem for which there are no words here: that Google's answer was of no use. */
export function noticeOf(problem: string): AccountNotice {
  return accountNotices.find((notice) => notice === problem) ?? 'google-refused';
}
