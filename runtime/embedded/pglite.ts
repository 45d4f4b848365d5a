import { join } from 'node:path';
import type { Kysely } from 'kysely';
import { type Database, openPglite } from '../../stores/records/database.ts';
import type { DataDirectory } from '../dataDirectory.ts';
import { makePrivateDirectory } from '../files.ts';

/** The embedded database cannot be opened. The message says what to do. */
export class EmbeddedDatabaseError extends Error {
  override readonly name = 'EmbeddedDatabaseError';
}

/**
 * Opens the embedded database in `{dataDir}/database`. Takes the locked data directory as proof that no other process
 * has it open, which would corrupt it. `destroy()` closes it. Rejects with {@link EmbeddedDatabaseError}.
 */
export async function openEmbeddedDatabase(dataDirectory: DataDirectory): Promise<Kysely<Database>> {
  const path = join(dataDirectory.path, 'database');
  await makePrivateDirectory(path);
  try {
    return await openPglite(path);
  } catch {
    throw new EmbeddedDatabaseError(
      `The embedded database in ${path} cannot be opened. Restore the data directory from a backup, or free memory and disk space and start again.`,
    );
  }
}
