import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { catalog, toolsFor } from './catalog.ts';
import { missingScopes, offeredWith } from './scopes.ts';

const tool = (name: string) => catalog.find((one) => one.name === name) ?? assert.fail(name);

describe('scopes of Google', () => {
  it('are enough for what they contain, and for nothing else', () => {
    for (const [held, needed, missing] of [
      ['calendar.events', 'calendar.events.readonly', []],
      ['calendar.readonly', 'calendar.freebusy', []],
      ['calendar', 'calendar.events', []],
      ['analytics', 'analytics.readonly', []],
      ['calendar.events.readonly', 'calendar.events', ['calendar.events']],
      ['calendar.events', 'calendar.freebusy', ['calendar.freebusy']],
      ['calendar.readonly', 'calendar.events', ['calendar.events']],
      ['analytics.edit', 'analytics.readonly', ['analytics.readonly']],
    ] as const) {
      assert.deepEqual(missingScopes([held], [needed]), missing, `${held} for ${needed}`);
    }
  });

  it('switch on the tools that they are enough for', () => {
    const names = (...scopes: string[]) =>
      toolsFor(scopes)
        .map(({ name }) => name)
        .filter((name) => name !== 'get_profile');
    assert.deepEqual(names('calendar.events'), ['list_events', 'create_event', 'update_event', 'delete_event']);
    assert.deepEqual(names('calendar.readonly'), ['list_calendars', 'list_events', 'find_free_time']);
    assert.deepEqual(names('calendar.freebusy'), []);
  });

  it('are asked for by a name that is offered', () => {
    assert.deepEqual(offeredWith(['calendar.events'], tool('list_events'))?.scopes, ['calendar.events']);
    assert.deepEqual(offeredWith(['calendar.readonly'], tool('find_free_time'))?.scopes, ['calendar.readonly']);
    assert.equal(
      offeredWith(['calendar.events.readonly', 'calendar.events'], tool('list_events')),
      tool('list_events'),
    );
    assert.equal(offeredWith(['calendar.events.readonly'], tool('create_event')), undefined);
  });
});
