/**
 * Google's quotas: which one is used up, and when it returns.
 *
 * Owns: telling them apart and the sentences about them. Does not own: what is retried (google-api.ts). Used-up tokens
 * return in an hour or a day, so a model that knows when does not ask in vain.
 */

export type QuotaName = 'tokens-hour' | 'tokens-day' | 'concurrent' | 'thresholded' | 'rate' | 'unnamed';

/** https://developers.google.com/analytics/devguides/reporting/data/v1/quotas */
const QUOTA_TEXTS: readonly { pattern: RegExp; quota: QuotaName }[] = [
  { pattern: /^Exhausted concurrent requests/, quota: 'concurrent' },
  { pattern: /^Exhausted potentially thresholded requests/, quota: 'thresholded' },
  { pattern: /^Exhausted .*tokens.* per day/, quota: 'tokens-day' },
  { pattern: /^Exhausted .*tokens.* per hour/, quota: 'tokens-hour' },
];

const RATE_REASONS = ['rateLimitExceeded', 'userRateLimitExceeded', 'RATE_LIMIT_EXCEEDED'];

/** Which quota, by the reason or by the beginning of Google's sentence. */
export function quotaName(message: string | undefined, reason: string | undefined): QuotaName {
  if (RATE_REASONS.includes(reason ?? '')) return 'rate';
  return QUOTA_TEXTS.find(({ pattern }) => pattern.test(message ?? ''))?.quota ?? 'unnamed';
}

/** Calendar answers 403 for these, and Analytics never does. */
export function isQuotaReason(reason: string): boolean {
  return RATE_REASONS.includes(reason) || reason === 'quotaExceeded';
}

/** What is used up and when it returns; `retryAfter` is the header of that name. */
export function describeQuota(
  quota: QuotaName,
  retryAfter: string | undefined,
  nowMs: number,
): { sentence: string; retryAfterSeconds: number } {
  const retryAfterSeconds = quotaWait(quota, retryAfter, nowMs);
  return { sentence: `${QUOTA_SENTENCES[quota]} ${whenItReturns(quota, retryAfterSeconds)}`, retryAfterSeconds };
}

const QUOTA_SENTENCES: Record<QuotaName, string> = {
  'tokens-hour': "This property's hourly allowance of Analytics requests is used up.",
  'tokens-day': "This property's daily allowance of Analytics requests is used up.",
  concurrent: 'Too many requests to this property are running at the same time.',
  thresholded: "This property's hourly allowance of requests about age, gender, interests or audiences is used up.",
  rate: 'Too many requests reached Google in a short time.',
  unnamed: 'A Google quota is used up; Google did not say which one.',
};

function quotaWait(quota: QuotaName, retryAfter: string | undefined, nowMs: number): number {
  const stated = Number.parseInt(retryAfter ?? '', 10);
  if (Number.isInteger(stated) && stated > 0) return Math.min(stated, 86_400);
  if (quota === 'tokens-day') return secondsToPacificMidnight(nowMs);
  if (quota === 'tokens-hour' || quota === 'thresholded') return 3600;
  return quota === 'unnamed' ? 600 : 30;
}

function whenItReturns(quota: QuotaName, seconds: number): string {
  if (quota === 'tokens-day') {
    return `It returns at midnight Pacific time, in about ${Math.max(1, Math.round(seconds / 3600))} hours; asking again before that cannot succeed.`;
  }
  if (seconds >= 3600) return 'It returns within the hour; asking again right away cannot succeed.';
  if (seconds >= 120) return `Ask again in about ${Math.round(seconds / 60)} minutes.`;
  return `Ask again in ${seconds} seconds.`;
}

/** Daily Analytics quotas are reset at midnight in California. */
function secondsToPacificMidnight(nowMs: number): number {
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone: 'America/Los_Angeles', timeStyle: 'medium' }).format(
    nowMs,
  );
  const [hours = 0, minutes = 0, seconds = 0] = clock.split(':').map(Number);
  return 86_400 - (hours * 3600 + minutes * 60 + seconds);
}
