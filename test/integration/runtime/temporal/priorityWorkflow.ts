import { proxyActivities } from '@temporalio/workflow';
import type { StepPriority } from '../../../../domain/servers/workPriority.ts';

export interface NamedStep {
  readonly name: string;
  readonly priority: StepPriority;
}

/** All steps at once, each with its priority, on a queue of their own. */
export async function spread(taskQueue: string, steps: readonly NamedStep[]): Promise<void> {
  await Promise.all(
    steps.map(({ name, priority }) =>
      proxyActivities<{ work(name: string): Promise<void> }>({
        taskQueue,
        startToCloseTimeout: 10_000,
        priority,
        retry: { maximumAttempts: 1 },
      }).work(name),
    ),
  );
}
