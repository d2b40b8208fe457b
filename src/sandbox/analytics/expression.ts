/**
 * Metric expressions: arithmetic over metrics, such as `screenPageViews/sessions`.
 *
 * Owns: reading them. Does not own: what the names in them mean.
 */

export interface Expression {
  /** Metric names in order of appearance. */
  names: readonly string[];
  evaluate(read: (name: string) => number): number;
}

type Node = (read: (name: string) => number) => number;

const MAX_LENGTH = 500;

/** Undefined if `text` is not a sum, difference, product or quotient of metrics and numbers. */
export function readExpression(text: string): Expression | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const tokens = text.match(/[A-Za-z_][\w:]*|\d+(?:\.\d+)?|[-+*/()]|\S/g) ?? [];
  const names: string[] = [];
  let position = 0;

  function term(): Node | undefined {
    const token = tokens[position++];
    if (token === undefined) return undefined;
    if (/^[A-Za-z_]/.test(token)) {
      names.push(token);
      return (read) => read(token);
    }
    if (/^\d/.test(token)) return () => Number(token);
    if (token === '-') {
      const inner = term();
      return inner && ((read) => -inner(read));
    }
    if (token !== '(') return undefined;
    const inner = chain(['+', '-']);
    return tokens[position++] === ')' ? inner : undefined;
  }

  /** Left to right over operators of one strength; the stronger ones bind inside. */
  function chain(operators: readonly string[]): Node | undefined {
    const inner = (): Node | undefined => (operators.includes('+') ? chain(['*', '/']) : term());
    let left = inner();
    for (
      let token = tokens[position];
      left !== undefined && token !== undefined && operators.includes(token);
      token = tokens[position]
    ) {
      position++;
      const right = inner();
      if (right === undefined) return undefined;
      left = combine(token, left, right);
    }
    return left;
  }

  const root = chain(['+', '-']);
  if (root === undefined || position !== tokens.length) return undefined;
  return { names, evaluate: root };
}

function combine(operator: string, left: Node, right: Node): Node {
  if (operator === '+') return (read) => left(read) + right(read);
  if (operator === '-') return (read) => left(read) - right(read);
  if (operator === '*') return (read) => left(read) * right(read);
  return (read) => {
    const divisor = right(read);
    return divisor === 0 ? 0 : left(read) / divisor;
  };
}
