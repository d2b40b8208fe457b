/**
 * What test files get in the place of `node:test`: it notes the tests and runs none, so that any of them can be run again
 * and again in one process.
 *
 * Owns: the tree of suites. Does not own: running it (run-tests.ts).
 */
type Body = (context: { diagnostic(text: string): void }) => unknown;

export interface Test {
  id: string;
  suite: Suite;
  body: Body;
}

export interface Suite {
  name: string;
  parent: Suite | undefined;
  before: Body[];
  after: Body[];
  beforeEach: Body[];
  afterEach: Body[];
  tests: Test[];
  suites: Suite[];
}

function emptySuite(name: string, parent: Suite | undefined): Suite {
  return { name, parent, before: [], after: [], beforeEach: [], afterEach: [], tests: [], suites: [] };
}

let current = emptySuite('', undefined);

/** The tests of one file, as importing it declares them. */
export async function collect(file: string, load: () => Promise<unknown>): Promise<Suite> {
  const suite = emptySuite(file, undefined);
  current = suite;
  await load();
  return suite;
}

type Declare = (name: string, bodyOrOptions: Body | object, body?: Body) => void;

function bodyOf(bodyOrOptions: Body | object, body: Body | undefined): Body {
  return typeof bodyOrOptions === 'function' ? (bodyOrOptions as Body) : (body ?? (() => undefined));
}

export const describe: Declare = (name, bodyOrOptions, body) => {
  const outer = current;
  const suite = emptySuite(`${outer.name} › ${name}`, outer);
  outer.suites.push(suite);
  current = suite;
  const made = bodyOf(bodyOrOptions, body)({ diagnostic: () => undefined });
  if (made instanceof Promise) throw new Error(`${suite.name}: a suite that is declared later cannot be noted`);
  current = outer;
};

export const it: Declare = (name, bodyOrOptions, body) => {
  const id = `${current.name} › ${name}`;
  current.tests.push({ id, suite: current, body: bodyOf(bodyOrOptions, body) });
};

export const test = it;
export const suite = describe;
export const before = (body: Body): void => void current.before.push(body);
export const after = (body: Body): void => void current.after.push(body);
export const beforeEach = (body: Body): void => void current.beforeEach.push(body);
export const afterEach = (body: Body): void => void current.afterEach.push(body);
