/**
 * The questions that people bring, as MCP prompts: `prompts/list` and `prompts/get`.
 *
 * Owns: their form and their two arguments. Does not own: their words (guidance.ts) nor the protocol (mcp.ts).
 */
import type { Tool } from '../tools/tool.ts';
import { type Question, questionsFor } from './guidance.ts';

export type Prompt = Question;

const MAX_ARGUMENT = 200;

export function promptsFor(tools: readonly Tool[]): Prompt[] {
  return questionsFor(tools);
}

export function findPrompt(prompts: readonly Prompt[], name: string): Prompt | undefined {
  return prompts.find((prompt) => prompt.name === name);
}

export function describePrompt({ name, title, description, usualPeriod }: Prompt) {
  return {
    name,
    title,
    description,
    arguments: [
      { name: 'property', title: 'Property', description: 'Name, domain or number; needed where there are several.' },
      { name: 'period', title: 'Period', description: `Such as last_month or 2026-10; else ${usualPeriod}.` },
    ],
  };
}

/** What the person sends by choosing the prompt. Their arguments stand as quoted text, on one line each. */
export function promptText(prompt: Prompt, given: Readonly<Record<string, string>>): string {
  const property = oneLine(given.property);
  const period = oneLine(given.period);
  const asked = [
    property === '' ? 'Property: mine; if I have several, ask me which.' : `Property: "${property}".`,
    `Period: "${period === '' ? prompt.usualPeriod : period}".`,
  ];
  const steps = prompt.steps.map((step, index) => `${index + 1}. ${step}`);
  return [prompt.starter, ...asked, '', 'Find out, with that property and period:', ...steps, '', prompt.ending].join(
    '\n',
  );
}

function oneLine(text = ''): string {
  return text
    .replaceAll(/[\s"]+/g, ' ')
    .trim()
    .slice(0, MAX_ARGUMENT);
}
