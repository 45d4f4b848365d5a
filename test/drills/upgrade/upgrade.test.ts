import { expect, test } from 'vitest';
import { describeWith } from '../../support/describeWith.ts';
import { say } from '../../support/kill/say.ts';
import { runUpgrade } from './run.ts';

const counts = { parked: 6, 'backing-off': 2, working: 2, waiting: 2 };

describeWith(['postgres', 'temporal'], 'A release that decides otherwise and raises its rules', (servers) => {
  test('lets every run go on, through a rollback too', async () => {
    const report = await runUpgrade(servers, counts, true, 10_000, say);
    say(JSON.stringify(report));
    expect(report).toMatchObject({ nondeterministic: 0, stuckAtEnd: 0, unanswered: [] });
  });
});
