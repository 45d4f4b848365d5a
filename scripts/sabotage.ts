import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { copyTree } from './copyTree.ts';
import { applyEdit } from './edit.ts';
import { type Sabotage, sabotages } from './sabotageTable.ts';

/**
 * `npm run sabotage [-- name…]`: breaks each safety property of the table in one line, in a copy of the tree, and runs
 * the test that must notice. First the same tests must pass on the unchanged copy. Exits 1 when a change goes
 * unnoticed, cannot be made, or fails otherwise than by its test.
 */
const root = join(import.meta.dirname, '..');
const { positionals } = parseArgs({ allowPositionals: true });
const chosen = sabotages.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
if (chosen.length === 0)
  throw new Error(`no such sabotage; there are: ${sabotages.map(({ name }) => name).join(', ')}`);

/** `red`: the named test failed, and how. `green`: it passed. `not run`: what happened instead. */
interface Verdict {
  readonly colour: 'red' | 'green' | 'not run';
  readonly why: string;
}

const scratch = mkdtempSync(join(tmpdir(), 'registrar-sabotage-'));
let failed = 0;
try {
  const copy = copyTree(root, join(scratch, 'tree'));
  const files = [...new Set(chosen.map(({ test }) => test.file))];
  console.log(`The named tests of ${files.length} files on the unchanged copy:`);
  const before = await runTests(copy, files, [...new Set(chosen.map(({ test }) => test.name))]);
  for (const { name, test } of chosen) {
    const { colour, why } = before(test);
    if (colour === 'green') continue;
    failed += 1;
    console.log(`  ${name}: "${test.name}" → ${colour}: ${why}`);
  }
  if (failed > 0) throw new Error('the tests must pass before anything is broken');
  console.log('all green');
  for (const sabotage of chosen) {
    const startedAt = performance.now();
    const { colour, why } = await commit(sabotage, copy);
    if (colour !== 'red') failed += 1;
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
    console.log(`${sabotage.name} → ${sabotage.test.file} "${sabotage.test.name}" → ${colour} (${seconds} s): ${why}`);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
console.log(
  failed === 0
    ? `${chosen.length} of ${chosen.length} sabotages were noticed`
    : `${failed} of ${chosen.length} sabotages were NOT noticed`,
);
process.exitCode = failed === 0 ? 0 : 1;

async function commit({ test, ...edit }: Sabotage, copy: string): Promise<Verdict> {
  const path = join(copy, edit.file);
  const original = readFileSync(path, 'utf8');
  try {
    applyEdit(copy, edit);
    return (await runTests(copy, [test.file], [test.name]))(test);
  } catch (error) {
    return { colour: 'not run', why: (error as Error).message };
  } finally {
    writeFileSync(path, original);
  }
}

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly title: string;
      readonly status: string;
      readonly failureMessages: readonly string[] | null;
    }[];
  }[];
}

/** Runs tests by their titles and answers how to ask for the colour of one. */
async function runTests(
  copy: string,
  files: readonly string[],
  titles: readonly string[],
): Promise<(test: Sabotage['test']) => Verdict> {
  const outputFile = join(scratch, 'report.json');
  rmSync(outputFile, { force: true });
  const pattern = titles.map((title) => title.replace(/[.*+?^$()[\]{}|\\]/g, '\\$&')).join('|');
  const args = ['run', ...files, '-t', pattern, '--reporter=json', `--outputFile=${outputFile}`];
  const { output } = await run(join(copy, 'node_modules/.bin/vitest'), args, copy);
  let report: Report;
  try {
    report = JSON.parse(readFileSync(outputFile, 'utf8')) as Report;
  } catch {
    throw new Error(`vitest made no report:\n${output.slice(-2000)}`);
  }
  return ({ file, name }) => {
    const result = report.testResults.find((each) => each.name === join(copy, file));
    // The same title may stand in a suite for each kind of database.
    const tests = result?.assertionResults.filter(({ title }) => title === name) ?? [];
    const red = tests.find(({ status }) => status === 'failed');
    if (red !== undefined) return { colour: 'red', why: firstLine(red.failureMessages?.[0]) };
    if (tests.length > 0 && tests.every(({ status }) => status === 'passed')) return { colour: 'green', why: '' };
    return { colour: 'not run', why: firstLine(result?.message) || 'there is no such test' };
  };
}

function firstLine(message = ''): string {
  return message.split('\n')[0]?.slice(0, 160) ?? '';
}

function run(command: string, args: readonly string[], cwd: string): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      // Children that start `node` by name must get the Node that runs this.
      env: { ...process.env, PATH: [dirname(process.execPath), process.env.PATH].join(delimiter) },
    });
    let output = '';
    const add = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout.on('data', add);
    child.stderr.on('data', add);
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
