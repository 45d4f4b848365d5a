import type { Kysely } from 'kysely';
import type { KeyCheck, Keyring } from '../../stores/crypto/keyring.ts';
import type { Database } from '../../stores/records/database.ts';
import { KeyError } from './masterKeys.ts';

/** The part of the database that the check needs; migration `003-key-check`. */
export type KeyCheckTables = {
  key_check: { key_id: string; mac: string };
};

async function readChecks(database: Kysely<KeyCheckTables>): Promise<KeyCheck[]> {
  const rows = await database.selectFrom('key_check').select(['key_id', 'mac']).orderBy('key_id').execute();
  return rows.map((row) => ({ keyId: row.key_id, mac: row.mac }));
}

function refuseUnknown(checks: readonly KeyCheck[], keyring: Keyring): void {
  const unknown = checks.filter((check) => !keyring.knows(check)).map((check) => check.keyId);
  if (unknown.length === 0) return;
  throw new KeyError(
    `The database was used with master key ${unknown.map((id) => `"${id}"`).join(', ')}, which is not configured ` +
      'or differs from the key of that id. Add it to REGISTRAR_MASTER_KEY after the newest key, separated by a comma; ' +
      'without it, secrets that are stored cannot be read.',
  );
}

/**
 * Refuses to go on with a master key other than the one the data were made with, and records the newest key. Rejects
 * with {@link KeyError}. Safe when several processes start at once.
 */
export async function checkMasterKey(db: Kysely<Database>, keyring: Keyring): Promise<void> {
  const database = db.withTables<KeyCheckTables>();
  refuseUnknown(await readChecks(database), keyring);
  const { keyId, mac } = keyring.checkValue();
  await database
    .insertInto('key_check')
    .values({ key_id: keyId, mac })
    .onConflict((conflict) => conflict.column('key_id').doNothing())
    .execute();
  // Another process may have recorded another key of the same id in between.
  refuseUnknown(await readChecks(database), keyring);
}
