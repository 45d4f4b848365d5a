import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { hasCode, makePrivateDirectory, writePrivateFile } from './files.ts';

/**
 * The data directory and its lock. The lock is SQLite's lock on an empty file: a POSIX record lock of the kernel, so it
 * dies with the process however that ends, is not inherited by children, and holds between containers that share the
 * volume. Nothing in this process may open the lock file in another way: closing it would drop the lock (fcntl(2)).
 */
const lockFile = 'lock';
const ownerFile = 'owner.json';
const urlFile = 'url';
const sqliteBusy = 5;

/** Names that the lock itself leaves in an otherwise empty data directory. */
export const lockNames: ReadonlySet<string> = new Set([lockFile, ownerFile]);

/** Another process works in the data directory. */
export class DataDirectoryLockedError extends Error {
  override readonly name = 'DataDirectoryLockedError';
  /** Null when the other process has not written it yet. */
  readonly pid: number | null;

  constructor(dataDir: string, pid: number | null) {
    const holder = pid === null ? 'another process' : `process ${pid}`;
    super(
      `${dataDir} is in use by ${holder}. Stop it first, or give this one another directory with REGISTRAR_DATA_DIR.`,
    );
    this.pid = pid;
  }
}

/** A data directory that this process alone may use. */
export interface DataDirectory {
  readonly path: string;
  /** Writes `{dataDir}/url`, by which the command line finds the running API. */
  announce(url: string): Promise<void>;
  /** Removes `{dataDir}/url` and frees the lock. */
  release(): Promise<void>;
}

function isBusy(error: unknown): boolean {
  return (error as { errcode?: number } | null)?.errcode === sqliteBusy;
}

async function readOwner(dataDir: string): Promise<number | null> {
  try {
    const owner: unknown = JSON.parse(await readFile(join(dataDir, ownerFile), 'utf8'));
    const pid = (owner as { pid?: unknown } | null)?.pid;
    return typeof pid === 'number' ? pid : null;
  } catch {
    return null;
  }
}

/** Waits a moment for the lock, as {@link isLocked} of another process holds a shared one for an instant. */
const patienceMilliseconds = 500;

function takeLock(path: string): DatabaseSync | null {
  const lock = new DatabaseSync(path, { timeout: patienceMilliseconds });
  try {
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    if (isBusy(error)) return null;
    throw error;
  }
}

/**
 * Makes the data directory (0700) if needed and takes its lock. Rejects with {@link DataDirectoryLockedError} when a
 * living process has it.
 *
 * @param dataDir absolute path.
 */
export async function openDataDirectory(dataDir: string): Promise<DataDirectory> {
  await makePrivateDirectory(dataDir);
  const lock = takeLock(join(dataDir, lockFile));
  if (lock === null) throw new DataDirectoryLockedError(dataDir, await readOwner(dataDir));
  await rm(join(dataDir, urlFile), { force: true });
  await writePrivateFile(join(dataDir, ownerFile), `${JSON.stringify({ pid: process.pid })}\n`);
  return {
    path: dataDir,
    announce: (url) => writePrivateFile(join(dataDir, urlFile), `${url}\n`),
    async release() {
      if (!lock.isOpen) return;
      await rm(join(dataDir, urlFile), { force: true });
      await rm(join(dataDir, ownerFile), { force: true });
      lock.close();
    },
  };
}

/** Whether a living process, this one included, has the data directory. Changes nothing. */
export function isLocked(dataDir: string): boolean {
  let probe: DatabaseSync | null = null;
  try {
    probe = new DatabaseSync(join(dataDir, lockFile), { readOnly: true, timeout: 0 });
    probe.prepare('SELECT count(*) FROM sqlite_master').get();
    return false;
  } catch (error) {
    if (isBusy(error)) return true;
    if (probe === null) return false;
    throw error;
  } finally {
    probe?.close();
  }
}

/** Address of the API that runs in the data directory; null when none does or it is not ready yet. */
export async function readAnnouncedUrl(dataDir: string): Promise<string | null> {
  if (!isLocked(dataDir)) return null;
  try {
    return (await readFile(join(dataDir, urlFile), 'utf8')).trim();
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}
