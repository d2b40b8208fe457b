/**
 * Whose Google account this connection is, in the shape that ChatGPT asks of a profile tool
 * (https://developers.openai.com/apps-sdk: `_meta["openai/profile"]`). Answers from the connection; Google is not asked.
 */
import { z } from 'zod';
import { defineTool } from '../tool.ts';

/** Exactly these keys: an answer of another shape can keep ChatGPT from connecting. */
const profile = z.strictObject({
  id: z.string().min(1).regex(/\S/).describe("Google's stable account identifier"),
  name: z.string().optional(),
  email: z.string().optional(),
  nickname: z.string().optional(),
});

export const getProfile = defineTool({
  name: 'get_profile',
  title: 'Show the connected Google account',
  description: 'Which Google account is connected: its stable id, name and e-mail address. Takes no arguments.',
  scopes: [],
  effects: 'reads',
  input: z.strictObject({}),
  output: profile,
  examples: [{ question: 'Which Google account is this?', input: {} }],
  progress: { running: 'Looking up the account', done: 'Account found' },
  meta: { 'openai/profile': true },
  async call({ person }) {
    return {
      id: person.sub,
      ...(person.name === undefined ? {} : { name: person.name }),
      ...(person.email === undefined ? {} : { email: person.email }),
    };
  },
  text: (output) => JSON.stringify(output),
});
