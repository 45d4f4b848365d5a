import { statementsOf } from './statements.ts';

/**
 * What is known about peers, over all workers: proofs and documents of the watch, health of origins, calls that are
 * reserved, failed authentications. `probe_lessons` replaces `probe_knowledge`, whose key 0.1.0 writes by: a lesson of
 * one grant says nothing about another, so nothing is copied.
 */
export const proofsAndBudgets = statementsOf([
  `create table probe_lessons (
    token_endpoint text not null,
    auth_method text not null,
    grant_type text not null,
    form text not null,
    control_differs boolean not null,
    control_answer text not null,
    learned_at timestamptz not null,
    primary key (token_endpoint, auth_method, grant_type, form)
  )`,
  `create table proofs (
    registration_id text collate "C" primary key references registrations on delete cascade,
    version_id text,
    client_id text,
    origin text collate "C",
    token_endpoint text,
    verdict text,
    proved_at timestamptz,
    next_due timestamptz,
    interval_days integer not null default 1,
    lease_owner text,
    lease_until timestamptz,
    document_hash text,
    document_read_at timestamptz,
    document_next_due timestamptz
  )`,
  'create index proofs_due on proofs (next_due)',
  'create index proofs_documents_due on proofs (document_next_due)',
  'create index proofs_origin on proofs (origin, next_due)',
  `create table origin_health (
    origin text collate "C" primary key,
    paused_until timestamptz,
    reason text,
    window_started_at timestamptz not null,
    bad integer not null default 0,
    total integer not null default 0
  )`,
  `create table budgets (
    budget text collate "C" primary key,
    tat timestamptz not null,
    promised timestamptz not null default '1970-01-01T00:00:00Z',
    per_minute numeric not null,
    source text not null,
    updated_at timestamptz not null
  )`,
  `create table authentication_failures (
    token_endpoint text not null,
    client_id text not null,
    purpose text not null,
    at timestamptz not null
  )`,
  'create index authentication_failures_client on authentication_failures (token_endpoint, client_id, purpose, at)',
  'create index authentication_failures_age on authentication_failures (at)',
]);
