import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Only its owner may read and write it. */
export const privateFileMode = 0o600;
/** Only its owner may enter and change it. */
export const privateDirectoryMode = 0o700;

/** Makes the directory and its parents if needed; the directory itself becomes private (0700). */
export async function makePrivateDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: privateDirectoryMode });
  await chmod(path, privateDirectoryMode);
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/**
 * Writes a private file (0600) whole or not at all: a reader, or a start after a crash, sees the old or the new text.
 *
 * @param options.exclusive reject with `EEXIST` when the file exists, instead of replacing it.
 */
export async function writePrivateFile(
  path: string,
  text: string,
  options: { exclusive?: boolean } = {},
): Promise<void> {
  const fresh = `${path}.new-${randomBytes(6).toString('hex')}`;
  const file = await open(fresh, 'wx', privateFileMode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    if (options.exclusive === true) await link(fresh, path);
    else await rename(fresh, path);
  } finally {
    await rm(fresh, { force: true });
  }
  await syncDirectory(dirname(path));
}

/** Whether a name is what a crash in {@link writePrivateFile} leaves behind. */
export function isUnfinishedFile(name: string): boolean {
  return /\.new-[0-9a-f]{12}$/.test(name);
}

/** Whether a rejection of `node:fs` has this code. */
export function hasCode(error: unknown, code: string): boolean {
  return (error as NodeJS.ErrnoException | null)?.code === code;
}
