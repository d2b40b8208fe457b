/**
 * `ganalyticsgpt clients …`: the operator's predefined clients.
 *
 * Owns: adding, listing, showing and removing clients in the configured database, beside a running bridge if there is
 * one. A secret is printed once and kept only as a hash.
 */
import { styleText } from 'node:util';
import { type Command, Option } from 'commander';
import { addClient, allowRedirectUri, unknownClient } from '../operate/clients.ts';
import { endGrantsOf } from '../operate/connections.ts';
import type { Client } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { createRandom } from '../vault/token.ts';
import { printable } from './print.ts';
import { withBridge, withStore } from './with-store.ts';

interface AddOptions {
  name: string;
  redirectUri: string[];
  mode: 'broker' | 'relay';
  json?: boolean;
}

export function clientsCommand(program: Command): void {
  const clients = program
    .command('clients')
    .description('Manage the clients that you predefine: custom GPTs, plugins, apps with a typed-in id and secret.');

  clients
    .command('add')
    .description('Add a confidential client; prints its id and, once, its secret.')
    .requiredOption('--name <name>', 'what people see on the consent page')
    .requiredOption('--redirect-uri <uri...>', 'where answers may go, exactly; several are fine')
    .addOption(
      new Option('--mode <mode>', 'broker: our own tokens; relay: Google’s tokens, passed through')
        .choices(['broker', 'relay'])
        .default('broker'),
    )
    .option('--json', 'print exactly one JSON object')
    .action((options: AddOptions) => withStore((store) => add(store, options), { mayMake: true }));

  clients
    .command('list')
    .description('List all clients.')
    .option('--json', 'print one JSON array')
    .action((options: { json?: boolean }) => withStore((store) => list(store, options.json === true)));

  clients
    .command('show <client_id>')
    .description('Show one client.')
    .option('--json', 'print one JSON object')
    .action((id: string, options: { json?: boolean }) => withStore((store) => show(store, id, options.json === true)));

  clients
    .command('add-redirect <client_id> <uri>')
    .description(
      'Allow one more redirect URI, for instance the callback of a custom GPT, which is known only after saving it.',
    )
    .action((id: string, uri: string) => withStore((store) => addRedirect(store, id, uri)));

  clients
    .command('remove <client_id>')
    .description('Remove a client; everything it was granted ends at once.')
    .action((id: string) => remove(id));
}

async function add(store: Store, options: AddOptions): Promise<void> {
  const parts = { clients: store.clients, random: createRandom(), now: Date.now };
  const { client, secret } = await addClient(parts, { ...options, redirectUris: options.redirectUri });
  if (options.json === true) {
    const { clientId: client_id, name: client_name, redirectUris: redirect_uris, mode } = client;
    console.log(JSON.stringify({ client_id, client_secret: secret, client_name, redirect_uris, mode }));
    return;
  }
  console.log(`Added ${styleText('bold', client.name)} (${client.mode} mode).\n`);
  console.log(`  client id      ${client.clientId}`);
  console.log(
    `  client secret  ${secret}   ${styleText('yellow', '← shown only now; store it where the client needs it')}`,
  );
  for (const uri of client.redirectUris) console.log(`  redirect URI   ${uri}`);
}

async function list(store: Store, asJson: boolean): Promise<void> {
  const clients = await store.clients.list();
  if (asJson) return console.log(JSON.stringify(clients.map(publicFields)));
  if (clients.length === 0)
    return console.log(
      'No clients yet. Add one with: ganalyticsgpt clients add --name "My GPT" --redirect-uri https://…',
    );
  for (const client of clients)
    console.log(`${client.clientId}  ${client.kind.padEnd(10)}  ${client.mode.padEnd(6)}  ${printable(client.name)}`);
}

async function show(store: Store, id: string, asJson: boolean): Promise<void> {
  const client = await store.clients.find(id);
  if (client === undefined) throw unknownClient(id);
  const fields = publicFields(client);
  if (asJson) return console.log(JSON.stringify(fields));
  for (const [name, value] of Object.entries(fields))
    console.log(`${name.padEnd(15)}${Array.isArray(value) ? value.join('\n'.padEnd(16)) : printable(String(value))}`);
}

async function addRedirect(store: Store, id: string, uri: string): Promise<void> {
  await allowRedirectUri(store.clients, id, uri);
  console.log(`Allowed ${uri} for ${id}.`);
}

/** With the last grant on an account goes the link at Google, for which the whole bridge is needed. */
async function remove(id: string): Promise<void> {
  if (await withStore(({ grants }) => grants.existsFor(id)))
    await withBridge(({ store, end }) => endGrantsOf(store, end, id));
  if (!(await withStore(({ clients }) => clients.remove(id)))) throw unknownClient(id);
  console.log(`Removed ${id}; everything it was granted has ended.`);
}

function publicFields(client: Client) {
  return {
    client_id: client.clientId,
    client_name: client.name,
    kind: client.kind,
    mode: client.mode,
    redirect_uris: client.redirectUris,
    created: new Date(client.createdAt).toISOString(),
    last_used: client.lastUsedAt === undefined ? null : new Date(client.lastUsedAt).toISOString(),
  };
}
