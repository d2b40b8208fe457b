/**
 * `ganalyticsgpt grants …`: which assistant may use which account, and ending one of these.
 *
 * Owns: options and printing. Does not own: the verbs (operate/connections.ts).
 */
import type { Command } from 'commander';
import { type GrantLine, listGrants, revokeGrant } from '../operate/connections.ts';
import { grantToJson, linkWords } from './connections.ts';
import { minute, printTable } from './print.ts';
import { withBridge, withStore } from './with-store.ts';

interface ListOptions {
  user?: string;
  client?: string;
  json?: boolean;
}

export function grantsCommand(program: Command): void {
  const grants = program.command('grants').description('The permissions: one assistant to use one account.');

  grants
    .command('list')
    .description('List them, all or some.')
    .option('--user <who>', 'of this e-mail address, Google subject or connection id')
    .option('--client <client_id>', 'of this client')
    .option('--json', 'print one JSON array')
    .action((options: ListOptions) => list(options));

  grants
    .command('revoke <grant_id>')
    .description('End one; with the last one of an account goes the link at Google.')
    .option('--json', 'print one JSON object')
    .action((grantId: string, options: { json?: boolean }) => revoke(grantId, options.json === true));
}

async function list(options: ListOptions): Promise<void> {
  const lines = await withStore((store) => listGrants(store, options));
  if (options.json === true) return console.log(JSON.stringify(lines.map(toJson)));
  if (lines.length === 0) return console.log('There are none.');
  printTable(
    ['account', 'assistant', 'last used (UTC)', 'good until (UTC)', 'grant id'],
    lines.map(({ grant, connection, client }) => [
      connection?.email ?? grant.connectionId,
      client?.name ?? grant.clientId,
      grant.firstUsedAt === undefined && grant.lastUsedAt === grant.createdAt ? 'not yet' : minute(grant.lastUsedAt),
      minute(grant.expiresAt),
      grant.id,
    ]),
  );
}

async function revoke(grantId: string, asJson: boolean): Promise<void> {
  const link = await withBridge(({ end }) => revokeGrant(end, grantId));
  if (asJson) return console.log(JSON.stringify({ grant_id: grantId, google: link }));
  console.log(`Ended ${grantId}. ${linkWords(link)}`);
}

function toJson({ grant, connection, client }: GrantLine) {
  return { ...grantToJson(grant), email: connection?.email ?? null, client_name: client?.name ?? null };
}
