import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KeyRecord } from '../../../../domain/ports/callers/keys.ts';
import { RecordsError } from '../../../../domain/ports/recordsError.ts';
import { parseConfig } from '../../../../runtime/config/config.ts';
import { ensureAdminKey, generateApiKey, hashApiKey, type KeyRecords } from '../../../../runtime/keys/adminKey.ts';

type NewKey = Parameters<KeyRecords['insertKey']>[0];

class MemoryKeys implements KeyRecords {
  readonly rows: (NewKey & KeyRecord)[] = [];
  async insertKey(key: NewKey): Promise<KeyRecord> {
    if (this.rows.some((row) => row.sha256 === key.sha256)) throw new RecordsError('exists', 'there is such a key');
    const row = { ...key, createdAt: '2026-01-01T00:00:00Z', expiresAt: null, revokedAt: null };
    this.rows.push(row as NewKey & KeyRecord);
    return row;
  }
  async keyByHash(sha256: string) {
    return this.rows.find((row) => row.sha256 === sha256) ?? null;
  }
  async keys() {
    return { items: this.rows };
  }
}

describe('ensureAdminKey', () => {
  let dataDir: string;
  let records: MemoryKeys;
  const configFor = (more: Record<string, string> = {}) => parseConfig({ REGISTRAR_DATA_DIR: dataDir, ...more });
  const file = () => join(dataDir, 'admin-key');

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'registrar-admin-'));
    records = new MemoryKeys();
  });
  afterEach(() => rm(dataDir, { recursive: true }));

  it('makes one key, in a private file and as a hash, however often it is called', async () => {
    expect(await ensureAdminKey(records, configFor())).toEqual({ kind: 'file', path: file() });
    expect(await ensureAdminKey(records, configFor())).toEqual({ kind: 'file', path: file() });
    const key = (await readFile(file(), 'utf8')).trim();
    expect(key).toMatch(/^rgk_[\w-]{43}$/);
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    expect(records.rows).toMatchObject([{ role: 'administrator', sha256: hashApiKey(key), expiresAt: null }]);
  });

  it('finishes a first start that died between file and row', async () => {
    await writeFile(file(), `${generateApiKey()}\n`, { mode: 0o600 });
    await ensureAdminKey(records, configFor());
    expect(records.rows).toHaveLength(1);
  });

  it('makes none when keys exist and the file was removed on purpose', async () => {
    await ensureAdminKey(records, configFor());
    await rm(file());
    expect(await ensureAdminKey(records, configFor())).toEqual({ kind: 'none' });
    expect(records.rows).toHaveLength(1);
  });

  it('installs the given key once, writes no file, and lets a revoked one stay revoked', async () => {
    const config = configFor({ REGISTRAR_BOOTSTRAP_KEY: generateApiKey() });
    expect(await ensureAdminKey(records, config)).toEqual({ kind: 'given' });
    Object.assign(records.rows[0] ?? {}, { revokedAt: '2026-01-02T00:00:00Z' });
    await ensureAdminKey(records, config);
    expect(records.rows).toMatchObject([{ revokedAt: '2026-01-02T00:00:00Z' }]);
    await expect(stat(file())).rejects.toThrow('ENOENT');
  });

  it('takes another process that was first for success', async () => {
    const config = configFor({ REGISTRAR_BOOTSTRAP_KEY: generateApiKey() });
    records.keyByHash = async () => null;
    await ensureAdminKey(records, config);
    await ensureAdminKey(records, config);
    expect(records.rows).toHaveLength(1);
  });

  it('refuses a file with something else', async () => {
    await writeFile(file(), 'hunter2', { mode: 0o600 });
    const failure = await ensureAdminKey(records, configFor()).catch(String);
    expect(failure).toMatch(/does not hold an API key/);
    expect(failure).not.toContain('hunter2');
  });
});
