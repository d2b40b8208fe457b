import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Caller } from '../../src/tools/run.ts';
import { openSandboxTools, type SandboxTools } from '../support/sandbox-tools.ts';

/** Seen from Sunday evening, 22 November 2026, in California. */
const SCOPES = ['calendar.events', 'calendar.calendarlist.readonly', 'calendar.freebusy'];
const TEAM = 'c_5u7m9k2e4r1t@group.calendar.google.com';

interface Row {
  id: string;
  title: string;
  start: string;
  end: string;
  version: string;
  series?: string;
  guests?: number;
  attendees?: string[];
  location?: string;
  video?: string;
}

describe('the calendar tools on the sandbox', () => {
  let world: SandboxTools;
  let ada: Caller;

  before(async () => {
    world = await openSandboxTools();
    ada = { ...(await world.signIn('ada@example.com', SCOPES)), scopes: SCOPES };
  });
  after(() => world.close());
  beforeEach(() => world.clearFaults());

  async function answer<Answer>(name: string, input: unknown, caller = ada): Promise<Answer> {
    const outcome = await world.ask(name, input, caller);
    assert.ok(outcome.ok, outcome.ok ? '' : outcome.error.message);
    return outcome.structured as Answer;
  }

  async function refusal(name: string, input: unknown, caller = ada) {
    const outcome = await world.ask(name, input, caller);
    assert.ok(!outcome.ok, JSON.stringify(outcome));
    return outcome.error;
  }

  const events = async (input: unknown) => (await answer<{ events: Row[] }>('list_events', input)).events;
  const create = (input: unknown) => answer<{ created: boolean; event: Row; notes: string[] }>('create_event', input);
  const update = (input: unknown) => answer<{ changed: unknown[]; event: Row; notes: string[] }>('update_event', input);

  it('list the calendars with what may be done there', async () => {
    assert.deepEqual(await answer('list_calendars', {}), {
      calendars: [
        {
          id: 'ada@example.com',
          name: 'ada@example.com',
          timeZone: 'America/Los_Angeles',
          access: 'write',
          primary: true,
        },
        { id: TEAM, name: 'Team', timeZone: 'America/Los_Angeles', access: 'write' },
      ],
      total: 2,
    });
  });

  it('unfold a series into its happenings and leave out the one that is off', async () => {
    const standUps = await events({ calendars: ['team'], when: 'next week', search: 'stand-up' });
    assert.deepEqual(
      standUps.map(({ start, end }) => `${start} ${end.slice(11, 16)}`),
      ['23', '24', '25', '26'].map((day) => `2026-11-${day}T09:30:00-08:00 09:45`),
    );
    assert.equal(new Set(standUps.map(({ series }) => series)).size, 1);
  });

  it('list several calendars in one order and end an all-day event on its last day', async () => {
    const found = await events({ calendars: ['primary', 'Team'], when: '2026-11-25..2026-11-27' });
    assert.deepEqual(
      found.map(({ title, start, end }) => [title, start.slice(0, 16), end.slice(0, 16)]),
      [
        ['Stand-up', '2026-11-25T09:30', '2026-11-25T09:45'],
        ['Quarterly review with Grace', '2026-11-25T10:00', '2026-11-25T10:45'],
        ['Stand-up', '2026-11-26T09:30', '2026-11-26T09:45'],
        ['Dentist', '2026-11-26T14:00', '2026-11-26T15:00'],
        ['Company holiday', '2026-11-27', '2026-11-27'],
      ],
    );
  });

  it('say that there are more events than asked for', async () => {
    const found = await answer<{ events: Row[]; notes: string[] }>('list_events', {
      calendars: ['Team'],
      when: 'next 14 days',
      limit: 3,
    });
    assert.equal(found.events.length, 3);
    assert.match(found.notes.join(), /only the first 3 are shown/);
  });

  it('find the gaps that two people have in common', async () => {
    const { slots, timeZone } = await answer<{ slots: unknown[]; timeZone: string }>('find_free_time', {
      calendars: ['primary', 'Team', 'grace@example.com'],
      when: '2026-11-24..2026-11-25',
      minutes: 60,
      hours: '09:00-12:00',
    });
    assert.equal(timeZone, 'America/Los_Angeles');
    assert.deepEqual(slots, [
      { start: '2026-11-24T09:45:00-08:00', end: '2026-11-24T12:00:00-08:00', minutes: 135 },
      { start: '2026-11-25T10:45:00-08:00', end: '2026-11-25T12:00:00-08:00', minutes: 75 },
    ]);
  });

  it('say whose busy times may not be seen', async () => {
    const { notes } = await answer<{ notes: string[] }>('find_free_time', {
      calendars: ['primary', 'nobody@example.com'],
    });
    assert.match(notes.join(), /`nobody@example.com` may not be seen/);
    assert.equal((await refusal('find_free_time', { calendars: ['nobody@example.com'] })).kind, 'no-access');
  });

  it('make one event of a call that is repeated', async () => {
    const call = { title: 'Budget talk', start: '2026-12-01T14:00', minutes: 45, attendees: ['grace@example.com'] };
    const first = await create(call);
    assert.equal(first.created, true);
    assert.deepEqual(first.notes, ['Nobody was sent an e-mail about it: notify was none.']);
    assert.equal(first.event.start, '2026-12-01T14:00:00-08:00');
    assert.equal(first.event.end, '2026-12-01T14:45:00-08:00');
    const second = await create(call);
    assert.equal(second.created, false);
    assert.equal(second.event.id, first.event.id);
    assert.equal((await events({ when: '2026-12-01', search: 'budget' })).length, 1);
    const twin = await create({ ...call, idempotency_key: 'a second one' });
    assert.equal(twin.created, true);
    assert.equal((await events({ when: '2026-12-01', search: 'budget' })).length, 2);
  });

  it('make an event although Google fails at first', async () => {
    await world.fault({ path: '/calendar/v3/calendars/primary/events', effect: 'status', status: 503, method: 'POST' });
    const { created } = await create({ title: 'After the fault', start: '2026-12-02T09:00' });
    assert.equal(created, true);
    assert.equal((await events({ when: '2026-12-02', search: 'fault' })).length, 1);
  });

  it('make an event again after it was deleted or moved away', async () => {
    const call = { title: 'Reading group', start: '2026-12-03T17:00' };
    const first = await create(call);
    await answer('delete_event', { event: first.event.id });
    const second = await create(call);
    assert.equal(second.created, true);
    assert.notEqual(second.event.id, first.event.id);
    await update({ event: second.event.id, start: '2026-12-04T17:00' });
    assert.equal((await create(call)).created, true);
  });

  it('make all-day events with the last day included, series and video calls', async () => {
    const { event } = await create({ title: 'Away', start: '2026-12-24', end: '2026-12-27' });
    assert.deepEqual([event.start, event.end], ['2026-12-24', '2026-12-27']);
    assert.deepEqual(
      (await events({ when: '2026-12-27', search: 'away' })).map(({ end }) => end),
      ['2026-12-27'],
    );
    assert.deepEqual(await events({ when: '2026-12-28', search: 'away' }), []);
    const series = await create({
      title: 'Book club',
      start: '2026-12-07T18:00',
      repeat: 'FREQ=WEEKLY;COUNT=3',
      video_call: true,
    });
    assert.match(series.event.video ?? '', /^https:\/\/meet\.google\.com\//);
    const happenings = await events({ when: '2026-12', search: 'book club' });
    assert.deepEqual(
      happenings.map(({ start }) => start.slice(0, 16)),
      ['2026-12-07T18:00', '2026-12-14T18:00', '2026-12-21T18:00'],
    );
    await answer('delete_event', { event: happenings[1]?.id });
    assert.equal((await events({ when: '2026-12', search: 'book club' })).length, 2);
  });

  it('change only what is given and say what changed', async () => {
    const { event } = await create({ title: 'Handover', start: '2026-12-08T10:00', attendees: ['grace@example.com'] });
    const moved = await update({
      event: event.id,
      version: event.version,
      start: '2026-12-08T15:00',
      location: 'Room 2',
    });
    assert.deepEqual(moved.changed, [
      { field: 'start', from: '2026-12-08T10:00:00-08:00', to: '2026-12-08T15:00:00-08:00' },
      { field: 'end', from: '2026-12-08T11:00:00-08:00', to: '2026-12-08T16:00:00-08:00' },
      { field: 'location', from: '', to: 'Room 2' },
    ]);
    const again = await update({
      event: event.id,
      version: event.version,
      start: '2026-12-08T15:00',
      location: 'Room 2',
    });
    assert.deepEqual(again.changed, []);
    assert.match(again.notes.join(), /Nothing was changed/);
    const allDay = await update({ event: event.id, start: '2026-12-08', end: '2026-12-09' });
    assert.deepEqual([allDay.event.start, allDay.event.end], ['2026-12-08', '2026-12-09']);
  });

  it('add and remove guests one by one, with the answers of those who stay', async () => {
    const [review] = await events({ when: '2026-11-25', search: 'quarterly' });
    const added = await update({ event: review?.id, add_attendees: ['linus@example.com', 'GRACE@example.com'] });
    assert.deepEqual(added.event.attendees, [
      'ada@example.com (organizer, yes)',
      'grace@example.com (no answer yet)',
      'linus@example.com (no answer yet)',
    ]);
    const removed = await update({ event: review?.id, remove_attendees: ['linus@example.com'] });
    assert.deepEqual(removed.event.attendees, added.event.attendees?.slice(0, 2));
  });

  it('refuse to change what has changed since it was seen, and say what it is like now', async () => {
    const { event } = await create({ title: 'Planning', start: '2026-12-09T10:00' });
    await update({ event: event.id, title: 'Planning, part 1' });
    for (const name of ['update_event', 'delete_event']) {
      const error = await refusal(name, {
        event: event.id,
        version: event.version,
        ...(name === 'update_event' && { title: 'Plans' }),
      });
      assert.equal(error.kind, 'conflict');
      assert.match(
        error.message,
        /nothing was done.*`Planning, part 1`, 2026-12-09T10:00:00-08:00 to .*version `[0-9]+`/,
      );
    }
    assert.equal((await events({ when: '2026-12-09', search: 'planning' }))[0]?.title, 'Planning, part 1');
  });

  it('delete an event once and find nothing to do the second time', async () => {
    const { event } = await create({ title: 'To be dropped', start: '2026-12-10T10:00' });
    const first = await answer<{ deleted: boolean; event: Row }>('delete_event', { event: event.id });
    assert.deepEqual([first.deleted, first.event.title], [true, 'To be dropped']);
    const second = await answer<{ deleted: boolean }>('delete_event', { event: event.id });
    assert.equal(second.deleted, false);
    assert.equal((await refusal('update_event', { event: event.id, title: 'x' })).kind, 'not-found');
    assert.equal((await refusal('delete_event', { event: 'never1was' })).kind, 'not-found');
  });

  it('explain a calendar that is not there and one that may only be looked at', async () => {
    assert.match(
      (await refusal('list_events', { calendars: ['Tean'] })).message,
      /No calendar is called `Tean`. The nearest is `Team`/,
    );
    assert.equal((await refusal('list_events', { calendars: ['x@y.test'] })).kind, 'not-found');
    const readOnly = await refusal('create_event', { title: 'x', start: '2026-12-01', calendar: 'grace@example.com' });
    assert.equal(readOnly.kind, 'no-access');
    assert.match(readOnly.message, /may only be read/);
  });

  it('tell a connection without the list of calendars to use ids', async () => {
    const scopes = ['calendar.events'];
    const caller = { ...(await world.signIn('ada@example.com', scopes)), scopes };
    const found = await answer<{ events: Row[] }>('list_events', { when: '2026-11-26' }, caller);
    assert.deepEqual(
      found.events.map(({ title }) => title),
      ['Dentist'],
    );
    const error = await refusal('list_events', { calendars: ['Team'] }, caller);
    assert.equal(error.kind, 'bad-input');
    assert.match(error.message, /may not read the list of calendars/);
  });
});
