interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Commits what arrives while a commit is under way together in the next one: the audit takes one writer at a time, so
 * a commit per item would bound the whole product.
 *
 * @param commit one transaction; answers each item, or why it was refused. It must be repeatable.
 * @param concernsAll whether a rejection of `commit` would meet every item alike. When not, every item is tried alone,
 *   so that a bad one does not fail its neighbours.
 */
export function createGroupCommit<Item, Answer>(
  commit: (items: readonly Item[]) => Promise<readonly (Answer | Error)[]>,
  concernsAll: (error: unknown) => boolean,
  maxItems: number,
): (item: Item) => Promise<Answer> {
  const queue: Waiting<Item, Answer>[] = [];
  let draining = false;

  async function commitTogether(some: readonly Waiting<Item, Answer>[]): Promise<void> {
    try {
      const answers = await commit(some.map(({ item }) => item));
      for (const [index, { resolve, reject }] of some.entries()) {
        const answer = answers[index] as Answer | Error;
        if (answer instanceof Error) reject(answer);
        else resolve(answer);
      }
    } catch (error) {
      if (some.length === 1 || concernsAll(error)) for (const { reject } of some) reject(error);
      else for (const one of some) await commitTogether([one]);
    }
  }

  async function drain(): Promise<void> {
    draining = true;
    // What arrives in the same turn of the event loop goes along with the first.
    await Promise.resolve();
    while (queue.length > 0) await commitTogether(queue.splice(0, maxItems));
    draining = false;
  }

  return (item) =>
    new Promise((resolve, reject) => {
      queue.push({ item, resolve, reject });
      // commitTogether hands every failure to its item, so drain() cannot reject.
      if (!draining) void drain();
    });
}
