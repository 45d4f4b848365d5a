import { Client, Connection } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { workflowIdOf } from '../../../domain/ids.ts';

const { EventType, WorkflowTaskFailedCause } = temporal.api.enums.v1;

/** Attempts of a workflow task from which on it counts as failing. */
const failingFrom = 3;

/** What the engine's own books say of workflow tasks that failed. */
export interface TaskBooks {
  /** Registrations whose replay brought other commands than history has: no worker of that release can go on with them. */
  nondeterministic(): Promise<ReadonlySet<string>>;
  /** Registrations whose task fails now, again and again; the cause is in no history. */
  failing(): Promise<string[]>;
  close(): Promise<void>;
}

export async function openTaskBooks(
  address: string,
  namespace: string,
  registrationIds: readonly string[],
): Promise<TaskBooks> {
  const connection = await Connection.connect({ address });
  const { workflow, workflowService } = new Client({ connection, namespace });
  const wanted = new Set(registrationIds.map(workflowIdOf));
  return {
    async nondeterministic() {
      const found = new Set<string>();
      for await (const { workflowId, runId } of workflow.list({ query: "WorkflowType = 'registration'" })) {
        if (!wanted.has(workflowId)) continue;
        const { events } = await workflow.getHandle(workflowId, runId).fetchHistory();
        const bad = (events ?? []).some(
          ({ eventType, workflowTaskFailedEventAttributes: failed }) =>
            eventType === EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED &&
            failed?.cause === WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR,
        );
        if (bad) found.add(workflowId);
      }
      return found;
    },
    async failing() {
      const found: string[] = [];
      for (const workflowId of wanted) {
        const execution = { workflowId };
        const { pendingWorkflowTask } = await workflowService.describeWorkflowExecution({ namespace, execution });
        if ((pendingWorkflowTask?.attempt ?? 0) >= failingFrom) found.push(workflowId);
      }
      return found;
    },
    close: () => connection.close(),
  };
}
