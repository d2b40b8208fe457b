/**
 * What each event is called, in the log as at the operator's terminal.
 *
 * Owns: one sentence and one log level for each; the type makes the table complete. Does not own: when something is
 * recorded, nor what the events of one sign-in mean together (operate/explain.ts).
 */
import type { EventName, EventOutcome, EventStep } from '../store/records.ts';

interface Words {
  level: 'debug' | 'info' | 'warn';
  sentence: string;
}

const info = (sentence: string): Words => ({ level: 'info', sentence });
const warn = (sentence: string): Words => ({ level: 'warn', sentence });
const debug = (sentence: string): Words => ({ level: 'debug', sentence });

const WORDS: { [Step in EventStep]: { [Outcome in EventOutcome<Step>]: Words } } = {
  authorize: {
    started: info('the assistant sent a person here to connect'),
    refused: info('the authorization request was refused'),
  },
  consent: {
    shown: debug('the consent page was shown'),
    allowed: info('the person pressed the Google button'),
    denied: info('the person said no on the consent page'),
    refused: info('the consent page could not go on'),
  },
  google: {
    sent: info('the person was sent to Google'),
  },
  callback: {
    denied: info('the person said no at Google'),
    'scopes-missing': info('the person left a box unticked at Google'),
    refused: info('the sign-in ended on the way back from Google'),
  },
  code: {
    issued: info('the assistant was given its code'),
  },
  token: {
    issued: info('the assistant got its tokens for the code'),
    refused: info('the assistant was refused tokens'),
  },
  refresh: {
    refused: info('the assistant was refused fresh tokens'),
  },
  call: {
    first: info('the assistant used its token for the first time'),
    refused: info('a right token opened nothing'),
  },
  grant: {
    ended: info('the permission of the assistant ended'),
  },
  connection: {
    dead: warn('Google no longer accepts the link to this account'),
    ended: info('the link to this account was ended at Google, with the last permission on it'),
    'end-failed': warn('Google could not be asked to end the link to this account; it is asked again'),
    noticed: warn('Google sent a security notice about this account'),
  },
  account: {
    'signed-in': info('a person opened the account page'),
    deleted: info('a person had everything deleted'),
    refused: info('the account page could not be opened'),
  },
};

export function wordsFor({ step, outcome }: EventName): Words {
  const outcomes: Readonly<Record<string, Words>> = WORDS[step];
  // A database may hold events of a later version of this program.
  return outcomes?.[outcome] ?? info(`${step} ${outcome}`);
}
