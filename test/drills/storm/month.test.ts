import { expect, test } from 'vitest';
import { describeWith } from '../../support/describeWith.ts';
import { say } from '../../support/kill/say.ts';
import { runStorm } from './run.ts';

/** A secret of ten days comes to its end within them. */
const days = 11;

describeWith('time-skipping', 'Days at a server that gives the same secret again', (servers) => {
  test('it is asked within bounds, and a person is told before the secret ends', async () => {
    const systems = ['same-secret'] as const;
    const reports = await runStorm(servers['time-skipping'], systems, days, { say });
    expect(reports.flatMap(({ problems }) => problems)).toEqual([]);
    expect(Math.min(...reports.map((report) => report.days))).toBeGreaterThanOrEqual(days);
  });
});
