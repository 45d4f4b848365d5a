import { Connection } from '@temporalio/client';

/** Ids of workflows that ended as failed: none may, as an entity that failed does nothing until a person calls it. */
export async function failedWorkflows(address: string, namespace: string): Promise<string[]> {
  const connection = await Connection.connect({ address });
  try {
    const query = `ExecutionStatus IN ('Failed', 'Terminated', 'TimedOut')`;
    const { executions } = await connection.workflowService.listWorkflowExecutions({ namespace, query });
    return (executions ?? []).map(({ execution }) => execution?.workflowId ?? '');
  } finally {
    await connection.close();
  }
}
