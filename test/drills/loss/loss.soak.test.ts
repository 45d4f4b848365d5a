import { describe, expect, test } from 'vitest';
import { describeWith } from '../../support/describeWith.ts';
import { say } from '../../support/kill/say.ts';
import { seededRandom, seedOfRun } from '../../support/kill/seeded.ts';
import { losses, runLoss } from './run.ts';
import { situations } from './situations.ts';
import { openLossWorld, withoutReconciler } from './world.ts';

const count = 200;

describe("The loss of the engine's data", () => {
  describeWith('temporal', 'with the reconciler', ({ temporal }) => {
    test.each(losses)('200 registrations go on from what is recorded: %s', async (loss) => {
      const seed = seedOfRun();
      const random = seededRandom(seed);
      const world = await openLossWorld(temporal);
      try {
        const report = await runLoss(world, situations, { count, loss, random, say });
        const { operations, settled, problems } = report;
        say(`${loss}: ${count} registrations, ${operations} operations, settled in ${settled} ms (seed ${seed})`);
        say([...report.situations].map(([name, times]) => `${name} ${times}`).join(', '));
        expect(problems).toEqual([]);
        expect(operations).toBeGreaterThanOrEqual(50);
        expect(Math.min(...report.situations.values())).toBeGreaterThanOrEqual(3);
      } finally {
        await world.close();
      }
    });
  });

  describeWith('temporal', 'without it', ({ temporal }) => {
    // Those that only time, or what happens at the health system, brings on: nothing is asked of them.
    const asleep = situations.filter(({ name }) => ['supplied', 'distributing', 'disabled', 'pending'].includes(name));

    test('leaves every registration asleep that nobody asks for anything', async () => {
      const random = seededRandom(seedOfRun());
      const world = await openLossWorld(temporal, withoutReconciler);
      try {
        const options = { count: asleep.length, loss: 'deleted', random, say, patience: 30_000 } as const;
        const { problems } = await runLoss(world, asleep, options);
        const stuck = asleep.map(({ name }, index) => expect.stringContaining(`${name}-${index}: does not go on`));
        expect(problems).toEqual(expect.arrayContaining(stuck));
      } finally {
        await world.close();
      }
    });
  });
});
