import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * Secrets of the `database` store. Stages are columns, so that moving one is a compare-and-swap of a single row.
 * `sealed` is AES-256-GCM with name and version id as additional data.
 */
async function up(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable('secrets')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('pending_version', 'text')
    .addColumn('current_version', 'text')
    .addColumn('previous_version', 'text')
    .addColumn('created_at', 'timestamptz', (column) => column.notNull())
    .addColumn('deleted_at', 'timestamptz')
    .execute();
  await database.schema
    .createTable('secret_versions')
    .addColumn('name', 'text', (column) => column.notNull().references('secrets.name'))
    .addColumn('version_id', 'text', (column) => column.notNull())
    .addColumn('ordinal', 'bigint', (column) => column.notNull().generatedAlwaysAsIdentity())
    .addColumn('sealed', 'bytea', (column) => column.notNull())
    .addColumn('created_at', 'timestamptz', (column) => column.notNull())
    .addPrimaryKeyConstraint('secret_versions_pkey', ['name', 'version_id'])
    .execute();
  for (const stage of ['pending', 'current', 'previous']) {
    await sql`alter table secrets add foreign key (name, ${sql.ref(`${stage}_version`)}) references secret_versions (name, version_id)`.execute(
      database,
    );
  }
}

async function down(database: Kysely<unknown>): Promise<void> {
  await sql`drop table secret_versions, secrets`.execute(database);
}

export const secrets: Migration = { up, down };
