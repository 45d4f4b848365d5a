import { expect, test } from 'vitest';
import { relativeTime } from '../../../../domain/time/relative.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

test.each([
  [0, 'now'],
  [999, 'now'],
  [-999, 'now'],
  [second, 'in 1 second'],
  [-12 * second, '12 seconds ago'],
  [119 * second, 'in 119 seconds'],
  [2 * minute, 'in 2 minutes'],
  [119 * minute, 'in 119 minutes'],
  [2 * hour, 'in 2 hours'],
  [-47 * hour, '47 hours ago'],
  [2 * day, 'in 2 days'],
  [3 * day - 1, 'in 2 days'],
  [59 * day, 'in 59 days'],
  [60 * day, 'in 2 months'],
  [729 * day, 'in 24 months'],
  [730 * day, 'in 2 years'],
])('%i milliseconds away is %s', (away, text) => {
  const now = Date.parse('2026-11-21T12:00:00Z');
  expect(relativeTime(now + away, now)).toBe(text);
});
