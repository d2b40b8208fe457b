/**
 * The part of the store's contract that is about the audit trail, called by conformance.ts.
 *
 * Owns: what the event verbs mean, as tests. Does not own: opening a store.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { T } from './conformance-records.ts';
import type { Event, NewEvent } from './records.ts';
import type { EventFilter, Store } from './store.ts';

export function eventConformance(title: (sentence: string) => string, store: () => Store): void {
  it(title('gives events back as they were kept, numbered in their order'), async () => {
    const first = anEvent({ detail: { why: 'pkce-mismatch' }, person: 'k.mark' });
    const bare = { ref: undefined, clientId: undefined, connectionId: undefined, grantId: undefined };
    const second = anEvent({ step: 'account', outcome: 'signed-in', ...bare });
    void store().events.append([first, second]);
    await store().events.append([anEvent({ at: T + 1 })]);
    const listed = await store().events.list({ limit: 10 });
    assert.deepEqual(listed.map(withoutId), [first, second, anEvent({ at: T + 1 })]);
    const ids = listed.map(({ id }) => id);
    assert.deepEqual(
      ids,
      [...ids].sort((a, b) => a - b),
    );
  });

  it(title('lists an event at once though nobody waited for it'), async () => {
    const appended = store().events.append([anEvent()]);
    assert.equal((await store().events.list({ limit: 10 })).length, 1);
    await appended;
  });

  it(title('lists the newest events that fit client, connections and time'), async () => {
    const happened = [
      anEvent({ clientId: 'other', connectionId: 'x' }),
      anEvent({ at: T + 1 }),
      anEvent({ at: T + 2, connectionId: 'x' }),
      anEvent({ at: T + 3 }),
    ];
    await store().events.append(happened);
    const times = async (filter: EventFilter) => (await store().events.list(filter)).map(({ at }) => at - T);
    assert.deepEqual(await times({ limit: 2 }), [2, 3]);
    assert.deepEqual(await times({ clientId: 'client', limit: 9 }), [1, 2, 3]);
    assert.deepEqual(await times({ connectionIds: ['x', 'y'], limit: 9 }), [0, 2]);
    assert.deepEqual(await times({ connectionIds: [], limit: 9 }), []);
    assert.deepEqual(await times({ since: T + 2, limit: 9 }), [2, 3]);
    assert.deepEqual(await times({ since: T + 1, connectionIds: ['x'], limit: 9 }), [2]);
  });

  it(title('tells the whole story of a flow: its grant and its connection too, and no other flow'), async () => {
    const ref = 'AAAA-BBBB';
    await store().events.append([
      anEvent({ at: T, step: 'connection', outcome: 'dead', ref: undefined, grantId: undefined }),
      anEvent({ at: T + 1, ref, grantId: undefined }),
      anEvent({ at: T + 2, ref, step: 'token', outcome: 'issued' }),
      anEvent({ at: T + 3, ref: undefined, step: 'refresh', outcome: 'refused', connectionId: undefined }),
      anEvent({ at: T + 4, ref: 'CCCC-DDDD', grantId: 'another' }),
      anEvent({ at: T + 5, ref: undefined, grantId: undefined, step: 'connection', outcome: 'dead' }),
    ]);
    const told = await store().events.list({ ref, limit: 10 });
    assert.deepEqual(
      told.map(({ at }) => at - T),
      [1, 2, 3, 5],
    );
    assert.deepEqual(await store().events.list({ ref: 'EEEE-FFFF', limit: 10 }), []);
  });

  it(title('finds connections by a fingerprint and forgets one with the flows that led to it'), async () => {
    await store().events.append([
      anEvent({ connectionId: undefined, grantId: undefined }),
      anEvent({ person: 'k.ada' }),
      anEvent({ connectionId: 'gone', person: 'k.ada', ref: 'AAAA-BBBB' }),
      anEvent({ connectionId: 'other', person: 'k.grace', ref: 'CCCC-DDDD' }),
    ]);
    assert.deepEqual(await store().events.connectionsOf(['k.ada', 'old.ada']), ['connection', 'gone']);
    assert.deepEqual(await store().events.connectionsOf([]), []);
    assert.equal(await store().events.forget('connection'), 2);
    const left = (await store().events.list({ limit: 10 })).map(({ connectionId }) => connectionId);
    assert.deepEqual(left, ['gone', 'other']);
  });

  it(title('forgets also what was appended a moment before'), async () => {
    const appended = store().events.append([anEvent()]);
    assert.equal(await store().events.forget('connection'), 1);
    await appended;
    assert.deepEqual(await store().events.list({ limit: 10 }), []);
  });

  it(title('sweeps events at their end'), async () => {
    await store().events.append([anEvent({ expiresAt: T - 1 }), anEvent({ expiresAt: T + 1 })]);
    assert.equal(await store().sweep(T, 10), 1);
    assert.equal((await store().events.list({ limit: 10 })).length, 1);
  });
}

function anEvent(changed: Partial<NewEvent> = {}): NewEvent {
  const event = {
    step: 'code',
    outcome: 'issued',
    at: T,
    expiresAt: T + 86_400_000,
    ref: 'K7PM-3QXA',
    clientId: 'client',
    connectionId: 'connection',
    grantId: 'grant',
    person: undefined,
    detail: {},
    ...changed,
  };
  return event as NewEvent;
}

function withoutId({ id: _, ...event }: Event): NewEvent {
  return event;
}
