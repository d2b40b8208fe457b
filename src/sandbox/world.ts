/**
 * Who lives in the sandbox: people, the Analytics accounts they may read, and the properties below them.
 *
 * Owns: identities and access. Does not own: the numbers inside a property (analytics/seed.ts), nor what hangs on a
 * property besides its own fields (analytics/admin.ts). Everything here is fixed, so that tests can name it.
 */

/** A Google account. `sub` is what Google calls the stable subject identifier: decimal digits as text. */
export interface Person {
  sub: string;
  email: string;
  name: string;
  givenName: string;
  familyName: string;
}

/** A GA4 property. `id` is the numeric part of `properties/{id}`. */
export interface Property {
  id: string;
  accountId: string;
  displayName: string;
  /** IANA zone; every date in a report is a day there. */
  timeZone: string;
  /** ISO 4217. */
  currencyCode: string;
  industryCategory: string;
  serviceLevel: 'GOOGLE_ANALYTICS_STANDARD' | 'GOOGLE_ANALYTICS_360';
  /** RFC 3339. */
  createTime: string;
  streams: WebStream[];
}

export interface WebStream {
  id: string;
  displayName: string;
  measurementId: string;
  defaultUri: string;
}

export interface Account {
  id: string;
  displayName: string;
  regionCode: string;
}

export const people: readonly Person[] = [
  {
    sub: '108000000000000000001',
    email: 'ada@example.com',
    name: 'Ada Lovelace',
    givenName: 'Ada',
    familyName: 'Lovelace',
  },
  {
    sub: '108000000000000000002',
    email: 'grace@example.com',
    name: 'Grace Hopper',
    givenName: 'Grace',
    familyName: 'Hopper',
  },
  {
    sub: '108000000000000000003',
    email: 'nobody@example.com',
    name: 'Nobody Yet',
    givenName: 'Nobody',
    familyName: 'Yet',
  },
];

export const accounts: readonly Account[] = [
  { id: '1001', displayName: 'Merchandise Store', regionCode: 'US' },
  { id: '1002', displayName: 'Harbour Bakery', regionCode: 'GB' },
];

export const properties: readonly Property[] = [
  {
    id: '213025502',
    accountId: '1001',
    displayName: 'Merchandise Store',
    timeZone: 'America/Los_Angeles',
    currencyCode: 'USD',
    industryCategory: 'SHOPPING',
    serviceLevel: 'GOOGLE_ANALYTICS_STANDARD',
    createTime: '2019-10-29T16:27:11.000Z',
    streams: [
      {
        id: '1966206135',
        displayName: 'Merchandise Store web',
        measurementId: 'G-EVQR5VXBQN',
        defaultUri: 'https://shop.example.com',
      },
    ],
  },
  {
    id: '331207644',
    accountId: '1001',
    displayName: 'Merchandise Blog',
    timeZone: 'America/Los_Angeles',
    currencyCode: 'USD',
    industryCategory: 'SHOPPING',
    serviceLevel: 'GOOGLE_ANALYTICS_STANDARD',
    createTime: '2022-03-14T09:05:40.000Z',
    streams: [
      { id: '3312076441', displayName: 'Blog', measurementId: 'G-BL0GBL0G01', defaultUri: 'https://blog.example.com' },
    ],
  },
  {
    id: '402118977',
    accountId: '1002',
    displayName: 'Harbour Bakery',
    timeZone: 'Europe/London',
    currencyCode: 'GBP',
    industryCategory: 'FOOD_AND_DRINK',
    serviceLevel: 'GOOGLE_ANALYTICS_STANDARD',
    createTime: '2023-01-09T11:41:02.000Z',
    streams: [
      {
        id: '4021189771',
        displayName: 'Bakery web',
        measurementId: 'G-BAKERY0001',
        defaultUri: 'https://bakery.example.com',
      },
    ],
  },
];

const inCrowd = /^(?:person-([1-9]\d{0,5})@crowd\.example|109000000000000(\d{6}))$/;
const crowd = new Map<number, Person>();
const crowdAccount = '1002';

/** Account id → e-mail addresses that may read it. Nobody reads nothing. */
const readers: Readonly<Record<string, readonly string[]>> = {
  '1001': ['ada@example.com'],
  '1002': ['grace@example.com'],
};

export function mayRead(email: string, accountId: string): boolean {
  return (readers[accountId]?.includes(email) ?? false) || (accountId === crowdAccount && inCrowd.test(email));
}

/** The properties a person may read, in a stable order. */
export function readableProperties(email: string): Property[] {
  return properties.filter(({ accountId }) => mayRead(email, accountId));
}

/** The person with this e-mail address or `sub`: what a `login_hint` may say. Addresses are compared without case. */
export function findPerson(hint: string): Person | undefined {
  return people.find((person) => person.sub === hint || person.email === hint.toLowerCase()) ?? findInCrowd(hint);
}

/**
 * Everybody called person-1@crowd.example and so on exists, for tests that need many: no page lists them, all read the
 * bakery, and each is made when first named.
 */
function findInCrowd(hint: string): Person | undefined {
  const [, byEmail, bySub] = inCrowd.exec(hint.toLowerCase()) ?? [];
  const number = Number(byEmail ?? bySub ?? 0);
  if (number === 0) return undefined;
  const person = crowd.get(number) ?? {
    sub: `109000000000000${String(number).padStart(6, '0')}`,
    email: `person-${number}@crowd.example`,
    name: `Person ${number}`,
    givenName: 'Person',
    familyName: String(number),
  };
  crowd.set(number, person);
  return person;
}
