import { expect, test } from 'vitest';
import { describeWith } from '../../support/describeWith.ts';
import { cutEngine, recordEngineCuts } from '../../support/kill/engineCuts.ts';
import { say } from '../../support/kill/say.ts';

const lanes = 3;

/** `kill -9` at every request to PostgreSQL and Temporal that a clean life makes. */
describeWith(
  ['moto', 'postgres', 'temporal', 'oidc-provider'],
  'Killed at any request to database or engine',
  (servers) => {
    test('every registration survives', async () => {
      const cuts = await recordEngineCuts(servers);
      const count = (server: string) => cuts.filter(({ label }) => label.startsWith(`${server} `)).length;
      say(`Cut points: ${count('postgresql')} of PostgreSQL, ${count('temporal')} of Temporal`);
      const { reached, missed, problems } = await cutEngine(servers, cuts, lanes, say);
      say(`Killed at ${reached.length} of ${cuts.length} cut points of PostgreSQL and Temporal`);
      for (const cut of missed) say(`Not reached: ${cut}`);
      expect(problems).toEqual([]);
      // Which statements share a commit depends on the moment; what no life had again is said above.
      expect(missed.length).toBeLessThan(cuts.length / 20);
    });
  },
);
