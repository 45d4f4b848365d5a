import { expect, test } from 'vitest';
import { describeWith } from '../../support/describeWith.ts';
import { seedOfRun } from '../../support/kill/seeded.ts';
import { cutAfterRecords } from './recordCuts.ts';

const kills = 10;

describeWith(['moto', 'postgres', 'temporal', 'oidc-provider'], "Killed after a record's commit", (servers) => {
  test('the registration goes on, 10 times of 10', async () => {
    const { killed, problems } = await cutAfterRecords(servers, kills, seedOfRun());
    expect(problems).toEqual([]);
    expect(killed).toBe(kills);
  });
});
