import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { hasCode, writePrivateFile } from '../../files.ts';
import { type ProcessIdentity, startTimeFromStat } from '../processIdentity.ts';
import { temporalDirectory } from './command.ts';

/** What must survive the death of Registrar: the port that clients know, and what runs there. */
export interface ChildRecord {
  readonly port: number;
  /** Program and arguments; a child that runs with others is replaced instead of adopted. */
  readonly command: readonly string[];
}

const recordSchema = z.object({ port: z.int().min(1).max(65_535), command: z.array(z.string()) });

function recordPath(dataDir: string): string {
  return join(temporalDirectory(dataDir), 'state.json');
}

/** File into which a child writes who it is, before it becomes the server. */
export function identityPath(dataDir: string): string {
  return join(temporalDirectory(dataDir), 'process');
}

async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}

/** The record of the last start; null when there is none or it cannot be read. */
export async function readChildRecord(dataDir: string): Promise<ChildRecord | null> {
  const text = await readText(recordPath(dataDir));
  if (text === null) return null;
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Written before the child is started. */
export async function writeChildRecord(dataDir: string, record: ChildRecord): Promise<void> {
  await writePrivateFile(recordPath(dataDir), `${JSON.stringify(record, null, 2)}\n`);
}

/**
 * Makes a child write its own pid and start time and then become the server, which keeps both (execve(2)). Written by
 * the child itself, because we may be killed between starting it and writing them: then a second server would be
 * started on the same database.
 */
export const identifyAndBecome = [
  'umask 077',
  'if [ -r /proc/$$/stat ]; then started=$(cat /proc/$$/stat); else started=$(LC_ALL=C ps -o lstart= -p $$); fi',
  'printf "%s\\n%s\\n" "$$" "$started" > "$1.new" && mv -f "$1.new" "$1" && shift && exec "$@"',
].join('\n');

/** What {@link identifyAndBecome} wrote, as an identity; null when it is not whole. */
export function parseIdentity(text: string): ProcessIdentity | null {
  const [pidText, started = ''] = text.split('\n');
  const pid = /^\d{1,10}$/.test(pidText ?? '') ? Number(pidText) : null;
  if (pid === null || started.trim() === '') return null;
  const startTime = started.startsWith(`${pid} (`) ? startTimeFromStat(started) : started.trim().split(/\s+/).join(' ');
  return startTime === null ? null : { pid, startTime };
}

/** Who the last child was, whether or not it still runs. */
export async function readIdentity(dataDir: string): Promise<ProcessIdentity | null> {
  const text = await readText(identityPath(dataDir));
  return text === null ? null : parseIdentity(text);
}

/** Forgets the last child, once it has ended. */
export async function forgetIdentity(dataDir: string): Promise<void> {
  await rm(identityPath(dataDir), { force: true });
}
