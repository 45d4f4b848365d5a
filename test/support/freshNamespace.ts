import { randomBytes } from 'node:crypto';
import { Connection } from '@temporalio/client';
import { waitFor } from './waitFor.ts';

/** A namespace of one's own on the Temporal server that tests run against, so that task queues are one's own too. */
export async function freshNamespace(address: string): Promise<string> {
  const namespace = `test-${randomBytes(6).toString('hex')}`;
  const connection = await Connection.connect({ address });
  try {
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
    });
    // The front end learns of a new namespace with its next refresh.
    await waitFor(
      () =>
        connection.workflowService.listWorkflowExecutions({ namespace }).then(
          () => true,
          () => false,
        ),
      { what: `namespace ${namespace}`, milliseconds: 30_000 },
    );
    return namespace;
  } finally {
    await connection.close();
  }
}
