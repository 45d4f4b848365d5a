import { randomUUID } from 'node:crypto';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Kysely } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SecretStore, SecretStoreError } from '../../../../domain/ports/secretStore.ts';
import { createKeyring, generateMasterKey, parseMasterKey } from '../../../../stores/crypto/keyring.ts';
import { type Database, migrate, openPostgres } from '../../../../stores/records/records.ts';
import { createAwsSecretStore } from '../../../../stores/secrets/aws.ts';
import { createDatabaseSecretStore } from '../../../../stores/secrets/database.ts';
import { type PointerTables, withPointers } from '../../../../stores/secrets/pointers.ts';
import { versionIdOf } from '../../../../stores/secrets/versionId.ts';
import { describeWith } from '../../../support/describeWith.ts';
import { type FreshDatabase, freshDatabase } from '../../../support/freshDatabase.ts';
import { memoryDatabase } from '../../../support/memoryDatabase.ts';
import { secretStoreContract } from './contract.ts';
import { StrictSecretsManager } from './strictSecretsManager.ts';

const keyring = createKeyring(parseMasterKey(generateMasterKey()));
const clock = { now: () => Date.now() };
const [v1, v2, v3] = ['one', 'two', 'three'].map((intent) => versionIdOf(intent, 'client')) as [string, string, string];
const value = (secret: string) => ({ client_secret: secret });
const freshName = () => `smart/t-${randomUUID().slice(0, 8)}/app/production/main/client`;
const died = () => new SecretStoreError('unavailable', 'the process died');

/** A store of which the n-th statement or call dies, before it is carried out or after. */
function dyingAt(given: { store: SecretStore; db: Kysely<Database> }, at: number, when: 'before' | 'after') {
  let seen = 0;
  async function step<Result>(work: () => Promise<Result>): Promise<Result> {
    seen += 1;
    if (seen === at && when === 'before') throw died();
    const result = await work();
    if (seen === at && when === 'after') throw died();
    return result;
  }
  const store: SecretStore = {
    ...given.store,
    promote: (...all) => step(() => given.store.promote(...all)),
    get: (...all) => step(() => given.store.get(...all)),
  };
  // Every statement of the pointer's table runs through the executor.
  const dying = new Proxy(given.db, {
    get(target, member) {
      if (member !== 'selectFrom' && member !== 'insertInto' && member !== 'updateTable' && member !== 'deleteFrom')
        return Reflect.get(target, member);
      return (...all: unknown[]) =>
        hooked((Reflect.get(target, member) as (...rest: unknown[]) => object).apply(target, all), step);
    },
  });
  return { store: withPointers(store, dying, clock), steps: () => seen };
}

/** The same query builder, with `execute` and its kin as one step. */
function hooked<Builder extends object>(builder: Builder, step: <R>(work: () => Promise<R>) => Promise<R>): Builder {
  return new Proxy(builder, {
    get(target, member) {
      const found = Reflect.get(target, member) as unknown;
      if (typeof found !== 'function') return found;
      const name = String(member);
      if (name.startsWith('execute'))
        return (...all: unknown[]) =>
          step(() => (found as (...rest: unknown[]) => Promise<unknown>).apply(target, all));
      return (...all: unknown[]) => {
        const next = (found as (...rest: unknown[]) => unknown).apply(target, all);
        return typeof next === 'object' && next !== null ? hooked(next, step) : next;
      };
    },
  });
}

