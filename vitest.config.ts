import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { CountingReporter } from './test/support/countingReporter.ts';

const minute = 60_000;
/** Where `npm test` wants the totals. */
const totals = process.env.TEST_TOTALS_FILE;
const soak = process.env.REGISTRAR_TEST_SOAK === '1';

/** Real servers take turns on few cores: two files at a time, and one at a time where a file says so by its name. */
const shared = { maxWorkers: 2 };
const oneAtATime = { fileParallelism: false };
/** A page or a program of its own that shares two cores with everything else may take seconds to show a state. */
const patient = { expect: { poll: { timeout: 15_000 } } };

const everyRun = [
  {
    extends: true as const,
    test: {
      name: 'unit',
      include: ['test/unit/**/*.test.ts'],
      setupFiles: ['test/support/noNetwork.ts'],
      testTimeout: 30_000,
      sequence: { groupOrder: 0 },
      // Unit tests change no module, so files share what they import: a third of the processor time of the inner loop.
      isolate: false,
      // Vitest leaves one core to itself; with two cores that would leave one, and double the inner loop.
      maxWorkers: Math.max(2, availableParallelism() - 1),
    },
  },
  {
    extends: true as const,
    test: {
      name: 'histories',
      include: ['test/histories/**/*.test.ts'],
      testTimeout: 2 * minute,
      hookTimeout: 2 * minute,
      sequence: { groupOrder: 1 },
      ...shared,
    },
  },
  {
    extends: true as const,
    test: {
      name: 'integration',
      include: ['test/integration/**/*.test.ts'],
      testTimeout: 2 * minute,
      hookTimeout: 2 * minute,
      ...patient,
      sequence: { groupOrder: 1 },
      ...shared,
    },
  },
  {
    extends: true as const,
    test: {
      name: 'e2e',
      include: ['test/e2e/**/*.test.ts'],
      exclude: ['test/e2e/**/*.{soak,exclusive}.test.ts'],
      testTimeout: 5 * minute,
      hookTimeout: 5 * minute,
      ...patient,
      sequence: { groupOrder: 2 },
      ...shared,
    },
  },
  {
    extends: true as const,
    test: {
      name: 'e2e-exclusive',
      include: ['test/e2e/**/*.exclusive.test.ts', 'test/drills/**/*.test.ts'],
      exclude: ['test/drills/**/*.soak.test.ts'],
      testTimeout: 10 * minute,
      hookTimeout: 5 * minute,
      ...patient,
      sequence: { groupOrder: 3 },
      ...oneAtATime,
    },
  },
];

const soakRun = [
  {
    extends: true as const,
    test: {
      name: 'soak',
      include: ['test/{e2e,drills}/**/*.soak.test.ts'],
      testTimeout: 120 * minute,
      hookTimeout: 10 * minute,
      ...oneAtATime,
    },
  },
];

export default defineConfig({
  test: {
    pool: 'forks',
    globalSetup: ['test/support/servers/globalSetup.ts'],
    teardownTimeout: minute,
    reporters: [
      'default',
      new CountingReporter(),
      ...(totals ? [['json', { outputFile: totals }] as ['json', object]] : []),
    ],
    projects: soak ? soakRun : everyRun,
  },
});
