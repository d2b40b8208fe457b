/**
 * Free/busy: what counts as busy, for whom, and the limits of a question.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Caller, type Json, refusal, refused, startCalendar } from './calendar.fixture.ts';

const wednesday = { timeMin: '2026-11-25T00:00:00-08:00', timeMax: '2026-11-26T00:00:00-08:00' };
const own = '/calendars/primary/events';

async function busy(caller: Caller, id: string, window: Json = wednesday): Promise<unknown> {
  const { status, body } = await caller.send('POST', '/freeBusy', { ...window, items: [{ id }] });
  assert.equal(status, 200, JSON.stringify(body));
  return (body.calendars as Record<string, Json>)[id]?.busy;
}

function at(from: string, to: string, more: Json = {}): Json {
  const time = (clock: string) => ({ dateTime: `2026-11-25T${clock}:00-08:00` });
  return { start: time(from), end: time(to), ...more };
}

describe('POST freeBusy', () => {
  it('tells when two people are busy without telling why', async () => {
    const answer = await startCalendar()
      .as('ada')
      .send('POST', '/freeBusy', { ...wednesday, items: [{ id: 'primary' }, { id: 'grace@example.com' }] });
    assert.deepEqual(answer.body, {
      kind: 'calendar#freeBusy',
      timeMin: '2026-11-25T08:00:00.000Z',
      timeMax: '2026-11-26T08:00:00.000Z',
      calendars: {
        primary: { busy: [{ start: '2026-11-25T18:00:00Z', end: '2026-11-25T18:45:00Z' }] },
        'grace@example.com': {
          busy: [
            { start: '2026-11-25T18:00:00Z', end: '2026-11-25T18:45:00Z' },
            { start: '2026-11-26T06:30:00Z', end: '2026-11-26T07:00:00Z' },
          ],
        },
      },
    });
  });

  it('answers in the zone that the caller asks for', async () => {
    const times = await busy(startCalendar().as('ada'), 'primary', { ...wednesday, timeZone: 'America/Los_Angeles' });
    assert.deepEqual(times, [{ start: '2026-11-25T10:00:00-08:00', end: '2026-11-25T10:45:00-08:00' }]);
  });

  it('answers for the calendars that it finds when others are missing', async () => {
    const answer = await startCalendar()
      .as('nobody')
      .send('POST', '/freeBusy', { ...wednesday, items: [{ id: 'ada@example.com' }, { id: 'primary' }] });
    assert.deepEqual(answer.body.calendars, {
      'ada@example.com': { errors: [{ domain: 'global', reason: 'notFound' }], busy: [] },
      primary: { busy: [] },
    });
  });

  it('joins what overlaps or touches and cuts at the edges of the question', async () => {
    const ada = startCalendar().as('ada');
    await ada.send('POST', own, at('10:30', '11:00'));
    await ada.send('POST', own, at('11:00', '12:00'));
    await ada.send('POST', own, at('13:00', '14:00'));
    assert.deepEqual(
      await busy(ada, 'primary', { timeMin: '2026-11-25T10:15:00-08:00', timeMax: '2026-11-25T13:30:00-08:00' }),
      [
        { start: '2026-11-25T18:15:00Z', end: '2026-11-25T20:00:00Z' },
        { start: '2026-11-25T21:00:00Z', end: '2026-11-25T21:30:00Z' },
      ],
    );
  });

  it('does not count what is transparent, cancelled, declined or has no length', async () => {
    const { as } = startCalendar();
    const [ada, grace] = [as('ada'), as('grace')];
    const before = await busy(grace, 'primary');
    await grace.send('POST', own, at('02:00', '03:00', { transparency: 'transparent' }));
    await grace.send('POST', own, at('02:00', '02:00'));
    const cancelled = await grace.send('POST', own, at('02:00', '03:00'));
    await grace.send('DELETE', `${own}/${cancelled.body.id}`);
    const declined = await ada.send('POST', own, at('02:00', '03:00', { attendees: [{ email: 'grace@example.com' }] }));
    const attendees = [{ email: 'grace@example.com', responseStatus: 'declined' }];
    await grace.send('PATCH', `${own}/${declined.body.id}`, { attendees });
    assert.deepEqual(await busy(grace, 'primary'), before);
    assert.deepEqual((await busy(ada, 'primary')) as Json[], [
      { start: '2026-11-25T10:00:00Z', end: '2026-11-25T11:00:00Z' },
      { start: '2026-11-25T18:00:00Z', end: '2026-11-25T18:45:00Z' },
    ]);
  });

  it('counts a whole day from midnight to midnight in the zone of the calendar', async () => {
    const grace = startCalendar().as('grace');
    await grace.send('POST', own, { start: { date: '2026-11-25' }, end: { date: '2026-11-26' } });
    const window = { timeMin: '2026-11-24T12:00:00Z', timeMax: '2026-11-26T06:00:00Z' };
    assert.deepEqual(((await busy(grace, 'primary', window)) as Json[]).at(-1), {
      start: '2026-11-25T00:00:00Z',
      end: '2026-11-26T00:00:00Z',
    });
  });

  it('tells of a happening that was moved at its new time only', async () => {
    const grace = startCalendar().as('grace');
    const [flour] = (await grace.get(own, { ...wednesday, singleEvents: 'true', q: 'flour' })).body.items as Json[];
    await grace.send('PATCH', `${own}/${flour?.id}`, {
      start: { dateTime: '2026-11-26T03:00:00Z' },
      end: { dateTime: '2026-11-26T03:30:00Z' },
    });
    assert.deepEqual(await busy(grace, 'primary'), [
      { start: '2026-11-25T18:00:00Z', end: '2026-11-25T18:45:00Z' },
      { start: '2026-11-26T03:00:00Z', end: '2026-11-26T03:30:00Z' },
    ]);
  });

  it('answers for fifty calendars and no more', async () => {
    const items = Array.from({ length: 51 }, (_, index) => ({ id: `room${index}@example.com` }));
    const { body } = await startCalendar()
      .as('ada')
      .send('POST', '/freeBusy', { ...wednesday, items });
    const calendars = Object.values(body.calendars as Record<string, { errors: Json[] }>);
    assert.deepEqual(
      [calendars[49], calendars[50]].map((calendar) => calendar?.errors[0]?.reason),
      ['notFound', 'tooManyCalendarsRequested'],
    );
  });

  it('refuses questions without times, without an offset, without an extent, or beyond ninety days', async () => {
    const ask = (body: unknown) => refused(startCalendar().as('ada').send('POST', '/freeBusy', body));
    const missing = { domain: 'global', reason: 'required', message: 'Missing timeMin parameter.' };
    const where = { locationType: 'parameter', location: 'timeMin' };
    assert.deepEqual(await ask({}), refusal(400, { ...missing, ...where }));
    const bad = refusal(400, { domain: 'global', reason: 'badRequest', message: 'Bad Request' });
    assert.deepEqual(await ask({ ...wednesday, timeMin: '2026-11-25T00:00:00' }), bad);
    assert.deepEqual(await ask({ ...wednesday, items: 'primary' }), bad);
    assert.deepEqual(await ask('nonsense'), bad);
    const empty = await ask({ ...wednesday, timeMax: wednesday.timeMin });
    assert.equal((empty.body.error as { errors: Json[] }).errors[0]?.reason, 'timeRangeEmpty');
    assert.equal((await ask({ ...wednesday, timeMax: '2027-02-23T00:00:00-08:00' })).status, 200);
    const long = await ask({ ...wednesday, timeMax: '2027-02-23T00:00:01-08:00' });
    assert.equal((long.body.error as { errors: Json[] }).errors[0]?.reason, 'timeRangeTooLong');
  });
});
