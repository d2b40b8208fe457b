/**
 * Finding fields by what they mean.
 *
 * Owns: scoring. A field is found by its name, its label, its meaning, and the other words that people use for it
 * (fields/renames.ts). Does not own: reading one name for certain (fields/catalogue.ts). Pure.
 */
import type { Field } from './fields/catalogue.ts';
import { findAdvice, findField, squeezeField } from './fields/catalogue.ts';
import { sameMeaning } from './fields/renames.ts';

/** Words that stand for a whole family of names. */
const SYNONYMS: Readonly<Record<string, string>> = {
  visit: 'session',
  visitor: 'user',
  people: 'user',
  person: 'user',
  customer: 'purchaser',
  buyer: 'purchaser',
  money: 'revenue',
  income: 'revenue',
  turnover: 'revenue',
  sale: 'purchase',
  order: 'purchase',
  bought: 'purchase',
  buy: 'purchase',
  conversion: 'keyevent',
  goal: 'keyevent',
  product: 'item',
  url: 'page',
  phone: 'device',
  mobile: 'device',
  location: 'country',
  where: 'country',
  time: 'duration',
  utm: 'campaign',
  traffic: 'source',
  referrer: 'source',
  long: 'duration',
  stay: 'duration',
  spent: 'duration',
  ad: 'advertiser',
  ads: 'advertiser',
  spend: 'cost',
  cart: 'addtocart',
  engaged: 'engagement',
};

const NOISE =
  /^(the|a|an|of|by|for|to|in|on|do|does|did|at|and|or|which|what|how|many|much|per|number|is|are|was|my|our|us|i|we|they|with|from|get|come)$/;

const otherWords = new Map<string, string[]>();
for (const [words, name] of Object.entries(sameMeaning)) otherWords.set(name, [...(otherWords.get(name) ?? []), words]);

/** The best first; every field in the given order for an empty search. */
export function searchFields(search: string, fields: readonly Field[]): Field[] {
  const words = wordsIn(search)
    .map(singular)
    .filter((word) => !NOISE.test(word));
  if (words.length === 0) return search.trim() === '' ? [...fields] : [];
  const certain = findField(search, fields)?.name;
  const near = findAdvice(search)?.instead ?? [];
  const scored = fields.flatMap((field, index) => {
    const place = near.indexOf(field.name);
    const bonus = (field.name === certain ? 100 : 0) + (place < 0 ? 0 : 50 - 5 * place);
    const score = bonus + scoreOf(field, words);
    return score > 0 ? [{ field, score, index }] : [];
  });
  return scored.sort((a, b) => b.score - a.score || a.index - b.index).map(({ field }) => field);
}

function wordsIn(text: string): string[] {
  return text
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

function singular(word: string): string {
  return word.length > 3 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;
}

/** The name counts most, then other words for it, then the meaning; a field that fits every word comes before others. */
function scoreOf(field: Field, words: readonly string[]): number {
  const name = wordsIn(field.name);
  const others = otherWords.get(field.name) ?? [];
  const meaning = wordsIn(field.meaning);
  const begins = (list: readonly string[], word: string) => list.some((one) => one.startsWith(word));
  const scores = words.map((word) => {
    const also = SYNONYMS[word];
    if (begins(name, word)) return 3;
    if (also !== undefined && squeezeField(field.name).includes(also)) return 2.5;
    if (begins(others, word)) return 2;
    if (begins(meaning, word)) return 2;
    return also !== undefined && begins(meaning, also) ? 1 : 0;
  });
  const found = scores.filter((score) => score > 0).length;
  const sum = scores.reduce<number>((total, score) => total + score, 0);
  // Of two names with the same words the shorter one is the plainer field.
  return found === 0 ? 0 : sum * (found / words.length) + 5 / (field.name.length + 10);
}
