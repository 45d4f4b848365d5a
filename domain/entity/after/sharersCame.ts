import type { Failure } from '../../ports/activities.ts';
import { type Applied, Draft } from '../draft.ts';
import type { EntityState } from '../state.ts';

/**
 * A registration began to share the client just before its holder was asked to retire. Nothing was deleted: the holder
 * goes on rotating and proving, and its retirement can be asked for again.
 */
export function afterSharersCame(before: EntityState, failure: Failure, now: number): Applied {
  const phase = before.current === null ? 'verifying' : 'active';
  const draft = new Draft({ ...before, phase, activeOperation: null }, now);
  draft.succeeded();
  draft.event({
    type: 'operation.refused',
    reason: failure.reason,
    operationId: before.activeOperation?.operationId,
    actor: before.activeOperation?.actor,
    message: failure.message,
    changes: { phase: { from: before.phase, to: phase } },
  });
  return draft.finish();
}
