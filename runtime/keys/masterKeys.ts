import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { generateMasterKey, type MasterKey, MasterKeyError, parseMasterKey } from '../../stores/crypto/keyring.ts';
import type { Config } from '../config/config.ts';
import { lockNames } from '../dataDirectory.ts';
import { hasCode, isUnfinishedFile, writePrivateFile } from '../files.ts';

const masterKeyFile = 'master-key';

/** A key is missing, unreadable or another one than the data were made with. The message says what to do. */
export class KeyError extends Error {
  override readonly name = 'KeyError';
}

/** The text of a private file; null when there is none. Refuses one that others may read. */
export async function readPrivateFile(path: string): Promise<string | null> {
  try {
    const { mode } = await stat(path);
    if ((mode & 0o077) !== 0)
      throw new KeyError(`${path} can be read by other users of this machine. Run: chmod 600 ${path}`);
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}

function parseFile(path: string, text: string): MasterKey[] {
  try {
    return parseMasterKey(text);
  } catch (error) {
    if (!(error instanceof MasterKeyError)) throw error;
    throw new KeyError(`${path} does not hold a master key. Restore it from your backup.`);
  }
}

/** Whether something of an earlier run is there, which another key could not open. */
async function holdsData(dataDir: string): Promise<boolean> {
  const names = await readdir(dataDir);
  return names.some((name) => !lockNames.has(name) && !isUnfinishedFile(name));
}

/**
 * The master keys, newest first: those of the configuration, else those of `{dataDir}/master-key`, which is made at the
 * first start (DESIGN section 8). Needs the lock of the data directory. Rejects with {@link KeyError}.
 */
export async function loadMasterKeys(
  config: Pick<Config, 'masterKey' | 'dataDir' | 'database' | 'temporal'>,
): Promise<MasterKey[]> {
  if (config.masterKey !== null) return parseMasterKey(config.masterKey.reveal());
  if (config.database.kind !== 'embedded' || config.temporal.kind !== 'embedded')
    throw new KeyError('REGISTRAR_MASTER_KEY is required when DATABASE_URL or TEMPORAL_ADDRESS is set.');
  const path = join(config.dataDir, masterKeyFile);
  const text = await readPrivateFile(path);
  if (text !== null) return parseFile(path, text);
  if (await holdsData(config.dataDir))
    throw new KeyError(
      `${config.dataDir} holds data, but its master key (${path}) is missing, and no other key can open them. ` +
        'Restore the file from your backup, set REGISTRAR_MASTER_KEY, or start in an empty directory.',
    );
  const generated = generateMasterKey();
  await writePrivateFile(path, `${generated}\n`, { exclusive: true });
  return parseMasterKey(generated);
}
