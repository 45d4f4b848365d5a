import type { TestTotals } from './testVerdict.ts';

/** The soaks that have a name, and the test files of each, as filters of vitest. Each takes less than an hour. */
export const soaks = {
  loss: ['test/drills/loss/'],
  storm: ['test/drills/storm/'],
  upgrade: ['test/drills/upgrade/'],
  kill: ['test/e2e/kill/', 'test/drills/kill/'],
} as const satisfies Record<string, readonly string[]>;

export type SoakName = keyof typeof soaks;

export function isSoakName(name: string): name is SoakName {
  return Object.hasOwn(soaks, name);
}

/** What one run of a soak is told by, in `docs/measured/{name}.md`. */
export interface SoakRun {
  readonly name: SoakName;
  /** Of the tree that ran; with `+` where files had changed since. */
  readonly commit: string;
  /** Given again by `REGISTRAR_TEST_SEED`. */
  readonly seed: string;
  /** RFC 3339. */
  readonly startedAt: string;
  readonly seconds: number;
  readonly totals: TestTotals;
  /** What the tests said, a line each. */
  readonly said: readonly string[];
}

export function soakSummary({ name, commit, seed, startedAt, seconds, totals, said }: SoakRun): string {
  return [
    `# Soak: ${name}`,
    '',
    `\`npm run test:soak -- ${name}\` wrote this page; the newest run counts.`,
    '',
    '| what | |',
    '|---|---|',
    `| commit | \`${commit}\` |`,
    `| seed | ${seed} (\`REGISTRAR_TEST_SEED\`) |`,
    `| started | ${startedAt} |`,
    `| took | ${Math.round(seconds)} s |`,
    `| tests | ${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped |`,
    '',
    ...(said.length === 0 ? [] : ['```', ...said, '```', '']),
  ].join('\n');
}
