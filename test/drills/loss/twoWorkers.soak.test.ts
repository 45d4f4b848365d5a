import { expect, test } from 'vitest';
import { describeWith } from '../../support/describeWith.ts';
import { say } from '../../support/kill/say.ts';
import { cutLines, recordCases } from './twoWorkers.ts';
import { openTwoWorkersWorld } from './twoWorkersWorld.ts';

describeWith(['temporal', 'postgres'], 'Two workers on two data directories', (servers) => {
  test('the database is cut at each point of a request: one client, and what else there is is listed', async () => {
    const world = await openTwoWorkersWorld(servers);
    try {
      const cases = await recordCases(world);
      const { reached, missed, spooled, listed, problems } = await cutLines(world, cases, say);
      say(
        `Cut at ${reached.length} of ${cases.length} points of a request: ${spooled} answers spooled, ${listed} clients listed with their token`,
      );
      expect(problems).toEqual([]);
      expect(missed).toEqual([]);
      expect(cases.length).toBeGreaterThanOrEqual(16);
      expect(spooled).toBeGreaterThanOrEqual(2);
      expect(listed).toBeGreaterThanOrEqual(1);
    } finally {
      await world.close();
    }
  });
});
