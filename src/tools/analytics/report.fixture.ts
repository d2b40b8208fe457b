/** Asking for reports in tests: Acme's Google (google.fixture.ts) with report answers of the test's own. */
import type { OutgoingRequest } from '../../http/outgoing.ts';
import { acme, ada, fakeGoogle, type Reply, startTools } from '../google.fixture.ts';
import { runReport } from './run-report.ts';

export type Answering = (body: unknown) => unknown;

/** Acme's Google with reports of the test's own. */
export function startReports(answering?: Answering, routes: Record<string, Reply> = {}) {
  const own =
    answering === undefined ? {} : { ':runReport': (_request: OutgoingRequest, body: unknown) => answering(body) };
  const google = fakeGoogle({ ...acme, ...routes, ...own });
  const tools = startTools(google.send);
  return { google, ask: (input: Record<string, unknown>) => tools.ask(runReport, { property: '11', ...input }, ada) };
}

export function notesOf(output: Record<string, unknown>): string {
  return (output.notes as string[]).join('\n');
}
