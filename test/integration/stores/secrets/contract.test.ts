import { PGlite } from '@electric-sql/pglite';
import { Kysely, PGliteDialect } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SecretStore } from '../../../../domain/secretStore.ts';
import { createKeyring, generateMasterKey, parseMasterKey } from '../../../../stores/crypto/keyring.ts';
import { secrets } from '../../../../stores/records/migrations/002-secrets.ts';
import { createAwsSecretStore } from '../../../../stores/secrets/aws.ts';
import { createDatabaseSecretStore, type SecretTables } from '../../../../stores/secrets/database.ts';
import { versionIdOf } from '../../../../stores/secrets/versionId.ts';
import { secretStoreContract } from './contract.ts';
import { StrictSecretsManager } from './strictSecretsManager.ts';

const keyring = createKeyring(parseMasterKey(generateMasterKey()));

describe('database (PGlite)', () => {
  let database: Kysely<SecretTables>;
  let store: SecretStore;
  let now = Date.now();
  beforeAll(async () => {
    database = new Kysely<SecretTables>({ dialect: new PGliteDialect({ pglite: await PGlite.create() }) });
    await secrets.up(database);
    store = createDatabaseSecretStore(database, keyring.sealer('store'), { now: () => now });
  });
  afterAll(async () => {
    await secrets.down?.(database);
    await database.destroy();
  });

  secretStoreContract(() => store);

  it('keeps no value in plain text', async () => {
    await store.put('smart/t/a/e/plain/client', versionIdOf('plain', 'client'), { client_secret: 'planted-secret' });
    const rows = await database.selectFrom('secret_versions').selectAll().execute();
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(Buffer.from(row.sealed).includes('planted-secret')).toBe(false);
  });

  it('refuses a row that was moved to another name', async () => {
    const [one, two] = ['moved-1', 'moved-2'].map((intent) => versionIdOf(intent, 'client')) as [string, string];
    await store.put('smart/t/a/e/one/client', one, { client_secret: '1' });
    await store.put('smart/t/a/e/two/client', two, { client_secret: '2' });
    const stolen = database.selectFrom('secret_versions').select('sealed').where('version_id', '=', one);
    await database.updateTable('secret_versions').set({ sealed: stolen }).where('version_id', '=', two).execute();
    await expect(store.get('smart/t/a/e/two/client', { stage: 'current' })).rejects.toMatchObject({ code: 'refused' });
  });

  it('keeps the staged versions and the newest others, and drops the rest', async () => {
    const name = 'smart/t/a/e/many/client';
    const ids = Array.from({ length: 110 }, (_, index) => versionIdOf(`many-${index}`, 'client'));
    for (const id of ids) await store.put(name, id, { client_secret: id });
    expect(await store.get(name, { versionId: ids[0]! })).not.toBeNull();
    expect(await store.get(name, { versionId: ids[1]! })).toBeNull();
    expect(await store.get(name, { versionId: ids[20]! })).not.toBeNull();
    expect(await store.get(name, { stage: 'pending' })).toMatchObject({ versionId: ids.at(-1) });
  });

  it('deletes for good what was removed more than 30 days ago', async () => {
    const removed = 'smart/t/a/e/removed/client';
    await store.put(removed, versionIdOf('removed', 'client'), { client_secret: 'x' });
    await store.remove(removed);
    const versions = () => database.selectFrom('secret_versions').select('name').where('name', '=', removed).execute();
    now += 29 * 86_400_000;
    await store.remove('smart/t/a/e/nothing/client');
    expect(await versions()).toHaveLength(1);
    now += 2 * 86_400_000;
    await store.remove('smart/t/a/e/nothing/client');
    expect(await versions()).toHaveLength(0);
    now = Date.now();
  });

  it('cannot be used without its table', async () => {
    const empty = new Kysely<SecretTables>({ dialect: new PGliteDialect({ pglite: await PGlite.create() }) });
    const broken = createDatabaseSecretStore(empty, keyring.sealer('store'), { now: () => now });
    await expect(broken.check()).rejects.toMatchObject({ name: 'SecretStoreError', code: 'refused' });
    await empty.destroy();
    await expect(broken.check()).rejects.toMatchObject({ name: 'SecretStoreError', code: 'unavailable' });
  });
});

describe('aws (strict)', () => {
  const server = new StrictSecretsManager();
  const store = createAwsSecretStore({ client: server.client() });
  secretStoreContract(() => store);
});
