import { copyFile, open, stat, truncate } from 'node:fs/promises';
import { hasCode, privateFileMode } from '../../files.ts';

/** Size in bytes at which the log moves to `{path}.1`; at most twice this is kept. */
const largestLog = 5 * 1024 * 1024;

/** Opens the log for a child to append to. The caller closes the handle once the child has it. */
export function openServerLog(path: string) {
  return open(path, 'a', privateFileMode);
}

/**
 * Moves a log that has grown too large aside. The child has it open for appending, so that it goes on at the new end;
 * lines that it writes between copy and truncation are lost.
 */
export async function boundServerLog(path: string, limit: number = largestLog): Promise<void> {
  try {
    if ((await stat(path)).size <= limit) return;
    await copyFile(path, `${path}.1`);
    await truncate(path, 0);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}
