import { expect, test } from 'vitest';
import { mostWithin } from '../../../support/peers/ledger.ts';

test.each([
  ['none', [], 10, 0],
  ['all in one window', [1, 2, 3], 10, 3],
  ['a window is half open', [0, 10], 10, 1],
  ['the densest window counts', [0, 100, 101, 102, 200], 10, 3],
  ['in any order', [102, 0, 101, 100], 10, 3],
])('%s', (_, times, window, most) => {
  expect(mostWithin(times, window)).toBe(most);
});
