import {
  type Client,
  ServiceError,
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { workflowIdOf } from '../../domain/ids.ts';
import {
  type EntityClient,
  EntityError,
  type OperationRequest,
  operateUpdate,
  refreshSignal,
} from '../../domain/operations/request.ts';
import { workflowTaskQueue } from '../../domain/ports/activities.ts';
import type { RegistrationInput, registration } from '../../workflows/registration.ts';

/** Milliseconds in which an entity must have taken an operation: one workflow task. */
const updateDeadline = 15_000;

/** Given to entities at their start. */
export interface EntityOptions {
  /** Milliseconds of one decision of theirs. */
  readonly workflowTask: number;
  /** Queue of their work with peers. */
  readonly peerTaskQueue: string;
}

/** Reaches the registration entities through a Temporal client. */
export function createEntityClient(client: Client, { workflowTask, peerTaskQueue }: EntityOptions): EntityClient {
  const startOptions = (registrationId: string) => ({
    workflowId: workflowIdOf(registrationId),
    taskQueue: workflowTaskQueue,
    args: [{ registrationId, peerTaskQueue }] as [RegistrationInput],
    workflowTaskTimeout: workflowTask,
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    // A registration that was retired and added again has another life; one that is retired ends at once.
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
  });
  return {
    async start(registrationId) {
      try {
        await client.workflow.start<typeof registration>('registration', startOptions(registrationId));
      } catch (error) {
        throw entityErrorOf(error);
      }
    },
    async operate(registrationId, operation) {
      try {
        return await client.withDeadline(Date.now() + updateDeadline, () => operate(client, registrationId, operation));
      } catch (error) {
        throw entityErrorOf(error);
      }
    },
    async refresh(registrationId) {
      try {
        await client.workflow.signalWithStart<typeof registration, []>('registration', {
          ...startOptions(registrationId),
          signal: refreshSignal,
        });
      } catch (error) {
        throw entityErrorOf(error);
      }
    },
    async check() {
      try {
        await client.withDeadline(Date.now() + updateDeadline, () => client.workflowService.getSystemInfo({}));
      } catch (error) {
        throw entityErrorOf(error);
      }
    },
  };

  async function operate(temporal: Client, registrationId: string, operation: OperationRequest) {
    const startWorkflowOperation = new WithStartWorkflowOperation<typeof registration>('registration', {
      // Mostly it is running, and needs no start.
      ...startOptions(registrationId),
      // One that has ended may be retired: whoever asks looks there first.
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
    });
    return await temporal.workflow.executeUpdateWithStart<
      typeof registration,
      { operationId: string },
      [OperationRequest]
    >(operateUpdate, {
      startWorkflowOperation,
      args: [operation],
      updateId: operation.operationId,
    });
  }
}

function entityErrorOf(error: unknown): EntityError {
  if (error instanceof EntityError) return error;
  if (error instanceof WorkflowExecutionAlreadyStartedError) {
    return new EntityError('not-found', 'The registration is not being worked on.');
  }
  if (error instanceof WorkflowUpdateFailedError) {
    return new EntityError('refused', error.cause?.message ?? 'The operation is not possible now.');
  }
  if (error instanceof ServiceError) return new EntityError('unavailable', 'Temporal did not answer in time.');
  return new EntityError('unavailable', 'The registration could not be reached.');
}
