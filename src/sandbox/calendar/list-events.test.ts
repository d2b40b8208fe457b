/**
 * Listing events: windows, series, order, search, pages and incremental lists.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  attendeesOf,
  type Caller,
  itemsOf,
  type Json,
  refusal,
  refused,
  startCalendar,
  summaries,
} from './calendar.fixture.ts';

const own = '/calendars/primary/events';
const week = { timeMin: '2026-11-22T00:00:00-08:00', timeMax: '2026-11-29T00:00:00-08:00' };
const agenda = { ...week, singleEvents: 'true', orderBy: 'startTime' };

async function teamEvents(ada: Caller): Promise<string> {
  const calendars = itemsOf(await ada.get('/users/me/calendarList'));
  const team = calendars.find(({ summary }) => summary === 'Team');
  return `/calendars/${encodeURIComponent(String(team?.id))}/events`;
}

function startsOf(items: Json[]): unknown[] {
  return items.map(({ start }) => (start as Json).dateTime ?? (start as Json).date);
}

describe('GET calendars/{id}/events as an agenda', () => {
  it('tells the week that lies ahead in order', async () => {
    const answer = await startCalendar().as('ada').get(own, agenda);
    assert.deepEqual(summaries(answer), [
      'Evening run',
      'Weekly numbers',
      'Quarterly review with Grace',
      'Dentist',
      'Company holiday',
    ]);
    assert.equal(answer.body.kind, 'calendar#events');
    assert.equal(answer.body.timeZone, 'America/Los_Angeles');
    assert.equal(answer.body.accessRole, 'owner');
  });

  it('has something ahead on whatever weekday the sandbox starts', async () => {
    for (let days = 0; days < 7; days++) {
      const now = new Date(Date.UTC(2026, 10, 22 + days, 20));
      const timeMax = new Date(now.getTime() + 8 * 86_400_000).toISOString();
      const answer = await startCalendar(now)
        .as('ada')
        .get(own, { timeMin: now.toISOString(), timeMax, singleEvents: 'true' });
      for (const summary of ['Weekly numbers', 'Dentist', 'Company holiday', 'Quarterly review with Grace']) {
        assert.ok(summaries(answer).includes(summary), `${summary}, day ${days}`);
      }
    }
  });

  it('puts the meeting on the calendar of the guest in the zone of the guest', async () => {
    const items = itemsOf(await startCalendar().as('grace').get(own, agenda));
    const review = items.find(({ summary }) => summary === 'Quarterly review with Grace');
    assert.deepEqual(review?.start, { dateTime: '2026-11-25T18:00:00Z', timeZone: 'America/Los_Angeles' });
    assert.deepEqual(review?.organizer, { email: 'ada@example.com' });
    const self = attendeesOf(review).filter((attendee) => attendee.self === true);
    assert.deepEqual(
      self.map(({ email, responseStatus }) => [email, responseStatus]),
      [['grace@example.com', 'needsAction']],
    );
  });

  it('answers an empty list for an empty calendar', async () => {
    assert.deepEqual(itemsOf(await startCalendar().as('nobody').get(own, agenda)), []);
  });

  it('marks whole days by date with an exclusive end', async () => {
    const items = itemsOf(
      await startCalendar()
        .as('ada')
        .get(own, { ...agenda, q: 'holiday' }),
    );
    assert.deepEqual(items[0]?.start, { date: '2026-11-27' });
    assert.deepEqual(items[0]?.end, { date: '2026-11-28' });
    assert.equal(items[0]?.transparency, 'transparent');
  });

  it('writes times in the zone that the caller asks for', async () => {
    const answer = await startCalendar()
      .as('ada')
      .get(own, { ...agenda, q: 'dentist', timeZone: 'Asia/Kolkata' });
    assert.equal(answer.body.timeZone, 'Asia/Kolkata');
    assert.deepEqual(itemsOf(answer)[0]?.start, {
      dateTime: '2026-11-27T03:30:00+05:30',
      timeZone: 'America/Los_Angeles',
    });
  });

  it('bounds the end by timeMin and the start by timeMax, both exclusive', async () => {
    const ada = startCalendar().as('ada');
    const dentist = (timeMin: string, timeMax: string) =>
      ada.get(own, { timeMin, timeMax, singleEvents: 'true', q: 'dentist' });
    assert.equal(itemsOf(await dentist('2026-11-26T14:59:59-08:00', '2026-11-27T00:00:00-08:00')).length, 1);
    assert.equal(itemsOf(await dentist('2026-11-26T15:00:00-08:00', '2026-11-27T00:00:00-08:00')).length, 0);
    assert.equal(itemsOf(await dentist('2026-11-26T00:00:00-08:00', '2026-11-26T14:00:00-08:00')).length, 0);
    assert.equal(itemsOf(await dentist('2026-11-26T00:00:00-08:00', '2026-11-26T22:00:01Z')).length, 1);
  });

  it('counts an event without length where it begins', async () => {
    const ada = startCalendar().as('ada');
    const moment = { dateTime: '2026-11-24T12:00:00Z' };
    await ada.send('POST', own, { summary: 'Launch', start: moment, end: moment });
    const launches = async (timeMin: string, timeMax: string) =>
      itemsOf(await ada.get(own, { timeMin, timeMax, q: 'launch' })).length;
    assert.equal(await launches('2026-11-24T12:00:00Z', '2026-11-24T13:00:00Z'), 1);
    assert.equal(await launches('2026-11-24T11:00:00Z', '2026-11-24T12:00:00Z'), 0);
  });

  it('reads the midnight of a whole day in the zone of the answer', async () => {
    const ada = startCalendar().as('ada');
    const late = { timeMin: '2026-11-28T07:30:00Z', timeMax: '2026-11-28T07:45:00Z', singleEvents: 'true' };
    assert.deepEqual(summaries(await ada.get(own, late)), ['Company holiday']);
    assert.deepEqual(summaries(await ada.get(own, { ...late, timeZone: 'UTC' })), []);
  });
});

describe('GET calendars/{id}/events with series', () => {
  it('expands a series into happenings with ids of their own', async () => {
    const ada = startCalendar().as('ada');
    const items = itemsOf(await ada.get(await teamEvents(ada), { ...agenda, q: 'stand-up' }));
    assert.deepEqual(startsOf(items), [
      '2026-11-23T09:30:00-08:00',
      '2026-11-24T09:30:00-08:00',
      '2026-11-25T09:30:00-08:00',
      '2026-11-26T09:30:00-08:00',
    ]);
    const [first] = items;
    assert.equal(first?.id, `${first?.recurringEventId}_20261123T173000Z`);
    assert.equal(first?.iCalUID, `${first?.recurringEventId}@google.com`);
    assert.deepEqual(first?.originalStartTime, first?.start);
    assert.equal(first?.recurrence, undefined);
  });

  it('keeps half past nine at half past nine when summer time ends', async () => {
    const ada = startCalendar().as('ada');
    const autumn = { timeMin: '2026-10-30T00:00:00Z', timeMax: '2026-11-03T00:00:00Z' };
    const items = itemsOf(await ada.get(await teamEvents(ada), { ...agenda, ...autumn, q: 'stand-up' }));
    assert.deepEqual(startsOf(items), ['2026-10-30T09:30:00-07:00', '2026-11-02T09:30:00-08:00']);
  });

  it('tells a series by its rule when happenings are not wanted, with its cancelled days beside it', async () => {
    const ada = startCalendar().as('ada');
    const items = itemsOf(await ada.get(await teamEvents(ada), week));
    const series = items.find(({ summary }) => summary === 'Stand-up');
    assert.deepEqual(series?.recurrence, ['RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR']);
    const cancelled = items.filter(({ status }) => status === 'cancelled');
    assert.deepEqual(cancelled, [
      {
        kind: 'calendar#event',
        etag: cancelled[0]?.etag,
        id: `${series?.id}_20261127T173000Z`,
        status: 'cancelled',
        recurringEventId: series?.id,
        originalStartTime: { dateTime: '2026-11-27T09:30:00-08:00', timeZone: 'America/Los_Angeles' },
      },
    ]);
  });

  it('shows the cancelled day among the happenings on request only', async () => {
    const ada = startCalendar().as('ada');
    const friday = { timeMin: '2026-11-27T00:00:00-08:00', timeMax: '2026-11-28T00:00:00-08:00', singleEvents: 'true' };
    const path = await teamEvents(ada);
    assert.deepEqual(itemsOf(await ada.get(path, friday)), []);
    const [cancelled] = itemsOf(await ada.get(path, { ...friday, showDeleted: 'true' }));
    assert.equal(cancelled?.status, 'cancelled');
    assert.equal(cancelled?.summary, 'Stand-up');
  });

  it('leaves out a series of which nothing falls into the window', async () => {
    const ada = startCalendar().as('ada');
    const past = { timeMin: '2026-01-01T00:00:00Z', timeMax: '2026-02-01T00:00:00Z' };
    assert.deepEqual(itemsOf(await ada.get(await teamEvents(ada), past)), []);
  });

  it('ends an endless series somewhere', async () => {
    const grace = startCalendar().as('grace');
    const answer = await grace.get(own, {
      singleEvents: 'true',
      q: 'flour',
      maxResults: '2500',
      timeMax: '9999-01-01T00:00:00Z',
    });
    const count = itemsOf(answer).length;
    assert.ok(count > 700 && count < 800, String(count));
  });

  it('walks through the happenings of one series', async () => {
    const ada = startCalendar().as('ada');
    const path = await teamEvents(ada);
    const [series] = itemsOf(await ada.get(path, { q: 'sprint' }));
    const items = itemsOf(await ada.get(`${path}/${series?.id}/instances`, { maxResults: '3' }));
    assert.deepEqual(startsOf(items), [
      '2026-11-02T13:00:00-08:00',
      '2026-11-16T13:00:00-08:00',
      '2026-11-30T13:00:00-08:00',
    ]);
  });
});

describe('GET calendars/{id}/events with filters', () => {
  it('finds words in title, text, place and guests, all of them together', async () => {
    const ada = startCalendar().as('ada');
    const found = async (q: string) => summaries(await ada.get(own, { q }));
    assert.deepEqual(await found('DENTIST'), ['Dentist']);
    assert.deepEqual(await found('analytical way'), ['Dentist']);
    assert.deepEqual(await found('hopper'), ['Quarterly review with Grace']);
    assert.deepEqual(await found('review dentist'), []);
  });

  it('filters by kind of event and by iCalendar id', async () => {
    const ada = startCalendar().as('ada');
    assert.deepEqual(itemsOf(await ada.get(own, { eventTypes: ['focusTime', 'outOfOffice'] })), []);
    assert.equal(itemsOf(await ada.get(own, { eventTypes: ['focusTime', 'default'] })).length, 6);
    const [dentist] = itemsOf(await ada.get(own, { q: 'dentist' }));
    assert.deepEqual(summaries(await ada.get(own, { iCalUID: String(dentist?.iCalUID) })), ['Dentist']);
  });

  it('shortens a guest list that is longer than wanted to the caller', async () => {
    const answer = await startCalendar()
      .as('grace')
      .get(own, { ...agenda, q: 'review', maxAttendees: '1' });
    const [review] = itemsOf(answer);
    assert.equal(review?.attendeesOmitted, true);
    assert.deepEqual(
      attendeesOf(review).map(({ email }) => email),
      ['grace@example.com'],
    );
  });

  it('hides everything but the times from somebody who may only see when a person is busy', async () => {
    const ada = startCalendar().as('ada');
    const answer = await ada.get('/calendars/grace@example.com/events', agenda);
    assert.equal(answer.body.accessRole, 'freeBusyReader');
    for (const item of itemsOf(answer)) {
      assert.equal(item.visibility, 'private');
      for (const secret of ['summary', 'location', 'description', 'attendees', 'organizer', 'creator']) {
        assert.equal(item[secret], undefined, secret);
      }
    }
    const search = await ada.get('/calendars/grace@example.com/events', { ...agenda, q: 'oven' });
    assert.deepEqual(itemsOf(search), []);
  });

  it('does not find the calendar of somebody who shares nothing', async () => {
    const expected = refusal(404, { domain: 'global', reason: 'notFound', message: 'Not Found' });
    const fixture = startCalendar();
    const team = await teamEvents(fixture.as('ada'));
    for (const path of [team, '/calendars/nobody@example.com/events', '/calendars/no-such-id/events']) {
      assert.deepEqual(await refused(fixture.as('grace').get(path)), expected);
    }
  });
});

describe('GET calendars/{id}/events and requests that make no sense', () => {
  const refuses = async (query: Record<string, string>) => refused(startCalendar().as('ada').get(own, query));

  it('refuses times without an offset, without saying where', async () => {
    const expected = refusal(400, { domain: 'global', reason: 'badRequest', message: 'Bad Request' });
    for (const time of ['2026-11-22T00:00:00', '2026-11-22', 'tomorrow', '2026-02-30T00:00:00Z', '1e400']) {
      for (const name of ['timeMin', 'timeMax', 'updatedMin']) {
        assert.deepEqual(await refuses({ [name]: time }), expected, `${name}=${time}`);
      }
    }
  });

  it('refuses a window without time in it', async () => {
    const expected = refusal(400, {
      domain: 'calendar',
      reason: 'timeRangeEmpty',
      message: 'The specified time range is empty.',
      locationType: 'parameter',
      location: 'timeMax',
    });
    assert.deepEqual(await refuses({ timeMin: week.timeMax, timeMax: week.timeMin }), expected);
    assert.deepEqual(await refuses({ timeMin: week.timeMin, timeMax: week.timeMin }), expected);
  });

  it('orders by start only what has one', async () => {
    const expected = refusal(400, {
      domain: 'global',
      reason: 'invalid',
      message: 'The requested ordering is not available for the particular query.',
      locationType: 'parameter',
      location: 'orderBy',
    });
    assert.deepEqual(await refuses({ ...week, orderBy: 'startTime' }), expected);
    assert.deepEqual(await refuses({ ...week, orderBy: 'startTime', singleEvents: 'false' }), expected);
  });

  it('names the parameter whose value it does not take', async () => {
    const wrong = {
      maxResults: 'many',
      maxAttendees: '0',
      orderBy: 'summary',
      singleEvents: 'maybe',
      timeZone: 'Mars/Base',
      eventTypes: 'party',
      pageToken: 'nonsense',
      syncToken: 'nonsense',
    };
    for (const [name, value] of Object.entries(wrong)) {
      const { status, body } = await refuses({ [name]: value });
      assert.equal(status, 400, name);
      const [entry] = (body.error as { errors: Json[] }).errors;
      assert.equal(entry?.location, name);
    }
  });
});

describe('GET calendars/{id}/events in pages', () => {
  it('walks every event once', async () => {
    const ada = startCalendar().as('ada');
    const all = summaries(await ada.get(own, agenda));
    const walked: unknown[] = [];
    let pageToken = '';
    do {
      const answer = await ada.get(own, { ...agenda, maxResults: '2', pageToken });
      walked.push(...summaries(answer));
      pageToken = String(answer.body.nextPageToken ?? '');
    } while (pageToken !== '');
    assert.deepEqual(walked, all);
    assert.ok(all.length > 4);
  });

  it('gives at most 2500 events at once', async () => {
    const ada = startCalendar().as('ada');
    const time = (clock: string) => ({ dateTime: `2019-01-01T${clock}`, timeZone: 'UTC' });
    const series = { summary: 'Old habit', start: time('08:00:00'), end: time('08:05:00') };
    await ada.send('POST', own, { ...series, recurrence: ['RRULE:FREQ=DAILY'] });
    const answer = await ada.get(own, { q: 'habit', singleEvents: 'true', maxResults: '9999' });
    assert.equal(itemsOf(answer).length, 2500);
    assert.equal(typeof answer.body.nextPageToken, 'string');
  });

  it('takes a page token only for the list that gave it out', async () => {
    const ada = startCalendar().as('ada');
    const first = await ada.get(own, { ...agenda, maxResults: '2' });
    const pageToken = String(first.body.nextPageToken);
    const invalid = refusal(400, {
      domain: 'global',
      reason: 'invalid',
      message: 'Invalid page token value.',
      locationType: 'parameter',
      location: 'pageToken',
    });
    assert.equal((await ada.get(own, { ...agenda, maxResults: '3', pageToken })).status, 200);
    assert.deepEqual(await refused(ada.get(own, { ...agenda, q: 'dentist', pageToken })), invalid);
    assert.deepEqual(await refused(ada.get(await teamEvents(ada), { ...agenda, pageToken })), invalid);
  });
});

describe('incremental lists of events', () => {
  const fullSync = async (ada: Caller) => String((await ada.get(own)).body.nextSyncToken);
  const lunch = {
    id: 'lunch',
    summary: 'Lunch',
    start: { dateTime: '2026-11-24T12:00:00-08:00' },
    end: { dateTime: '2026-11-24T13:00:00-08:00' },
  };

  it('tell what was made, changed and deleted since', async () => {
    const ada = startCalendar().as('ada');
    const token = await fullSync(ada);
    assert.deepEqual(itemsOf(await ada.get(own, { syncToken: token })), []);
    await ada.send('POST', own, lunch);
    const made = await ada.get(own, { syncToken: token });
    assert.deepEqual(summaries(made), ['Lunch']);
    await ada.send('DELETE', `${own}/lunch`);
    const deleted = itemsOf(await ada.get(own, { syncToken: String(made.body.nextSyncToken) }));
    assert.deepEqual(deleted, [{ kind: 'calendar#event', etag: deleted[0]?.etag, id: 'lunch', status: 'cancelled' }]);
  });

  it('lose no change that happens between two pages of the full list', async () => {
    const ada = startCalendar().as('ada');
    const first = await ada.get(own, { maxResults: '3' });
    await ada.send('POST', own, lunch);
    const last = await ada.get(own, { maxResults: '250', pageToken: String(first.body.nextPageToken) });
    const next = await ada.get(own, { syncToken: String(last.body.nextSyncToken) });
    assert.deepEqual(summaries(next), ['Lunch']);
  });

  it('may begin with a window but not go on with one', async () => {
    const ada = startCalendar().as('ada');
    const windowed = await ada.get(own, { timeMin: week.timeMin });
    const syncToken = String(windowed.body.nextSyncToken);
    for (const query of [{ timeMin: week.timeMin }, { q: 'x' }, { orderBy: 'updated' }, { showDeleted: 'false' }]) {
      assert.deepEqual(
        await refused(ada.get(own, { syncToken, ...query })),
        refusal(400, {
          domain: 'calendar',
          reason: 'syncTokenWithRequestRestrictions',
          message: 'Sync token cannot be used with other request restrictions.',
          locationType: 'parameter',
          location: 'syncToken',
        }),
      );
    }
  });

  it('give no token for a list that was searched or ordered', async () => {
    const ada = startCalendar().as('ada');
    for (const query of [{ q: 'dentist' }, { singleEvents: 'true', orderBy: 'startTime' }]) {
      assert.equal((await ada.get(own, query)).body.nextSyncToken, undefined);
    }
  });

  it('ask for a full sync when the token is old or the sandbox was started anew', async () => {
    const expected = refusal(410, {
      domain: 'calendar',
      reason: 'fullSyncRequired',
      message: 'Sync token is no longer valid, a full sync is required.',
      locationType: 'parameter',
      location: 'syncToken',
    });
    const fixture = startCalendar();
    const ada = fixture.as('ada');
    await ada.send('POST', own, lunch);
    const syncToken = await fullSync(ada);
    assert.deepEqual(await refused(startCalendar().as('ada').get(own, { syncToken })), expected);
    fixture.clock.now = new Date(fixture.clock.now.getTime() + 8 * 86_400_000);
    assert.deepEqual(await refused(ada.get(own, { syncToken })), expected);
  });

  it('go back by time of change as far as a month', async () => {
    const fixture = startCalendar();
    const ada = fixture.as('ada');
    fixture.clock.now = new Date('2026-11-23T12:00:00Z');
    await ada.send('POST', own, lunch);
    await ada.send('DELETE', `${own}/lunch`);
    const recent = itemsOf(await ada.get(own, { updatedMin: '2026-11-23T00:00:00Z' }));
    assert.deepEqual(
      recent.map(({ id, status }) => [id, status]),
      [['lunch', 'cancelled']],
    );
    const { status, body } = await ada.get(own, { updatedMin: '2026-01-01T00:00:00Z' });
    assert.equal(status, 410);
    assert.equal((body.error as { errors: Json[] }).errors[0]?.reason, 'updatedMinTooLongAgo');
  });
});
