import type { DeleteOutcome, Failure } from '../../ports/activities.ts';
import type { TimePolicy } from '../../time/policy.ts';
import { delay } from '../backOff.ts';
import { type Applied, Draft } from '../draft.ts';
import { tellGivenUp } from '../givenUp.ts';
import { ladderPaidAt, spending } from '../rotation/attempt.ts';
import type { EntityState } from '../state.ts';
import { afterSharersCame } from './sharersCame.ts';

/** What follows from a deletion. */
export function afterRetire(before: EntityState, outcome: DeleteOutcome, now: number): Applied {
  // What came in while it retired is refused one by one, as whatever comes later.
  const draft = new Draft(
    { ...before, phase: 'retired', activeOperation: null, pending: null, supply: null, task: null, attentions: [] },
    now,
  );
  draft.succeeded();
  if (before.supply !== null) tellGivenUp(draft, before.supply, 'The registration was retired before the proof.');
  const reason = outcome.kind === 'deleted' ? 'RetireDeleted' : outcome.reason;
  draft.condition('Registered', 'False', reason, outcome.message);
  draft.event({
    type: 'registration.retired',
    reason,
    operationId: before.activeOperation?.operationId,
    actor: before.activeOperation?.actor,
    message: outcome.message,
    changes: { phase: { from: before.phase, to: 'retired' } },
  });
  return draft.finish();
}

/**
 * A deletion did not get on: it is tried again, as often as the ceiling of requests allows. One that says nothing of what
 * it sent counts as one request.
 */
export function afterRetireFailure(before: EntityState, failure: Failure, now: number, policy: TimePolicy): Applied {
  if (failure.reason === 'HasSharers') return afterSharersCame(before, failure, now);
  const draft = new Draft(spending(before, failure.reads ?? 1, now, policy), now);
  delay(draft, failure, now, policy);
  // Each try begins at the first rung: it waits until all of them can be paid for.
  if (failure.reason === 'RotationPaced') draft.set({ nextAttemptAt: ladderPaidAt(draft.state, now, policy) });
  return draft.finish();
}
