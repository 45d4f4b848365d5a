import { sql, type Transaction } from 'kysely';
import type { Database } from './schema.ts';

/** What differs from reading and writing all rows. Parts of a table are reached through the whole one only. */
const narrowed: Readonly<Record<string, string>> = {
  audit: 'select, insert',
  audit_keys: 'select, insert',
  audit_head: 'select, update',
  security_events: 'select, insert',
  security_events_head: 'select, update',
  registrar_clock: 'select',
  kysely_migration: 'select',
  kysely_migration_lock: 'select',
  registrar_migration: 'select',
  registrar_migration_lock: 'select',
};

/** Grants the running product's role what it needs on every table of the schema, and takes what it does not. */
export async function grantRuntime(trx: Transaction<Database>, role: string): Promise<void> {
  // Two migration jobs that grant at once would meet in the same catalogue rows; parts are made under the same care.
  await sql`select pg_advisory_xact_lock(hashtext('registrar grants'))`.execute(trx);
  const { rows } = await sql<{ name: string; schema: string; part: boolean }>`
    select c.relname as name, n.nspname as schema, c.relispartition as part
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = current_schema() and c.relkind in ('r', 'p')`.execute(trx);
  const to = sql.id(role);
  for (const { name, schema, part } of rows) {
    const table = sql.id(schema, name);
    await sql`revoke all on ${table} from ${to}`.execute(trx);
    const rights = part ? '' : (narrowed[name] ?? 'select, insert, update, delete');
    if (rights !== '') await sql`grant ${sql.raw(rights)} on ${table} to ${to}`.execute(trx);
    await sql`grant usage on schema ${sql.id(schema)} to ${to}`.execute(trx);
  }
  await sql`grant execute on function make_partitions(text) to ${to}`.execute(trx);
}
