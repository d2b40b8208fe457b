/**
 * The calendars that the sandbox starts with: a plausible week around the moment it starts.
 *
 * Owns: calendars, who may look into whose, and the first events. Ada has a main calendar and the Team's, Grace has a main
 * calendar and shares a meeting with Ada, Nobody has an empty one. Ada and Grace see when the other is busy, no more.
 * Does not own: people (world.ts) nor anything that happens later.
 */
import { meeting } from './conference.ts';
import { type EventBody, readEvent } from './event-body.ts';
import { madeUpId } from './event-id.ts';
import type { CalendarRecord, EventRecord, Records } from './records.ts';
import { happeningsOf } from './series.ts';
import { formatDay, instantOf, joinWall, splitWall, wallTime, weekdayOf } from './time.ts';

const ada = 'ada@example.com';
const grace = 'grace@example.com';
const nobody = 'nobody@example.com';
const team = 'c_5u7m9k2e4r1t@group.calendar.google.com';
const losAngeles = 'America/Los_Angeles';
const london = 'Europe/London';

export const seededCalendars: readonly CalendarRecord[] = [
  main(ada, losAngeles, { [grace]: 'freeBusyReader' }),
  {
    id: team,
    owner: ada,
    summary: 'Team',
    description: 'Stand-ups, planning and releases of the web team',
    timeZone: losAngeles,
    colorId: '7',
    backgroundColor: '#42d692',
    shared: {},
  },
  main(grace, london, { [ada]: 'freeBusyReader' }),
  main(nobody, 'Europe/Berlin', {}),
];

function main(email: string, timeZone: string, shared: CalendarRecord['shared']): CalendarRecord {
  return { id: email, owner: email, summary: email, timeZone, colorId: '14', backgroundColor: '#9fe1e7', shared };
}

const dayLength = 86_400_000;
const everyWorkingDay = 'RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR';
const [monday, tuesday, wednesday, thursday, friday] = [1, 2, 3, 4, 5] as const;

/** Days are counted from the day on which the sandbox starts, as it is in the zone of the calendar. */
export function seedEvents(records: Records, now: Date): void {
  const sandboxStart = now.getTime();
  const plan = (home: string, body: EventBody & { summary: string }): EventRecord => {
    const draft = { home, creator: home === team ? ada : home, sequence: 0, removedFrom: [], ownSettings: {} };
    const id = madeUpId(`${home} ${body.summary}`);
    return records.save({ ...draft, id, fields: readEvent(body) }, sandboxStart - 21 * dayLength);
  };
  seedAda(plan, dayIn(losAngeles, sandboxStart));
  seedGrace(plan, dayIn(london, sandboxStart));
  seedTeam(plan, records, dayIn(losAngeles, sandboxStart), sandboxStart);
}

type Plan = (home: string, body: EventBody & { summary: string }) => EventRecord;

function seedAda(plan: Plan, today: number): void {
  plan(ada, {
    summary: 'Weekly numbers',
    description: 'Sessions, conversion and revenue of last week.',
    ...between(lastMonday(today) - 28, '11:00', '11:30', losAngeles),
    recurrence: ['RRULE:FREQ=WEEKLY;BYDAY=MO'],
  });
  plan(ada, {
    summary: 'Checkout incident post-mortem',
    description: 'Why the pay button did not answer on phones.<br><b>Bring:</b> the error log.',
    location: 'Room Babbage',
    ...between(workingDayFrom(today - 6), '15:00', '16:00', losAngeles),
  });
  plan(ada, { summary: 'Evening run', ...between(today, '18:00', '19:00', losAngeles), transparency: 'transparent' });
  plan(ada, {
    summary: 'Dentist',
    location: '12 Analytical Way, San Francisco',
    visibility: 'private',
    ...between(next(thursday, today), '14:00', '15:00', losAngeles),
    reminders: { useDefault: false, overrides: [{ method: 'popup', minutes: 60 }] },
  });
  plan(ada, {
    summary: 'Company holiday',
    start: { date: formatDay(next(friday, today)) },
    end: { date: formatDay(next(friday, today) + 1) },
    transparency: 'transparent',
  });
  plan(ada, {
    summary: 'Quarterly review with Grace',
    description: 'Merchandise meets bakery: what can we learn from each other?',
    ...between(next(wednesday, today), '10:00', '10:45', losAngeles),
    attendees: [
      { email: ada, displayName: 'Ada Lovelace', responseStatus: 'accepted' },
      { email: grace, displayName: 'Grace Hopper', responseStatus: 'needsAction' },
    ],
    conferenceData: meeting('quarterly-review'),
  });
}

function seedGrace(plan: Plan, today: number): void {
  plan(grace, {
    summary: 'Flour delivery',
    ...between(today - 14, '06:30', '07:00', london),
    recurrence: ['RRULE:FREQ=DAILY'],
  });
  plan(grace, {
    summary: 'Oven maintenance',
    location: 'Bakery, Quay 4',
    ...between(next(tuesday, today), '14:00', '15:30', london),
  });
}

function seedTeam(plan: Plan, records: Records, today: number, sandboxStart: number): void {
  const standUp = plan(team, {
    summary: 'Stand-up',
    ...between(lastMonday(today) - 28, '09:30', '09:45', losAngeles),
    recurrence: [everyWorkingDay],
    conferenceData: meeting('stand-up'),
  });
  plan(team, {
    summary: 'Sprint planning',
    ...between(lastMonday(today) - 14, '13:00', '14:30', losAngeles),
    recurrence: ['RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO'],
  });
  plan(team, {
    summary: 'Release',
    ...between(next(tuesday, today), '16:00', '17:00', losAngeles),
    status: 'tentative',
  });
  // Nobody stands up on a holiday.
  const holiday = instantOf(joinWall(next(friday, today), 0), losAngeles);
  for (const off of happeningsOf(standUp, losAngeles, { start: holiday, end: holiday + dayLength })) {
    records.save({ ...off, fields: { ...off.fields, status: 'cancelled' } }, sandboxStart - 7 * dayLength);
  }
}

function dayIn(zone: string, instant: number): number {
  return splitWall(wallTime(instant, zone)).days;
}

function lastMonday(today: number): number {
  return today - ((weekdayOf(today) - monday + 7) % 7);
}

/** The next such weekday, never today: it must still lie ahead whatever the hour is. */
function next(weekday: number, today: number): number {
  return today + 1 + ((weekday - weekdayOf(today + 1) + 7) % 7);
}

function workingDayFrom(day: number): number {
  const weekday = weekdayOf(day);
  if (weekday === 6) return day + 2;
  return weekday === 0 ? day + 1 : day;
}

function between(day: number, from: string, to: string, timeZone: string): Pick<EventBody, 'start' | 'end'> {
  const at = (clock: string) => ({ dateTime: `${formatDay(day)}T${clock}:00`, timeZone });
  return { start: at(from), end: at(to) };
}
