import type { Kysely } from 'kysely';
import { type Database, openPostgres } from '../stores/records/database.ts';
import { migrate } from '../stores/records/migrate.ts';
import type { Config } from './config/config.ts';
import type { DataDirectory } from './dataDirectory.ts';
import { openEmbeddedDatabase } from './embedded/pglite.ts';

/** User name of a connection URI; the role that the running product has. */
function roleOf(url: string): string | undefined {
  const { username } = new URL(url);
  return username === '' ? undefined : decodeURIComponent(username);
}

/**
 * Brings the schema of an external database up to date with the migration role, and grants the runtime role what it
 * needs where that is another one.
 */
export async function migrateExternal(config: Extract<Config['database'], { kind: 'postgresql' }>): Promise<void> {
  const migrationUrl = config.migrationUrl.reveal();
  const runtimeRole = roleOf(config.url.reveal());
  const db = openPostgres(migrationUrl, { migrating: true });
  try {
    await migrate(db, runtimeRole === undefined || runtimeRole === roleOf(migrationUrl) ? {} : { runtimeRole });
  } finally {
    await db.destroy();
  }
}

/** The migrated database: the embedded one under the lock of the data directory, or PostgreSQL. */
export async function openDatabase(config: Config, dataDirectory: DataDirectory | null): Promise<Kysely<Database>> {
  if (config.database.kind === 'postgresql') {
    await migrateExternal(config.database);
    return openPostgres(config.database.url.reveal());
  }
  if (dataDirectory === null) throw new RangeError('the embedded database needs the lock of the data directory');
  const db = await openEmbeddedDatabase(dataDirectory);
  await migrate(db);
  return db;
}
