/**
 * Video meetings: turns `conferenceData.createRequest` into a meeting, at once and always with success.
 *
 * Owns: when a meeting is made, kept or taken away (conferenceDataVersion). Does not own: the rest of the event.
 * Rules as in https://developers.google.com/workspace/calendar/api/guides/create-events#conferencing
 */
import { createHash } from 'node:crypto';
import { invalid, required } from './calendar-error.ts';
import type { EventFields } from './event-body.ts';

type ConferenceData = EventFields['conferenceData'];

/** Version 0 clients know nothing of meetings: what they send is ignored and what is there stays. */
export function settleConference(wanted: ConferenceData, current: ConferenceData, version: number): ConferenceData {
  if (version === 0) return current;
  const request = wanted?.createRequest;
  if (!request) return wanted ?? undefined;
  const { requestId } = request;
  if (typeof requestId !== 'string' || requestId === '') throw required('Missing conference request id.');
  // The same request again is a retry, not a second meeting.
  if (current?.createRequest?.requestId === requestId) return current;
  const type = request.conferenceSolutionKey?.type ?? 'hangoutsMeet';
  if (type !== 'hangoutsMeet') throw invalid('Invalid conference type value.');
  return meeting(requestId);
}

export function meeting(requestId: string): NonNullable<ConferenceData> {
  const code = meetingCode(requestId);
  const key = { type: 'hangoutsMeet' };
  return {
    createRequest: { requestId, conferenceSolutionKey: key, status: { statusCode: 'success' } },
    entryPoints: [
      { entryPointType: 'video', uri: `https://meet.google.com/${code}`, label: `meet.google.com/${code}` },
    ],
    conferenceSolution: { key, name: 'Google Meet' },
    conferenceId: code,
  };
}

/** Ten letters, like `abc-defg-hij`: the same ones for the same request, so that runs can be compared. */
function meetingCode(requestId: string): string {
  const bytes = createHash('sha256').update(requestId).digest().subarray(0, 10);
  const letters = [...bytes].map((byte) => String.fromCharCode(97 + (byte % 26))).join('');
  return `${letters.slice(0, 3)}-${letters.slice(3, 7)}-${letters.slice(7)}`;
}
