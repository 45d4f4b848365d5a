import { expect, test } from 'vitest';
import { describeWith } from '../../support/describeWith.ts';
import { say } from '../../support/kill/say.ts';
import { runStorm } from './run.ts';

/** Their secrets are taken for ever; what they say of the end is what brought a loop of updates elsewhere. */
const odd = ['expiry-is-a-duration', 'expiry-now-plus-one'] as const;
const days = 11;

describeWith('time-skipping', 'Simulated days at servers', (servers) => {
  test('an honest server, and those that say an odd expiry, are asked within bounds', async () => {
    const reports = await runStorm(servers['time-skipping'], ['short', ...odd], days, { rotatedAt: odd, say });
    expect(reports.flatMap(({ problems }) => problems)).toEqual([]);
    expect(Math.min(...reports.map((report) => report.days))).toBeGreaterThanOrEqual(days);
    // The honest one's is replaced before it ends; at the others nothing but what a person asked for.
    expect(reports.map(({ secrets }) => secrets)).toEqual([2, 2, 2]);
  });
});
