import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { bareOnboarding } from './bareWorkflow.ts';
import { inParallel } from './concurrency.ts';
import { fhirBaseOf, type Peer, peerOf } from './peers.ts';
import * as activities from './requests.ts';

/**
 * The durable engine alone, as a yardstick that goes with the machine: the requests of the plain script as activities of
 * a workflow, on the Temporal server that Registrar uses. No codec, no database, no secret store: the made-up secrets
 * stand in a history that goes with the benchmark's directory. Arguments: address of the server, namespace, file of the
 * workflow bundle.
 */
export interface BareWork {
  readonly peers: readonly Peer[];
  readonly tenants: number;
  /** Starts of workflows that are under way at once. */
  readonly width: number;
}

export interface BareResult {
  /** Milliseconds from the first start until the last workflow is complete. */
  readonly elapsed: number;
}

/** Milliseconds between two looks, as at Registrar's summary. */
const countInterval = 100;
/** Milliseconds without any progress after which a run is given up. */
const patience = 60_000;

// Before anything is awaited: whoever asked may be gone meanwhile.
process.once('disconnect', () => process.exit());
const [address = '', namespace = '', codePath = ''] = process.argv.slice(2);
const taskQueue = `bench-bare-${randomUUID()}`;
Runtime.install({ logger: new DefaultLogger('WARN'), shutdownSignals: [] });
const client = new Client({ connection: await Connection.connect({ address }), namespace });
// What decides the speed is as in runtime/temporal/worker.ts.
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address }),
  namespace,
  taskQueue,
  workflowBundle: { codePath },
  activities,
  maxConcurrentActivityTaskExecutions: 100,
  maxConcurrentWorkflowTaskExecutions: 100,
  maxCachedWorkflows: 2000,
});
let started = 0;

async function start(peer: Peer): Promise<void> {
  const tenant = `bare-${started++}`;
  await client.workflow.start<typeof bareOnboarding>('bareOnboarding', {
    workflowId: `${taskQueue}/${tenant}`,
    taskQueue,
    args: [{ fhirBase: fhirBaseOf(peer, tenant), initialAccessToken: peer.initialAccessToken }],
  });
}

async function untilAllComplete(): Promise<void> {
  let best = 0;
  let deadline = performance.now() + patience;
  for (;;) {
    const { count } = await client.workflow.count(`TaskQueue = '${taskQueue}' AND ExecutionStatus = 'Completed'`);
    if (count === started) return;
    if (performance.now() > deadline) throw new Error(`only ${count} of ${started} bare workflows became complete`);
    if (count > best) {
      best = count;
      deadline = performance.now() + patience;
    }
    await delay(countInterval);
  }
}

async function run({ peers, tenants, width }: BareWork): Promise<BareResult> {
  const startedAt = performance.now();
  await inParallel(tenants, width, (index) => start(peerOf(peers, index)));
  await untilAllComplete();
  return { elapsed: performance.now() - startedAt };
}

function fail(error: unknown): void {
  console.error(error);
  process.exit(1);
}

process.on('message', (work: BareWork) => {
  run(work).then((result) => process.send?.(result), fail);
});
worker.run().catch(fail);
