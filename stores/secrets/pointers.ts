import { type Kysely, sql } from 'kysely';
import { type SecretStore, SecretStoreError } from '../../domain/ports/secretStore.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { databaseFailure } from './databaseFailure.ts';

interface PointersTable {
  name: string;
  current: string | null;
  pending: string | null;
  previous: string | null;
  fence: number;
  promoting: boolean;
  updated_at: Date;
}

/** The table of promotions; the database may have more. */
export interface PointerTables {
  secret_pointers: PointersTable;
}

interface Pointer {
  readonly current: string | null;
  readonly pending: string | null;
  readonly fence: number;
  readonly promoting: boolean;
}

/** Times that a promotion looks again after another one moved the pointer between two of its statements. */
const patience = 5;

/**
 * The same store, with each promotion under an intent (DESIGN section 6): *claim* in the database (`promoting`, by
 * compare-and-swap on the current version and the fence) → *move* what consumers read, by the store's own
 * compare-and-swap → *confirm*. Whoever finds `promoting` finishes it first, so that a death between two of these ends
 * in what was decided, not in two truths. What consumers read is the truth: where the pointer says otherwise (a restore,
 * an edit in the store's console) the pointer gives way.
 */
export function withPointers<Tables>(store: SecretStore, anyDatabase: Kysely<Tables>, clock: Clock): SecretStore {
  const database = anyDatabase as unknown as Kysely<PointerTables>;
  const now = () => new Date(clock.now());

  async function guarded<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      throw databaseFailure(name, error);
    }
  }

  async function read(name: string): Promise<Pointer | null> {
    const row = await database
      .selectFrom('secret_pointers')
      .select(['current', 'pending', 'fence', 'promoting'])
      .where('name', '=', name)
      .executeTakeFirst();
    return row ?? null;
  }

  const currentOf = async (name: string) => (await store.get(name, { stage: 'current' }))?.versionId ?? null;

  /** The pointer as consumers see it: at `current`, read after `known` was; false when it moved meanwhile. */
  async function agree(name: string, known: Pointer | null, current: string | null): Promise<boolean> {
    const values = { current, pending: null, previous: null, promoting: false, updated_at: now() };
    if (known === null) {
      const made = await database
        .insertInto('secret_pointers')
        .values({ name, ...values, fence: 0 })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .executeTakeFirst();
      return made.numInsertedOrUpdatedRows === 1n;
    }
    const moved = await database
      .updateTable('secret_pointers')
      .set({ current, pending: null, promoting: false, updated_at: now() })
      .where('name', '=', name)
      .where('fence', '=', known.fence)
      .where('promoting', '=', known.promoting)
      .executeTakeFirst();
    return moved.numUpdatedRows === 1n;
  }

  async function claim(name: string, versionId: string, known: Pointer): Promise<number | null> {
    const claimed = await database
      .updateTable('secret_pointers')
      .set({ pending: versionId, promoting: true, fence: sql<number>`fence + 1`, updated_at: now() })
      .where('name', '=', name)
      .where('fence', '=', known.fence)
      .where('promoting', '=', false)
      .where('current', 'is not distinct from', known.current)
      .returning('fence')
      .executeTakeFirst();
    return claimed?.fence ?? null;
  }

  async function confirm(name: string, versionId: string, fence: number): Promise<void> {
    await database
      .updateTable('secret_pointers')
      .set(({ ref }) => ({
        previous: ref('current'),
        current: versionId,
        pending: null,
        promoting: false,
        updated_at: now(),
      }))
      .where('name', '=', name)
      .where('fence', '=', fence)
      .where('promoting', '=', true)
      .execute();
  }

  /** Moves what consumers read for a claim, ours or one that was left behind. */
  async function move(name: string, claimed: Pointer & { readonly pending: string }): Promise<void> {
    try {
      await store.promote(name, claimed.pending, claimed.current);
    } catch (error) {
      // Where the store is away the claim stays, and is finished later.
      if (!(error instanceof SecretStoreError) || error.code === 'unavailable') throw error;
      const current = await currentOf(name);
      if (current !== claimed.pending) {
        // Nothing moved and nothing will: the claim ends.
        await agree(name, claimed, current);
        throw error;
      }
      // Whoever found the claim at the same time has moved it.
    }
    await confirm(name, claimed.pending, claimed.fence);
  }

  async function promote(name: string, versionId: string, expectedCurrent: string | null): Promise<void> {
    for (let turn = 0; turn < patience; turn += 1) {
      const pointer = await read(name);
      if (pointer?.promoting === true && pointer.pending !== null) {
        await finish(name, { ...pointer, pending: pointer.pending }, versionId);
        continue;
      }
      const actual = await currentOf(name);
      if (actual === null) throw new SecretStoreError('not-found', `there is no secret ${name}`);
      if (pointer === null || pointer.current !== actual) {
        const agreed = await agree(name, pointer, actual);
        // The first version of a name is current at once: nothing has to be moved.
        if (agreed && actual === versionId) return await store.promote(name, versionId, expectedCurrent);
        continue;
      }
      // Mine already: what is left of an earlier try is tidied up.
      if (actual === versionId) return await store.promote(name, versionId, expectedCurrent);
      if (actual !== expectedCurrent)
        throw new SecretStoreError('conflict', `another version of secret ${name} is current than was expected`);
      const fence = await claim(name, versionId, pointer);
      if (fence === null) continue;
      return await move(name, { ...pointer, pending: versionId, fence, promoting: true });
    }
    throw new SecretStoreError('unavailable', `secret ${name} is being promoted by others; try again`);
  }

  /** What was left behind is carried out; that it could not be is told only to the one who asked for the same. */
  async function finish(name: string, found: Pointer & { readonly pending: string }, wanted: string): Promise<void> {
    try {
      await move(name, found);
    } catch (error) {
      const over = error instanceof SecretStoreError && error.code !== 'unavailable';
      if (!over || found.pending === wanted) throw error;
    }
  }

  return {
    ...store,
    promote: (name, versionId, expectedCurrent) => guarded(name, () => promote(name, versionId, expectedCurrent)),
    remove: (name) =>
      guarded(name, async () => {
        await store.remove(name);
        await database.deleteFrom('secret_pointers').where('name', '=', name).execute();
      }),
  };
}
