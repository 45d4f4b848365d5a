import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { ManagementToken, StoredAnswer } from '../../domain/operations/intent.ts';
import { SealError, type Sealer } from '../crypto/sealer.ts';

/** An answer that could not be stored in the database, with what is needed to store it there later. Secret. */
export interface SpoolEntry {
  readonly intentId: string;
  readonly fence: number;
  readonly answer: StoredAnswer;
  readonly token: ManagementToken | null;
}

/** A file that is no whole entry of this spool. It is never deleted: a person decides. */
export interface UnreadableFile {
  readonly id: string;
  /** Without contents; may be shown. */
  readonly reason: string;
}

/**
 * Last refuge of an answer while the database is away (DESIGN section 5): one sealed file per answer, on the disk
 * before `write` resolves.
 */
export interface Spool {
  /** Rejects with the system's error when the disk does not take it. Returns the id of the file. */
  write(entry: SpoolEntry): Promise<string>;
  /** Whole entries, and what else lies there. */
  entries(): Promise<{ entries: { id: string; entry: SpoolEntry }[]; unreadable: UnreadableFile[] }>;
  /** How many files lie there, readable or not: answers that the database does not have. */
  depth(): Promise<number>;
  /** Id of this data directory, for as long as it exists; holds no secret. */
  instance(): Promise<string>;
  /** Deletes an entry whose answer is stored. Success when it is gone already. */
  remove(id: string): Promise<void>;
}

const entrySchema = z.object({
  intentId: z.string(),
  fence: z.number(),
  answer: z.object({
    status: z.number(),
    headers: z.record(z.string(), z.string()),
    body: z.string(),
    raw: z.string().optional(),
    cutOff: z.literal(true).optional(),
    receivedAt: z.number(),
  }),
  token: z
    .object({
      token: z.string(),
      clientUri: z.string().nullable(),
      clientId: z.string().nullable(),
      audience: z.array(z.string()),
      receivedAt: z.number(),
    })
    .nullable(),
});

const instanceFile = 'instance-id';
const suffix = '.sealed';
const partialSuffix = '.partial';
const idRule = /^[0-9a-f-]{36}\.sealed$/;

/** The file name is additional data: a file put back under another name is not taken for another answer. */
const aadOf = (id: string) => ['spool', id];

const isMissing = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'ENOENT';

async function writeDurably(path: string, data: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(data);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A rename or a deletion is durable once the directory is. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/**
 * @param directory made (0700) when it does not exist.
 * @param sealer of the label `escrow`.
 */
export function createSpool(directory: string, sealer: Sealer): Spool {
  async function names(): Promise<string[]> {
    try {
      return (await readdir(directory)).filter((name) => !name.startsWith(instanceFile)).sort();
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  /** Null when another process drained it meanwhile. */
  async function read(id: string): Promise<SpoolEntry | UnreadableFile | null> {
    if (!idRule.test(id))
      return { id, reason: id.endsWith(partialSuffix) ? 'it was not written to its end' : 'it is not a spool file' };
    try {
      const plaintext = sealer.open(await readFile(join(directory, id)), aadOf(id));
      return entrySchema.parse(JSON.parse(new TextDecoder().decode(plaintext)));
    } catch (error) {
      if (isMissing(error)) return null;
      if (error instanceof SealError) return { id, reason: error.message };
      return { id, reason: 'it cannot be read' };
    }
  }

  return {
    async write(entry) {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const id = `${randomUUID()}${suffix}`;
      const partial = join(directory, `${id}${partialSuffix}`);
      const sealed = sealer.seal(new TextEncoder().encode(JSON.stringify(entry)), aadOf(id));
      await writeDurably(partial, sealed);
      await rename(partial, join(directory, id));
      await syncDirectory(directory);
      return id;
    },

    async depth() {
      return (await names()).length;
    },

    async instance() {
      const path = join(directory, instanceFile);
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const known = await readFile(path, 'utf8').catch(() => null);
      if (known !== null) return known;
      const partial = `${path}.${randomUUID()}`;
      await writeDurably(partial, new TextEncoder().encode(`${hostname().slice(0, 60)}/${randomUUID().slice(0, 8)}`));
      // Two processes of one directory must agree: the first one counts.
      await link(partial, path).catch((error: unknown) => {
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      });
      await unlink(partial);
      return await readFile(path, 'utf8');
    },

    async entries() {
      const entries: { id: string; entry: SpoolEntry }[] = [];
      const unreadable: UnreadableFile[] = [];
      for (const id of await names()) {
        const found = await read(id);
        if (found === null) continue;
        if ('reason' in found) unreadable.push(found);
        else entries.push({ id, entry: found });
      }
      return { entries, unreadable };
    },

    async remove(id) {
      if (!idRule.test(id)) throw new RangeError('not the id of a spool file');
      try {
        await unlink(join(directory, id));
        await syncDirectory(directory);
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
    },
  };
}
