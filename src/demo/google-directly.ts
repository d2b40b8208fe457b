/**
 * The same question without the bridge: another program of the same person signs in at Google itself and asks the Data
 * API, one plain report for each week. What it says is what the doors must say.
 *
 * Owns: these requests, and what "last week" is: Monday to Sunday where the property is. It shares no code with the
 * bridge, or both could be wrong alike. Does not own: comparing (compare.ts).
 */
import { createBrowser } from './browser.ts';
import { unexpected } from './hop-error.ts';
import { answerPages } from './person.ts';
import { CHANNEL, type Days, eachMetric, type Findings, METRICS, type Metric } from './question.ts';

export interface GoogleAddresses {
  issuer: string;
  analyticsData: string;
  analyticsAdmin: string;
  clientId: string;
  clientSecret: string;
}

export interface DirectParts {
  google: GoogleAddresses;
  account: string;
  /** Digits. */
  property: string;
  now?: () => Date;
}

/** Registered with every sandbox, never opened: the browser stops before it. */
const REDIRECT_URI = 'http://127.0.0.1:9/google/callback';
const SCOPES = ['openid', 'email', 'https://www.googleapis.com/auth/analytics.readonly'];

export async function askGoogle({ google, account, property, now = () => new Date() }: DirectParts): Promise<Findings> {
  const token = await signIn(google, account);
  const about = await ask({ method: 'GET', url: `${google.analyticsAdmin}/v1beta/properties/${property}`, token });
  const { displayName, timeZone, currencyCode } = about as Record<string, string>;
  const [lastWeek, weekBefore] = weeksBefore(now(), timeZone ?? 'UTC');
  const report = (days: Days, dimensions: readonly string[]) =>
    ask({
      method: 'POST',
      url: `${google.analyticsData}/v1beta/properties/${property}:runReport`,
      token,
      body: {
        dateRanges: [{ startDate: days.start, endDate: days.end }],
        metrics: METRICS.map((name) => ({ name })),
        dimensions: dimensions.map((name) => ({ name })),
      },
    });
  const totals = [await report(lastWeek, []), await report(weekBefore, [])].map((answer) => readRows(answer)[0]);
  const channels = [await report(lastWeek, [CHANNEL]), await report(weekBefore, [CHANNEL])].map(readRows);
  return {
    property: { id: property, name: displayName ?? '', timeZone: timeZone ?? '' },
    lastWeek,
    weekBefore,
    currency: currencyCode ?? '',
    totals: joined(totals[0], totals[1]),
    channels: joinChannels(channels[0] ?? [], channels[1] ?? []),
  };
}

/** The last whole week, Monday to Sunday, before today in that zone; and the one before it. */
export function weeksBefore(now: Date, timeZone: string): [lastWeek: Days, weekBefore: Days] {
  // Canadian English writes days as ISO 8601 does.
  const [year = 0, month = 1, day = 1] = new Intl.DateTimeFormat('en-CA', { timeZone })
    .format(now)
    .split('-')
    .map(Number);
  const today = new Date(Date.UTC(year, month - 1, day));
  const sinceMonday = (today.getUTCDay() + 6) % 7;
  const daysAgo = (count: number) => new Date(Date.UTC(year, month - 1, day - count)).toISOString().slice(0, 10);
  const week = (back: number) => ({ start: daysAgo(sinceMonday + 7 * back), end: daysAgo(sinceMonday + 7 * back - 6) });
  return [week(1), week(2)];
}

async function signIn(google: GoogleAddresses, account: string): Promise<string> {
  const metadata = await ask({ method: 'GET', url: `${google.issuer}/.well-known/openid-configuration` });
  const { authorization_endpoint = '', token_endpoint = '' } = metadata as Record<string, string>;
  const url = new URL(authorization_endpoint);
  const query = {
    response_type: 'code',
    client_id: google.clientId,
    redirect_uri: REDIRECT_URI,
    scope: SCOPES.join(' '),
  };
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const browser = createBrowser({ stopsAt: ({ href }) => href.startsWith(REDIRECT_URI) });
  const back = await answerPages(browser, await browser.open(url), { account });
  const tokens = await ask({
    method: 'POST',
    url: token_endpoint,
    form: {
      grant_type: 'authorization_code',
      code: back.searchParams.get('code') ?? '',
      redirect_uri: REDIRECT_URI,
      client_id: google.clientId,
      client_secret: google.clientSecret,
    },
  });
  return (tokens as { access_token: string }).access_token;
}

interface Asked {
  method: 'GET' | 'POST';
  url: string;
  token?: string;
  form?: Record<string, string>;
  body?: unknown;
}

async function ask({ method, url, token, form, body }: Asked): Promise<unknown> {
  const headers = {
    ...(token !== undefined && { Authorization: `Bearer ${token}` }),
    ...(body !== undefined && { 'Content-Type': 'application/json' }),
  };
  const sent = form === undefined ? JSON.stringify(body) : new URLSearchParams(form);
  const response = await fetch(url, { method, headers, ...(sent !== undefined && { body: sent }) });
  const text = await response.text();
  if (response.ok) return JSON.parse(text);
  throw unexpected(`Google was asked ${method} ${url} directly`, 'an answer', { status: response.status, body: text });
}

interface Row {
  name: string;
  numbers: Record<Metric, number>;
}

function readRows(answer: unknown): Row[] {
  const { metricHeaders = [], rows = [] } = answer as {
    metricHeaders?: { name: string }[];
    rows?: { dimensionValues?: { value: string }[]; metricValues: { value: string }[] }[];
  };
  return rows.map(({ dimensionValues = [], metricValues }) => ({
    name: dimensionValues[0]?.value ?? '',
    numbers: eachMetric((metric) =>
      Number(metricValues[metricHeaders.findIndex(({ name }) => name === metric)]?.value),
    ),
  }));
}

function joined(lastWeek: Row | undefined, weekBefore: Row | undefined): Findings['totals'] {
  return eachMetric((metric) => ({
    lastWeek: lastWeek?.numbers[metric] ?? 0,
    weekBefore: weekBefore?.numbers[metric] ?? 0,
  }));
}

function joinChannels(lastWeek: readonly Row[], weekBefore: readonly Row[]): Findings['channels'] {
  const names = new Set([...lastWeek, ...weekBefore].map(({ name }) => name));
  const find = (rows: readonly Row[], name: string) => rows.find((row) => row.name === name);
  return new Map([...names].map((name) => [name, joined(find(lastWeek, name), find(weekBefore, name))]));
}
