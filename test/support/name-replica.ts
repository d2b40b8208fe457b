/**
 * Preloaded into a replica (`node --import`): each of its requests to Google says which process sent it, so that the test's
 * Google can tell them apart. Owns: that one header. The bridge knows nothing of it.
 */
import { subscribe } from 'node:diagnostics_channel';

subscribe('undici:request:create', (message) => {
  const { request } = message as { request: { addHeader(name: string, value: string): void } };
  request.addHeader('x-process', String(process.pid));
});
