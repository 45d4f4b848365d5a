import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type TestTotals, verdict } from './testVerdict.ts';

/**
 * `npm test`: build what is stale, lint, run every test, and close with a plain line of totals. `--soak` runs the
 * soak suites instead. Fails on a failed or missing test and, with `CI=true`, on a skipped one.
 */
const root = join(import.meta.dirname, '..');
const bin = join(root, 'node_modules/.bin');

/** Exit code of a command whose output is ours. */
function run(command: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: 'inherit',
      env: {
        ...process.env,
        // Children that start `node` by name must get the Node that runs this.
        PATH: [dirname(process.execPath), bin, process.env.PATH].join(delimiter),
        ...environment,
      },
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (signal !== null) process.stderr.write(`${command} was ended by ${signal}\n`);
      resolve(code ?? 1);
    });
  });
}

async function check(step: string, command: string, args: readonly string[]): Promise<void> {
  process.stdout.write(`— ${step}\n`);
  if ((await run(command, args)) !== 0) {
    process.stderr.write(`${step} failed\n`);
    process.exit(1);
  }
}

async function runTests(soak: boolean, files: readonly string[]): Promise<{ code: number; totals: TestTotals }> {
  const folder = mkdtempSync(join(tmpdir(), 'registrar-totals-'));
  const outputFile = join(folder, 'totals.json');
  try {
    const code = await run(join(bin, 'vitest'), ['run', ...files], {
      TEST_TOTALS_FILE: outputFile,
      ...(soak ? { REGISTRAR_TEST_SOAK: '1' } : {}),
    });
    return { code, totals: totalsOf(outputFile) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function totalsOf(outputFile: string): TestTotals {
  try {
    const result = JSON.parse(readFileSync(outputFile, 'utf8')) as Record<string, number>;
    return {
      passed: result.numPassedTests ?? 0,
      failed: result.numFailedTests ?? 0,
      skipped: (result.numPendingTests ?? 0) + (result.numTodoTests ?? 0),
    };
  } catch {
    // vitest died before it wrote its totals; its exit code says so too.
    return { passed: 0, failed: 0, skipped: 0 };
  }
}

const { values, positionals } = parseArgs({
  options: { soak: { type: 'boolean', default: false } },
  allowPositionals: true,
});
await check('build', process.execPath, ['scripts/build.ts', '--if-stale']);
await check('lint', join(bin, 'biome'), ['check', '--error-on-warnings', '.']);
await check('types', join(bin, 'tsc'), ['--noEmit', '-p', '.']);
await check('types of the dashboard', join(bin, 'tsc'), ['--noEmit', '-p', 'dashboard']);
process.stdout.write('— tests\n');
const { code, totals } = await runTests(values.soak, positionals);
const { problem, line } = verdict(code, totals, process.env.CI === 'true');
if (problem !== null) process.stderr.write(`${problem}\n`);
process.stdout.write(`${line}\n`);
process.exitCode = problem === null ? 0 : 1;
