/**
 * The end of the walk: the answer as a table, and whether every door gave it.
 *
 * Owns: when a door is right, and telling it. Does not own: what a difference is (compare.ts), the table's looks
 * (answer-table.ts).
 */
import { isDeepStrictEqual } from 'node:util';
import { answerTable } from './answer-table.ts';
import { differences } from './compare.ts';
import type { Narrator } from './narrate.ts';
import { type Findings, QUESTION } from './question.ts';

/** What one door answered. */
export interface GivenAnswer {
  title: string;
  findings: Findings;
}

export interface Evidence {
  /** What Google itself answered. */
  direct: Findings;
  /** How often Google's side saw an account being chosen, and a consent being given. */
  signIns: number;
  consents: number;
}

const AGREES = 'says what Google’s Data API says when it is asked directly';
/** One wrong number seldom comes alone; the first few tell enough. */
const MOST_TOLD = 4;

/** Returns what is not as it must be, in sentences; empty when all is well. */
export function tellReckoning(narrator: Narrator, answers: readonly GivenAnswer[], evidence: Evidence): string[] {
  const { direct, signIns, consents } = evidence;
  narrator.part(QUESTION, `${direct.property.name}, weeks of ${direct.property.timeZone}`);
  for (const line of answerTable(answers[0]?.findings ?? direct)) narrator.say(`   ${line}`.trimEnd());
  narrator.say();
  const problems = answers.flatMap((answer) => {
    const wrong = judge(answer, answers, direct);
    narrator.check(
      wrong.length === 0,
      answer.title,
      wrong.length === 0 ? AGREES : 'is not what Google says, see below',
    );
    return wrong;
  });
  const isGood = signIns >= answers.length && consents === 1;
  const consentWords = `Google asked for consent ${consents === 1 ? 'once' : `${consents} times`}`;
  narrator.check(isGood, `${signIns} sign-ins`, `${consentWords}: the doors share one connection`);
  if (isGood) return problems;
  return [
    ...problems,
    `wanted ${answers.length} sign-ins and one consent at Google; it saw ${signIns} and ${consents}`,
  ];
}

/** Equal to Google's own answer but for rounding, and to the other right doors to the last digit. */
export function judge(answer: GivenAnswer, all: readonly GivenAnswer[], direct: Findings): string[] {
  const apart = differences(answer.findings, direct, [answer.title, 'Google']);
  const more = apart.length - MOST_TOLD;
  if (more > 0) return [...apart.slice(0, MOST_TOLD), `… and ${more} more differences of ${answer.title}`];
  if (apart.length > 0) return apart;
  const right = all.find(({ findings }) => differences(findings, direct, ['', '']).length === 0);
  if (right === undefined || isDeepStrictEqual(answer.findings, right.findings)) return [];
  return [`${answer.title} and ${right.title} round differently`];
}
