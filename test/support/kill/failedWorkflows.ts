import { Client, Connection } from '@temporalio/client';

/**
 * Runs that ended as failed, each with what the engine wrote as its end: none may, as an entity that failed does nothing
 * until a person calls it. What a failure says is encrypted in the engine; its type is not.
 */
export async function failedWorkflows(address: string, namespace: string): Promise<string[]> {
  const connection = await Connection.connect({ address });
  try {
    const { workflow } = new Client({ connection, namespace });
    const failed: string[] = [];
    for await (const { workflowId, runId } of workflow.list({
      query: `ExecutionStatus IN ('Failed', 'Terminated', 'TimedOut')`,
    })) {
      const { events } = await workflow.getHandle(workflowId, runId).fetchHistory();
      failed.push(`${workflowId} (run ${runId}) ${endOf(events?.at(-1))}`);
    }
    return failed;
  } finally {
    await connection.close();
  }
}

type History = Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>;

function endOf(last: NonNullable<History['events']>[number] | undefined): string {
  const failure = last?.workflowExecutionFailedEventAttributes?.failure;
  if (failure != null) return `failed: ${failure.applicationFailureInfo?.type ?? ''} ${failure.message ?? ''}`;
  const terminated = last?.workflowExecutionTerminatedEventAttributes;
  return terminated == null ? 'timed out' : `was terminated: ${terminated.reason ?? ''}`;
}
