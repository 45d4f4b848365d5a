import { type EntityState, recentOperationLimit } from './state.ts';

/** Keeps the last {@link recentOperationLimit} operation ids, newest last. */
export function rememberOperation(state: EntityState, operationId: string): EntityState {
  return { ...state, recentOperationIds: [...state.recentOperationIds, operationId].slice(-recentOperationLimit) };
}
