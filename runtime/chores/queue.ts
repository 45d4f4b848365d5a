/** Rows that are handed over one by one, each put off by itself when that fails. */
export interface Queue<Item> {
  /** Items that may be tried now, oldest first; those put off are not among them. */
  due(limit: number): Promise<readonly Item[]>;
  /** Hands one over. */
  deliver(item: Item): Promise<void>;
  /** It was handed over. */
  end(item: Item): Promise<void>;
  /** It could not be: others go first, for a while. */
  putOff(item: Item): Promise<void>;
}

export interface Emptied {
  readonly delivered: number;
  readonly failed: number;
}

const batch = 100;
/** Items in flight at once. */
const width = 10;
/** So many failures without any success in between, and what is on the other side is away: the rest keeps its place. */
const enough = 2 * width;

/**
 * Works through a queue, some items at a time. One that fails never stops those behind it. Rejects when the queue
 * itself cannot be read or written.
 */
export async function emptyQueue<Item>(queue: Queue<Item>, signal: AbortSignal): Promise<Emptied> {
  let delivered = 0;
  let failed = 0;
  let inARow = 0;
  const goesOn = () => !signal.aborted && inARow < enough;

  async function handle(item: Item): Promise<void> {
    try {
      await queue.deliver(item);
    } catch {
      failed += 1;
      inARow += 1;
      await queue.putOff(item);
      return;
    }
    inARow = 0;
    delivered += 1;
    await queue.end(item);
  }

  let items: readonly Item[];
  do {
    items = await queue.due(batch);
    let next = 0;
    const lane = async () => {
      for (let item = items[next++]; item !== undefined && goesOn(); item = items[next++]) await handle(item);
    };
    await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
  } while (items.length === batch && goesOn());
  return { delivered, failed };
}
