/**
 * What roles that no seeded calendar gives out would see of a private event.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readEvent } from './event-body.ts';
import { eventResource } from './event-resource.ts';
import { type AccessRole, accessRoles, createRecords } from './records.ts';
import { seededCalendars } from './seed.ts';

describe('an event on the wire', () => {
  it('shows its details to the roles that may see them', () => {
    const records = createRecords({ now: () => new Date('2026-11-22T12:00:00Z'), calendars: seededCalendars });
    const [calendar] = records.calendars;
    assert.ok(calendar);
    const time = (clock: string) => ({ dateTime: `2026-11-24T${clock}:00Z` });
    const sees = (visibility: 'default' | 'private' | 'confidential') => {
      const fields = readEvent({ summary: 'Talk', start: time('09:00'), end: time('10:00'), visibility });
      const event = records.save({
        id: visibility,
        home: calendar.id,
        creator: calendar.owner,
        sequence: 0,
        fields,
        removedFrom: [],
        ownSettings: {},
      });
      const shown = (role: AccessRole) => eventResource(event, { calendar, role, calendars: [calendar], zone: 'UTC' });
      return accessRoles.filter((role) => shown(role).summary === 'Talk');
    };
    assert.deepEqual(sees('default'), ['reader', 'writerWithoutPrivateAccess', 'writer', 'owner']);
    assert.deepEqual(sees('private'), ['writer', 'owner']);
    assert.deepEqual(sees('confidential'), ['writer', 'owner']);
  });
});
