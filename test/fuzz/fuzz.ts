/**
 * `npm run fuzz -- --requests 100000 --seed 1`: a campaign, and its summary. Exit 1 when anything was found.
 *
 * Owns: the command line and the printing. Does not own: the campaign (campaign.ts).
 */
import { parseArgs } from 'node:util';
import { fuzz, type Report } from './campaign.ts';

const { values } = parseArgs({
  options: { requests: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
});

const report = await fuzz({
  requests: Number(values.requests),
  seed: Number(values.seed),
  onProgress: (done, heap) => console.error(`${done} requests, heap ${heap} MB`),
});
print(report);
const ok = report.findings.length === 0 && report.hangs === 0;
console.log(ok ? '1 passed, 0 failed' : '0 passed, 1 failed');
process.exit(ok ? 0 : 1);

function print({ byStatus, byEndpoint, findings, faults, heapMegabytes, ...rest }: Report): void {
  const sorted = <Key>(counts: Map<Key, number>) => [...counts].sort(([a], [b]) => String(a).localeCompare(String(b)));
  const list = <Key>(counts: Map<Key, number>) => sorted(counts).map(([key, times]) => `${key} × ${times}`);
  const total = (least: number) =>
    [...byStatus].reduce((sum, [status, times]) => (status >= least && status < least + 100 ? sum + times : sum), 0);
  console.log(
    `requests   ${rest.requests}, of which ${rest.raw} as bytes over a socket, in ${rest.seconds.toFixed(0)} s`,
  );
  console.log(`answers    2xx ${total(200)}, 3xx ${total(300)}, 4xx ${total(400)}, 5xx ${total(500)}`);
  console.log(`           ${list(byStatus).join(', ')}`);
  console.log(`hangs      ${rest.hangs}`);
  console.log(`slowest    ${rest.slowestMs.toFixed(0)} ms: ${rest.slowest.slice(0, 200)}`);
  console.log(`heap       ${heapMegabytes.join(' → ')} MB`);
  console.log(`behind the gates (answers below 400): ${list(byEndpoint).join(', ')}`);
  for (const { what, request } of findings) console.log(`FOUND ${what}\n      ${request}`);
  for (const fault of faults) console.log(`LOGGED ${fault}`);
}
