/**
 * Prints the pages that are made from the code: docs/configuration.md from the options, docs/tools.md from the catalogue.
 *
 * Owns: their layout. Does not own: a single fact in them. `npm run docs` writes them; check-docs.ts compares.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { options } from '../src/config.ts';
import { gptInstructions, questionsFor } from '../src/resource/guidance.ts';
import { catalog, toolsFor } from '../src/tools/catalog.ts';
import type { Tool } from '../src/tools/tool.ts';

const root = join(import.meta.dirname, '..');
const NOTE = '<!-- Printed by `npm run docs`; edit the code instead. -->';

/** Path from the root → text, for every generated page. */
export function generatedDocs(): Map<string, string> {
  const pages = new Map([['docs/configuration.md', configurationPage()]]);
  if (catalog.length > 0) pages.set('docs/tools.md', toolsPage());
  pages.set('docs/gpt-builder.md', gptBuilderPage());
  return pages;
}

function configurationPage(): string {
  const rows = options.map((option) => {
    const marks = 'secret' in option && option.secret ? ' Secret.' : '';
    return [`\`${option.name}\``, code(option.default), `${option.doc}.${marks}`, code(option.example)];
  });
  return `${NOTE}
# Configuration

The bridge is configured by its environment and by nothing else. It reads it once, at the start. A value that is wrong,
or missing without a default, stops the start: every problem is listed at once, each with what was given, what is wanted
and an example, and the exit code is 78. Secrets never appear in such a message.

${table(['Name', 'Default', 'Meaning', 'Example'], rows)}
`;
}

function toolsPage(): string {
  return `${NOTE}
# Tools

The same tools stand behind all three doors: \`POST /mcp\`, \`POST /actions/{tool}\` with \`GET /openapi.json\`, and the 2023
plugin manifest, which points to that same OpenAPI document.

${table(
  ['Tool', 'What it is', 'Does', 'Google scopes'],
  catalog.map((tool) => [
    `[\`${tool.name}\`](#${tool.name})`,
    tool.title,
    tool.effects,
    tool.scopes.map(code).join(', ') || '–',
  ]),
)}
${catalog.map(toolSection).join('')}`;
}

function toolSection(tool: Tool): string {
  const schema = z.toJSONSchema(tool.input, { io: 'input', unrepresentable: 'any' }) as ArgumentSchema;
  const required = new Set(schema.required ?? []);
  const rows = Object.entries(schema.properties ?? {}).map(([name, property]) => [
    `\`${name}\``,
    typeOf(property),
    required.has(name) ? 'yes' : 'no',
    property.description ?? '',
  ]);
  const examples = tool.examples.map(
    ({ question, input }) => `\n“${question}”\n\n\`\`\`json\n${JSON.stringify(input, null, 2)}\n\`\`\`\n`,
  );
  return `
## ${tool.name}

${tool.description}
${rows.length > 0 ? `\n${table(['Argument', 'Type', 'Required', 'Meaning'], rows)}\n` : '\nNo arguments.\n'}${examples.join('')}`;
}

/** What goes into the GPT builder's fields, to be copied. */
function gptBuilderPage(): string {
  const tools = toolsFor(['analytics.readonly']);
  const starters = questionsFor(tools).map(({ starter }) => `- ${starter}`);
  return `${NOTE}
# Text for a custom GPT

For the fields of the GPT builder, with the Analytics tools. MCP clients get the same questions as prompts and the same
rules as server instructions; all come from \`src/resource/guidance.ts\`.

## Instructions

\`\`\`text
${gptInstructions(tools)}
\`\`\`

## Conversation starters

${starters.join('\n')}
`;
}

interface ArgumentSchema {
  type?: string | string[];
  description?: string;
  enum?: unknown[];
  items?: ArgumentSchema;
  anyOf?: ArgumentSchema[];
  properties?: Record<string, ArgumentSchema>;
  required?: string[];
}

function typeOf(schema: ArgumentSchema): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => code(String(value))).join(', ');
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(typeOf))].join(' or ');
  if (schema.items !== undefined) return `list of ${typeOf(schema.items)}`;
  return schema.type === undefined ? 'any' : [schema.type].flat().join(' or ');
}

function code(text: string): string {
  return text === '' ? '–' : `\`${text}\``;
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) =>
    `| ${cells.map((cell) => cell.replace(/\s*\n\s*/g, ' ').replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

if (import.meta.main) {
  mkdirSync(join(root, 'docs'), { recursive: true });
  for (const [path, text] of generatedDocs()) {
    writeFileSync(join(root, path), text);
    console.log(`wrote ${path}`);
  }
}
