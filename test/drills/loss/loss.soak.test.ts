import { describe, expect, test } from 'vitest';
import { holdReasons } from '../../../domain/registration/hold.ts';
import { phases } from '../../../domain/words.ts';
import { describeWith } from '../../support/describeWith.ts';
import { say } from '../../support/kill/say.ts';
import { seededRandom, seedOfRun } from '../../support/kill/seeded.ts';
import { withoutReconciler } from './lossPolicy.ts';
import { losses, runLoss } from './run.ts';
import { asleep, situations } from './situations/index.ts';
import { openLossWorld } from './world.ts';

const count = 200;
const least = 3;
/** Held for what no request of a registration tells: mistakes of Registrar itself. */
const unreached = 'OperationFailed';
const everywhere: readonly string[] = [...phases, ...holdReasons.filter((reason) => reason !== unreached)];

describe("The loss of the engine's data", () => {
  describeWith(['temporal', 'postgres', 'moto'], 'with the reconciler', (servers) => {
    test.each(losses)('200 registrations go on from what is recorded: %s', async (loss) => {
      const seed = seedOfRun();
      const random = seededRandom(seed);
      const world = await openLossWorld(servers);
      try {
        const report = await runLoss(world, situations, { count, loss, random, say });
        const { operations, brought, lastMoment, settled, counts, problems } = report;
        say(
          `${loss}: ${count} registrations brought in ${brought} ms, ${operations} operations, the last ones within ${lastMoment} ms before the loss, settled in ${settled} ms (seed ${seed})`,
        );
        say([...counts].map(([name, times]) => `${name} ${times}`).join(', '));
        expect(problems).toEqual([]);
        expect(operations).toBeGreaterThanOrEqual(50);
        expect(Math.min(...report.situations.values())).toBeGreaterThanOrEqual(least);
        expect(everywhere.filter((name) => (counts.get(name) ?? 0) < least)).toEqual([]);
      } finally {
        await world.close();
      }
    });
  });

  describeWith(['temporal', 'postgres', 'moto'], 'without it', (servers) => {
    test('leaves every registration asleep that nobody asks for anything', async () => {
      const random = seededRandom(seedOfRun());
      const world = await openLossWorld(servers, withoutReconciler);
      try {
        const options = { count: asleep.length, loss: 'deleted', random, say, patience: 30_000 } as const;
        const { problems } = await runLoss(world, asleep, options);
        const stuck = asleep.map(({ name }, index) =>
          expect.stringContaining(`${name}-${index}-${world.name}: does not go on`),
        );
        expect(problems).toEqual(expect.arrayContaining(stuck));
      } finally {
        await world.close();
      }
    });
  });
});