function pointerSuite(given: () => { store: SecretStore; db: Kysely<Database> }): void {
  const pointerOf = (name: string) =>
    (given().db as unknown as Kysely<PointerTables>)
      .selectFrom('secret_pointers')
      .selectAll()
      .where('name', '=', name)
      .executeTakeFirst();
  const currentOf = async (name: string) => (await given().store.get(name, { stage: 'current' }))?.versionId;
  const plain = () => withPointers(given().store, given().db, clock);

  async function prepared(): Promise<string> {
    const name = freshName();
    await given().store.put(name, v1, value('a'));
    await given().store.put(name, v2, value('b'));
    return name;
  }

  describe('as any store', () => secretStoreContract(plain));

  it('claims, moves and confirms', async () => {
    const name = await prepared();
    await plain().promote(name, v2, v1);
    expect(await pointerOf(name)).toMatchObject({
      current: v2,
      previous: v1,
      pending: null,
      promoting: false,
      fence: 1,
    });
    expect(await currentOf(name)).toBe(v2);
  });

  it('ends the same wherever the process dies, however it goes on', async () => {
    const clean = dyingAt(given(), 0, 'before');
    await clean.store.promote(await prepared(), v2, v1);
    const steps = clean.steps();
    expect(steps).toBeGreaterThan(6);
    for (let at = 1; at <= steps; at += 1) {
      for (const when of ['before', 'after'] as const) {
        const name = await prepared();
        const where = `${when} step ${at}`;
        await expect(dyingAt(given(), at, when).store.promote(name, v2, v1), where).rejects.toMatchObject({
          code: 'unavailable',
        });
        await plain().promote(name, v2, v1);
        expect(await currentOf(name), where).toBe(v2);
        expect(await pointerOf(name), where).toMatchObject({ current: v2, pending: null, promoting: false });
        const pending = await given().store.get(name, { stage: 'pending' });
        expect(pending, where).toBeNull();
      }
    }
  });

  it('is finished by whoever finds it, who is then told that another version is current', async () => {
    const steps = dyingAt(given(), 0, 'before');
    await steps.store.promote(await prepared(), v2, v1);
    for (let at = 1; at <= steps.steps(); at += 1) {
      const name = await prepared();
      await given().store.put(name, v3, value('c'));
      await expect(dyingAt(given(), at, 'after').store.promote(name, v2, v1)).rejects.toThrow();
      const claimed = (await pointerOf(name))?.promoting === true || (await currentOf(name)) === v2;
      const outcome = await plain()
        .promote(name, v3, v1)
        .then(
          () => 'promoted',
          (error: SecretStoreError) => error.code,
        );
      expect([at, outcome]).toEqual([at, claimed ? 'conflict' : 'promoted']);
      expect(await currentOf(name)).toBe(claimed ? v2 : v3);
      expect(await pointerOf(name)).toMatchObject({ current: claimed ? v2 : v3, promoting: false });
    }
  });

  it('takes what consumers read for the truth, and tells of a third version', async () => {
    const name = await prepared();
    await plain().promote(name, v2, v1);
    await given().store.put(name, v3, value('c'));
    // Somebody moved it in the store's console.
    await given().store.promote(name, v3, v2);
    await expect(plain().promote(name, v1, v2)).rejects.toMatchObject({ code: 'conflict' });
    expect(await pointerOf(name)).toMatchObject({ current: v3, promoting: false });
    await plain().promote(name, v3, v1);
    await plain().promote(name, v1, v3);
    expect(await currentOf(name)).toBe(v1);
  });

  it('of several at once lets one win, and leaves nothing open', async () => {
    const name = await prepared();
    await given().store.put(name, v3, value('c'));
    const results = await Promise.allSettled([
      plain().promote(name, v2, v1),
      plain().promote(name, v3, v1),
      plain().promote(name, v2, v1),
    ]);
    const current = await currentOf(name);
    expect([v2, v3]).toContain(current);
    expect(results.some(({ status }) => status === 'fulfilled')).toBe(true);
    await plain().promote(name, current ?? '', v1);
    expect(await pointerOf(name)).toMatchObject({ current, promoting: false });
  });
}

describe('pointers over the database store on PGlite', () => {
  let db: Kysely<Database>;
  beforeAll(async () => {
    db = await memoryDatabase();
  });
  afterAll(() => db.destroy());
  pointerSuite(() => ({ db, store: createDatabaseSecretStore(db, keyring.sealer('store'), clock) }));
});

describeWith(['postgres', 'moto'], 'pointers on PostgreSQL', ({ postgres, moto }) => {
  let database: FreshDatabase;
  let db: Kysely<Database>;
  beforeAll(async () => {
    database = await freshDatabase(postgres);
    db = openPostgres(database.url);
    await migrate(db);
  });
  afterAll(async () => {
    await db.destroy();
    await database.drop();
  });

  describe('over the database store', () => {
    pointerSuite(() => ({ db, store: createDatabaseSecretStore(db, keyring.sealer('store'), clock) }));
  });

  describe('over AWS (strict)', () => {
    const server = new StrictSecretsManager();
    pointerSuite(() => ({ db, store: createAwsSecretStore({ client: server.client() }) }));
  });

  describe('over AWS (moto)', () => {
    const client = new SecretsManagerClient({
      endpoint: moto.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    pointerSuite(() => ({ db, store: createAwsSecretStore({ client }) }));
  });
});
