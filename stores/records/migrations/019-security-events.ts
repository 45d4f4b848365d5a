import { appendOnly, statementsOf } from './statements.ts';

/**
 * What happened at the doors (sign-ins, refused keys): a chain of its own of the audit's form, as it is kept for a
 * shorter time. No key of subject and sequence: parts are dropped as they age.
 */
export const securityEvents = statementsOf([
  `create table security_events (
    position bigint not null,
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
    primary key (position, at)
  ) partition by range (at)`,
  'create index security_events_subject on security_events (subject_kind, subject_id, sequence)',
  ...appendOnly('security_events'),
  `create table security_events_head (
    id boolean primary key default true check (id),
    position bigint not null,
    hash text not null
  )`,
  `insert into security_events_head (position, hash) values (0, repeat('0', 64))`,
  `create trigger security_events_head_forward before update on security_events_head
    for each row execute function refuse_audit_head_return()`,
  `create trigger security_events_head_row_kept before delete on security_events_head
    for each row execute function refuse_audit_change()`,
  `create trigger security_events_head_kept before truncate on security_events_head
    for each statement execute function refuse_audit_change()`,
  'alter table security_events_head enable always trigger security_events_head_forward',
  'alter table security_events_head enable always trigger security_events_head_row_kept',
  'alter table security_events_head enable always trigger security_events_head_kept',
  'create table security_events_default partition of security_events default',
  `select guard_partition('security_events_default')`,
  `select make_partitions('security_events')`,
]);
