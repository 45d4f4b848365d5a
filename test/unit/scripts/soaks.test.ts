import { expect, test } from 'vitest';
import { isSoakName, soakSummary } from '../../../scripts/soaks.ts';

test('the summary says what ran, from which seed, and what was said', () => {
  const summary = soakSummary({
    name: 'kill',
    commit: 'abc1234+',
    seed: '17',
    startedAt: '2026-11-28T05:00:00.000Z',
    seconds: 61.4,
    totals: { passed: 2, failed: 1, skipped: 0 },
    said: ['honest: 30 days'],
  });
  expect(summary).toContain('| commit | `abc1234+` |');
  expect(summary).toContain('| seed | 17 (`REGISTRAR_TEST_SEED`) |');
  expect(summary).toContain('| took | 61 s |');
  expect(summary).toContain('| tests | 2 passed, 1 failed, 0 skipped |');
  expect(summary).toContain('```\nhonest: 30 days\n```');
});

test.each([
  ['kill', true],
  ['toString', false],
  ['test/e2e/kill', false],
])('%s is a name of a soak: %s', (name, is) => {
  expect(isSoakName(name)).toBe(is);
});
