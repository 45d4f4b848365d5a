import { expect, test } from 'vitest';
import { verdict } from '../../../scripts/testVerdict.ts';

const good = { passed: 3, failed: 0, skipped: 0 };

test.each([
  ['all passed', 0, good, true, null],
  ['one failed', 1, { ...good, failed: 1 }, false, '1 of 4 tests failed'],
  ['one failed and vitest says nothing of it', 0, { ...good, failed: 1 }, false, '1 of 4 tests failed'],
  ['an error outside the tests', 1, good, false, 'vitest ended with exit code 1'],
  ['nothing ran', 0, { passed: 0, failed: 0, skipped: 0 }, false, 'No test ran'],
  ['only skipped', 0, { passed: 0, failed: 0, skipped: 5 }, false, 'No test ran'],
  ['skipped at home', 0, { ...good, skipped: 2 }, false, null],
  ['skipped in CI', 0, { ...good, skipped: 2 }, true, '2 tests were skipped, and in CI nothing may be'],
])('%s', (_, exitCode, totals, ci, problem) => {
  expect(verdict(exitCode, totals, ci).problem).toBe(problem);
});

test('closes with a plain line', () => {
  expect(verdict(1, { passed: 10, failed: 2, skipped: 1 }, false).line).toBe('10 passed, 2 failed, 1 skipped');
});
