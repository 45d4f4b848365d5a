import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Environment } from '../../config/environment.ts';
import { hasCode, makePrivateDirectory, writePrivateFile } from '../../files.ts';
import { temporalVersion } from './release.ts';

const binaryName = 'temporal';
const checksumName = 'temporal.sha256';
const unfinishedPrefix = `new-${temporalVersion}-`;
/** An unfinished installation of this age is no longer being worked on. */
const abandonedMilliseconds = 60 * 60 * 1000;

/** Our own cache directory: `${XDG_CACHE_HOME:-~/.cache}/registrar`. */
export function cacheRoot(environment: Environment): string {
  const base = environment['XDG_CACHE_HOME'];
  if (base?.startsWith('/')) return join(base, 'registrar');
  return join(environment['HOME'] ?? homedir(), '.cache', 'registrar');
}

/** SHA-256 of a file as hex. */
export async function fileChecksum(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest('hex');
}

/** What the cache holds. */
export type Cached =
  | { readonly kind: 'ready'; readonly binary: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'rejected'; readonly reason: string };

function directoryOf(root: string): string {
  return join(root, `temporal-${temporalVersion}`);
}

/** Looks for the installed binary, and believes it only when it is ours alone and has the recorded checksum. */
export async function readCache(root: string): Promise<Cached> {
  const directory = directoryOf(root);
  const binary = join(directory, binaryName);
  try {
    const { mode, uid } = await stat(directory);
    if ((mode & 0o077) !== 0 || uid !== process.getuid?.())
      return { kind: 'rejected', reason: `${directory} is not private to this user` };
    const recorded = (await readFile(join(directory, checksumName), 'utf8')).trim();
    if (recorded === (await fileChecksum(binary))) return { kind: 'ready', binary };
    return { kind: 'rejected', reason: `${binary} is not what was installed there` };
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return { kind: 'absent' };
    throw error;
  }
}

async function removeAbandoned(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    if (!name.startsWith(unfinishedPrefix)) continue;
    const path = join(root, name);
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > abandonedMilliseconds) await rm(path, { recursive: true, force: true });
  }
}

/** Puts a finished installation in its place; one that another process finished meanwhile is as good as ours. */
async function settleInto(root: string, fresh: string): Promise<string> {
  const cached = await readCache(root);
  if (cached.kind === 'ready') return cached.binary;
  const directory = directoryOf(root);
  await rm(directory, { recursive: true, force: true });
  try {
    await rename(fresh, directory);
  } catch (error) {
    if (!hasCode(error, 'ENOTEMPTY') && !hasCode(error, 'EEXIST')) throw error;
  }
  return join(directory, binaryName);
}

/**
 * Fills the cache whole or not at all. Two processes may do it at once; both end with a usable binary.
 *
 * @param produce puts a file `temporal` into the directory that it is given; what it throws is passed on.
 * @returns path of the installed binary.
 */
export async function installIntoCache(root: string, produce: (directory: string) => Promise<void>): Promise<string> {
  await makePrivateDirectory(root);
  await removeAbandoned(root);
  const fresh = await mkdtemp(join(root, unfinishedPrefix));
  try {
    await produce(fresh);
    const binary = join(fresh, binaryName);
    await chmod(binary, 0o700);
    await writePrivateFile(join(fresh, checksumName), `${await fileChecksum(binary)}\n`);
    return await settleInto(root, fresh);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}
