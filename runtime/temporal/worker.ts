import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import {
  type DataConverter,
  NativeConnection,
  type NativeConnectionOptions,
  Worker,
  type WorkerInterceptors,
} from '@temporalio/worker';
import { peerTaskQueue, workflowTaskQueue } from '../../domain/ports/activities.ts';
import type { EntityActivities } from '../../domain/ports/onboarding.ts';

/** Milliseconds added to the longest step: what is in flight at a signal ends by itself. */
const graceMargin = 10_000;

export interface WorkerOptions {
  readonly connection: NativeConnectionOptions;
  readonly namespace: string;
  /** Path of the bundle that `npm run build` makes. */
  readonly workflowBundle: string;
  readonly activities: EntityActivities;
  readonly dataConverter: DataConverter;
  readonly activityInterceptors: readonly ActivityInterceptorsFactory[];
  /** Milliseconds of the longest activity; the grace exceeds it. */
  readonly longestStep: number;
  /** Milliseconds that a decision waits for the worker that made the last one, before any other takes it. */
  readonly workflowTask: number;
  /** Called when a worker ends by itself. */
  readonly onFailure: (error: unknown) => void;
}

export interface RunningWorkers {
  /** Lets what is in flight end, then stops. A POST in flight never gets a cancellation. */
  stop(): Promise<void>;
}

/**
 * One worker for workflows and all that may be asked for on their queue, one for what talks to a health system or a
 * secret store ({@link peerTaskQueue}).
 */
export async function startWorkers(options: WorkerOptions): Promise<RunningWorkers> {
  const connection = await NativeConnection.connect(options.connection);
  const interceptors: WorkerInterceptors = { activity: [...options.activityInterceptors] };
  const common = {
    connection,
    namespace: options.namespace,
    dataConverter: options.dataConverter,
    interceptors,
    shutdownGraceTime: options.longestStep + graceMargin,
    shutdownForceTime: options.longestStep + 2 * graceMargin,
  };
  const { wake, record, ...peer } = options.activities;
  const workers = [
    await Worker.create({
      ...common,
      taskQueue: workflowTaskQueue,
      workflowBundle: { codePath: options.workflowBundle },
      activities: { ...peer, wake, record },
      maxConcurrentActivityTaskExecutions: 100,
      stickyQueueScheduleToStartTimeout: options.workflowTask,
      maxCachedWorkflows: 2000,
      maxConcurrentWorkflowTaskExecutions: 100,
      maxConcurrentLocalActivityExecutions: 100,
    }),
    await Worker.create({
      ...common,
      taskQueue: peerTaskQueue,
      activities: peer,
      maxConcurrentActivityTaskExecutions: 100,
    }),
  ];
  let stopping = false;
  const runs = workers.map(async (worker) => {
    try {
      await worker.run();
    } catch (error) {
      if (!stopping) options.onFailure(error);
    }
  });
  return {
    async stop() {
      stopping = true;
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      await Promise.all(runs);
      await connection.close();
    },
  };
}
