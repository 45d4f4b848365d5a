import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { workflowIdOf } from '../../../domain/ids.ts';
import type { EntityClient } from '../../../domain/operations/request.ts';
import { peerTaskQueue } from '../../../domain/ports/activities.ts';
import type { EventType } from '../../../domain/registration/view.ts';
import type { TimePolicy } from '../../../domain/time/policy.ts';
import { createLog } from '../../../runtime/log/log.ts';
import { dataConverter } from '../../../runtime/temporal/dataConverter.ts';
import { createEntityClient } from '../../../runtime/temporal/entityClient.ts';
import { heartbeats } from '../../../runtime/temporal/heartbeat.ts';
import { redactFailures } from '../../../runtime/temporal/interceptors.ts';
import { startWorkers } from '../../../runtime/temporal/worker.ts';
import { bundleWorkflows } from '../../../scripts/workflowBundle.ts';
import { createKeyring, generateMasterKey, parseMasterKey } from '../../../stores/crypto/keyring.ts';
import type { Row } from '../../histories/recording/memoryRecords.ts';
import { recordingPolicy } from '../../histories/recording/paths.ts';
import { type Script, scriptedWorld, type Timeline } from '../../histories/recording/scripted.ts';
import { freshNamespace } from '../../support/freshNamespace.ts';
import { waitFor } from '../../support/waitFor.ts';

const root = join(import.meta.dirname, '../../..');

/** The product's workers, codec and client on a real Temporal server, with scripted activities. */
export interface Entities extends EntityClient {
  /** What the world answers to a registration that is not started yet. */
  script(registrationId: string, script: Script): void;
  /** Starts it under a time policy of its own. */
  startWith(registrationId: string, policy: Partial<TimePolicy>): Promise<void>;
  timeline(registrationId: string): Timeline;
  /** What the records hold; a test may write into it. */
  row(registrationId: string): Row;
  readonly client: Client;
  /** Waits until an event was recorded so many times. */
  seen(registrationId: string, type: EventType, times?: number): Promise<void>;
  history(registrationId: string): Promise<History>;
  /** `{task queue} {state}` of each worker, in order. */
  readonly workerStates: readonly string[];
  /** As the shutdown does it. */
  stopWorkers(): Promise<void>;
  /** Others in their place, which know of no run what happened in it. */
  restartWorkers(): Promise<void>;
  close(): Promise<void>;
}
type History = NonNullable<Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>['events']>;

const workerStates: string[] = [];

/** Once per process: the SDK has one runtime. */
function installRuntime(): void {
  Runtime.install({
    shutdownSignals: [],
    logger: new DefaultLogger('INFO', ({ message, meta }) => {
      if (message === 'Worker state changed') workerStates.push(`${meta?.['taskQueue']} ${meta?.['state']}`);
    }),
  });
}

export async function startEntities(address: string): Promise<Entities> {
  if (Runtime._instance === undefined) installRuntime();
  const namespace = await freshNamespace(address);
  const directory = await mkdtemp(join(tmpdir(), 'registrar-workflows-'));
  const workflowBundle = join(directory, 'workflow-bundle.js');
  await writeFile(workflowBundle, await bundleWorkflows(root));
  const scripts = new Map<string, Script>();
  const { activities, timeline, row } = scriptedWorld(scripts, recordingPolicy);
  const converter = dataConverter(createKeyring(parseMasterKey(generateMasterKey())));
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, namespace, dataConverter: converter });
  let failure: unknown;
  const start = () =>
    startWorkers({
      connection: { address },
      namespace,
      workflowBundle,
      activities,
      dataConverter: converter,
      activityInterceptors: [redactFailures(createLog('silent')), heartbeats],
      longestStep: recordingPolicy.requestStep,
      workflowTask: recordingPolicy.workflowTask,
      onFailure: (error) => {
        failure = error;
      },
    });
  let workers = await start();
  let stopped: Promise<void> | null = null;
  const stopWorkers = () => {
    stopped ??= workers.stop();
    return stopped;
  };
  const entities = createEntityClient(client, { workflowTask: recordingPolicy.workflowTask, peerTaskQueue });
  return {
    ...entities,
    async startWith(registrationId, policy) {
      scripts.set(registrationId, { ...scripts.get(registrationId), policy });
      await entities.start(registrationId);
    },
    client,
    row,
    script: (registrationId, script) => void scripts.set(registrationId, script),
    timeline,
    async seen(registrationId, type, times = 1) {
      const seen = () => timeline(registrationId).map((transition) => transition.type);
      await waitFor(
        () => {
          if (failure !== undefined) throw failure;
          return seen().filter((other) => other === type).length >= times;
        },
        { what: `${type} of ${registrationId}`, milliseconds: 30_000, seen },
      );
    },
    history: async (registrationId) =>
      (await client.workflow.getHandle(workflowIdOf(registrationId)).fetchHistory()).events ?? [],
    workerStates,
    stopWorkers,
    async restartWorkers() {
      await stopWorkers();
      workers = await start();
      stopped = null;
    },
    async close() {
      await stopWorkers();
      await connection.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
