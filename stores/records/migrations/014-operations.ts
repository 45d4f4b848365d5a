import { statementsOf } from './statements.ts';

/** Operations from their 202 to the transition that ends them, and what keeps one bad row from stopping the others. */
export const operations = statementsOf([
  `create table operations (
    operation_id text collate "C" primary key,
    registration_id text collate "C" not null references registrations on delete cascade,
    incarnation integer not null,
    kind text not null,
    request jsonb not null,
    actor text not null,
    reason text,
    accepted_at timestamptz not null,
    delivered_at timestamptz,
    attempts integer not null default 0,
    not_before timestamptz,
    ended_at timestamptz,
    ended_sequence bigint
  )`,
  'create index operations_open on operations (registration_id, accepted_at) where ended_at is null',
  `create index operations_undelivered on operations (coalesce(not_before, accepted_at), operation_id)
    where ended_at is null and delivered_at is null`,
  'create index operations_registration on operations (registration_id)',
  `alter table start_requests
    add column attempts integer not null default 0,
    add column not_before timestamptz`,
  `alter table wake_requests
    add column attempts integer not null default 0,
    add column not_before timestamptz,
    add column kind text not null default 'verify'`,
  `alter table token_wake_requests
    add column attempts integer not null default 0,
    add column not_before timestamptz`,
]);
