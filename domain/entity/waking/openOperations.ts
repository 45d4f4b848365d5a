import { acceptOperation } from '../operations.ts';
import type { EntityState, Operation } from '../state.ts';

type Holding = Pick<EntityState, 'rotation' | 'activeOperation' | 'operations' | 'supply'>;

/** Ids of the operations that people asked for and that have not ended. */
function openIds({ rotation, activeOperation, operations, supply }: Holding): Set<string> {
  const ids = [...operations, ...(activeOperation === null ? [] : [activeOperation])].map(
    ({ operationId }) => operationId,
  );
  for (const asked of [rotation, supply]) if (asked !== null && asked.actor !== 'system') ids.push(asked.operationId);
  return new Set(ids);
}

/** Ids of the operations that ended between two states. */
export function endedBetween(before: Holding, after: Holding): string[] {
  const open = openIds(after);
  return [...openIds(before)].filter((operationId) => !open.has(operationId));
}

/** What people asked for and what has not ended, as operations that can be asked for again. */
function unfinished({ rotation, activeOperation, operations, supply }: Holding): Operation[] {
  const asked: Operation[] = [];
  if (rotation !== null && rotation.actor !== 'system' && rotation.operationId !== supply?.operationId) {
    const { operationId, actor } = rotation;
    asked.push({ operationId, actor, kind: 'rotate', reason: null });
  }
  if (activeOperation !== null) asked.push(activeOperation);
  const ids = new Set(asked.map(({ operationId }) => operationId));
  return [...asked, ...operations.filter(({ operationId }) => !ids.has(operationId))];
}

/** The state with operations that it does not know of yet: each waits for its turn. */
export function withOperations(state: EntityState, operations: readonly Operation[]): EntityState {
  const open = openIds(state);
  return operations.filter(({ operationId }) => !open.has(operationId)).reduce(acceptOperation, state);
}

/** A recorded state with the operations that an entity holds beyond it. */
export function keepingOperations(recorded: EntityState, held: Holding): EntityState {
  return withOperations(recorded, unfinished(held));
}
