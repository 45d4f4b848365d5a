import { expect, test } from 'vitest';
import { describeWith } from '../../support/describeWith.ts';
import { say } from '../../support/kill/say.ts';
import { runStorm } from './run.ts';

describeWith('time-skipping', 'Simulated days at a server', (servers) => {
  test('an honest server is asked within bounds, and its secret replaced before it ends', async () => {
    const reports = await runStorm(servers['time-skipping'], ['short'], 11, { say });
    expect(reports.flatMap(({ problems }) => problems)).toEqual([]);
    expect(reports.map(({ secrets }) => secrets)).toEqual([2]);
  });
});
