import { expect, test } from 'vitest';
import { describeWith } from '../../support/describeWith.ts';
import { say } from '../../support/kill/say.ts';
import { seededRandom, seedOfRun } from '../../support/kill/seeded.ts';
import { losses, runLoss } from './run.ts';
import { unlike } from './situations/index.ts';
import { openLossWorld } from './world.ts';

const count = 20;

describeWith(['temporal', 'postgres', 'moto'], "The loss of the engine's data", (servers) => {
  test('20 registrations go on from what is recorded, and no client is made or changed', async () => {
    const seed = seedOfRun();
    const random = seededRandom(seed);
    const loss = losses[Math.floor(random() * losses.length)] ?? 'deleted';
    const world = await openLossWorld(servers);
    try {
      const { operations, settled, problems } = await runLoss(world, unlike(count, random), {
        count,
        loss,
        random,
        say,
      });
      say(`${loss}: ${count} registrations, ${operations} operations, settled in ${settled} ms (seed ${seed})`);
      expect(problems).toEqual([]);
    } finally {
      await world.close();
    }
  });
});
