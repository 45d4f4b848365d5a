import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * Read model, audit and ledgers. Ids carry collation C, so that every database sorts and compares them alike.
 * The ledgers have no foreign keys on purpose: a row that proves what was sent must never be refused.
 */
const statements = [
  `create table applications (
    application_id text collate "C" primary key,
    revision integer not null,
    updated_at timestamptz not null
  )`,
  `create table application_revisions (
    application_id text collate "C" not null references applications on delete cascade,
    revision integer not null,
    contents jsonb not null,
    created_at timestamptz not null,
    primary key (application_id, revision)
  )`,
  `create table tenants (
    tenant_id text collate "C" primary key,
    name text not null,
    created_at timestamptz not null
  )`,
  `create table registrations (
    registration_id text collate "C" primary key,
    tenant_id text collate "C" not null references tenants,
    application_id text collate "C" not null references applications,
    environment text collate "C" not null,
    endpoint_id text collate "C" not null,
    fhir_base_url text not null,
    iss_key text collate "C" not null,
    method text not null,
    given_registration_endpoint text,
    given_issuer text,
    client_metadata jsonb,
    created_at timestamptz not null,
    phase text not null,
    credential_health text not null,
    needs_attention boolean not null,
    next_attempt_at timestamptz,
    expires_at timestamptz,
    rotation_due_at timestamptz,
    changed_at timestamptz not null,
    applied_revision integer,
    desired_revision integer not null,
    sequence bigint not null,
    view jsonb not null
  )`,
  'create index registrations_tenant on registrations (tenant_id)',
  'create index registrations_application on registrations (application_id)',
  'create index registrations_iss on registrations (iss_key)',
  'create index registrations_expiry on registrations (expires_at, registration_id)',
  'create index registrations_rotation on registrations (rotation_due_at, registration_id)',
  'create index registrations_changed on registrations (changed_at, registration_id)',
  'create index registrations_attention on registrations (registration_id) where needs_attention',
  `create table start_requests (
    registration_id text collate "C" primary key references registrations on delete cascade,
    requested_at timestamptz not null
  )`,
  'create index start_requests_age on start_requests (requested_at, registration_id)',

  `create table audit (
    position bigint primary key,
    subject_kind text collate "C" not null,
    subject_id text collate "C" not null,
    sequence bigint not null,
    at timestamptz not null,
    type text not null,
    actor text not null,
    reason text,
    message text not null,
    operation_id text,
    changes jsonb,
    view_sha256 text,
    content_hash text not null,
    previous_hash text not null,
    hash text not null,
    mac text not null,
    tenant_id text collate "C" generated always as
      (case when subject_kind = 'registration' then split_part(subject_id, '.', 1) end) stored,
    application_id text collate "C" generated always as
      (case when subject_kind = 'registration' then split_part(subject_id, '.', 2) end) stored,
    unique (subject_kind, subject_id, sequence)
  )`,
  'create index audit_tenant on audit (tenant_id, position)',
  `create table audit_head (
    id boolean primary key default true check (id),
    position bigint not null,
    hash text not null
  )`,
  `insert into audit_head (position, hash) values (0, repeat('0', 64))`,
  `create function refuse_audit_change() returns trigger language plpgsql as $$
    begin
      raise exception 'the audit is append-only' using errcode = 'insufficient_privilege';
    end $$`,
  `create trigger audit_rows_append_only before update or delete on audit
    for each row execute function refuse_audit_change()`,
  `create trigger audit_append_only before truncate on audit
    for each statement execute function refuse_audit_change()`,
  `create function refuse_audit_head_return() returns trigger language plpgsql as $$
    begin
      if new.position < old.position then
        raise exception 'the audit is append-only' using errcode = 'insufficient_privilege';
      end if;
      return new;
    end $$`,
  `create trigger audit_head_forward before update on audit_head
    for each row execute function refuse_audit_head_return()`,
  `create trigger audit_head_row_kept before delete on audit_head
    for each row execute function refuse_audit_change()`,
  `create trigger audit_head_kept before truncate on audit_head
    for each statement execute function refuse_audit_change()`,
  // ALWAYS: session_replication_role = replica must not switch them off.
  'alter table audit enable always trigger audit_rows_append_only',
  'alter table audit enable always trigger audit_append_only',
  'alter table audit_head enable always trigger audit_head_forward',
  'alter table audit_head enable always trigger audit_head_row_kept',
  'alter table audit_head enable always trigger audit_head_kept',

  `create table intents (
    intent_id text collate "C" primary key,
    registration_id text collate "C" not null,
    operation_id text not null,
    kind text not null,
    endpoint text not null,
    client_name text not null,
    client_id text,
    state text not null,
    fence integer not null,
    prepared_at timestamptz not null,
    sending_at timestamptz,
    answered_at timestamptz,
    settled_at timestamptz,
    settlement text,
    outcome jsonb,
    answer_sha256 text,
    sealed_answer bytea
  )`,
  `create unique index intents_one_open on intents (registration_id) where state <> 'settled'`,
  `create table management_tokens (
    id bigint generated always as identity primary key,
    registration_id text collate "C" not null,
    token_sha256 text not null,
    received_at timestamptz not null,
    sealed_token bytea not null,
    unique (registration_id, token_sha256)
  )`,
  `create table orphans (
    orphan_id text collate "C" primary key,
    registration_id text collate "C" not null,
    token_endpoint text,
    registration_endpoint text not null,
    client_id text,
    client_name text not null,
    reason text not null,
    since timestamptz not null,
    sealed_token bytea,
    sealed_answer bytea,
    tenant_id text collate "C" generated always as (split_part(registration_id, '.', 1)) stored,
    application_id text collate "C" generated always as (split_part(registration_id, '.', 2)) stored
  )`,
  'create index orphans_age on orphans (since, orphan_id)',
  `create table entering_secrets (
    id bigint generated always as identity,
    operation_id text collate "C" primary key,
    registration_id text collate "C" not null,
    kind text not null,
    sealed_value bytea,
    entered_at timestamptz not null,
    claimed_at timestamptz,
    spent_at timestamptz
  )`,
  'create index entering_secrets_registration on entering_secrets (registration_id, id)',
  `create table probe_knowledge (
    token_endpoint text not null,
    auth_method text not null,
    control_differs boolean not null,
    control_answer text not null,
    learned_at timestamptz not null,
    primary key (token_endpoint, auth_method)
  )`,

  `create table api_keys (
    key_id text collate "C" primary key,
    name text not null,
    role text not null,
    sha256 text not null unique,
    tenant_ids jsonb,
    application_ids jsonb,
    created_at timestamptz not null,
    expires_at timestamptz,
    revoked_at timestamptz
  )`,
  `create table sessions (
    sha256 text primary key,
    key_id text collate "C" not null references api_keys on delete cascade,
    csrf_sha256 text not null,
    created_at timestamptz not null,
    last_seen_at timestamptz not null,
    expires_at timestamptz not null
  )`,
  'create index sessions_key on sessions (key_id)',
  `create table idempotency (
    principal text not null,
    route text not null,
    key text not null,
    request_mac text not null,
    created_at timestamptz not null,
    claimed_at timestamptz not null,
    status integer,
    sealed_body bytea,
    primary key (principal, route, key)
  )`,
  'create index idempotency_age on idempotency (created_at)',
];

export const records: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};
