import { expect, test } from 'vitest';
import { describeWith } from '../../support/describeWith.ts';
import { say } from '../../support/kill/say.ts';
import { type BehaviourName, behaviours } from '../../support/peers/behaviour.ts';
import { runStorm } from './run.ts';

const days = 30;

describeWith('time-skipping', 'A month at servers that lie or refuse', (servers) => {
  test('they are asked within bounds, and a person is told before a secret ends', async () => {
    const systems = Object.keys(behaviours) as BehaviourName[];
    const reports = await runStorm(servers['time-skipping'], systems, days, { say });
    expect(reports.flatMap(({ problems }) => problems)).toEqual([]);
    expect(Math.min(...reports.map((report) => report.days))).toBeGreaterThanOrEqual(days);
  });
});
