import type { Draft } from './draft.ts';
import type { EntityState } from './state.ts';

interface Asked {
  readonly operationId: string;
  readonly actor: string;
}

/** Whoever asked for it is told that it will not be done: every operation ends in an event that names it. */
export function tellGivenUp(draft: Draft, { operationId, actor }: Asked, message: string): void {
  draft.event({ type: 'operation.refused', reason: 'OperationNotPossible', message, operationId, actor });
}

/** A rotation that ends with something that was asked for otherwise. */
export function tellOtherRotation(draft: Draft, rotation: Asked | null, operationId: string, message: string): void {
  if (rotation !== null && rotation.operationId !== operationId) tellGivenUp(draft, rotation, message);
}

/** A rotation that somebody waits for; one that began by itself is nobody's operation. */
export function askedRotation({ rotation }: Pick<EntityState, 'rotation'>): Asked | null {
  return rotation === null || rotation.actor === 'system' ? null : rotation;
}
