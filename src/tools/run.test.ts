import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { ToolError } from '../errors.ts';
import { ada, answered, fakeGoogle, refusal, refused, startTools } from './google.fixture.ts';
import { defineTool, type ToolContext } from './tool.ts';

const schema = {
  title: 'A toy',
  description: 'Repeats what it was given.',
  scopes: ['analytics.readonly'],
  effects: 'reads' as const,
  input: z.strictObject({
    names: z.array(z.string()).max(3),
    maxRows: z.int().min(1).max(9).default(5),
    exact: z.boolean().default(false),
    order: z.enum(['newest_first', 'oldest_first']).optional(),
    label: z.string().optional(),
  }),
  examples: [{ question: 'What?', input: { names: ['a', 'b'], maxRows: 3 } }],
};

const echo = defineTool({
  ...schema,
  name: 'echo_names',
  output: z.object({
    names: z.array(z.string()),
    maxRows: z.int(),
    exact: z.boolean(),
    order: z.string().optional(),
    label: z.string().optional(),
  }),
  call: async (_context, input) => ({
    names: input.names,
    maxRows: input.maxRows,
    exact: input.exact,
    ...(input.order === undefined ? {} : { order: input.order }),
    ...(input.label === undefined ? {} : { label: input.label }),
  }),
  text: (output) => output.names.join(', '),
});

function toolThat(call: (context: ToolContext) => Promise<{ value: number }>) {
  return defineTool({
    ...schema,
    name: 'toy',
    input: z.strictObject({}),
    examples: [{ question: '?', input: {} }],
    output: z.object({ value: z.number() }),
    call,
    text: (output) => `value ${output.value}`,
  });
}

const nothing = fakeGoogle({}).send;

describe('running a tool', () => {
  it('answers the structured output and the same as text', async () => {
    const outcome = await startTools(nothing).ask(echo, { names: ['x', 'y'] });
    assert.deepEqual(outcome, { ok: true, structured: { names: ['x', 'y'], maxRows: 5, exact: false }, text: 'x, y' });
  });

  it('refuses for a missing permission before anything else, naming all that the tool needs', async () => {
    const error = refused(await startTools(nothing).ask(echo, 'not even arguments', { ...ada, scopes: [] }));
    assert.equal(error.kind, 'scope-missing');
    assert.deepEqual(error.scopes, ['analytics.readonly']);
  });

  it('hands an unexpected exception to the logs and a general sentence to the model', async () => {
    const tools = startTools(nothing);
    const secret = new TypeError('cannot read ya29.secret of undefined');
    const error = refused(
      await tools.ask(
        toolThat(async () => Promise.reject(secret)),
        {},
      ),
    );
    assert.equal(error.kind, 'unavailable');
    assert.doesNotMatch(error.message, /ya29|undefined/);
    assert.deepEqual(tools.failures, [secret]);
  });

  it('treats an answer that breaks the tool’s own promise as a fault of ours', async () => {
    const tools = startTools(nothing);
    const broken = toolThat(async () => ({ value: 'many' as unknown as number }));
    assert.equal(refused(await tools.ask(broken, {})).kind, 'unavailable');
    assert.equal(tools.failures.length, 1);
  });

  it('lets a ToolError through as it is and counts it', async () => {
    const counted: string[] = [];
    const tools = startTools(nothing, { onRefusal: (tool, error) => counted.push(`${tool} ${error.kind}`) });
    const error = refused(
      await tools.ask(
        toolThat(async () => Promise.reject(new ToolError('not-found', 'There is none.'))),
        {},
      ),
    );
    assert.equal(error.message, 'There is none.');
    assert.deepEqual(counted, ['toy not-found']);
    assert.deepEqual(tools.failures, []);
  });

  it('ends when the time is up although the tool goes on', async () => {
    const tools = startTools(nothing, { budgetMs: 5 });
    const error = refused(
      await tools.ask(
        toolThat(() => new Promise(() => undefined)),
        {},
      ),
    );
    assert.equal(error.kind, 'unavailable');
    assert.match(error.message, /too long/);
  });

  it('ends when the caller goes away', async () => {
    const gone = new AbortController();
    const waiting = startTools(nothing).ask(
      toolThat(() => new Promise(() => undefined)),
      {},
      ada,
      gone.signal,
    );
    gone.abort();
    assert.match(refused(await waiting).message, /given up/);
  });

  it('shows a tool no token', async () => {
    const tools = startTools(fakeGoogle({ '/x': {} }).send);
    const spy = toolThat(async (context) => {
      assert.doesNotMatch(JSON.stringify(context), /a-token/);
      await context.google.send({ service: 'analyticsadmin', method: 'GET', path: ['x'] });
      return { value: 1 };
    });
    answered(await tools.ask(spy, {}));
  });

  it('tells Google’s refusals which permissions the tool needs', async () => {
    const google = fakeGoogle({ '/x': () => refusal(403, 'no', 'ACCESS_TOKEN_SCOPE_INSUFFICIENT') });
    const tool = toolThat(async (context) =>
      context.google.send({ service: 'analyticsadmin', method: 'GET', path: ['x'] }),
    );
    assert.deepEqual(refused(await startTools(google.send).ask(tool, {})).scopes, ['analytics.readonly']);
  });

  it('keeps what it remembers of one person from every other', async () => {
    const tools = startTools(nothing);
    let made = 0;
    const remembering = toolThat(async (context) => ({ value: await context.remember('k', 1000, async () => ++made) }));
    const grace = { ...ada, person: { ...ada.person, sub: 'grace-sub' } };
    assert.equal(answered(await tools.ask(remembering, {})).value, 1);
    assert.equal(answered(await tools.ask(remembering, {})).value, 1);
    assert.equal(answered(await tools.ask(remembering, {}, grace)).value, 2);
  });
});

