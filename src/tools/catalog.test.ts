import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { calendar } from './calendar/calendar.ts';
import { catalog, toolsFor } from './catalog.ts';
import { acme, answered, fakeGoogle, startTools } from './google.fixture.ts';
import { readInput } from './run.ts';

describe('the catalogue', () => {
  it('keeps every definition within the limits of the doors', () => {
    for (const tool of catalog) {
      // `search` and `fetch` are named by those who call them; everything else is a verb and a noun.
      assert.match(tool.name, /^([a-z]+(_[a-z]+)+|search|fetch)$/);
      assert.ok(tool.title.length <= 40, tool.title);
      // GPT Actions cut descriptions at 300 and parameter descriptions at 700 characters.
      assert.ok(tool.description.length <= 300, `${tool.name}: ${tool.description.length}`);
      const input = z.toJSONSchema(tool.input, { io: 'input' });
      for (const [name, schema] of Object.entries(input.properties ?? {})) {
        const { description = '' } = schema as { description?: string };
        assert.ok(description.length <= 700, `${tool.name}.${name}`);
      }
      for (const words of Object.values(tool.progress ?? {})) assert.ok(words.length <= 64, words);
    }
  });

  it('costs a conversation few tokens', () => {
    const definitions = catalog.map((tool) => ({
      name: tool.name,
      title: tool.title,
      description: tool.description,
      inputSchema: z.toJSONSchema(tool.input, { io: 'input' }),
      outputSchema: z.toJSONSchema(tool.output),
    }));
    const bytes = JSON.stringify(definitions).length;
    // JSON Schema runs at about 3.6 bytes a token.
    assert.ok(bytes / 3.6 / catalog.length < 600, `${bytes} bytes for ${catalog.length} tools`);
  });

  it('has names once and examples that validate', () => {
    assert.equal(new Set(catalog.map((tool) => tool.name)).size, catalog.length);
    for (const tool of catalog) {
      assert.ok(tool.examples.length > 0, tool.name);
      for (const { input } of tool.examples) assert.doesNotThrow(() => readInput(tool, input), tool.name);
    }
  });

  it('offers only tools whose scopes are on', () => {
    assert.deepEqual(
      toolsFor([]).map((tool) => tool.name),
      ['get_profile'],
    );
    const offered = toolsFor(['analytics.readonly']).map((tool) => tool.name);
    const calendarTools = calendar.tools.map((tool) => tool.name);
    assert.deepEqual(
      catalog.map((tool) => tool.name).filter((name) => !offered.includes(name)),
      calendarTools,
    );
  });

  it('answers every example', async () => {
    const tools = startTools(fakeGoogle(acme).send);
    for (const tool of toolsFor(['analytics.readonly'])) {
      for (const { input } of tool.examples) {
        const hasProperty = 'property' in (z.toJSONSchema(tool.input, { io: 'input' }).properties ?? {});
        const given = hasProperty || tool.name === 'show_chart' ? { property: '11', ...input } : input;
        answered(await tools.ask(tool, tool.name === 'fetch' ? { id: 'report/11/channels' } : given));
      }
    }
  });
});

describe('get_profile', () => {
  const profile = catalog.find((tool) => tool.name === 'get_profile') ?? assert.fail();

  it('answers exactly the shape of a profile, the same in text, without asking Google', async () => {
    const google = fakeGoogle({});
    const outcome = await startTools(google.send).ask(profile, {});
    assert.deepEqual(answered(outcome), { id: 'ada-sub', name: 'Ada', email: 'ada@example.com' });
    assert.ok(outcome.ok);
    assert.deepEqual(JSON.parse(outcome.text), outcome.structured);
    assert.equal(google.requests.length, 0);
  });

  it('declares its output as profiles are declared', () => {
    const schema = z.toJSONSchema(profile.output);
    assert.deepEqual(schema.required, ['id']);
    assert.equal(schema.additionalProperties, false);
    assert.deepEqual(Object.keys(schema.properties ?? {}), ['id', 'name', 'email', 'nickname']);
    const id = schema.properties?.id as { minLength?: number; pattern?: string };
    assert.equal(id.minLength, 1);
    assert.equal(id.pattern, '\\S');
    assert.deepEqual(profile.meta, { 'openai/profile': true });
  });
});
