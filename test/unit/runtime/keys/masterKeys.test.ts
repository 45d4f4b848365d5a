import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseConfig } from '../../../../runtime/config/config.ts';
import { openDataDirectory } from '../../../../runtime/dataDirectory.ts';
import { KeyError, loadMasterKeys } from '../../../../runtime/keys/masterKeys.ts';

const given = `given:${Buffer.alloc(32, 3).toString('base64')}`;

describe('loadMasterKeys', () => {
  let dataDir: string;
  const configFor = (more: Record<string, string> = {}) => parseConfig({ REGISTRAR_DATA_DIR: dataDir, ...more });

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'registrar-keys-'));
  });
  afterEach(() => rm(dataDir, { recursive: true }));

  it('makes a private key in an empty locked directory and finds it again', async () => {
    const directory = await openDataDirectory(dataDir);
    const [first] = await loadMasterKeys(configFor());
    await mkdir(join(dataDir, 'database'));
    const [second] = await loadMasterKeys(configFor());
    expect(first?.secret).toHaveLength(32);
    expect(second).toEqual(first);
    expect((await stat(join(dataDir, 'master-key'))).mode & 0o777).toBe(0o600);
    await directory.release();
  });

  it('makes a key although a crash left an unfinished file', async () => {
    await writeFile(join(dataDir, 'owner.json.new-0123456789ab'), '');
    expect(await loadMasterKeys(configFor())).toHaveLength(1);
  });

  it('refuses a directory with data but without key, and makes none', async () => {
    await mkdir(join(dataDir, 'database'));
    await expect(loadMasterKeys(configFor())).rejects.toThrow(/master key .* is missing.*Restore/);
    await expect(stat(join(dataDir, 'master-key'))).rejects.toThrow('ENOENT');
  });

  it('prefers the given key and writes no file', async () => {
    const [key] = await loadMasterKeys(configFor({ REGISTRAR_MASTER_KEY: given }));
    expect(key?.keyId).toBe('given');
    await expect(stat(join(dataDir, 'master-key'))).rejects.toThrow('ENOENT');
  });

  it.each(['database', 'temporal'] as const)('never makes one for a shared %s', async (part) => {
    const config = { ...configFor(), [part]: { kind: 'external', address: 'x' } };
    await expect(loadMasterKeys(config as ReturnType<typeof configFor>)).rejects.toThrow(
      /REGISTRAR_MASTER_KEY is required/,
    );
  });

  it('refuses a file that others can read, or that holds no key, without telling what it holds', async () => {
    const path = join(dataDir, 'master-key');
    await writeFile(path, 'hunter2', { mode: 0o600 });
    const failure = await loadMasterKeys(configFor()).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(KeyError);
    expect(String(failure)).not.toContain('hunter2');
    await writeFile(path, given);
    await chmod(path, 0o644);
    await expect(loadMasterKeys(configFor())).rejects.toThrow(/chmod 600/);
    expect(await readFile(path, 'utf8')).toBe(given);
  });
});
