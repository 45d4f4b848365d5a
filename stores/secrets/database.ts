import { type Generated, type GeneratedAlways, type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import {
  mostKept,
  type SecretStage,
  type SecretStore,
  SecretStoreError,
  type SecretVersion,
  type SecretVersionInfo,
} from '../../domain/ports/secretStore.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { Sealer } from '../crypto/sealer.ts';
import { checkNames, fromContent, sameContent, toContent } from './content.ts';
import { databaseFailure } from './databaseFailure.ts';

interface SecretsTable {
  name: string;
  pending_version: string | null;
  current_version: string | null;
  previous_version: string | null;
  created_at: Date;
  deleted_at: Date | null;
}

interface SecretVersionsTable {
  name: string;
  version_id: string;
  ordinal: GeneratedAlways<string>;
  sealed: Uint8Array;
  created_at: Date;
  kept: Generated<boolean>;
}

/** The tables of migration 002; the database may have more. */
export interface SecretTables {
  secrets: SecretsTable;
  secret_versions: SecretVersionsTable;
}

/** Versions without a stage that are kept per name, as AWS keeps about as many. */
const keptVersions = 100;
/** 30 days, as AWS by default. */
const recoveryMilliseconds = 30 * 86_400_000;

const stageColumns = {
  pending: 'pending_version',
  current: 'current_version',
  previous: 'previous_version',
} as const satisfies Record<SecretStage, keyof SecretsTable>;

function stagesOf(row: Selectable<SecretsTable>, versionId: string): SecretStage[] {
  return (Object.keys(stageColumns) as SecretStage[]).filter((stage) => row[stageColumns[stage]] === versionId);
}

const missing = (name: string) => new SecretStoreError('not-found', `there is no secret ${name}`);
const otherCurrent = (name: string) =>
  new SecretStoreError('conflict', `another version of secret ${name} is current than was expected`);
const otherContent = (name: string, versionId: string) =>
  new SecretStoreError('conflict', `version ${versionId} of secret ${name} exists with other content`);

/**
 * Secrets in the tables of migration 002, whatever other tables the database has.
 *
 * @param sealer of the label `store`.
 */
export function createDatabaseSecretStore<Tables>(
  anyDatabase: Kysely<Tables>,
  sealer: Sealer,
  clock: Clock,
): SecretStore {
  const database = anyDatabase as unknown as Kysely<SecretTables>;

  const open = (row: Pick<SecretVersionsTable, 'name' | 'version_id' | 'sealed'>) =>
    new TextDecoder().decode(sealer.open(row.sealed, [row.name, row.version_id]));

  async function secret(from: Kysely<SecretTables>, name: string) {
    const row = await from.selectFrom('secrets').selectAll().where('name', '=', name).executeTakeFirst();
    return row === undefined || row.deleted_at !== null ? null : row;
  }

  /** Of a secret that was not removed: one query, as every step reads secrets. */
  async function read(name: string, which: { stage: SecretStage } | { versionId: string }) {
    const query = database
      .selectFrom('secrets as secret')
      .innerJoin('secret_versions as version', 'version.name', 'secret.name')
      .selectAll('version')
      .where('secret.name', '=', name)
      .where('secret.deleted_at', 'is', null);
    const chosen =
      'versionId' in which
        ? query.where('version.version_id', '=', which.versionId)
        : query.whereRef('version.version_id', '=', `secret.${stageColumns[which.stage]}`);
    return (await chosen.executeTakeFirst()) ?? null;
  }

  async function version(from: Kysely<SecretTables>, name: string, versionId: string) {
    const query = from.selectFrom('secret_versions').selectAll();
    return (await query.where('name', '=', name).where('version_id', '=', versionId).executeTakeFirst()) ?? null;
  }

  /** A name that does not exist yet, in one statement; false when it exists, and nothing was changed. */
  async function putFirst(name: string, versionId: string, sealed: Uint8Array): Promise<boolean> {
    const now = new Date(clock.now());
    const created = await database
      .with('created', (statement) =>
        statement
          .insertInto('secrets')
          .values({ name, current_version: versionId, created_at: now })
          .onConflict((conflict) => conflict.column('name').doNothing())
          .returning(['name', 'current_version as version_id', 'created_at']),
      )
      .insertInto('secret_versions')
      .columns(['name', 'version_id', 'created_at', 'sealed'])
      .expression((statement) =>
        statement
          .selectFrom('created')
          .select(['name', 'version_id', 'created_at', sql<Uint8Array>`${sealed}::bytea`.as('sealed')]),
      )
      .executeTakeFirst();
    return created.numInsertedOrUpdatedRows === 1n;
  }

  async function putIn(
    transaction: Transaction<SecretTables>,
    name: string,
    versionId: string,
    content: string,
    sealed: Uint8Array,
  ) {
    const now = new Date(clock.now());
    const row = await transaction
      .insertInto('secrets')
      .values({ name, created_at: now })
      // Changes nothing: it locks a row that exists, and returns it.
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ name }))
      .returningAll()
      .executeTakeFirstOrThrow();
    const inserted = await transaction
      .insertInto('secret_versions')
      .values({ name, version_id: versionId, sealed, created_at: now })
      .onConflict((conflict) => conflict.columns(['name', 'version_id']).doNothing())
      .executeTakeFirst();
    const isNew = row.current_version === null || row.deleted_at !== null;
    if (inserted.numInsertedOrUpdatedRows === 0n) {
      const existing = await version(transaction, name, versionId);
      if (existing !== null && !sameContent(name, open(existing), content)) throw otherContent(name, versionId);
      if (!isNew) return;
    }
    const stages = isNew
      ? {
          current_version: versionId,
          previous_version: row.current_version === versionId ? row.previous_version : row.current_version,
          pending_version: null,
          deleted_at: null,
        }
      : { pending_version: versionId };
    if (!isNew) await keepPending(transaction, row);
    await transaction.updateTable('secrets').set(stages).where('name', '=', name).execute();
    if (row.current_version !== null) await prune(transaction, name);
  }

  /** The version that stops being pending may be wanted again; of those that are kept the oldest make room. */
  async function keepPending(
    transaction: Transaction<SecretTables>,
    { name, pending_version }: Selectable<SecretsTable>,
  ) {
    if (pending_version === null) return;
    await sql`
      update secret_versions set kept = version_id = ${pending_version} or ordinal > coalesce((
        select ordinal from secret_versions where name = ${name} and kept and version_id <> ${pending_version}
        order by ordinal desc offset ${mostKept - 1} limit 1
      ), 0)
      where name = ${name} and (kept or version_id = ${pending_version})`.execute(transaction);
  }

  async function prune(transaction: Transaction<SecretTables>, name: string) {
    await sql`
      delete from secret_versions as version using secrets as secret
      where version.name = ${name} and secret.name = version.name and not version.kept
        and version.version_id is distinct from secret.pending_version
        and version.version_id is distinct from secret.current_version
        and version.version_id is distinct from secret.previous_version
        and version.ordinal <= (
          select ordinal from secret_versions where name = ${name} order by ordinal desc offset ${keptVersions} limit 1
        )`.execute(transaction);
  }

  async function promoteOnce(name: string, versionId: string, expectedCurrent: string | null) {
    const result = await database
      .updateTable('secrets')
      .set((column) => ({
        previous_version: column.ref('current_version'),
        current_version: versionId,
        pending_version: column.fn<string | null>('nullif', ['pending_version', sql.val(versionId)]),
      }))
      .where('name', '=', name)
      .where('deleted_at', 'is', null)
      .where('current_version', 'is distinct from', versionId)
      .where('current_version', 'is not distinct from', expectedCurrent)
      .where(({ exists, selectFrom }) =>
        exists(
          selectFrom('secret_versions')
            .select('version_id')
            .where('name', '=', name)
            .where('version_id', '=', versionId),
        ),
      )
      .executeTakeFirst();
    return result.numUpdatedRows === 1n;
  }

  async function release(name: string, versionId: string): Promise<void> {
    await database
      .updateTable('secret_versions')
      .set({ kept: false })
      .where('name', '=', name)
      .where('version_id', '=', versionId)
      .where('kept', '=', true)
      .execute();
  }

  /** Deletes for good what was removed longer ago than the recovery window. */
  async function purge(transaction: Transaction<SecretTables>) {
    const gone = transaction
      .selectFrom('secrets')
      .select('name')
      .where('deleted_at', '<', new Date(clock.now() - recoveryMilliseconds));
    await transaction
      .updateTable('secrets')
      .set({ pending_version: null, current_version: null, previous_version: null })
      .where('name', 'in', gone)
      .execute();
    await transaction.deleteFrom('secret_versions').where('name', 'in', gone).execute();
    await transaction.deleteFrom('secrets').where('name', 'in', gone).execute();
  }

  return {
    kind: 'database',

    put: (name, versionId, value) =>
      guarded(name, async () => {
        checkNames(name, versionId);
        const content = toContent(name, value);
        const sealed = sealer.seal(new TextEncoder().encode(content), [name, versionId]);
        if (await putFirst(name, versionId, sealed)) return;
        await database.transaction().execute((transaction) => putIn(transaction, name, versionId, content, sealed));
      }),

    promote: (name, versionId, expectedCurrent) =>
      guarded(name, async () => {
        if (await promoteOnce(name, versionId, expectedCurrent)) return await release(name, versionId);
        const row = await secret(database, name);
        if (row === null) throw missing(name);
        if (row.current_version === versionId) return await release(name, versionId);
        if ((await version(database, name, versionId)) === null)
          throw new SecretStoreError('not-found', `secret ${name} has no version ${versionId}`);
        throw otherCurrent(name);
      }),

    keep: (name, versionId) =>
      guarded(name, async () => {
        const held = await database
          .updateTable('secret_versions')
          .set({ kept: true })
          .where('name', '=', name)
          .where('version_id', '=', versionId)
          .executeTakeFirst();
        if (held.numUpdatedRows === 0n)
          throw new SecretStoreError('not-found', `secret ${name} has no version ${versionId}`);
      }),

    release: (name, versionId) => guarded(name, () => release(name, versionId)),

    get: (name, which) =>
      guarded(name, async (): Promise<SecretVersion | null> => {
        const found = await read(name, which);
        return found === null ? null : { versionId: found.version_id, value: fromContent(name, open(found)) };
      }),

    describe: (name) =>
      guarded(name, async (): Promise<SecretVersionInfo[] | null> => {
        const row = await secret(database, name);
        if (row === null) return null;
        const query = database.selectFrom('secret_versions').select(['version_id', 'created_at', 'kept']);
        const versions = await query.where('name', '=', name).orderBy('ordinal').execute();
        return versions
          .map((each) => ({
            versionId: each.version_id,
            stages: stagesOf(row, each.version_id),
            kept: each.kept,
            createdAt: each.created_at.getTime(),
          }))
          .filter((each) => each.stages.length > 0 || each.kept);
      }),

    remove: (name) =>
      guarded(name, async () => {
        await database.transaction().execute(async (transaction) => {
          await transaction
            .updateTable('secrets')
            .set({ deleted_at: new Date(clock.now()) })
            .where('name', '=', name)
            .where('deleted_at', 'is', null)
            .execute();
          await purge(transaction);
        });
      }),

    check: () =>
      guarded(null, async () => {
        await database.selectFrom('secrets').select('name').limit(1).execute();
      }),
  };
}

/** Runs `work` so that nothing but a SecretStoreError comes out. */
async function guarded<Result>(name: string | null, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw databaseFailure(name, error);
  }
}
