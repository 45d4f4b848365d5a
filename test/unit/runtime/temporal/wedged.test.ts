import { expect, test } from 'vitest';
import { isWedged, mayBeWedged } from '../../../../runtime/temporal/wedged.ts';

test.each([
  [0, 'failed', false],
  [2, 'failed', false],
  [3, 'failed', true],
  [3, 'timed-out', false],
  [9, 'timed-out', false],
  [10, 'timed-out', true],
] as const)(
  'an entity after %i decisions that ended badly, the first of which %s, is wedged: %s',
  (count, first, is) => {
    expect(mayBeWedged(count) && isWedged(count, first)).toBe(is);
  },
);
