import { ApplicationFailure, defineSignal, defineUpdate, setHandler } from '@temporalio/workflow';
import { refusalOf } from '../domain/entity/operations.ts';
import { type EntityState, type Operation, schemaVersion } from '../domain/entity/state.ts';
import { withOperations } from '../domain/entity/waking/openOperations.ts';
import {
  type OperationRequest,
  operateUpdate,
  operationRequestSchema,
  refreshSignal,
} from '../domain/operations/request.ts';
import type { Carried } from './carried.ts';

export const operate = defineUpdate<{ operationId: string }, [OperationRequest]>(operateUpdate);
export const refresh = defineSignal(refreshSignal);

/** Whoever lives on what is sent to the workflow. */
export interface Receiver {
  /** What operations are judged by; null = by nothing yet. */
  judging(): EntityState | null;
  accept(operation: Operation): void;
  refresh(): void;
}

/** Sets the handlers of a run: all end within their workflow task, whatever the entity waits for (DESIGN section 5). */
export function receive(receiver: Receiver): void {
  const validator = (request: OperationRequest): void => validate(request, receiver.judging());
  const accept = (request: OperationRequest): { operationId: string } => {
    receiver.accept({ ...request, reason: request.reason ?? null });
    return { operationId: request.operationId };
  };
  setHandler(operate, accept, { validator });
  setHandler(refresh, () => receiver.refresh());
}

/** What operations are judged by before the entity has woken. */
export function judgedBefore(carried: Carried | undefined, early: readonly Operation[]): EntityState | null {
  const state = carried?.state;
  return state?.schemaVersion === schemaVersion ? withOperations(state as EntityState, early) : null;
}

function validate(request: OperationRequest, state: EntityState | null): void {
  const parsed = operationRequestSchema.safeParse(request);
  if (!parsed.success) throw refused('The operation is malformed.');
  if (state === null || state.recentOperationIds.includes(parsed.data.operationId)) return;
  const refusal = refusalOf(state, parsed.data);
  if (refusal !== null) throw refused(refusal);
}

function refused(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, 'OperationRefused');
}
