import { chmod, mkdtemp, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RecordsError } from '../../../../domain/ports/recordsError.ts';
import { createKeyring, generateMasterKey, parseMasterKey } from '../../../../stores/crypto/keyring.ts';
import { drain } from '../../../../stores/spool/drain.ts';
import { createSpool, type SpoolEntry } from '../../../../stores/spool/spool.ts';

const sealer = createKeyring(parseMasterKey(generateMasterKey())).sealer('escrow');
const canary = 'planted-secret-value';
const entry = (intentId: string, fence = 1): SpoolEntry => ({
  intentId,
  fence,
  answer: { status: 201, headers: { 'content-type': 'application/json' }, body: `{"s":"${canary}"}`, receivedAt: 7 },
  token: { token: canary, clientUri: null, clientId: 'c', audience: ['https://as.example'], receivedAt: 7 },
});

let parent: string;
let directory: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'spool-'));
  directory = join(parent, 'spool');
});
afterEach(async () => {
  await chmod(parent, 0o700);
  await rm(parent, { recursive: true });
});

describe('spool', () => {
  it('has no entries before anything was written', async () => {
    expect(await createSpool(directory, sealer).entries()).toEqual({ entries: [], unreadable: [] });
  });

  it('gives back what was written, to another process too', async () => {
    await createSpool(directory, sealer).write(entry('i1'));
    await createSpool(directory, sealer).write({ ...entry('i2', 3), token: null });
    const { entries, unreadable } = await createSpool(directory, sealer).entries();
    const found = entries.map((each) => each.entry).sort((left, right) => left.fence - right.fence);
    expect(found).toEqual([entry('i1'), { ...entry('i2', 3), token: null }]);
    expect(unreadable).toEqual([]);
  });

  it('counts what lies there, whether or not it can be read, and not its own name', async () => {
    const spool = createSpool(directory, sealer);
    expect(await spool.depth()).toBe(0);
    await spool.instance();
    const id = await spool.write(entry('i1'));
    await spool.write(entry('i2'));
    await writeFile(join(directory, id), 'torn');
    expect(await spool.depth()).toBe(2);
  });

  it('keeps every answer, even two of one intent and fence', async () => {
    const spool = createSpool(directory, sealer);
    await Promise.all(Array.from({ length: 20 }, () => spool.write(entry('i1'))));
    expect((await spool.entries()).entries).toHaveLength(20);
  });

  it('writes sealed files for the owner only and leaves no partial file', async () => {
    const id = await createSpool(directory, sealer).write(entry('i1'));
    expect(await readdir(directory)).toEqual([id]);
    expect((await stat(join(directory, id))).mode & 0o777).toBe(0o600);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    expect((await readFile(join(directory, id))).includes(canary)).toBe(false);
  });

  it('removes an entry, twice without complaint, and nothing else', async () => {
    const spool = createSpool(directory, sealer);
    const id = await spool.write(entry('i1'));
    await spool.write(entry('i2'));
    await spool.remove(id);
    await spool.remove(id);
    expect((await spool.entries()).entries.map((each) => each.entry.intentId)).toEqual(['i2']);
    await expect(spool.remove('../outside')).rejects.toThrow(RangeError);
  });

  it('reports and keeps a truncated file', async () => {
    const spool = createSpool(directory, sealer);
    const id = await spool.write(entry('i1'));
    await spool.write(entry('i2'));
    const { size } = await stat(join(directory, id));
    for (const length of [size - 1, 20, 0]) {
      await truncate(join(directory, id), length);
      const { entries, unreadable } = await spool.entries();
      expect(entries.map((each) => each.entry.intentId)).toEqual(['i2']);
      expect(unreadable.map((each) => each.id)).toEqual([id]);
    }
  });

  it('reports and keeps a file that a killed writer left behind, and foreign files', async () => {
    const spool = createSpool(directory, sealer);
    const id = await spool.write(entry('i1'));
    await rename(join(directory, id), join(directory, `${id}.partial`));
    await writeFile(join(directory, 'README'), 'not ours');
    const { entries, unreadable } = await spool.entries();
    expect(entries).toEqual([]);
    expect(unreadable.sort((left, right) => (left.reason > right.reason ? -1 : 1))).toEqual([
      { id: `${id}.partial`, reason: 'it was not written to its end' },
      { id: 'README', reason: 'it is not a spool file' },
    ]);
    expect(await readdir(directory)).toHaveLength(2);
  });

  it('reports and keeps what another key sealed, and a file under another name', async () => {
    const other = createKeyring(parseMasterKey(generateMasterKey())).sealer('escrow');
    const id = await createSpool(directory, other).write(entry('i1'));
    const moved = await createSpool(directory, sealer).write(entry('i2'));
    const name = `${crypto.randomUUID()}.sealed`;
    await rename(join(directory, moved), join(directory, name));
    const { entries, unreadable } = await createSpool(directory, sealer).entries();
    expect(entries).toEqual([]);
    expect(unreadable.map((each) => each.id).sort()).toEqual([id, name].sort());
    expect(JSON.stringify(unreadable)).not.toContain(canary);
  });

  it('rejects when the disk does not take it', async () => {
    await writeFile(directory, 'a file where the directory should be');
    await expect(createSpool(directory, sealer).write(entry('i1'))).rejects.toThrow();
  });
});

describe('drain', () => {
  it('stores every entry and then removes it', async () => {
    const spool = createSpool(directory, sealer);
    await spool.write(entry('i1'));
    await spool.write(entry('i2', 4));
    const stored: unknown[] = [];
    const report = await drain(spool, {
      storeAnswer: async (...given) => {
        stored.push(given);
        return 'late';
      },
    });
    expect(report).toEqual({ stored: 2, kept: [], unreadable: [] });
    expect(stored).toHaveLength(2);
    expect(stored).toContainEqual(['i2', 4, entry('i2').answer, entry('i2').token]);
    expect((await spool.entries()).entries).toEqual([]);
  });

  it('keeps everything while the database is away, and does not hammer it', async () => {
    const spool = createSpool(directory, sealer);
    await spool.write(entry('i1'));
    await spool.write(entry('i2'));
    let calls = 0;
    const report = await drain(spool, {
      storeAnswer: async () => {
        calls += 1;
        throw new RecordsError('unavailable', 'the database does not answer');
      },
    });
    expect(report).toMatchObject({ stored: 0, kept: [{ reason: 'the database does not answer' }, {}] });
    expect(calls).toBe(1);
    expect((await spool.entries()).entries).toHaveLength(2);
  });

  it('goes on after an entry that the database refuses', async () => {
    const spool = createSpool(directory, sealer);
    await spool.write(entry('refused'));
    await spool.write(entry('i2'));
    const report = await drain(spool, {
      storeAnswer: async (intentId) => {
        if (intentId === 'refused') throw new RecordsError('not-found', 'there is no such intent');
        return 'stored';
      },
    });
    expect(report.stored).toBe(1);
    expect(report.kept).toHaveLength(1);
    expect((await spool.entries()).entries.map((each) => each.entry.intentId)).toEqual(['refused']);
  });

  it('does not repeat an error of a driver, which may hold values', async () => {
    const spool = createSpool(directory, sealer);
    await spool.write(entry('i1'));
    const report = await drain(spool, {
      storeAnswer: async () => {
        throw new Error(canary);
      },
    });
    expect(JSON.stringify(report)).not.toContain(canary);
  });
});
