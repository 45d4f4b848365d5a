import { describe, expect, test } from 'vitest';
import { describeWith } from '../../support/describeWith.ts';
import { say } from '../../support/kill/say.ts';
import { runUpgrade } from './run.ts';

const counts = { parked: 200, 'backing-off': 20, working: 20, waiting: 20 };
const some = { parked: 20, 'backing-off': 4, working: 4, waiting: 4 };

describe('A release that decides otherwise', () => {
  describeWith(['postgres', 'temporal'], 'and raises its rules', (servers) => {
    test('lets 260 runs go on, through a rollback too', async () => {
      const report = await runUpgrade(servers, counts, true, 20_000, say);
      say(JSON.stringify(report));
      expect(report).toMatchObject({ nondeterministic: 0, stuckAtEnd: 0, unanswered: [] });
    });
  });

  describeWith(['postgres', 'temporal'], 'and forgets to raise them', (servers) => {
    test('wedges runs: the drill would notice', async () => {
      const report = await runUpgrade(servers, some, false, 20_000, say);
      say(JSON.stringify(report));
      expect(report.nondeterministic).toBeGreaterThan(0);
    });
  });
});
