import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * Authorization servers, what Registrar may present to them, and the inventory of initial access tokens. A server's row
 * is never removed: it is what administrators wrote about it, and registrations come and go.
 */
const statements = [
  `create table authorization_servers (
    server_id text collate "C" primary key,
    issuer text,
    token_endpoint text not null,
    name text,
    notes text,
    policies jsonb not null,
    first_seen_at timestamptz not null,
    changed_at timestamptz not null
  )`,
  `create table authorization_server_credentials (
    server_id text collate "C" not null references authorization_servers,
    kind text not null check (kind in ('service', 'administrator')),
    client_id text not null,
    sealed_credential bytea not null,
    version_id text not null,
    put_at timestamptz not null,
    primary key (server_id, kind)
  )`,
  `alter table registrations add column authorization_server_id text collate "C"`,
  `create index registrations_authorization_server on registrations (authorization_server_id, registration_id)`,
  `create index intents_updates on intents (registration_id, settled_at desc) where kind = 'update' and state = 'settled'`,
  // Registrations that a new credential may help; a row lives until the entity took the operation.
  `create table token_wake_requests (
    registration_id text collate "C" primary key references registrations on delete cascade,
    operation_id text not null,
    requested_at timestamptz not null
  )`,
  `alter table entering_secrets
    add column source text not null default 'operator' check (source in ('operator', 'keycloak-admin')),
    add column supplied_by text,
    add column expires_at timestamptz,
    add column swept_at timestamptz,
    add column expiry_warned_at timestamptz,
    add column authorization_server_id text collate "C",
    add column peer_token_id text,
    add column lifetime_seconds integer,
    add column revoked_at timestamptz,
    add column tenant_id text collate "C" generated always as (split_part(registration_id, '.', 1)) stored,
    add column application_id text collate "C" generated always as (split_part(registration_id, '.', 2)) stored`,
  'create index entering_secrets_age on entering_secrets (entered_at, operation_id)',
  `create index entering_secrets_issued on entering_secrets (entered_at)
    where source = 'keycloak-admin' and spent_at is null and revoked_at is null`,
];

export const authorizationServers: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};
