/**
 * Names and numbers as people read them: `sessionDefaultChannelGroup` as words, 12345.6 with its unit.
 *
 * Owns: this wording, the same in a widget, a picture and the alternative text of both.
 */

const CAPITALS = new Set(['id', 'url', 'cpc', 'cpm', 'roas', 'arpu', 'arppu', 'ltv', 'sku', 'utm', 'os', 'ad']);

/** Where Analytics itself calls a field otherwise than its API does. */
const KNOWN: Readonly<Record<string, string>> = {
  screenPageViews: 'Views',
  sessionDefaultChannelGroup: 'Channel group',
  firstUserDefaultChannelGroup: 'First user channel group',
  deviceCategory: 'Device',
  landingPagePlusQueryString: 'Landing page and query',
};

/** `totalRevenue` → "Total revenue". */
export function fieldWords(name: string): string {
  const known = KNOWN[name];
  if (known !== undefined) return known;
  const [field = name, parameter] = name.split(':');
  const words = field
    .replaceAll('_', ' ')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/\s+/)
    .map((word) => (CAPITALS.has(word) && word !== 'ad' ? word.toUpperCase() : word))
    .join(' ');
  const sentence = `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
  return parameter === undefined ? sentence : `${sentence} (${parameter})`;
}

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const some = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 });
const one = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });
const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });

/** A number in full, for tables and read-outs. */
export function showNumber(value: number, unit: string | undefined): string {
  if (unit === 'percent') return `${one.format(value)}%`;
  if (unit === 'percentage points') return `${one.format(value)} pp`;
  if (unit === 'seconds') return showSeconds(value);
  if (isCurrency(unit)) return money(value, unit);
  return Math.abs(value) >= 1000 ? whole.format(value) : some.format(value);
}

/** A number as short as an axis wants it. */
export function showShort(value: number, unit: string | undefined): string {
  if (unit === 'percent' || unit === 'percentage points' || unit === 'seconds') return showNumber(value, unit);
  if (isCurrency(unit)) return money(value, unit, true);
  return Math.abs(value) < 10_000 ? some.format(value) : compact.format(value);
}

/** "+12.5%", "−3%"; nothing where there is nothing to compare with. */
export function showChange(percent: number | null): string {
  if (percent === null) return '';
  const sign = percent > 0 ? '+' : '';
  return `${sign}${one.format(percent)}%`.replace('-', '−');
}

function isCurrency(unit: string | undefined): unit is string {
  return unit !== undefined && /^[A-Z]{3}$/.test(unit);
}

/** Cents where there are any and they matter: "$4,399.20", "$89", "$12,346"; in short "$12.3K". */
function money(value: number, currency: string, isShort = false): string {
  const isLarge = Math.abs(value) >= 10_000;
  const digits = isShort || isLarge || Number.isInteger(value) ? 0 : 2;
  const usual = { minimumFractionDigits: digits, maximumFractionDigits: digits } as const;
  const short = { notation: 'compact', minimumFractionDigits: 0, maximumFractionDigits: 1 } as const;
  try {
    const options = { style: 'currency', currency, ...(isShort && isLarge ? short : usual) } as const;
    return new Intl.NumberFormat('en-US', options).format(value);
  } catch {
    return `${some.format(value)} ${currency}`; // no currency that this runtime knows
  }
}

function showSeconds(value: number): string {
  const seconds = Math.round(Math.abs(value));
  const sign = value < 0 ? '−' : '';
  if (seconds < 60) return `${sign}${one.format(Math.abs(value))} s`;
  if (seconds < 3600) return `${sign}${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${sign}${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** "2026-11-05" → "5 Nov", "2026-11" → "Nov 2026", "2026-11-05 13:00" → "5 Nov, 13:00"; anything else as it is. */
export function showTime(value: string): string {
  const [, year, month, day, hour] = /^(\d{4})-(\d{2})(?:-(\d{2}))?(?: (\d{2}:\d{2}))?$/.exec(value) ?? [];
  const name = MONTHS[Number(month) - 1];
  if (year === undefined || name === undefined) return value;
  if (day === undefined) return `${name} ${year}`;
  return `${Number(day)} ${name}${hour === undefined ? '' : `, ${hour}`}`;
}

/** "1 – 28 Nov 2026", "30 Nov 2025 – 3 Jan 2026". */
export function showDays({ start, end }: { start: string; end: string }): string {
  const [from, to] = [start, end].map(showTime);
  const [first, last] = [start.slice(0, 4), end.slice(0, 4)];
  if (start === end) return `${to} ${last}`;
  return first === last ? `${from} – ${to} ${last}` : `${from} ${first} – ${to} ${last}`;
}
