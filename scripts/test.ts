import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type ReportedFile, slowestFiles } from './slowestFiles.ts';
import { isSoakName, type SoakName, soakSummary, soaks } from './soaks.ts';
import { type TestTotals, verdict } from './testVerdict.ts';

/**
 * `npm test`: build what is stale, lint, run every test, tell the slowest files, and close with a plain line of totals.
 * `--soak` runs the soak suites instead, or those that are named, and writes what each named one found to
 * `docs/measured/`. Fails on a failed or missing test and, with `CI=true`, on a skipped one.
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

interface Run {
  readonly code: number;
  readonly totals: TestTotals;
  readonly files: readonly ReportedFile[];
  /** What the tests said, a line each. */
  readonly said: readonly string[];
}

async function runTests(filters: readonly string[], environment: NodeJS.ProcessEnv): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'registrar-totals-'));
  const outputFile = join(folder, 'totals.json');
  const saidFile = join(folder, 'said.txt');
  writeFileSync(saidFile, '');
  try {
    const code = await run(join(bin, 'vitest'), ['run', ...filters], {
      TEST_TOTALS_FILE: outputFile,
      TEST_SAID_FILE: saidFile,
      ...environment,
    });
    const said = readFileSync(saidFile, 'utf8').split('\n').filter(Boolean);
    return { code, ...reportOf(outputFile), said };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function reportOf(outputFile: string): Pick<Run, 'totals' | 'files'> {
  try {
    const report = JSON.parse(readFileSync(outputFile, 'utf8'));
    const totals = {
      passed: report.numPassedTests ?? 0,
      failed: report.numFailedTests ?? 0,
      skipped: (report.numPendingTests ?? 0) + (report.numTodoTests ?? 0),
    };
    return { totals, files: report.testResults ?? [] };
  } catch {
    // vitest died before it wrote its totals; its exit code says so too.
    return { totals: { passed: 0, failed: 0, skipped: 0 }, files: [] };
  }
}

/** One soak by its name, from a seed that is told before it starts; resolves once its summary is written. */
async function runSoak(name: SoakName): Promise<Run> {
  const seed = process.env.REGISTRAR_TEST_SEED || String(Math.floor(Math.random() * 2 ** 31));
  const commit = commitOfTree();
  process.stdout.write(`— soak ${name} of ${commit} from seed ${seed}\n`);
  const startedAt = new Date();
  const ran = await runTests(soaks[name], { REGISTRAR_TEST_SOAK: '1', REGISTRAR_TEST_SEED: seed });
  const seconds = (Date.now() - startedAt.getTime()) / 1000;
  const folder = join(root, 'docs/measured');
  mkdirSync(folder, { recursive: true });
  const summary = { name, commit, seed, startedAt: startedAt.toISOString(), seconds, ...ran };
  writeFileSync(join(folder, `${name}.md`), soakSummary(summary));
  return ran;
}

/** Short id of the commit, with `+` where tracked files differ from it. */
function commitOfTree(): string {
  try {
    const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '-uno') === '' ? '' : '+');
  } catch {
    return 'unknown';
  }
}

function together(runs: readonly Run[]): Run {
  const sum = (of: (totals: TestTotals) => number) => runs.reduce((total, { totals }) => total + of(totals), 0);
  return {
    code: Math.max(...runs.map(({ code }) => code)),
    totals: {
      passed: sum(({ passed }) => passed),
      failed: sum(({ failed }) => failed),
      skipped: sum(({ skipped }) => skipped),
    },
    files: runs.flatMap(({ files }) => files),
    said: runs.flatMap(({ said }) => said),
  };
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
const named = values.soak ? positionals.filter(isSoakName) : [];
const runs: Run[] = [];
for (const name of named) runs.push(await runSoak(name));
const filters = positionals.filter((text) => !(named as readonly string[]).includes(text));
if (named.length === 0 || filters.length > 0)
  runs.push(await runTests(filters, values.soak ? { REGISTRAR_TEST_SOAK: '1' } : {}));
const { code, totals, files } = together(runs);
process.stdout.write('— slowest test files\n');
for (const line of slowestFiles(files, root)) process.stdout.write(`${line}\n`);
const { problem, line } = verdict(code, totals, process.env.CI === 'true');
if (problem !== null) process.stderr.write(`${problem}\n`);
process.stdout.write(`${line}\n`);
process.exitCode = problem === null ? 0 : 1;
