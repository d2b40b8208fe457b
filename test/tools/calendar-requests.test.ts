import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { UpstreamError } from '../../src/errors.ts';
import { createOutgoing, type OutgoingRequest } from '../../src/http/outgoing.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { calendar } from '../../src/tools/calendar/calendar.ts';
import { type Caller, createRunner } from '../../src/tools/run.ts';
import { sandboxToken } from '../support/sandbox-token.ts';
import { checkCalendarRequest } from './calendar-requests.fixture.ts';

const NOW = Date.parse('2026-11-23T03:00:00Z');
const SCOPES = ['calendar.events', 'calendar.calendarlist.readonly', 'calendar.freebusy'];

/** Google with somebody between: `before` and `after` each request, which may throw. */
interface Between {
  before?(request: OutgoingRequest): Promise<void>;
  after?(request: OutgoingRequest): void;
}

describe('what the calendar tools send', () => {
  let sandbox: Awaited<ReturnType<typeof startSandbox>>;
  let token = '';
  const outgoing = createOutgoing();
  const sent: OutgoingRequest[] = [];
  let between: Between = {};

  before(async () => {
    sandbox = await startSandbox({ data: 'small', now: () => new Date(NOW) });
    token = await sandboxToken(sandbox.url, 'ada@example.com', SCOPES);
  });
  after(async () => {
    await outgoing.close();
    await sandbox.close();
  });

  async function ask(name: string, input: unknown, hooks: Between = {}) {
    between = hooks;
    const run = createRunner({
      send: async (request) => {
        sent.push(request);
        checkCalendarRequest(request);
        await between.before?.(request);
        const answer = await outgoing.send(request);
        between.after?.(request);
        return answer;
      },
      baseUrls: { analyticsdata: '', analyticsadmin: '', calendar: `${sandbox.url}/calendar/v3` },
      now: () => NOW,
      sleep: async () => undefined,
      onUnexpected: (_tool, cause) => assert.fail(cause instanceof Error ? cause : String(cause)),
    });
    const caller: Caller = {
      person: { sub: 'ada', email: undefined, name: undefined },
      clientId: 'test',
      scopes: SCOPES,
      accessToken: async () => token,
    };
    const tool = calendar.tools.find((one) => one.name === name) ?? assert.fail(name);
    return run(tool, input, caller, new AbortController().signal);
  }

  async function answer<Answer>(name: string, input: unknown, hooks?: Between): Promise<Answer> {
    const outcome = await ask(name, input, hooks);
    assert.ok(outcome.ok, outcome.ok ? '' : outcome.error.message);
    assert.notEqual(outcome.text, '');
    return outcome.structured as Answer;
  }

  /** Somebody else's change, by hand. */
  async function meddle(method: string, id: string, body?: unknown): Promise<void> {
    const response = await fetch(`${sandbox.url}/calendar/v3/calendars/primary/events/${id}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    assert.ok(response.ok);
  }

  type Made = { created: boolean; event: { id: string } };

  it('is what the reference of the Calendar API allows, for every tool and every argument', async () => {
    await answer('list_calendars', {});
    await answer('list_events', { when: 'this month', search: 'stand', calendars: ['Team', 'primary'], details: true });
    await answer('find_free_time', { calendars: ['primary', 'Team'], when: 'next week', weekends: true });
    const { event } = await answer<Made>('create_event', {
      title: 'Everything',
      start: '2026-12-01T10:00+01:00',
      end: '2026-12-01T11:00+01:00',
      description: 'd',
      location: 'l',
      attendees: ['grace@example.com'],
      repeat: 'weekdays',
      video_call: true,
      time_zone: 'Europe/Berlin',
      notify: 'external',
    });
    await answer('update_event', {
      event: event.id,
      title: 'Less',
      add_attendees: ['linus@example.com'],
      notify: 'all',
    });
    await answer('update_event', { event: event.id, start: '2026-12-01', end: '2026-12-02' });
    await answer('delete_event', { event: event.id, notify: 'all' });
    await answer('create_event', { title: 'All day', start: 'next friday' });
    assert.deepEqual([...new Set(sent.map(({ method }) => method))].sort(), ['DELETE', 'GET', 'PATCH', 'POST']);
    assert.ok(sent.some(({ url }) => url.includes('sendUpdates=externalOnly&conferenceDataVersion=1')));
  });

  it('makes one event where the answer to the first try got lost', async () => {
    let losses = 1;
    const { created, event } = await answer<Made>(
      'create_event',
      { title: 'Lost and found', start: '2026-12-02T10:00' },
      {
        after({ method }) {
          if (method !== 'POST' || losses === 0) return;
          losses -= 1;
          throw new UpstreamError('unreachable', 'the answer got lost');
        },
      },
    );
    assert.equal(created, false, 'the event that the lost try made was found');
    const found = await answer<{ events: { id: string }[] }>('list_events', { when: '2026-12-02', search: 'lost' });
    assert.deepEqual(
      found.events.map(({ id }) => id),
      [event.id],
    );
  });

  it('overwrites nothing that somebody changed between our reading and our writing', async () => {
    const { event } = await answer<Made>('create_event', { title: 'Contested', start: '2026-12-03T10:00' });
    const outcome = await ask(
      'update_event',
      { event: event.id, title: 'Ours' },
      {
        async before({ method }) {
          if (method === 'PATCH') await meddle('PATCH', event.id, { summary: 'Theirs' });
        },
      },
    );
    assert.ok(!outcome.ok);
    assert.equal(outcome.error.kind, 'conflict');
    assert.match(outcome.error.message, /It is now `Theirs`/);
  });

  it('takes an event that somebody else deleted first as deleted', async () => {
    const { event } = await answer<Made>('create_event', { title: 'Unwanted', start: '2026-12-04T10:00' });
    const { deleted } = await answer<{ deleted: boolean }>(
      'delete_event',
      { event: event.id },
      {
        async before({ method }) {
          if (method === 'DELETE') await meddle('DELETE', event.id);
        },
      },
    );
    assert.equal(deleted, false);
  });
});
