import { EntityError, type OperationKind, type OperationRequest } from '../../domain/operations/request.ts';
import type { RegistrationView } from '../../domain/registration/view.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { ProblemError } from '../problems/problem.ts';

/**
 * Hands an operation to a registration's entity. One that is not running yet (a crash came between commit and start)
 * is started first. Rejects with a problem or an EntityError.
 */
export async function operate(
  { entities }: Pick<ApiDependencies, 'entities'>,
  registration: RegistrationView,
  operation: OperationRequest,
): Promise<{ operationId: string; registrationId: string }> {
  const { registrationId } = registration;
  if (registration.phase === 'retired') throw retired(operation.kind);
  try {
    await entities.operate(registrationId, operation);
  } catch (error) {
    if (!(error instanceof EntityError) || error.code !== 'not-found') throw error;
    await entities.start(registrationId);
    await entities.operate(registrationId, operation);
  }
  return { operationId: operation.operationId, registrationId };
}

function retired(kind: OperationKind): ProblemError {
  return new ProblemError(
    'operation-refused',
    `The registration is retired; ${kind} is not possible any more. Add a new registration.`,
    { reason: 'OperationNotPossible' },
  );
}