describe('arguments as models send them', () => {
  const understood: [given: unknown, expected: Record<string, unknown>][] = [
    [{ names: 'a' }, { names: ['a'] }],
    [{ names: 'a, b' }, { names: ['a', 'b'] }],
    [{ names: '["a","b"]' }, { names: ['a', 'b'] }],
    ['{"names":["a"]}', { names: ['a'] }],
    [{ arguments: { names: ['a'] } }, { names: ['a'] }],
    [{ input: '{"names":["a"]}' }, { names: ['a'] }],
    [
      { Names: ['a'], max_rows: '7' },
      { names: ['a'], maxRows: 7 },
    ],
    [
      { names: ['a'], 'max-rows': 7, label: null },
      { names: ['a'], maxRows: 7 },
    ],
    [
      { names: ['a'], exact: 'True' },
      { names: ['a'], exact: true },
    ],
    [
      { names: ['a'], order: 'Newest First' },
      { names: ['a'], order: 'newest_first' },
    ],
    [
      { names: ['a'], label: 12 },
      { names: ['a'], label: '12' },
    ],
    [{ names: [1, null, ''] }, { names: ['1'] }],
    [{ names: [] }, { names: [] }],
    [
      { names: ['a'], maxRows: 2, max_rows: 7 },
      { names: ['a'], maxRows: 2 },
    ],
  ];

  for (const [given, expected] of understood) {
    it(`understands ${JSON.stringify(given)}`, async () => {
      const output = answered(await startTools(nothing).ask(echo, given));
      assert.deepEqual(output, { maxRows: 5, exact: false, ...expected });
    });
  }

  const refusals: [given: unknown, message: RegExp][] = [
    [{}, /`names` is missing, wanted a list.*For example: \{"names":\["a","b"\]\}/],
    [
      { names: ['a'], maxRows: 99 },
      /`maxRows` is `99`, wanted at most 9.*For example: \{"names":\["a"\],"maxRows":3\}/,
    ],
    [{ names: ['a'], maxRows: 'many' }, /`maxRows` is `"many"`, wanted a number/],
    [{ names: ['a', 'b', 'c', 'd'] }, /`names`.*wanted at most 3 entries/],
    [{ names: ['a'], order: 'random' }, /wanted one of newest_first, oldest_first/],
    [{ names: ['a'], lable: 'x' }, /no argument `lable`. Did you mean `label`\?/],
    [{ names: ['a'], zzz: 'x' }, /no argument `zzz`. Its arguments are names, maxRows, exact, order, label\./],
    [[1, 2], /must be one JSON object/],
    ['hello', /must be one JSON object/],
    [7, /must be one JSON object/],
  ];

  for (const [given, message] of refusals) {
    it(`says what is wrong with ${JSON.stringify(given)}`, async () => {
      const error = refused(await startTools(nothing).ask(echo, given));
      assert.equal(error.kind, 'bad-input');
      assert.match(error.message, message);
    });
  }

  it('repeats what was given on one line, shortened', async () => {
    const error = refused(
      await startTools(nothing).ask(echo, { names: ['a'], order: `x\n\n# Heading\u202e${'y'.repeat(500)}` }),
    );
    assert.doesNotMatch(error.message, /\n|\u202e/);
    assert.ok(error.message.length < 500, error.message);
  });

  it('takes a hostile object without harm', async () => {
    const error = refused(
      await startTools(nothing).ask(echo, JSON.parse('{"__proto__":{"names":["a"]},"constructor":1}')),
    );
    assert.equal(error.kind, 'bad-input');
  });
});
