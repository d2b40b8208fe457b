/**
 * How often an event repeats, in plain words or as a rule of RFC 5545.
 *
 * Owns: this reading. Whether a rule makes sense for the event is Google's to judge.
 */
import { ToolError } from '../../errors.ts';
import { quote } from '../quote.ts';

const WORDS: Readonly<Record<string, string>> = {
  daily: 'FREQ=DAILY',
  'every day': 'FREQ=DAILY',
  weekly: 'FREQ=WEEKLY',
  'every week': 'FREQ=WEEKLY',
  biweekly: 'FREQ=WEEKLY;INTERVAL=2',
  'every two weeks': 'FREQ=WEEKLY;INTERVAL=2',
  weekdays: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR',
  'every weekday': 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR',
  monthly: 'FREQ=MONTHLY',
  'every month': 'FREQ=MONTHLY',
  yearly: 'FREQ=YEARLY',
  'every year': 'FREQ=YEARLY',
};

const RULE = /^FREQ=(?:DAILY|WEEKLY|MONTHLY|YEARLY)(?:;[A-Z]+=[A-Z0-9,+-]+)*$/;

/** An RRULE line. Throws ToolError `bad-input`. */
export function readRule(text: string): string {
  const word =
    WORDS[
      text
        .trim()
        .toLowerCase()
        .replaceAll(/[_\s]+/g, ' ')
    ];
  const rule =
    word ??
    text
      .trim()
      .toUpperCase()
      .replace(/^RRULE:/, '')
      .replace(/;$/, '');
  if (RULE.test(rule)) return `RRULE:${rule}`;
  throw new ToolError(
    'bad-input',
    `\`repeat\` is ${quote(text)}, wanted daily, weekly, weekdays, monthly, yearly or a rule such as FREQ=WEEKLY;BYDAY=MO;COUNT=10.`,
  );
}
