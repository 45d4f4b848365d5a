import { expect, it } from 'vitest';
import { setAsideAt } from '../../../../domain/credential/setAside.ts';
import { defaultPaceTimes as times } from '../../../../domain/time/pace.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

it.each([
  ['a day, where the current one lives long', 34 * day, day],
  ['a day, where it does not end', null, day],
  ['a quarter of what the current one has left', 20 * hour, 5 * hour],
  ['three minutes, where that is less', 8 * minute, 3 * minute],
  ['three minutes, where it has ended', -day, 3 * minute],
])('a pending secret that stays rejected is set aside after %s', (_name, left, expected) => {
  const since = Date.UTC(2026, 0, 1);
  expect(setAsideAt(since, left === null ? null : since + left, times)).toBe(since + expected);
});
