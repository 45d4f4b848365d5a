import { type Kysely, sql, type Transaction } from 'kysely';
import { Migrator } from 'kysely/migration';
import { RecordsError } from '../../domain/ports/recordsError.ts';
import { toRecordsError } from './errors.ts';
import { migrations } from './migrations/index.ts';
import type { Database } from './schema.ts';

/**
 * Brings the schema up to date, under the migrator's advisory lock: any number of processes may call it at once, and
 * calling it again changes nothing.
 *
 * @param options.runtimeRole role of the running product when it is not the owner. It is granted what it needs and no
 *   more: it cannot update or delete audit rows, nor drop the triggers that refuse that.
 * Rejects with {@link RecordsError}.
 */
export async function migrate(db: Kysely<Database>, options: { readonly runtimeRole?: string } = {}): Promise<void> {
  const provider = { getMigrations: async () => Object.fromEntries(migrations) };
  const { error, results } = await new Migrator({ db, provider }).migrateToLatest();
  if (error !== undefined) {
    const shown = toRecordsError(error);
    const name = results?.find((result) => result.status === 'Error')?.migrationName;
    throw name === undefined ? shown : new RecordsError(shown.code, `Migration ${name}: ${shown.message}`);
  }
  const { runtimeRole } = options;
  if (runtimeRole === undefined) return;
  try {
    await db.transaction().execute((trx) => grant(trx, runtimeRole));
  } catch (caught) {
    throw toRecordsError(caught);
  }
}

/** What differs from reading and writing all rows. */
const narrowed: Readonly<Record<string, string>> = {
  audit: 'select, insert',
  audit_head: 'select, update',
  kysely_migration: 'select',
  kysely_migration_lock: 'select',
};

async function grant(trx: Transaction<Database>, role: string): Promise<void> {
  const { rows } = await sql<{ name: string; schema: string }>`
    select tablename as name, schemaname as schema from pg_tables where schemaname = current_schema()`.execute(trx);
  const to = sql.id(role);
  // Two migration jobs that grant at once would meet in the same catalogue rows.
  await sql`select pg_advisory_xact_lock(hashtext('registrar grants'))`.execute(trx);
  for (const { name, schema } of rows) {
    const table = sql.id(schema, name);
    await sql`revoke all on ${table} from ${to}`.execute(trx);
    const rights = narrowed[name] ?? 'select, insert, update, delete';
    if (rights !== '') await sql`grant ${sql.raw(rights)} on ${table} to ${to}`.execute(trx);
    await sql`grant usage on schema ${sql.id(schema)} to ${to}`.execute(trx);
  }
}
