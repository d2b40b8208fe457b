/**
 * Calendars themselves, the scopes of every method, and what the API answers where there is nothing.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { itemsOf, type Json, refusal, refused, startCalendar } from './calendar.fixture.ts';
import { calendar, neededScopes } from './calendar.ts';

const list = '/users/me/calendarList';
const notThere = refusal(404, { domain: 'global', reason: 'notFound', message: 'Not Found' });

describe('GET users/me/calendarList', () => {
  it('lists the calendars of each person, the main one first', async () => {
    const { as } = startCalendar();
    const ids = async (name: 'ada' | 'grace' | 'nobody') =>
      itemsOf(await as(name).get(list)).map(({ id, primary, accessRole }) => [id, primary, accessRole]);
    const [main, team] = await ids('ada');
    assert.deepEqual(main, ['ada@example.com', true, 'owner']);
    assert.match(String(team?.[0]), /@group\.calendar\.google\.com$/);
    assert.deepEqual(team?.slice(1), [undefined, 'owner']);
    assert.deepEqual(await ids('grace'), [['grace@example.com', true, 'owner']]);
    assert.deepEqual(await ids('nobody'), [['nobody@example.com', true, 'owner']]);
  });

  it('pages, and gives a sync token at the end', async () => {
    const ada = startCalendar().as('ada');
    const first = await ada.get(list, { maxResults: '1' });
    assert.equal(first.body.nextSyncToken, undefined);
    const last = await ada.get(list, { maxResults: '1', pageToken: String(first.body.nextPageToken) });
    assert.deepEqual(
      [...itemsOf(first), ...itemsOf(last)].map(({ summary }) => summary),
      ['ada@example.com', 'Team'],
    );
    const later = await ada.get(list, { syncToken: String(last.body.nextSyncToken) });
    assert.deepEqual(itemsOf(later), []);
  });

  it('filters by the least role and refuses one that does not exist', async () => {
    const ada = startCalendar().as('ada');
    assert.equal(itemsOf(await ada.get(list, { minAccessRole: 'owner' })).length, 2);
    const { status, body } = await ada.get(list, { minAccessRole: 'king' });
    assert.equal(status, 400);
    assert.equal((body.error as { errors: Json[] }).errors[0]?.location, 'minAccessRole');
    assert.equal((await ada.get(list, { maxResults: '0' })).status, 400);
  });

  it('gives one entry by id or as primary', async () => {
    const ada = startCalendar().as('ada');
    const entries = itemsOf(await ada.get(list));
    for (const entry of entries) {
      const { body } = await ada.get(`${list}/${encodeURIComponent(String(entry.id))}`);
      assert.deepEqual(body, entry);
    }
    assert.deepEqual((await ada.get(`${list}/primary`)).body, entries[0]);
    assert.deepEqual(await refused(ada.get(`${list}/grace@example.com`)), notThere);
  });
});

describe('GET calendars/{id}', () => {
  it('shows a calendar to those who have any access', async () => {
    const { as } = startCalendar();
    const { body } = await as('ada').get('/calendars/primary');
    assert.deepEqual(
      [body.kind, body.id, body.timeZone],
      ['calendar#calendar', 'ada@example.com', 'America/Los_Angeles'],
    );
    assert.equal((await as('ada').get('/calendars/Grace@Example.com')).body.timeZone, 'Europe/London');
    assert.deepEqual(await refused(as('nobody').get('/calendars/grace@example.com')), notThere);
  });
});

describe('URLs without a method in the Calendar API', () => {
  it('answers not found in the shape of this API', async () => {
    const ada = startCalendar().as('ada');
    assert.deepEqual(await refused(ada.get('/nothing')), notThere);
    assert.deepEqual(await refused(ada.send('DELETE', '/calendars/primary')), notThere);
    assert.deepEqual(await refused(ada.get('/freeBusy')), notThere);
  });
});

describe('scopes of the Calendar API', () => {
  const short = (method: string, path: string) =>
    neededScopes(method, path).map((scope) => scope.replace('https://www.googleapis.com/auth/', ''));

  it('lets narrow scopes read what they are for', () => {
    assert.ok(short('GET', list).includes('calendar.calendarlist.readonly'));
    assert.ok(short('GET', '/calendars/primary/events').includes('calendar.events.readonly'));
    assert.ok(short('GET', '/calendars/ada%40example.com/events/abcde/instances').includes('calendar.events.readonly'));
    assert.ok(short('POST', '/freeBusy').includes('calendar.freebusy'));
    assert.ok(short('GET', '/calendars/primary').includes('calendar.calendars.readonly'));
  });

  it('lets no read-only scope write', () => {
    const writes = [
      ['POST', '/calendars/primary/events'],
      ['PATCH', '/calendars/primary/events/abcde'],
      ['PUT', '/calendars/primary/events/abcde'],
      ['DELETE', '/calendars/primary/events/abcde'],
    ] as const;
    for (const [method, path] of writes) {
      assert.deepEqual(short(method, path), ['calendar', 'calendar.events', 'calendar.events.owned']);
    }
  });

  it('lets events and lists of calendars not open each other', () => {
    assert.ok(!short('GET', list).includes('calendar.events'));
    assert.ok(!short('GET', '/calendars/primary/events').includes('calendar.calendarlist.readonly'));
    assert.ok(!short('POST', '/freeBusy').includes('calendar.events'));
  });

  it('leaves no method open', () => {
    const methods = calendar({ now: () => new Date('2026-11-22T12:00:00Z') }).routes.filter(
      ({ method }) => method !== 'ALL',
    );
    assert.equal(methods.length, 11);
    for (const { method, path } of methods) {
      const asked = path.replace(/:\w+/g, 'abcde');
      assert.ok(neededScopes(method, asked).length > 0, `${method} ${path}`);
    }
  });

  it('names full URLs, and none where there is no method', () => {
    for (const scope of neededScopes('GET', list))
      assert.match(scope, /^https:\/\/www\.googleapis\.com\/auth\/calendar/);
    assert.deepEqual(neededScopes('GET', '/nothing'), []);
    assert.deepEqual(neededScopes('POST', list), []);
  });
});
