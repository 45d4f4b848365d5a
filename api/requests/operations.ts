import {
  type EntityClient,
  EntityError,
  type OperationKind,
  type OperationRequest,
} from '../../domain/operations/request.ts';
import type { RegistrationView } from '../../domain/registration/view.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { ProblemError } from '../problems/problem.ts';

/**
 * Hands an operation to a registration's entity. It is kept as a row from its 202 on, so that neither a crash nor the
 * loss of what Temporal holds forgets it. Rejects with a problem or an EntityError; then it was not asked for, but where
 * Temporal did not answer: the entity may have it, and the same request under the same key names the same operation.
 */
export async function operate(
  { entities, records }: Pick<ApiDependencies, 'entities' | 'records'>,
  registration: RegistrationView,
  operation: OperationRequest,
): Promise<{ operationId: string; registrationId: string }> {
  const { registrationId } = registration;
  const { operationId } = operation;
  if (registration.phase === 'retired') throw retired(operation.kind);
  await records.addOperation(registrationId, operation);
  try {
    await handOver(entities, registrationId, operation);
  } catch (error) {
    await records.dropOperation(operationId);
    throw error;
  }
  // The entity has it: what is not noted is handed over once more, which it recognises.
  await records.acceptOperation(operationId).catch(() => undefined);
  return { operationId, registrationId };
}

/** An entity that does not run yet (a crash came between commit and start) is started first. */
async function handOver(entities: EntityClient, registrationId: string, operation: OperationRequest): Promise<void> {
  try {
    await entities.operate(registrationId, operation);
  } catch (error) {
    if (!(error instanceof EntityError) || error.code !== 'not-found') throw error;
    await entities.start(registrationId);
    await entities.operate(registrationId, operation);
  }
}

function retired(kind: OperationKind): ProblemError {
  return new ProblemError(
    'operation-refused',
    `The registration is retired; ${kind} is not possible any more. Add a new registration.`,
    { reason: 'OperationNotPossible' },
  );
}
