import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { callMcp, callTool, connect, createWorld, type World } from '../support/world.ts';

const ALL = 'analytics.readonly,calendar.events,calendar.calendarlist.readonly,calendar.freebusy';

interface Listed {
  name: string;
  annotations: Record<string, unknown>;
  securitySchemes: { scopes: string[] }[];
}

async function listTools(world: World, token: string): Promise<Listed[]> {
  const { text } = await callMcp(world, token, 'tools/list');
  const json = /^data: (.*)$/m.exec(text)?.[1] ?? text;
  return (JSON.parse(json) as { result: { tools: Listed[] } }).result.tools;
}

describe('a person with a calendar', () => {
  it('is offered the calendar tools where the calendar is on, each with what it does to the world', async () => {
    const world = await createWorld({ environment: { GOOGLE_SCOPES: ALL } });
    const { accessToken } = await connect(world, await world.client());
    const tools = await listTools(world, accessToken);
    const hints = (name: string) => {
      const { readOnlyHint, destructiveHint, idempotentHint } =
        tools.find((one) => one.name === name)?.annotations ?? {};
      return [readOnlyHint, destructiveHint, idempotentHint];
    };
    assert.deepEqual(hints('list_events'), [true, false, true]);
    assert.deepEqual(hints('create_event'), [false, false, true]);
    assert.deepEqual(hints('update_event'), [false, true, true]);
    assert.deepEqual(hints('delete_event'), [false, true, true]);
    const document = (await (await world.request('/openapi.json')).json()) as {
      paths: Record<string, { post: Record<string, unknown> }>;
    };
    const asks = (name: string) => document.paths[`/actions/${name}`]?.post['x-openai-isConsequential'];
    assert.deepEqual(
      ['list_calendars', 'list_events', 'find_free_time', 'create_event', 'update_event', 'delete_event'].map(asks),
      [false, false, false, true, true, true],
    );
    await world.close();
  });

  it('is not offered them where the calendar is off', async () => {
    const world = await createWorld();
    const { accessToken } = await connect(world, await world.client());
    const names = (await listTools(world, accessToken)).map(({ name }) => name);
    assert.ok(names.includes('run_report'));
    assert.ok(!names.some((name) => /event|calendar|free_time/.test(name)), names.join());
    assert.equal((await callTool(world, 'create_event', accessToken, { title: 'x', start: 'today' })).status, 404);
    await world.close();
  });

  it('is asked for the calendar in a step-up that can be followed, and only then', async () => {
    const world = await createWorld({ environment: { GOOGLE_SCOPES: 'analytics.readonly,calendar.events' } });
    const client = await world.client();
    const { accessToken } = await connect(world, client, { parameters: { scope: 'analytics.readonly' } });
    assert.equal((await callTool(world, 'list_properties', accessToken)).status, 200);
    const sentBefore = world.sent.length;
    for (const tool of ['list_events', 'create_event']) {
      const refused = await callTool(world, tool, accessToken, { title: 'x', start: 'today' });
      assert.equal(refused.status, 403);
      assert.match(
        refused.headers.get('www-authenticate') ?? '',
        /scope="calendar\.events", error="insufficient_scope"/,
      );
    }
    assert.equal(world.sent.length, sentBefore, 'Google was not asked');
    const more = await connect(world, client, { parameters: { scope: 'analytics.readonly calendar.events' } });
    const made = await callTool(world, 'create_event', more.accessToken, { title: 'Now it works', start: 'tomorrow' });
    assert.equal(made.status, 200, JSON.stringify(made.body));
    assert.equal((await callTool(world, 'list_properties', more.accessToken)).status, 200);
    await world.close();
  });
});
