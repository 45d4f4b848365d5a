import { appendOnly, statementsOf } from './statements.ts';

const columns = `position, subject_kind, subject_id, sequence, at, type, actor, reason, message, operation_id, changes,
  view_sha256, content_hash, previous_hash, hash, mac`;

/**
 * The audit in parts of a month by the event's own time. A partitioned table cannot hold a key without that time, so
 * `audit_keys` does: one row per event, written by a trigger, whoever inserts the event.
 *
 * `make_partitions` makes the parts of this month and the two after it; it belongs to the migration role, as the running
 * product may not make tables. A month whose rows lie in the default part already keeps them there: an insert never
 * fails for want of a part.
 */
export const auditPartitions = statementsOf([
  'alter table audit rename to audit_whole',
  `alter table audit_whole rename constraint audit_pkey to audit_whole_pkey`,
  'alter index audit_tenant rename to audit_whole_tenant',
  `create table audit (
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
    tenant_id text collate "C" generated always as
      (case when subject_kind = 'registration' then split_part(subject_id, '.', 1) end) stored,
    application_id text collate "C" generated always as
      (case when subject_kind = 'registration' then split_part(subject_id, '.', 2) end) stored,
    primary key (position, at)
  ) partition by range (at)`,
  'create index audit_subject on audit (subject_kind, subject_id, sequence)',
  'create index audit_tenant on audit (tenant_id, position)',
  `create index audit_application on audit (application_id, position)`,
  `create table audit_keys (
    subject_kind text collate "C" not null,
    subject_id text collate "C" not null,
    sequence bigint not null,
    position bigint not null unique,
    at timestamptz not null,
    content_hash text not null,
    primary key (subject_kind, subject_id, sequence)
  )`,
  `create function keep_audit_key() returns trigger language plpgsql as $$
    begin
      insert into audit_keys (subject_kind, subject_id, sequence, position, at, content_hash)
        values (new.subject_kind, new.subject_id, new.sequence, new.position, new.at, new.content_hash);
      return null;
    end $$`,
  ...appendOnly('audit'),
  `create trigger audit_key after insert on audit for each row execute function keep_audit_key()`,
  'alter table audit enable always trigger audit_key',
  ...appendOnly('audit_keys'),
  // Of a partitioned table, row triggers are copied to its parts, but neither their ALWAYS nor those of truncate.
  `create function guard_partition(part text) returns void language plpgsql as $$
    declare guard record;
    begin
      execute format('create trigger parts_append_only before truncate on %I
        for each statement execute function refuse_audit_change()', part);
      for guard in select tgname from pg_trigger where tgrelid = part::regclass and not tgisinternal loop
        execute format('alter table %I enable always trigger %I', part, guard.tgname);
      end loop;
    end $$`,
  `create function make_partition(parent text, month timestamptz) returns boolean language plpgsql as $$
    declare
      part text := parent || '_' || to_char(month at time zone 'UTC', 'YYYY_MM');
      ends timestamptz := ((month at time zone 'UTC') + interval '1 month') at time zone 'UTC';
      strays boolean;
    begin
      if to_regclass(quote_ident(part)) is not null then return false; end if;
      execute format('select exists (select from %I where at >= $1 and at < $2)', parent || '_default')
        into strays using month, ends;
      if strays then return false; end if;
      execute format('create table %I partition of %I for values from (%L) to (%L)', part, parent, month, ends);
      perform guard_partition(part);
      return true;
    end $$`,
  // The chores of several processes meet here; the second finds the parts made.
  `create function make_partitions(parent text) returns integer
    language plpgsql security definer set search_path from current as $$
    declare
      first timestamp := date_trunc('month', now_of_registrar() at time zone 'UTC');
      made integer := 0;
    begin
      if parent not in ('audit', 'security_events') then raise exception 'no such table in parts'; end if;
      perform pg_advisory_xact_lock(hashtext('registrar partitions'));
      for ahead in 0..2 loop
        if make_partition(parent, (first + ahead * interval '1 month') at time zone 'UTC') then made := made + 1; end if;
      end loop;
      return made;
    end $$`,
  'revoke all on function make_partitions(text) from public',
  'create table audit_default partition of audit default',
  `select guard_partition('audit_default')`,
  `select make_partition('audit', month at time zone 'UTC')
    from (select min(at) as first, least(max(at), clock_timestamp()) as last from audit_whole) as span,
    generate_series(date_trunc('month', first at time zone 'UTC'), last at time zone 'UTC', interval '1 month') as month`,
  `select make_partitions('audit')`,
  `insert into audit (${columns}) select ${columns} from audit_whole order by audit_whole.position`,
  'drop table audit_whole',
]);
