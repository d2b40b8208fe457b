/**
 * Fields that do not go together, found here or by Google, explained with what the question was.
 *
 * Owns: the advice for fields that do not go together and for names that Google does not know, each with a corrected
 * call. Does not own: recognising the refusal (google-error.ts).
 */
import { ToolError } from '../../errors.ts';
import { GoogleRefusal } from '../google-error.ts';
import { quote, quoteAll } from '../quote.ts';
import { type Conflict, findConflict } from './compatibility.ts';
import { testsOf } from './condition.ts';
import { type Field, suggestFields } from './fields/catalogue.ts';
import { correctedCall, type ReportInput, showCall } from './report-input.ts';
import type { ReportPlan } from './report-plan.ts';

/** Runs `ask`; a GoogleRefusal about fields leaves as one that says what to do. */
export async function explainRefusal<Answer>(
  plan: ReportPlan,
  input: ReportInput,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await ask();
  } catch (cause) {
    if (!(cause instanceof GoogleRefusal)) throw cause;
    const message = explain(cause, plan, input);
    if (message === undefined) throw cause;
    throw new GoogleRefusal(cause.kind, message, cause.status, cause.detail, {
      scopes: cause.scopes,
      retryAfterSeconds: cause.retryAfterSeconds,
      cause,
    });
  }
}

function explain({ detail }: GoogleRefusal, plan: ReportPlan, input: ReportInput): string | undefined {
  if (detail.about === 'incompatible-fields') {
    const isAdding = detail.add.length > 0;
    const conflict = { verb: isAdding ? 'add' : 'remove', fields: isAdding ? detail.add : detail.remove } as const;
    return explainConflict(conflict, plan, input);
  }
  if (detail.about === 'other' && detail.status === 400 && input.currency !== undefined) {
    return `Google refused the request, perhaps because it does not know the currency ${quote(input.currency)}. Leave \`currency\` out, or use an ISO 4217 code such as EUR.`;
  }
  if (detail.about !== 'unknown-field') return undefined;
  const suggestions = detail.suggestion === undefined ? suggestFields(detail.field, detail.list) : [detail.suggestion];
  const [best] = suggestions;
  if (best === undefined) return undefined;
  return `${quote(detail.field)} is no ${detail.list} of this property. Use ${quoteAll(suggestions)}. For example: ${correctedCall(input, [[detail.field, best]])}`;
}

/** What a report consists of, as far as fields can be in each other's way. */
export type FieldUse = Pick<ReportPlan, 'dimensions' | 'metrics' | 'hiddenMetrics' | 'conditions'>;

/** Throws ToolError `bad-input` with a corrected call, when the fields are known not to go together. */
export function checkFields(plan: FieldUse, input: ReportInput): void {
  const filter = plan.conditions.dimensions;
  const filtered = filter === undefined ? [] : testsOf(filter).map((test) => test.field);
  const conflict = findConflict({
    dimensions: [...plan.dimensions, ...filtered],
    metrics: [...plan.metrics, ...plan.hiddenMetrics],
  });
  if (conflict !== undefined) throw new ToolError('bad-input', explainConflict(conflict, plan, input));
}

function explainConflict({ verb, fields: named }: Conflict, plan: FieldUse, input: ReportInput): string {
  if (verb === 'add') {
    const better = { ...input, dimensions: [...input.dimensions, ...named.slice(0, 1)] };
    return `Google answers these metrics only by ${quoteAll(named)}. Ask again with it among the dimensions.${example(better)}`;
  }
  const fields = [...plan.dimensions, ...plan.metrics, ...plan.hiddenMetrics];
  const reason = reasonFor(fields);
  if (named.length === 0) {
    return `These fields cannot stand in one report: ${quoteAll(fields.map((field) => field.name))}.${reason} Ask with fewer of them, or ask two questions.`;
  }
  const better = {
    ...input,
    dimensions: plan.dimensions.map((field) => field.name).filter((name) => !named.includes(name)),
    metrics: plan.metrics.map((field) => field.name).filter((name) => !named.includes(name)),
    orderBy: input.orderBy.filter((order) => !named.some((name) => order.includes(name))),
    filters: input.filters.filter((filter) => !named.some((name) => JSON.stringify(filter).includes(name))),
  };
  const hasNothing = better.metrics.length === 0;
  const call = hasNothing ? itemCall(better, fields) : better;
  return `${quoteAll(named)} cannot stand in one report with the other fields.${reason} Leave ${named.length === 1 ? 'it' : 'them'} out, or ask separately.${example(call)}`;
}

/** Item by item, Google only answers what happened to items. */
function reasonFor(fields: readonly Field[]): string {
  if (!fields.some((field) => field.scope === 'item' && field.kind === 'dimension')) return '';
  return ' Dimensions of items go only with metrics of items: `itemsViewed`, `itemsAddedToCart`, `itemsPurchased`, `itemRevenue`.';
}

function itemCall(better: ReportInput, fields: readonly Field[]): ReportInput | undefined {
  const isAboutItems = fields.some((field) => field.scope === 'item' && field.kind === 'dimension');
  return isAboutItems ? { ...better, metrics: ['itemsViewed', 'itemsPurchased', 'itemRevenue'] } : undefined;
}

function example(input: ReportInput | undefined): string {
  const call = input === undefined ? undefined : showCall(input);
  return call === undefined ? '' : ` For example: ${call}`;
}
