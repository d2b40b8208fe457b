/**
 * Rows to records and back, for both stores: the only place that knows column names and how lists are kept (as JSON text).
 */
import type { SQLInputValue, SQLOutputValue } from 'node:sqlite';
import type { Client, Code, Connection, Event, EventName, Grant } from './records.ts';

export type Row = Record<string, SQLOutputValue>;

export function one<Record_>(row: Row | undefined, convert: (row: Row) => Record_): Record_ | undefined {
  return row === undefined ? undefined : convert(row);
}

export function orNull<Value>(value: Value | undefined): Value | null {
  return value ?? null;
}

export function toJson(value: unknown): string {
  return JSON.stringify(value);
}

function fromJson<Value>(value: SQLOutputValue | undefined): Value {
  return JSON.parse(value as string) as Value;
}

/** The columns of a STRICT table have the types that the schema says; NULL becomes undefined. */
function column<Value>(value: SQLOutputValue | undefined): Value {
  return (value ?? undefined) as Value;
}

export function toClient(row: Row): Client {
  return {
    clientId: column(row.client_id),
    kind: column(row.kind),
    name: column(row.name),
    redirectUris: fromJson(row.redirect_uris),
    authMethods: fromJson(row.auth_methods),
    secretHash: column(row.secret_hash),
    mode: column(row.mode),
    clientUri: column(row.client_uri),
    logoUri: column(row.logo_uri),
    createdAt: column(row.created_at),
    lastUsedAt: column(row.last_used_at),
    ...(row.registration_hash !== null && {
      registration: { tokenHash: column(row.registration_hash), applicationType: column(row.application_type) },
    }),
  };
}

export function toConnection(row: Row): Connection {
  return {
    id: column(row.id),
    subject: column(row.subject),
    email: column(row.email),
    name: column(row.name),
    scopes: fromJson(row.scopes),
    sealedRefreshToken: column(row.sealed_refresh_token),
    sealedAccessToken: column(row.sealed_access_token),
    accessExpiresAt: column(row.access_expires_at),
    refreshExpiresAt: column(row.refresh_expires_at),
    deadReason: column(row.dead_reason),
    version: column(row.version),
    createdAt: column(row.created_at),
    linkedAt: column(row.linked_at),
    lastUsedAt: column(row.last_used_at),
  };
}

export function toCode(row: Row): Code {
  return {
    id: column(row.id),
    secretHash: column(row.secret_hash),
    flowId: column(row.flow_id),
    clientId: column(row.client_id),
    connectionId: column(row.connection_id),
    redirectUri: column(row.redirect_uri),
    scopes: fromJson(row.scopes),
    resource: column(row.resource),
    codeChallenge: column(row.code_challenge),
    expiresAt: column(row.expires_at),
    grantId: column(row.grant_id),
  };
}

export function toGrant(row: Row): Grant {
  return {
    id: column(row.id),
    clientId: column(row.client_id),
    connectionId: column(row.connection_id),
    scopes: fromJson(row.scopes),
    resource: column(row.resource),
    createdAt: column(row.created_at),
    lastUsedAt: column(row.last_used_at),
    firstUsedAt: column(row.first_used_at),
    expiresAt: column(row.expires_at),
    ref: column(row.ref),
    redirectUri: column(row.redirect_uri),
    generation: column(row.generation),
    refreshHash: column(row.refresh_hash),
    rotation: fromJson(row.rotation),
    retired: fromJson(row.retired),
    access: fromJson(row.access),
  };
}

export function toEvent(row: Row): Event {
  const name = { step: row.step, outcome: row.outcome } as EventName;
  return {
    ...name,
    id: column(row.id),
    at: column(row.at),
    expiresAt: column(row.expires_at),
    ref: column(row.ref),
    clientId: column(row.client_id),
    connectionId: column(row.connection_id),
    grantId: column(row.grant_id),
    person: column(row.person),
    detail: fromJson(row.detail),
  };
}

/** In the order of the columns that both stores insert. */
export function clientValues(c: Client): SQLInputValue[] {
  return [
    c.clientId,
    c.kind,
    c.name,
    toJson(c.redirectUris),
    toJson(c.authMethods),
    orNull(c.secretHash),
    c.mode,
    orNull(c.clientUri),
    orNull(c.logoUri),
    c.createdAt,
    orNull(c.lastUsedAt),
    orNull(c.registration?.tokenHash),
    orNull(c.registration?.applicationType),
  ];
}

/** In the order of the columns that both stores insert. */
export function grantValues(g: Grant): SQLInputValue[] {
  const lists = [toJson(g.rotation), toJson(g.retired), toJson(g.access)];
  const start = [
    g.id,
    g.clientId,
    g.connectionId,
    toJson(g.scopes),
    g.resource,
    g.createdAt,
    g.lastUsedAt,
    g.expiresAt,
  ];
  return [...start, g.generation, g.refreshHash, ...lists, orNull(g.ref), orNull(g.redirectUri), orNull(g.firstUsedAt)];
}
