import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PGlite } from '@electric-sql/pglite';
import { Kysely, PGliteDialect, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SecretStore } from '../../../../domain/ports/secretStore.ts';
import { createKeyring, generateMasterKey, parseMasterKey } from '../../../../stores/crypto/keyring.ts';
import { secrets } from '../../../../stores/records/migrations/002-secrets.ts';
import { createAwsSecretStore } from '../../../../stores/secrets/aws.ts';
import { createDatabaseSecretStore, type SecretTables } from '../../../../stores/secrets/database.ts';
import { versionIdOf } from '../../../../stores/secrets/versionId.ts';
import { describeWith } from '../../../support/describeWith.ts';
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
    await sql.raw('alter table secret_versions add column kept boolean not null default false').execute(database);
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

  it('cannot be used without its tables', async () => {
    const elsewhere = createDatabaseSecretStore(database.withSchema('nowhere'), keyring.sealer('store'), {
      now: () => now,
    });
    await expect(elsewhere.check()).rejects.toMatchObject({ name: 'SecretStoreError', code: 'refused' });
  });
});

describe('database (nothing answers)', () => {
  it('is unavailable', async () => {
    const pool = new pg.Pool({ connectionString: 'postgres://nobody@127.0.0.1:1/none' });
    const database = new Kysely<SecretTables>({ dialect: new PostgresDialect({ pool }) });
    const store = createDatabaseSecretStore(database, keyring.sealer('store'), { now: () => Date.now() });
    await expect(store.check()).rejects.toMatchObject({ name: 'SecretStoreError', code: 'unavailable' });
    await database.destroy();
  });
});

describe('aws (strict)', () => {
  const server = new StrictSecretsManager();
  const store = createAwsSecretStore({ client: server.client() });
  secretStoreContract(() => store);
});

describeWith('postgres', 'database (PostgreSQL)', ({ postgres }) => {
  const name = `secrets_${crypto.randomUUID().replaceAll('-', '')}`;
  let admin: pg.Client;
  let database: Kysely<SecretTables>;
  let store: SecretStore;
  beforeAll(async () => {
    admin = new pg.Client({ connectionString: postgres.url });
    await admin.connect();
    await admin.query(`create database ${name}`);
    const url = new URL(postgres.url);
    url.pathname = `/${name}`;
    const pool = new pg.Pool({ connectionString: url.href });
    database = new Kysely<SecretTables>({ dialect: new PostgresDialect({ pool }) });
    await secrets.up(database);
    await sql.raw('alter table secret_versions add column kept boolean not null default false').execute(database);
    store = createDatabaseSecretStore(database, keyring.sealer('store'), { now: () => Date.now() });
  });
  afterAll(async () => {
    await database.destroy();
    await admin.query(`drop database ${name}`);
    await admin.end();
  });

  secretStoreContract(() => store);
});

describeWith('moto', 'aws (moto)', ({ moto }) => {
  const client = new SecretsManagerClient({
    endpoint: moto.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const store = createAwsSecretStore({ client });
  secretStoreContract(() => store);
});

describe('aws (nothing answers)', () => {
  it('is unavailable within the deadline', async () => {
    const client = new SecretsManagerClient({
      endpoint: 'http://127.0.0.1:1',
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    const store = createAwsSecretStore({ client, deadline: 5_000 });
    await expect(store.check()).rejects.toMatchObject({ name: 'SecretStoreError', code: 'unavailable' });
  });
});
