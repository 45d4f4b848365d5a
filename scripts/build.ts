import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundleWorkflows, workflowBundleInputs } from './workflowBundle.ts';

/**
 * Makes what cannot run as it is: the workflow bundle for the worker and the dashboard for the browser.
 * `--if-stale` leaves alone what was made from the same inputs.
 */
interface Artifact {
  readonly name: string;
  /** Exists when the artifact was made. */
  readonly output: string;
  /** Globs of everything that decides what it contains. */
  readonly inputs: readonly string[];
  make(): Promise<void>;
}

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');

const artifacts: readonly Artifact[] = [
  {
    name: 'workflow bundle',
    output: join(dist, 'workflow-bundle.js'),
    inputs: [...workflowBundleInputs, 'scripts/workflowBundle.ts'],
    make: makeWorkflowBundle,
  },
  {
    name: 'dashboard',
    output: join(dist, 'dashboard/index.html'),
    inputs: ['dashboard/**/*', 'domain/**/*'],
    make: buildDashboard,
  },
];

async function makeWorkflowBundle(): Promise<void> {
  const code = await bundleWorkflows(root);
  const output = join(dist, 'workflow-bundle.js');
  writeFileSync(`${output}.new`, code);
  renameSync(`${output}.new`, output);
}

async function buildDashboard(): Promise<void> {
  const { build } = await import('vite');
  await build({ root: join(root, 'dashboard'), logLevel: 'warn' });
}

/** SHA-256 over names and contents of the inputs, of this file and of the lockfile. */
function fingerprint(artifact: Artifact): string {
  const files = [...artifact.inputs, 'scripts/build.ts', 'package-lock.json', 'tsconfig.json'].flatMap((glob) =>
    globSync(glob, { cwd: root, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  const hash = createHash('sha256');
  for (const file of files.sort())
    hash.update(`${file}\0`).update(createHash('sha256').update(readFileSync(file)).digest());
  return hash.digest('hex');
}

async function bringUpToDate(artifact: Artifact, ifStale: boolean): Promise<void> {
  const made = join(dist, `${artifact.name.replaceAll(' ', '-')}.inputs`);
  const inputs = fingerprint(artifact);
  const fresh = existsSync(artifact.output) && existsSync(made) && readFileSync(made, 'utf8') === inputs;
  if (ifStale && fresh) return;
  const startedAt = performance.now();
  process.stdout.write(`Building the ${artifact.name} … `);
  await artifact.make();
  writeFileSync(made, inputs);
  process.stdout.write(`done in ${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`);
}

const { values } = parseArgs({ options: { 'if-stale': { type: 'boolean', default: false } } });
mkdirSync(dist, { recursive: true });
for (const artifact of artifacts) await bringUpToDate(artifact, values['if-stale']);
