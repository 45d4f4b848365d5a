import { statementsOf } from './statements.ts';

/**
 * What an entity writes down of itself (DESIGN section 5), and the one clock of SQL. `now_of_registrar()` is stable, so
 * that it may bound an index scan; a simulation puts its time into `registrar_clock`, which is empty otherwise.
 */
export const entityState = statementsOf([
  `create table registrar_clock (
    id boolean primary key default true check (id),
    at timestamptz not null
  )`,
  `create function now_of_registrar() returns timestamptz language sql stable parallel safe as
    'select coalesce((select at from registrar_clock), clock_timestamp())'`,
  `alter table registrations
    add column incarnation integer not null default 1,
    add column state jsonb,
    add column rules integer,
    add column first_execution_run_id text collate "C",
    add column wake_at timestamptz,
    add column client_expires_at timestamptz,
    add column reconcile_failures integer not null default 0,
    add column reconcile_not_before timestamptz`,
  'create index registrations_wake on registrations (wake_at)',
]);
