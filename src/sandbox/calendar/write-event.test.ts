/**
 * Writing events: inserts that can be repeated, patches, guests, series and deletions.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Answer,
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
const lunch = {
  summary: 'Lunch',
  start: { dateTime: '2026-11-24T12:00:00-08:00' },
  end: { dateTime: '2026-11-24T13:00:00-08:00' },
};
const daily = {
  summary: 'Walk',
  start: { dateTime: '2026-11-23T08:00:00', timeZone: 'America/Los_Angeles' },
  end: { dateTime: '2026-11-23T08:30:00', timeZone: 'America/Los_Angeles' },
  recurrence: ['RRULE:FREQ=DAILY;COUNT=3'],
};
const withGrace = { ...lunch, attendees: [{ email: 'ada@example.com' }, { email: 'grace@example.com' }] };

async function insert(caller: Caller, event: Json, query = ''): Promise<Json> {
  const { status, body } = await caller.send('POST', `${own}${query}`, event);
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}

function reasonOf(answer: Answer): unknown {
  return (answer.body.error as { errors: Json[] } | undefined)?.errors[0]?.reason;
}

const notThere = refusal(404, { domain: 'global', reason: 'notFound', message: 'Not Found' });

describe('POST calendars/{id}/events', () => {
  it('makes an event that can be read again', async () => {
    const { as } = startCalendar();
    const made = await insert(as('ada'), { ...lunch, description: '<b>Soup</b>', location: 'Canteen', colorId: '3' });
    assert.match(String(made.id), /^[a-v0-9]{26}$/);
    assert.equal(made.status, 'confirmed');
    assert.equal(made.iCalUID, `${made.id}@google.com`);
    assert.match(String(made.htmlLink), /^https:\/\/www\.google\.com\/calendar\/event\?eid=/);
    assert.equal(made.created, '2026-11-22T12:00:00.000Z');
    assert.deepEqual(made.creator, { email: 'ada@example.com', self: true });
    assert.deepEqual(made.organizer, { email: 'ada@example.com', self: true });
    assert.deepEqual(made.start, { dateTime: '2026-11-24T12:00:00-08:00', timeZone: 'America/Los_Angeles' });
    assert.deepEqual(made.reminders, { useDefault: true });
    const read = await as('ada').get(`${own}/${made.id}`);
    assert.deepEqual(read.body, made);
    assert.equal(read.headers.get('etag'), made.etag);
    assert.deepEqual(await refused(as('nobody').get(`${own}/${made.id}`)), notThere);
  });

  it('takes a time on the wall when it comes with a zone', async () => {
    const made = await insert(startCalendar().as('ada'), {
      start: { dateTime: '2026-11-24T12:00:00', timeZone: 'Europe/London' },
      end: { dateTime: '2026-11-24T12:30:00', timeZone: 'Europe/London' },
    });
    assert.deepEqual(made.start, { dateTime: '2026-11-24T04:00:00-08:00', timeZone: 'Europe/London' });
  });

  it('refuses a second event with the same id, even after the first was deleted', async () => {
    const ada = startCalendar().as('ada');
    const exists = refusal(409, {
      domain: 'global',
      reason: 'duplicate',
      message: 'The requested identifier already exists.',
    });
    const event = { ...lunch, id: 'lunch2026' };
    assert.equal((await insert(ada, event)).id, 'lunch2026');
    assert.deepEqual(await refused(ada.send('POST', own, event)), exists);
    await ada.send('DELETE', `${own}/lunch2026`);
    assert.deepEqual(await refused(ada.send('POST', own, event)), exists);
  });

  it('refuses an id outside of base32hex', async () => {
    const ada = startCalendar().as('ada');
    const wrong = refusal(400, { domain: 'global', reason: 'invalid', message: 'Invalid resource id value.' });
    for (const id of ['four', 'Lunch', 'lunch-2026', 'wxyz12', 'a'.repeat(1025)]) {
      assert.deepEqual(await refused(ada.send('POST', own, { ...lunch, id })), wrong, id.slice(0, 12));
    }
  });

  it('says what is wrong with the times', async () => {
    const ada = startCalendar().as('ada');
    const { start, end } = lunch;
    const day = { date: '2026-11-24' };
    const cases: [Json, string, string][] = [
      [{}, 'required', 'Missing end time.'],
      [{ start }, 'required', 'Missing end time.'],
      [{ end }, 'required', 'Missing start time.'],
      [{ start: { dateTime: '2026-11-24T12:00:00' }, end }, 'required', 'Missing time zone definition for start time.'],
      [{ start, end: { dateTime: 'noon' } }, 'invalid', 'Invalid end time.'],
      [{ start: { date: '2026-02-30' }, end: day }, 'invalid', 'Invalid start time.'],
      [{ start: { ...start, timeZone: 'Mars/Base' }, end }, 'invalid', 'Invalid time zone definition for start time.'],
      [{ start: day, end }, 'invalid', 'Start and end times must either both be date or both be dateTime.'],
      [{ start: { ...start, ...day }, end }, 'invalid', 'Invalid start time.'],
      [{ start: end, end: start }, 'timeRangeEmpty', 'The specified time range is empty.'],
      [{ start: day, end: day }, 'timeRangeEmpty', 'The specified time range is empty.'],
      [{ ...lunch, recurrence: ['RRULE:FREQ=DAILY'] }, 'required', 'Missing time zone definition for start time.'],
      [{ ...daily, recurrence: ['FREQ=DAILY'] }, 'invalid', 'Invalid recurrence rule.'],
      [{ ...daily, end: { dateTime: '2028-01-01T00:00:00Z', timeZone: 'UTC' } }, 'invalid', 'Invalid recurrence rule.'],
      [{ start: { date: '0001-01-01' }, end: day }, 'invalid', 'Invalid start time.'],
    ];
    for (const [body, reason, message] of cases) {
      const answer = await ada.send('POST', own, body);
      assert.equal(answer.status, 400, message);
      assert.deepEqual([reasonOf(answer), (answer.body.error as Json).message], [reason, message]);
    }
  });

  it('refuses what is no JSON, no event, or no list where a list belongs', async () => {
    const ada = startCalendar().as('ada');
    assert.equal(reasonOf(await ada.send('POST', own, '{"summary":')), 'parseError');
    const bodies = ['[]', '"lunch"', 'null', '7', { ...lunch, attendees: 'grace' }, { ...lunch, summary: ['a'] }];
    for (const body of bodies) assert.equal((await ada.send('POST', own, body)).status, 400, JSON.stringify(body));
    const deep = `{"start":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}`;
    assert.equal((await ada.send('POST', own, deep)).status, 400);
  });

  it('refuses guests without an address, too many wishes for reminders, and odd parameters', async () => {
    const ada = startCalendar().as('ada');
    assert.equal(
      reasonOf(await ada.send('POST', own, { ...lunch, attendees: [{ displayName: 'Grace' }] })),
      'required',
    );
    assert.equal(reasonOf(await ada.send('POST', own, { ...lunch, attendees: [{ email: 'grace' }] })), 'invalid');
    const reminders = { useDefault: true, overrides: [{ method: 'popup', minutes: 5 }] };
    assert.equal(
      reasonOf(await ada.send('POST', own, { ...lunch, reminders })),
      'cannotUseDefaultRemindersAndSpecifyOverride',
    );
    assert.equal(reasonOf(await ada.send('POST', `${own}?sendUpdates=everyone`, lunch)), 'invalidParameter');
    assert.equal(reasonOf(await ada.send('POST', `${own}?conferenceDataVersion=2`, lunch)), 'invalidParameter');
  });

  it('invites guests, who find the event on their own calendar', async () => {
    const { as } = startCalendar();
    const made = await insert(as('ada'), withGrace, '?sendUpdates=all');
    assert.deepEqual(made.attendees, [
      { email: 'ada@example.com', organizer: true, self: true, responseStatus: 'needsAction' },
      { email: 'grace@example.com', responseStatus: 'needsAction' },
    ]);
    const invitation = await as('grace').get(`${own}/${made.id}`);
    assert.equal(invitation.body.summary, 'Lunch');
    assert.deepEqual(invitation.body.start, { dateTime: '2026-11-24T20:00:00Z', timeZone: 'Europe/London' });
  });

  it('makes a video meeting only for clients that know of meetings', async () => {
    const ada = startCalendar().as('ada');
    const conferenceData = { createRequest: { requestId: 'r1', conferenceSolutionKey: { type: 'hangoutsMeet' } } };
    const without = await insert(ada, { ...lunch, conferenceData });
    assert.equal(without.conferenceData, undefined);
    const made = await insert(ada, { ...lunch, conferenceData }, '?conferenceDataVersion=1');
    assert.match(String(made.hangoutLink), /^https:\/\/meet\.google\.com\/[a-z]{3}-[a-z]{4}-[a-z]{3}$/);
    const odd = { createRequest: { requestId: 'r2', conferenceSolutionKey: { type: 'telephone' } } };
    assert.equal(
      (await ada.send('POST', `${own}?conferenceDataVersion=1`, { ...lunch, conferenceData: odd })).status,
      400,
    );
    const nameless = { createRequest: {} };
    const refusedOne = await ada.send('POST', `${own}?conferenceDataVersion=1`, { ...lunch, conferenceData: nameless });
    assert.equal(reasonOf(refusedOne), 'required');
    const again = await ada.send('PATCH', `${own}/${made.id}?conferenceDataVersion=1`, { conferenceData });
    assert.deepEqual(again.body.conferenceData, made.conferenceData);
    const kept = await ada.send('PATCH', `${own}/${made.id}`, { conferenceData: null });
    assert.equal(kept.body.hangoutLink, made.hangoutLink);
    const gone = await ada.send('PATCH', `${own}/${made.id}?conferenceDataVersion=1`, { conferenceData: null });
    assert.equal(gone.body.hangoutLink, undefined);
  });

  it('is for writers', async () => {
    const expected = refusal(403, {
      domain: 'calendar',
      reason: 'requiredAccessLevel',
      message: 'You need to have writer access to this calendar.',
    });
    const { as } = startCalendar();
    const hers = '/calendars/grace@example.com/events';
    assert.deepEqual(await refused(as('ada').send('POST', hers, lunch)), expected);
    assert.deepEqual(await refused(as('ada').send('DELETE', `${hers}/whatever`)), expected);
    assert.deepEqual(await refused(as('nobody').send('POST', hers, lunch)), notThere);
  });

  it('makes the calendar the organizer of its events when it is no main calendar', async () => {
    const ada = startCalendar().as('ada');
    const team = itemsOf(await ada.get('/users/me/calendarList')).find(({ summary }) => summary === 'Team');
    const { body } = await ada.send('POST', `/calendars/${encodeURIComponent(String(team?.id))}/events`, lunch);
    assert.deepEqual(body.organizer, { email: team?.id, displayName: 'Team', self: true });
    assert.deepEqual(body.creator, { email: 'ada@example.com' });
  });
});

describe('PATCH calendars/{id}/events/{event}', () => {
  it('looks only as deep into a body as an event goes', async () => {
    const ada = startCalendar().as('ada');
    const { id } = await insert(ada, lunch);
    for (const field of ['source', 'conferenceData', 'start', 'nothing']) {
      const deep = `{"${field}":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}`;
      const { status } = await ada.send('PATCH', `${own}/${id}?conferenceDataVersion=1`, deep);
      assert.equal(status, 200, field);
    }
  });

  it('changes what it names, keeps the rest and gives a new etag', async () => {
    const { as, clock } = startCalendar();
    const made = await insert(as('ada'), { ...lunch, location: 'Canteen' });
    clock.now = new Date('2026-11-22T13:00:00Z');
    const { body } = await as('ada').send('PATCH', `${own}/${made.id}`, { summary: 'Late lunch' });
    assert.deepEqual({ ...body, etag: '', summary: '', updated: '' }, { ...made, etag: '', summary: '', updated: '' });
    assert.equal(body.summary, 'Late lunch');
    assert.equal(body.updated, '2026-11-22T13:00:00.000Z');
    assert.notEqual(body.etag, made.etag);
  });

  it('replaces the guest list whole', async () => {
    const { as } = startCalendar();
    const made = await insert(as('ada'), withGrace);
    const attendees = [{ email: 'Someone@Example.org' }];
    const { body } = await as('ada').send('PATCH', `${own}/${made.id}`, { attendees });
    assert.deepEqual(
      attendeesOf(body).map(({ email }) => email),
      ['someone@example.org'],
    );
    assert.equal((await as('grace').get(`${own}/${made.id}`)).body.status, 'cancelled');
    await as('ada').send('PATCH', `${own}/${made.id}`, { attendees: withGrace.attendees });
    assert.equal((await as('grace').get(`${own}/${made.id}`)).body.status, 'confirmed');
  });

  it('takes a field away with null', async () => {
    const ada = startCalendar().as('ada');
    const made = await insert(ada, { ...lunch, location: 'Canteen' });
    const { body } = await ada.send('PATCH', `${own}/${made.id}`, { location: null });
    assert.equal('location' in body, false);
  });

  it('merges times, so that a whole day must clear the hour', async () => {
    const ada = startCalendar().as('ada');
    const { id } = await insert(ada, lunch);
    const days = { start: { date: '2026-11-24' }, end: { date: '2026-11-25' } };
    assert.equal((await ada.send('PATCH', `${own}/${id}`, days)).status, 400);
    const cleared = { start: { ...days.start, dateTime: null }, end: { ...days.end, dateTime: null } };
    const { body } = await ada.send('PATCH', `${own}/${id}`, cleared);
    assert.deepEqual([body.start, body.end, body.sequence], [days.start, days.end, 1]);
  });

  it('refuses to act on an event that has changed since it was read', async () => {
    const ada = startCalendar().as('ada');
    const made = await insert(ada, lunch);
    const path = `${own}/${made.id}`;
    const stale = { 'if-match': String(made.etag) };
    const fresh = await ada.send('PATCH', path, { summary: 'One' }, stale);
    assert.equal(fresh.status, 200);
    const notMet = refusal(412, {
      domain: 'global',
      reason: 'conditionNotMet',
      message: 'Precondition Failed',
      locationType: 'header',
      location: 'If-Match',
    });
    assert.deepEqual(await refused(ada.send('PATCH', path, { summary: 'Two' }, stale)), notMet);
    assert.deepEqual(await refused(ada.send('PUT', path, lunch, stale)), notMet);
    assert.deepEqual(await refused(ada.send('DELETE', path, undefined, stale)), notMet);
    assert.equal((await ada.get(path)).body.summary, 'One');
    assert.equal((await ada.send('PATCH', path, { summary: 'Two' }, { 'if-match': '*' })).status, 200);
  });

  it('leaves the kind of an event alone', async () => {
    const ada = startCalendar().as('ada');
    const { id } = await insert(ada, lunch);
    assert.equal(reasonOf(await ada.send('PATCH', `${own}/${id}`, { eventType: 'focusTime' })), 'eventTypeRestriction');
    assert.equal((await ada.send('PATCH', `${own}/${id}`, { eventType: 'default' })).status, 200);
    const focus = await insert(ada, { ...lunch, eventType: 'focusTime' });
    assert.equal((await ada.send('PUT', `${own}/${focus.id}`, lunch)).body.eventType, 'focusTime');
    assert.equal((await ada.send('POST', own, { ...lunch, eventType: 'fromGmail' })).status, 400);
  });

  it('does not find what is not there', async () => {
    const ada = startCalendar().as('ada');
    for (const id of ['nothing', 'nothing_20261124T200000Z', '__proto__']) {
      assert.deepEqual(await refused(ada.send('PATCH', `${own}/${id}`, {})), notThere);
    }
  });

  it('treats a field with a dangerous name as any unknown field', async () => {
    const ada = startCalendar().as('ada');
    const { id } = await insert(ada, lunch);
    const { status, body } = await ada.send('PATCH', `${own}/${id}`, '{"__proto__":{"summary":"Stolen"},"x":1}');
    assert.equal(status, 200);
    assert.equal(body.summary, 'Lunch');
  });
});

describe('PUT calendars/{id}/events/{event}', () => {
  it('replaces the event whole', async () => {
    const ada = startCalendar().as('ada');
    const made = await insert(ada, { ...withGrace, location: 'Canteen' });
    const { body } = await ada.send('PUT', `${own}/${made.id}`, lunch);
    assert.equal(body.location, undefined);
    assert.equal(body.attendees, undefined);
    assert.deepEqual([body.id, body.created], [made.id, made.created]);
    const answer = await ada.send('PUT', `${own}/${made.id}`, { summary: 'No times' });
    assert.equal(reasonOf(answer), 'required');
  });

  it('takes back what was read without moving anything', async () => {
    const ada = startCalendar().as('ada');
    const made = await insert(ada, lunch);
    const { body } = await ada.send('PUT', `${own}/${made.id}`, { ...made, summary: 'Brunch' });
    assert.deepEqual([body.summary, body.start, body.sequence], ['Brunch', made.start, 0]);
  });

  it('brings a deleted event back', async () => {
    const ada = startCalendar().as('ada');
    const { id } = await insert(ada, lunch);
    await ada.send('DELETE', `${own}/${id}`);
    assert.equal((await ada.send('PUT', `${own}/${id}`, lunch)).body.status, 'confirmed');
    assert.deepEqual(summaries(await ada.get(own, { q: 'lunch' })), ['Lunch']);
  });
});

describe('DELETE calendars/{id}/events/{event}', () => {
  it('answers nothing, and the second time that it is gone', async () => {
    const ada = startCalendar().as('ada');
    const { id } = await insert(ada, lunch);
    const first = await ada.send('DELETE', `${own}/${id}?sendUpdates=none`);
    assert.deepEqual([first.status, first.body], [204, {}]);
    assert.deepEqual(
      await refused(ada.send('DELETE', `${own}/${id}`)),
      refusal(410, { domain: 'global', reason: 'deleted', message: 'Resource has been deleted' }),
    );
    assert.deepEqual(await refused(ada.send('DELETE', `${own}/nothing`)), notThere);
  });

  it('leaves a trace for those who ask for it', async () => {
    const ada = startCalendar().as('ada');
    const { id } = await insert(ada, lunch);
    await ada.send('DELETE', `${own}/${id}`);
    assert.equal((await ada.get(`${own}/${id}`)).body.status, 'cancelled');
    assert.deepEqual(summaries(await ada.get(own, { q: 'lunch' })), []);
    assert.deepEqual(summaries(await ada.get(own, { q: 'lunch', showDeleted: 'true' })), ['Lunch']);
  });
});

describe('a guest of somebody else’s event', () => {
  const invite = async () => {
    const { as } = startCalendar();
    const event = await insert(as('ada'), withGrace);
    return { ada: as('ada'), grace: as('grace'), path: `${own}/${event.id}` };
  };

  it('answers the invitation, and the organizer sees it', async () => {
    const { ada, grace, path } = await invite();
    const attendees = [{ email: 'grace@example.com', responseStatus: 'accepted', comment: 'Gladly' }];
    assert.equal((await grace.send('PATCH', path, { attendees })).status, 200);
    assert.deepEqual(attendeesOf((await ada.get(path)).body), [
      { email: 'ada@example.com', organizer: true, self: true, responseStatus: 'needsAction' },
      { email: 'grace@example.com', responseStatus: 'accepted', comment: 'Gladly' },
    ]);
  });

  it('answers by sending back all that was read', async () => {
    const { ada, grace, path } = await invite();
    const { body } = await grace.get(path);
    const attendees = attendeesOf(body).map((one) => (one.self ? { ...one, responseStatus: 'tentative' } : one));
    assert.equal((await grace.send('PUT', path, { ...body, attendees })).status, 200);
    assert.equal(attendeesOf((await ada.get(path)).body)[1]?.responseStatus, 'tentative');
  });

  it('cannot answer for others nor change what belongs to all', async () => {
    const { ada, grace, path } = await invite();
    await grace.send('PATCH', path, { attendees: [{ email: 'ada@example.com', responseStatus: 'declined' }] });
    assert.equal(attendeesOf((await ada.get(path)).body)[0]?.responseStatus, 'needsAction');
    const expected = refusal(403, {
      domain: 'calendar',
      reason: 'forbiddenForNonOrganizer',
      message: 'Shared properties can only be changed by the organizer of the event.',
    });
    const later = { dateTime: '2026-11-24T14:00:00-08:00' };
    for (const change of [{ summary: 'Mine' }, { location: 'Quay 4' }, { end: later }, { status: 'cancelled' }]) {
      assert.deepEqual(await refused(grace.send('PATCH', path, change)), expected);
    }
  });

  it('may change it when the organizer lets guests do so', async () => {
    const { ada, grace, path } = await invite();
    await ada.send('PATCH', path, { guestsCanModify: true });
    assert.equal((await grace.send('PATCH', path, { summary: 'Ours' })).status, 200);
    assert.equal((await ada.get(path)).body.summary, 'Ours');
  });

  it('keeps colour and reminders to itself', async () => {
    const { ada, grace, path } = await invite();
    const reminders = { useDefault: false, overrides: [{ method: 'popup', minutes: 5 }] };
    await grace.send('PATCH', path, { colorId: '11', reminders });
    const [hers, his] = [(await grace.get(path)).body, (await ada.get(path)).body];
    assert.deepEqual([hers.colorId, hers.reminders], ['11', reminders]);
    assert.deepEqual([his.colorId, his.reminders], [undefined, { useDefault: true }]);
  });

  it('takes the event off the own calendar only', async () => {
    const { ada, grace, path } = await invite();
    assert.equal((await grace.send('DELETE', path)).status, 204);
    assert.equal((await grace.send('DELETE', path)).status, 410);
    assert.deepEqual(summaries(await grace.get(own, { q: 'lunch' })), []);
    const { body } = await ada.get(path);
    assert.equal(body.status, 'confirmed');
    assert.equal(attendeesOf(body)[1]?.responseStatus, 'declined');
  });

  it('comes back by accepting after all', async () => {
    const { grace, path } = await invite();
    await grace.send('DELETE', path);
    const attendees = [{ email: 'grace@example.com', responseStatus: 'accepted' }];
    assert.equal((await grace.send('PATCH', path, { attendees })).body.status, 'confirmed');
    assert.deepEqual(summaries(await grace.get(own, { q: 'lunch' })), ['Lunch']);
  });

  it('sees no other guests when the organizer hides them', async () => {
    const { ada, grace, path } = await invite();
    await ada.send('PATCH', path, { guestsCanSeeOtherGuests: false });
    const { body } = await grace.get(path);
    assert.deepEqual(
      attendeesOf(body).map(({ email }) => email),
      ['grace@example.com'],
    );
    assert.equal(attendeesOf((await ada.get(path)).body).length, 2);
  });
});

describe('one happening of a series', () => {
  const start = async () => {
    const ada = startCalendar().as('ada');
    const { id } = await insert(ada, daily);
    const days = async () => {
      const items = itemsOf(await ada.get(own, { singleEvents: 'true', orderBy: 'startTime', q: 'walk' }));
      return items.map((item) => (item.start as Json).dateTime);
    };
    return { ada, id, days, second: `${own}/${id}_20261124T160000Z` };
  };

  it('is found by its id before anybody has touched it', async () => {
    const { ada, id, second } = await start();
    const { body } = await ada.get(second);
    assert.equal(body.recurringEventId, id);
    assert.deepEqual(body.start, { dateTime: '2026-11-24T08:00:00-08:00', timeZone: 'America/Los_Angeles' });
    assert.deepEqual(await refused(ada.get(`${own}/${id}_20261124T170000Z`)), notThere);
    assert.deepEqual(await refused(ada.get(`${own}/${id}_20261201T160000Z`)), notThere);
  });

  it('moves alone and remembers where it came from', async () => {
    const { ada, days, second } = await start();
    const moved = {
      start: { dateTime: '2026-11-24T10:00:00-08:00' },
      end: { dateTime: '2026-11-24T10:30:00-08:00' },
    };
    const { body } = await ada.send('PATCH', second, moved);
    assert.deepEqual(body.originalStartTime, {
      dateTime: '2026-11-24T08:00:00-08:00',
      timeZone: 'America/Los_Angeles',
    });
    assert.equal(body.recurrence, undefined);
    assert.deepEqual(await days(), [
      '2026-11-23T08:00:00-08:00',
      '2026-11-24T10:00:00-08:00',
      '2026-11-25T08:00:00-08:00',
    ]);
  });

  it('does not begin to repeat on its own', async () => {
    const { ada, days, second } = await start();
    const { body } = await ada.get(second);
    const sent = { ...body, recurrence: ['RRULE:FREQ=DAILY;COUNT=9'], summary: 'Walk far' };
    assert.equal((await ada.send('PUT', second, sent)).body.recurrence, undefined);
    assert.equal((await days()).length, 3);
  });

  it('is called off alone', async () => {
    const { ada, days, second } = await start();
    assert.equal((await ada.send('DELETE', second)).status, 204);
    assert.equal((await ada.send('DELETE', second)).status, 410);
    assert.deepEqual(await days(), ['2026-11-23T08:00:00-08:00', '2026-11-25T08:00:00-08:00']);
  });

  it('goes when the series goes', async () => {
    const { ada, id, days, second } = await start();
    await ada.send('PATCH', second, { summary: 'Walk far' });
    assert.equal((await ada.send('DELETE', `${own}/${id}`)).status, 204);
    assert.deepEqual(await days(), []);
    assert.equal((await ada.get(second)).body.status, 'cancelled');
    assert.deepEqual(summaries(await ada.get(own, { iCalUID: `${id}@google.com` })), []);
  });

  it('follows the series when that moves', async () => {
    const { ada, id, days, second } = await start();
    await ada.send('PATCH', second, { summary: 'Walk far' });
    await ada.send('PATCH', `${own}/${id}`, {
      start: { dateTime: '2026-11-23T07:00:00' },
      end: { dateTime: '2026-11-23T07:30:00' },
    });
    assert.deepEqual(await days(), [
      '2026-11-23T07:00:00-08:00',
      '2026-11-24T07:00:00-08:00',
      '2026-11-25T07:00:00-08:00',
    ]);
  });

  it('of whole days is named by its day', async () => {
    const ada = startCalendar().as('ada');
    const { id } = await insert(ada, {
      summary: 'Fast',
      start: { date: '2026-11-23' },
      end: { date: '2026-11-25' },
      recurrence: ['RRULE:FREQ=WEEKLY;COUNT=2'],
    });
    const { body } = await ada.get(`${own}/${id}_20261130`);
    assert.deepEqual([body.start, body.end], [{ date: '2026-11-30' }, { date: '2026-12-02' }]);
  });
});

describe('GET calendars/{id}/events/{event}', () => {
  it('answers nothing new to a caller who has the current state', async () => {
    const ada = startCalendar().as('ada');
    const made = await insert(ada, lunch);
    const answer = await ada.get(`${own}/${made.id}`, {}, { 'if-none-match': String(made.etag) });
    assert.equal(answer.status, 304);
  });

  it('writes the times in another zone on request', async () => {
    const ada = startCalendar().as('ada');
    const made = await insert(ada, lunch);
    const { body } = await ada.get(`${own}/${made.id}`, { timeZone: 'UTC' });
    assert.equal((body.start as Json).dateTime, '2026-11-24T20:00:00Z');
  });
});
