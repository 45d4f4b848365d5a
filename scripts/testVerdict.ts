export interface TestTotals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/**
 * Whether a run of the tests counts as passed: not when vitest failed, nothing ran, or, in CI, something was skipped.
 * `line` is the plain closing line.
 */
export function verdict(exitCode: number, totals: TestTotals, ci: boolean): { problem: string | null; line: string } {
  const { passed, failed, skipped } = totals;
  return { problem: problemOf(exitCode, totals, ci), line: `${passed} passed, ${failed} failed, ${skipped} skipped` };
}

function problemOf(exitCode: number, { passed, failed, skipped }: TestTotals, ci: boolean): string | null {
  if (failed > 0) return `${failed} of ${passed + failed} tests failed`;
  if (exitCode !== 0) return `vitest ended with exit code ${exitCode}`;
  if (passed === 0) return 'No test ran';
  if (ci && skipped > 0) return `${skipped} tests were skipped, and in CI nothing may be`;
  return null;
}
