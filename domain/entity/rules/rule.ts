import type { Asked, OperationKind } from '../../operations/details.ts';
import type { Draft, EventDraft } from '../draft.ts';
import type { EntityState, Operation } from '../state.ts';

/** What an entity knows of one kind of operation. */
export interface Rule<Kind extends OperationKind> {
  /** Why it is not possible in this state, as one sentence; null when it is. */
  refusal(state: EntityState, asked: Asked<Kind>): string | null;
  /** Turns the state towards it; the entity tries again at once what it had put off. */
  begin(draft: Draft, operation: Operation<Kind>): void;
}

/** The event that an operation was taken, with what its caller wrote. */
export function accepted(
  { operationId, actor, reason }: Pick<Operation, 'operationId' | 'actor' | 'reason'>,
  message: string,
): EventDraft {
  const told = reason === null ? message : `${message} Reason given: ${reason}`;
  return { type: 'operation.accepted', message: told, operationId, actor };
}
