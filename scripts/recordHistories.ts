import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { workflowIdOf } from '../domain/ids.ts';
import type { OperationRequest } from '../domain/operations/request.ts';
import { peerTaskQueue } from '../domain/ports/activities.ts';
import { createLog } from '../runtime/log/log.ts';
import { createEntityClient } from '../runtime/temporal/entityClient.ts';
import { heartbeats } from '../runtime/temporal/heartbeat.ts';
import { redactFailures } from '../runtime/temporal/interceptors.ts';
import { installRuntime } from '../runtime/temporal/open.ts';
import { startWorkers } from '../runtime/temporal/worker.ts';
import { historiesFolder } from '../test/histories/golden.ts';
import { goldenConverter, goldenNamespace } from '../test/histories/key.ts';
import { type Path, paths, recordingPolicy } from '../test/histories/recording/paths.ts';
import { type ScriptedWorld, scriptedWorld } from '../test/histories/recording/scripted.ts';
import { startServer } from '../test/support/servers/startServer.ts';
import { temporal } from '../test/support/servers/temporal.ts';
import { waitFor } from '../test/support/waitFor.ts';
import { bundleWorkflows } from './workflowBundle.ts';

/**
 * Records the golden histories of this release: `node scripts/recordHistories.ts [--release 1.2.3] [path…]`, by
 * default of the version in package.json. Everything is the product's
 * own (bundle, workers, codec, failure encoding, the client that reaches entities) on a real Temporal server; only the
 * activities are scripted, so that a path is the same whenever it is recorded. Run it when a release is made, or
 * before it while its commands still change; a history of a release that is out is never recorded again.
 */
const root = join(import.meta.dirname, '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const { values, positionals: wanted } = parseArgs({ allowPositionals: true, options: { release: { type: 'string' } } });
const release = values.release ?? version;
const chosen = Object.entries(paths).filter(([name]) => wanted.length === 0 || wanted.includes(name));
if (chosen.length === 0) throw new Error(`no such path; there are: ${Object.keys(paths).join(', ')}`);

const registrationIdOf = (path: string) => `golden.app.sandbox.${path}`;
const log = createLog('error');
installRuntime(log);

const server = await startServer(temporal, (message) => console.log(`Temporal: ${message}`));
if (!server.provided.available) throw new Error(server.provided.reason);
const { address } = server.provided.address;
const scratch = mkdtempSync(join(tmpdir(), 'registrar-histories-'));
const workflowBundle = join(scratch, 'workflow-bundle.js');
writeFileSync(workflowBundle, await bundleWorkflows(root));
const scripts = new Map(
  chosen.map(([name, { script, policy }]) => [registrationIdOf(name), { ...script, policy: policy ?? {} }]),
);
const world = scriptedWorld(scripts, recordingPolicy);
const connection = await Connection.connect({ address });
const client = new Client({ connection, namespace: goldenNamespace, dataConverter: goldenConverter });
const workers = await startWorkers({
  connection: { address },
  namespace: goldenNamespace,
  workflowBundle,
  activities: world.activities,
  dataConverter: goldenConverter,
  activityInterceptors: [redactFailures(log), heartbeats],
  longestStep: 0,
  workflowTask: recordingPolicy.workflowTask,
  onFailure: (error) => {
    throw error;
  },
});
const folder = join(historiesFolder, release);
mkdirSync(folder, { recursive: true });
if (wanted.length === 0) {
  rmSync(folder, { recursive: true });
  mkdirSync(folder);
}
try {
  await Promise.all(chosen.map(([name, path]) => walk(name, path, world).then(() => write(name))));
} finally {
  await workers.stop();
  await connection.close();
  await server.stop();
  rmSync(scratch, { recursive: true, force: true });
}

async function walk(name: string, path: Path, { timeline }: ScriptedWorld): Promise<void> {
  const registrationId = registrationIdOf(name);
  const entities = createEntityClient(client, { workflowTask: recordingPolicy.workflowTask, peerTaskQueue });
  await entities.start(registrationId);
  for (const chapter of path.story) {
    if ('ask' in chapter) {
      const { ask: kind, ...details } = chapter;
      await entities.operate(registrationId, {
        operationId: randomUUID(),
        kind,
        actor: 'key:golden',
        ...details,
      } as OperationRequest);
      continue;
    }
    await waitFor(
      async () => {
        const seen = timeline(registrationId).filter(({ type }) => type === chapter.until).length;
        return seen >= (chapter.times ?? 1) && (await idle(registrationId));
      },
      { what: `${name}: ${chapter.until}`, seen: () => timeline(registrationId).map(({ type }) => type) },
    );
  }
  if (path.parks) await waitFor(() => parked(registrationId), { what: `${name}: the park` });
}

/** Nothing is under way: the entity sleeps, or has ended. */
async function idle(registrationId: string): Promise<boolean> {
  const { pendingActivities, pendingWorkflowTask } = await connection.workflowService.describeWorkflowExecution({
    namespace: goldenNamespace,
    execution: { workflowId: workflowIdOf(registrationId) },
  });
  return (pendingActivities ?? []).length === 0 && pendingWorkflowTask == null;
}

/** The newest run has done nothing but begin to wait. */
async function parked(registrationId: string): Promise<boolean> {
  const { historyLength } = await client.workflow.getHandle(workflowIdOf(registrationId)).describe();
  return historyLength <= 5;
}

/** One file for each run of the chain. */
async function write(path: string): Promise<void> {
  const workflowId = workflowIdOf(registrationIdOf(path));
  const runs = [];
  const latest = await client.workflow.getHandle(workflowId).fetchHistory();
  let runId = latest.events?.[0]?.workflowExecutionStartedEventAttributes?.firstExecutionRunId;
  while (runId) {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    runs.push(history);
    runId = history.events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  }
  for (const [index, history] of runs.entries()) {
    const name = runs.length === 1 ? path : `${path}-${index + 1}`;
    const golden = { workflowId, namespace: goldenNamespace, history: JSON.parse(historyToJSON(history)) };
    writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(golden, null, 1)}\n`);
    console.log(`${name}: ${golden.history.events.length} events`);
  }
}
