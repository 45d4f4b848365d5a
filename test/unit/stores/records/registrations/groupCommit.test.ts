import { describe, expect, it } from 'vitest';
import { createGroupCommit } from '../../../../../stores/records/registrations/groupCommit.ts';

/** A commit that ends when the test says so, and notes what it was given. */
function heldCommit() {
  const batches: number[][] = [];
  const gates: PromiseWithResolvers<void>[] = [];
  const commit = async (items: readonly number[]) => {
    batches.push([...items]);
    const gate = Promise.withResolvers<void>();
    gates.push(gate);
    await gate.promise;
    return items.map((item) => (item < 0 ? new RangeError(`refused ${item}`) : null));
  };
  return { batches, gates, commit };
}

const never = () => false;

describe('createGroupCommit', () => {
  it('commits together what arrives during a commit, in order and within the limit', async () => {
    const { batches, gates, commit } = heldCommit();
    const record = createGroupCommit(commit, never, 3);
    const first = [1, 2].map(record);
    await expect.poll(() => gates.length).toBe(1);
    const done = Promise.all([...first, ...[3, 4, 5, 6].map(record)]);
    gates[0]?.resolve();
    await expect.poll(() => gates.length).toBe(2);
    gates[1]?.resolve();
    await expect.poll(() => gates.length).toBe(3);
    gates[2]?.resolve();
    await done;
    expect(batches).toEqual([[1, 2], [3, 4, 5], [6]]);
  });

  it('does not answer before the commit', async () => {
    const { gates, commit } = heldCommit();
    const record = createGroupCommit(commit, never, 3);
    let answered = false;
    const done = record(1).then(() => {
      answered = true;
    });
    await expect.poll(() => gates.length).toBe(1);
    expect(answered).toBe(false);
    gates[0]?.resolve();
    await done;
    expect(answered).toBe(true);
  });

  it('hands each item its own refusal, and goes on', async () => {
    const record = createGroupCommit(
      async (items: readonly number[]) => items.map((item) => (item < 0 ? new RangeError('refused') : null)),
      never,
      10,
    );
    const outcomes = await Promise.allSettled([record(1), record(-2), record(3)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    await expect(record(4)).resolves.toBeNull();
  });

  it('tries each alone when a commit of several fails', async () => {
    const tried: (readonly number[])[] = [];
    const commit = async (items: readonly number[]) => {
      tried.push(items);
      if (items.includes(2)) throw new TypeError('bad item');
      return items.map(() => null);
    };
    const record = createGroupCommit(commit, never, 10);
    const outcomes = await Promise.allSettled([record(1), record(2), record(3)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(tried).toEqual([[1, 2, 3], [1], [2], [3]]);
  });

  it('does not try each alone when the failure would meet all alike', async () => {
    let commits = 0;
    const commit = async () => {
      commits += 1;
      throw new TypeError('no database');
    };
    const record = createGroupCommit(commit, () => true, 10);
    const outcomes = await Promise.allSettled([1, 2, 3].map(record));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(commits).toBe(1);
  });
});
