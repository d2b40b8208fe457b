/**
 * `ganalyticsgpt connections …`: who is connected, and ending that.
 *
 * Owns: options and printing. Does not own: the verbs (operate/connections.ts).
 */
import type { Command } from 'commander';
import {
  type ConnectionLine,
  type LinkEnd,
  listConnections,
  revokeConnection,
  showConnection,
} from '../operate/connections.ts';
import type { Connection, Grant } from '../store/records.ts';
import { isoTime, minute, printable, printTable } from './print.ts';
import { withBridge, withStore } from './with-store.ts';

interface Options {
  json?: boolean;
}

const WHO = 'e-mail address, Google subject or connection id';

export function connectionsCommand(program: Command): void {
  const connections = program.command('connections').description('The people whose Google accounts are connected.');

  connections
    .command('list')
    .description('List who is connected, with the number of assistants and the last use.')
    .option('--json', 'print one JSON array')
    .action((options: Options) => list(options));

  connections
    .command('show <who>')
    .description(`Show one connection with its assistants; <who> is an ${WHO}.`)
    .option('--json', 'print one JSON object')
    .action((who: string, options: Options) => show(who, options));

  connections
    .command('revoke <who>')
    .description(`End every assistant's access to this account, and the link at Google; <who> is an ${WHO}.`)
    .option('--json', 'print one JSON object')
    .action((who: string, options: Options) => revoke(who, options));
}

async function list({ json }: Options): Promise<void> {
  const lines = await withStore(listConnections);
  if (json === true) return console.log(JSON.stringify(lines.map(toJson)));
  if (lines.length === 0) return console.log('Nobody is connected yet.');
  printTable(
    ['account', 'assistants', 'last used (UTC)', 'state', 'connection id'],
    lines.map(({ connection, grants }) => [
      connection.email ?? connection.subject,
      String(grants.length),
      minute(lastUse(connection, grants)),
      stateOf(connection),
      connection.id,
    ]),
  );
}

async function show(who: string, { json }: Options): Promise<void> {
  const line = await withStore((store) => showConnection(store, who));
  if (json === true) return console.log(JSON.stringify(toJson(line)));
  const { connection, grants } = line;
  const fields: [string, string][] = [
    ['account', connection.email ?? '–'],
    ['name', connection.name ?? '–'],
    ['Google subject', connection.subject],
    ['connection id', connection.id],
    ['state', stateOf(connection)],
    ['allowed at Google', connection.scopes.join(' ')],
    ['connected', minute(connection.createdAt)],
    ['last used', minute(lastUse(connection, grants))],
  ];
  for (const [name, value] of fields) console.log(`${name.padEnd(18)} ${printable(value)}`);
  console.log();
  if (grants.length === 0) return console.log('No assistant is connected with it.');
  printTable(
    ['grant id', 'client', 'scopes', 'connected (UTC)', 'last used (UTC)', 'reference'],
    grants.map((grant) => [
      grant.id,
      grant.clientId,
      grant.scopes.join(' '),
      minute(grant.createdAt),
      minute(grant.lastUsedAt),
      grant.ref ?? '–',
    ]),
  );
}

async function revoke(who: string, { json }: Options): Promise<void> {
  const { connection, grants, link } = await withBridge(({ store, end }) => revokeConnection(store, end, who));
  if (json === true)
    return console.log(JSON.stringify({ connection_id: connection.id, grants: grants.length, google: link }));
  const count = grants.length === 1 ? 'one assistant' : `${grants.length} assistants`;
  console.log(`Ended the access of ${count} to ${printable(connection.email ?? connection.id)}. ${linkWords(link)}`);
}

/** For grants.ts too: what became of the link at Google. */
export function linkWords(link: LinkEnd): string {
  if (link === 'kept') return 'The link at Google stays, since it is still needed.';
  if (link === 'ended') return 'The link at Google is gone.';
  return 'Google could not be reached to end its link; a running bridge keeps asking.';
}

function lastUse(connection: Connection, grants: readonly Grant[]): number {
  return Math.max(connection.lastUsedAt, ...grants.map(({ lastUsedAt }) => lastUsedAt));
}

function stateOf({ deadReason, refreshExpiresAt }: Connection): string {
  if (deadReason === 'ended') return 'being ended at Google';
  if (deadReason !== undefined) return `dead: ${deadReason}`;
  return refreshExpiresAt === undefined ? 'alive' : `alive until ${minute(refreshExpiresAt)} (Testing)`;
}

function toJson({ connection, grants }: ConnectionLine) {
  return {
    connection_id: connection.id,
    subject: connection.subject,
    email: connection.email ?? null,
    name: connection.name ?? null,
    scopes: connection.scopes,
    dead_reason: connection.deadReason ?? null,
    refresh_expires: isoTime(connection.refreshExpiresAt),
    created: isoTime(connection.createdAt),
    last_used: isoTime(lastUse(connection, grants)),
    grants: grants.map(grantToJson),
  };
}

export function grantToJson(grant: Grant) {
  return {
    grant_id: grant.id,
    client_id: grant.clientId,
    connection_id: grant.connectionId,
    scopes: grant.scopes,
    redirect_uri: grant.redirectUri ?? null,
    reference: grant.ref ?? null,
    created: isoTime(grant.createdAt),
    first_used: isoTime(grant.firstUsedAt),
    last_used: isoTime(grant.lastUsedAt),
    expires: isoTime(grant.expiresAt),
  };
}
