import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Kysely, sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DataDirectory, openDataDirectory } from '../../../../runtime/dataDirectory.ts';
import { openEmbeddedDatabase } from '../../../../runtime/embedded/pglite.ts';
import { checkMasterKey } from '../../../../runtime/keys/check.ts';
import { createKeyring, parseMasterKey } from '../../../../stores/crypto/keyring.ts';
import { type Database, openPostgres } from '../../../../stores/records/database.ts';
import { migrate } from '../../../../stores/records/migrate.ts';
import { describeWith } from '../../../support/describeWith.ts';
import { type FreshDatabase, freshDatabase } from '../../../support/freshDatabase.ts';

const key = (id: string, byte: number) => `${id}:${Buffer.alloc(32, byte).toString('base64')}`;
const keyring = (...texts: string[]) => createKeyring(parseMasterKey(texts.join(',')));

async function recordedKeys(database: Kysely<Database>): Promise<string[]> {
  const { rows } = await sql<{ key_id: string }>`select key_id from key_check order by key_id`.execute(database);
  return rows.map((row) => row.key_id);
}

function suite(database: () => Kysely<Database>): void {
  it('accepts the first key, the same again, and a newer one beside it', async () => {
    await checkMasterKey(database(), keyring(key('a', 1)));
    await checkMasterKey(database(), keyring(key('a', 1)));
    await checkMasterKey(database(), keyring(key('b', 2), key('a', 1)));
    await expect(checkMasterKey(database(), keyring(key('a', 1)))).rejects.toThrow(/master key "b"/);
    expect(await recordedKeys(database())).toEqual(['a', 'b']);
  });

  it('refuses an unknown key and another key of a known id, and records neither', async () => {
    await checkMasterKey(database(), keyring(key('a', 1)));
    await expect(checkMasterKey(database(), keyring(key('c', 3)))).rejects.toThrow(
      /master key "a".*REGISTRAR_MASTER_KEY/,
    );
    await expect(checkMasterKey(database(), keyring(key('a', 9)))).rejects.toThrow(/differs/);
    expect(await recordedKeys(database())).toEqual(['a']);
  });

  it('lets one of two different keys win when two processes start at once', async () => {
    const results = await Promise.allSettled([1, 2].map((byte) => checkMasterKey(database(), keyring(key('a', byte)))));
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
  });
}

describe('key check on PGlite', () => {
  let parent: string;
  let directory: DataDirectory;
  let database: Awaited<ReturnType<typeof openEmbeddedDatabase>>;

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'registrar-keycheck-'));
    directory = await openDataDirectory(parent);
    database = await openEmbeddedDatabase(directory);
    await migrate(database);
  });
  afterEach(async () => {
    await database.destroy();
    await directory.release();
    await rm(parent, { recursive: true });
  });
  suite(() => database);
});

describeWith('postgres', 'key check on PostgreSQL', ({ postgres }) => {
  let fresh: FreshDatabase;
  let database: ReturnType<typeof openPostgres>;

  beforeEach(async () => {
    fresh = await freshDatabase(postgres);
    database = openPostgres(fresh.url);
    await migrate(database);
  });
  afterEach(async () => {
    await database.destroy();
    await fresh.drop();
  });
  suite(() => database);
});
