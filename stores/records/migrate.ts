import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { RecordsError } from '../../domain/ports/recordsError.ts';
import { toRecordsError } from './errors.ts';
import { grantRuntime } from './grants.ts';
import { firstMigrations, migrations, type NamedMigration } from './migrations/index.ts';
import type { Database } from './schema.ts';

/** Journal of the migrations after 0.1.0, which neither knows nor misses it. */
const journal = { migrationTableName: 'registrar_migration', migrationLockTableName: 'registrar_migration_lock' };

/**
 * Brings the schema up to date, under the migrator's advisory lock: any number of processes may call it at once, and
 * calling it again changes nothing. What a newer release did already is left as it is: this one runs on it.
 *
 * @param db a connection without statement time-out (`openPostgres(url, { migrating: true })`): the index of a large
 *   table takes longer than any statement of the running product may.
 * @param options.runtimeRole role of the running product when it is not the owner. It is granted what it needs and no
 *   more: it cannot update or delete audit rows, nor drop the triggers that refuse that.
 * Rejects with {@link RecordsError}.
 */
export async function migrate(db: Kysely<Database>, options: { readonly runtimeRole?: string } = {}): Promise<void> {
  await run(db, firstMigrations, {});
  await run(db, migrations, journal);
  const { runtimeRole } = options;
  if (runtimeRole === undefined) return;
  try {
    await db.transaction().execute((trx) => grantRuntime(trx, runtimeRole));
  } catch (caught) {
    throw toRecordsError(caught);
  }
}

async function run(
  db: Kysely<Database>,
  ours: readonly NamedMigration[],
  tables: Partial<typeof journal>,
): Promise<void> {
  const known = Object.fromEntries([...ours, ...(await newerThan(db, ours, tables))]);
  const provider = { getMigrations: async () => known };
  const { error, results } = await new Migrator({ db, provider, ...tables }).migrateToLatest();
  if (error === undefined) return;
  const shown = toRecordsError(error);
  const name = results?.find((result) => result.status === 'Error')?.migrationName;
  throw name === undefined ? shown : new RecordsError(shown.code, `Migration ${name}: ${shown.message}`);
}

const done: Migration = { up: async () => undefined };

/** Migrations of newer releases that the journal names: without a name for each the migrator refuses to go on. */
async function newerThan(
  db: Kysely<Database>,
  ours: readonly NamedMigration[],
  { migrationTableName }: Partial<typeof journal>,
): Promise<NamedMigration[]> {
  if (migrationTableName === undefined) return [];
  const exists = await sql<{ found: boolean }>`select to_regclass(${migrationTableName}) is not null as found`.execute(
    db,
  );
  if (exists.rows[0]?.found !== true) return [];
  const last = ours.at(-1)?.[0] ?? '';
  const { rows } = await sql<{ name: string }>`
    select name from ${sql.table(migrationTableName)}
    where name collate "C" > ${last} order by name collate "C"`.execute(db);
  return rows.map(({ name }) => [name, done]);
}
