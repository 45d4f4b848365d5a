import { sample } from '../../../support/kill/seeded.ts';
import type { Situation } from '../situation.ts';
import { credentials } from './credentials.ts';
import { holds, refused } from './holds.ts';
import { onTheWay } from './onTheWay.ts';
import { requests } from './requests.ts';

/** Every phase and hold that the API can bring about against the simulated peer. */
export const situations: readonly Situation[] = [...onTheWay, ...refused, ...holds, ...credentials, ...requests];

/** So many of them that differ: refusals do in their words only. */
export function unlike(count: number, random: () => number): Situation[] {
  const all = [...onTheWay, ...sample(refused, 2, random), ...holds, ...credentials, ...requests];
  return sample(all, count, random);
}

/** Those that only time, or what happens at the health system, brings on: nothing is asked of them. */
export const asleep = situations.filter(({ name }) =>
  ['supplied', 'distributing', 'disabled', 'pending'].includes(name),
);
