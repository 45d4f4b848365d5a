import {
  type Client,
  ServiceError,
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import type { EntityStart } from '../../domain/entity/start.ts';
import { workflowIdOf } from '../../domain/ids.ts';
import {
  type EntityClient,
  EntityError,
  type OperationRequest,
  operateUpdate,
} from '../../domain/operations/request.ts';
import { workflowTaskQueue } from '../../domain/ports/activities.ts';
import type { TimePolicy } from '../../domain/time/policy.ts';
import type { RegistrationInput, registration } from '../../workflows/registration.ts';

/** Milliseconds in which an entity must have taken an operation: one workflow task. */
const updateDeadline = 15_000;

/** Given to entities at their start. */
export interface EntityOptions {
  readonly policy: TimePolicy;
  /** Queue of their work with peers. */
  readonly peerTaskQueue: string;
  /** Reads what the records hold; without it each entity asks for that itself. */
  readonly entityStart?: (registrationId: string) => Promise<EntityStart | null>;
}

/** Reaches the registration entities through a Temporal client. */
export function createEntityClient(
  client: Client,
  { policy, peerTaskQueue, entityStart = async () => null }: EntityOptions,
): EntityClient {
  const startOptions = (registrationId: string, start: EntityStart | null) => ({
    workflowId: workflowIdOf(registrationId),
    taskQueue: workflowTaskQueue,
    args: [{ registrationId, policy, peerTaskQueue, ...(start === null ? {} : { start }) }] as [RegistrationInput],
    workflowTaskTimeout: policy.workflowTask,
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    // A retired registration has ended for good; one that failed is started anew from the read model.
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
  });
  return {
    async start(registrationId) {
      const start = await entityStart(registrationId);
      try {
        await client.workflow.start<typeof registration>('registration', startOptions(registrationId, start));
      } catch (error) {
        if (error instanceof WorkflowExecutionAlreadyStartedError) return;
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
    async check() {
      try {
        await client.withDeadline(Date.now() + updateDeadline, () => client.workflowService.getSystemInfo({}));
      } catch (error) {
        throw entityErrorOf(error);
      }
    },
  };

  async function operate(temporal: Client, registrationId: string, operation: OperationRequest) {
    const startWorkflowOperation = new WithStartWorkflowOperation<typeof registration>(
      'registration',
      // Mostly it is running, and needs no start.
      startOptions(registrationId, null),
    );
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
    return new EntityError('refused', 'The registration is retired.');
  }
  if (error instanceof WorkflowUpdateFailedError) {
    return new EntityError('refused', error.cause?.message ?? 'The operation is not possible now.');
  }
  if (error instanceof ServiceError) return new EntityError('unavailable', 'Temporal did not answer in time.');
  return new EntityError('unavailable', 'The registration could not be reached.');
}
