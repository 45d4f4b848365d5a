import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Keys } from '../../domain/ports/callers/keys.ts';
import { RecordsError } from '../../domain/ports/recordsError.ts';
import type { Config } from '../config/config.ts';
import { apiKeyPattern } from '../config/variables.ts';
import { writePrivateFile } from '../files.ts';
import { KeyError, readPrivateFile } from './masterKeys.ts';

/** Records that the first administrator key needs. */
export type KeyRecords = Pick<Keys, 'insertKey' | 'keyByHash' | 'keys'>;

/** Where the administrator key is, for the ready line. */
export type AdminKeyPlace =
  | { readonly kind: 'given' }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'none' };

/** A new API key: `rgk_` and 256 random bits (DESIGN section 7). Secret. */
export function generateApiKey(): string {
  return `rgk_${randomBytes(32).toString('base64url')}`;
}

/** Under what an API key is stored: SHA-256 as hex. */
export function hashApiKey(key: string): string {
  return createHash('sha256').update(key, 'utf8').digest('hex');
}

async function install(records: KeyRecords, key: string, name: string): Promise<void> {
  const sha256 = hashApiKey(key);
  // A revoked key is found too, and stays revoked.
  if ((await records.keyByHash(sha256)) !== null) return;
  try {
    await records.insertKey({
      keyId: randomUUID(),
      name,
      role: 'administrator',
      sha256,
      tenantIds: null,
      applicationIds: null,
      // The way in must not close by itself; the operator revokes it once there are others.
      expiresAt: null,
    });
  } catch (error) {
    // Another process of the same start was first.
    if (!(error instanceof RecordsError) || error.code !== 'exists') throw error;
  }
}

/**
 * Makes sure that there is a first administrator key: `REGISTRAR_BOOTSTRAP_KEY` when given, else one that is made at the
 * first start and written to `{dataDir}/admin-key` (0600). The file comes before the row, so that a crash between the
 * two is repaired by the next start. Rejects with {@link KeyError} when the file holds something else.
 */
export async function ensureAdminKey(
  records: KeyRecords,
  config: Pick<Config, 'bootstrapKey' | 'dataDir'>,
): Promise<AdminKeyPlace> {
  if (config.bootstrapKey !== null) {
    await install(records, config.bootstrapKey.reveal(), 'bootstrap');
    return { kind: 'given' };
  }
  const path = join(config.dataDir, 'admin-key');
  const existing = await readPrivateFile(path);
  if (existing !== null) {
    if (!apiKeyPattern.test(existing))
      throw new KeyError(`${path} does not hold an API key. Remove the file if it is not needed.`);
    await install(records, existing, 'admin-key file');
    return { kind: 'file', path };
  }
  const { items } = await records.keys({ limit: 1 });
  if (items.length > 0) return { kind: 'none' };
  const key = generateApiKey();
  await writePrivateFile(path, `${key}\n`);
  await install(records, key, 'admin-key file');
  return { kind: 'file', path };
}
