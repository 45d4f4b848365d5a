import { explain } from '../reasons/index.ts';
import { type Applied, Draft } from './draft.ts';
import type { EntityStart } from './start.ts';
import { type EntityState, initialState, type Operation } from './state.ts';

/**
 * The state from the records, for an entity that was about to record other events than are there already: it is not
 * the only one, or Temporal's data are older than the database. The records win. What people asked for and what has
 * not ended yet is asked for again, and a person is told, until the credential is proved again.
 */
export function rebuild(before: EntityState, start: EntityStart, now: number): Applied {
  const { recentOperationIds } = before;
  const state = { ...initialState(start), operations: unfinished(before), recentOperationIds };
  const draft = new Draft(state, now);
  if (state.phase === 'retired') return draft.finish();
  const reason = 'RecordsConflict';
  draft.attention('credential', reason);
  draft.event({ type: 'registration.attention', reason, message: explain(reason) });
  return draft.finish();
}

function unfinished({ rotation, activeOperation, operations }: EntityState): Operation[] {
  const asked: Operation[] = [];
  if (rotation !== null && rotation.actor !== 'system') asked.push({ ...rotation, kind: 'rotate', reason: null });
  if (activeOperation !== null) asked.push(activeOperation);
  const ids = new Set(asked.map(({ operationId }) => operationId));
  return [...asked, ...operations.filter(({ operationId }) => !ids.has(operationId))];
}
