import { expect, test } from 'vitest';
import { type Chore, startChores } from '../../../../runtime/chores/chore.ts';
import { createLog } from '../../../../runtime/log/log.ts';

/** No interval of these tests comes. */
const every = 3_600_000;
const clock = { now: () => 42 };

/** A log that keeps events. */
function listening() {
  const lines: string[] = [];
  const log = createLog('debug', {
    write: (line: string) => {
      const { event, step } = JSON.parse(line) as { event: string; step: string };
      lines.push(`${event} ${step}`);
    },
  });
  return { log, lines };
}

test('one that hangs stops itself only, and not the stop', async () => {
  const drained = Promise.withResolvers<number>();
  const { log, lines } = listening();
  const chores: Chore[] = [
    { name: 'hangs', every, round: () => new Promise(() => undefined) },
    { name: 'drains', every, round: async (now) => drained.resolve(now) },
  ];
  const running = startChores(chores, { clock, log, stopWithin: 10 });
  expect(await drained.promise).toBe(42);
  await running.stop();
  expect(lines).toEqual(['chore.left hangs']);
});

test('one that fails is told, and comes again', async () => {
  const { log, lines } = listening();
  let rounds = 0;
  let done = Promise.withResolvers<void>();
  const round = async () => {
    rounds += 1;
    done.resolve();
    throw new RangeError('no');
  };
  const running = startChores([{ name: 'fails', every, round }], { clock, log, stopWithin: 1000 });
  await done.promise;
  done = Promise.withResolvers();
  running.nudge();
  await done.promise;
  await running.stop();
  expect(rounds).toBe(2);
  expect(lines).toEqual(['chore.failed fails', 'chore.failed fails']);
});

test('it comes at its interval', async () => {
  const third = Promise.withResolvers<void>();
  let rounds = 0;
  const round = async () => {
    rounds += 1;
    if (rounds === 3) third.resolve();
  };
  const running = startChores([{ name: 'often', every: 1, round }], { clock, log: createLog('silent'), stopWithin: 1 });
  await third.promise;
  await running.stop();
  expect(rounds).toBeGreaterThanOrEqual(3);
});

test('a nudge during a round gives one more after it, never two at a time', async () => {
  let under = 0;
  let most = 0;
  let rounds = 0;
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  const round = async () => {
    under += 1;
    most = Math.max(most, under);
    rounds += 1;
    if (rounds === 1) await first.promise;
    else second.resolve();
    under -= 1;
  };
  const running = startChores([{ name: 'once', every, round }], { clock, log: createLog('silent'), stopWithin: 1000 });
  running.nudge();
  running.nudge();
  first.resolve();
  await second.promise;
  await running.stop();
  expect({ rounds, most }).toEqual({ rounds: 2, most: 1 });
});

test('a stop tells the round under way, and waits for its end', async () => {
  const { log, lines } = listening();
  const ended: string[] = [];
  const round: Chore['round'] = (_, signal) =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () => {
        ended.push('told');
        resolve();
      });
    });
  const running = startChores([{ name: 'long', every, round }], { clock, log, stopWithin: 60_000 });
  await running.stop();
  running.nudge();
  expect({ ended, lines }).toEqual({ ended: ['told'], lines: [] });
});
