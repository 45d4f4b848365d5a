/** A test file of vitest's JSON report; times in milliseconds. */
export interface ReportedFile {
  readonly name: string;
  readonly startTime: number;
  readonly endTime: number;
}

const shown = 10;

/** The ten test files that took longest, slowest first: `  12.3 s  test/e2e/embedded.test.ts`. */
export function slowestFiles(files: readonly ReportedFile[], root: string): string[] {
  return files
    .map(({ name, startTime, endTime }) => ({ name, took: Math.max(0, endTime - startTime) }))
    .sort((left, right) => right.took - left.took)
    .slice(0, shown)
    .map(({ name, took }) => `${(took / 1000).toFixed(1).padStart(8)} s  ${name.replace(`${root}/`, '')}`);
}
