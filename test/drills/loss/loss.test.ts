import { expect, test } from 'vitest';
import { describeWith } from '../../support/describeWith.ts';
import { say } from '../../support/kill/say.ts';
import { seededRandom, seedOfRun } from '../../support/kill/seeded.ts';
import { losses, runLoss } from './run.ts';
import { situations } from './situations.ts';
import { openLossWorld } from './world.ts';

const count = 20;

describeWith('temporal', "The loss of the engine's data", ({ temporal }) => {
  test('20 registrations go on from what is recorded, and no client is made or changed', async () => {
    const seed = seedOfRun();
    const random = seededRandom(seed);
    const loss = losses[Math.floor(random() * losses.length)] ?? 'deleted';
    const world = await openLossWorld(temporal);
    try {
      const { operations, settled, problems } = await runLoss(world, situations, { count, loss, random, say });
      say(`${loss}: ${count} registrations, ${operations} operations, settled in ${settled} ms (seed ${seed})`);
      expect(problems).toEqual([]);
    } finally {
      await world.close();
    }
  });
});
