import { expect, test } from 'vitest';
import { emptyQueue, type Queue } from '../../../../runtime/chores/queue.ts';

const never = new AbortController().signal;

/** Items in memory; what was put off is not due again in this test. */
function queueOf(items: readonly string[], deliver: (item: string) => Promise<void>) {
  const taken: string[] = [];
  let waiting = [...items];
  const putOff: string[] = [];
  const drop = (item: string) => {
    waiting = waiting.filter((other) => other !== item);
  };
  const queue: Queue<string> = {
    due: async (limit) => waiting.slice(0, limit),
    deliver,
    async end(item) {
      taken.push(item);
      drop(item);
    },
    async putOff(item) {
      putOff.push(item);
      drop(item);
    },
  };
  return { queue, taken, putOff, waiting: () => waiting };
}

const failing = (fails: (item: string) => boolean) => async (item: string) => {
  if (fails(item)) throw new RangeError('away');
};
const numbered = (name: string, count: number) => Array.from({ length: count }, (_, index) => `${name}${index}`);

test('one that always fails does not stop those behind it', async () => {
  const { queue, taken, putOff } = queueOf(
    ['bad', 'good'],
    failing((item) => item === 'bad'),
  );
  expect(await emptyQueue(queue, never)).toEqual({ delivered: 1, failed: 1 });
  expect({ taken, putOff }).toEqual({ taken: ['good'], putOff: ['bad'] });
});

test('many at the head that fail do not stop the one behind them', async () => {
  const { queue, taken } = queueOf(
    [...numbered('bad', 15), 'good'],
    failing((item) => item !== 'good'),
  );
  await emptyQueue(queue, never);
  expect(taken).toEqual(['good']);
});

test('what is more than a batch goes on until nothing is due', async () => {
  const { queue, taken, waiting } = queueOf(numbered('item', 250), async () => undefined);
  expect(await emptyQueue(queue, never)).toEqual({ delivered: 250, failed: 0 });
  expect(new Set(taken).size).toBe(250);
  expect(waiting()).toEqual([]);
});

test('while nobody answers the rest keeps its place', async () => {
  const { queue, putOff, waiting } = queueOf(
    numbered('item', 250),
    failing(() => true),
  );
  const { failed } = await emptyQueue(queue, never);
  expect(failed).toBeGreaterThanOrEqual(20);
  expect(failed).toBeLessThan(40);
  expect(putOff).toHaveLength(failed);
  expect(waiting()).toHaveLength(250 - failed);
});

test('a stop ends the round between two items', async () => {
  const controller = new AbortController();
  const { queue, taken } = queueOf(numbered('item', 50), async () => controller.abort());
  await emptyQueue(queue, controller.signal);
  expect(taken.length).toBeLessThanOrEqual(10);
});

test('a queue that cannot be written says so', async () => {
  const { queue } = queueOf(
    ['bad'],
    failing(() => true),
  );
  const broken = { ...queue, putOff: () => Promise.reject(new RangeError('database away')) };
  await expect(emptyQueue(broken, never)).rejects.toThrow('database away');
});
