import { lifeOf } from '../../credential/dueTime.ts';
import { afterFailedAttempt, type FailedOutcome } from '../../credential/pacing.ts';
import type { Failure } from '../../ports/activities.ts';
import type { TimePolicy } from '../../time/policy.ts';
import { delay } from '../backOff.ts';
import type { Draft } from '../draft.ts';
import { isProbed } from '../health.ts';
import type { EntityState } from '../state.ts';
import { unsent } from './attempt.ts';
import { tellOfWait } from './told.ts';

type BackOff = Pick<EntityState, 'attempts' | 'failingSince' | 'nextAttemptAt'>;

/** The back-off of a step that begins; that of a proof of the current credential goes on beside what is asked meanwhile. */
export function backOffAnew(
  state: Pick<EntityState, 'rejectedSince' | 'doubtedSince'>,
): BackOff | Record<string, never> {
  return isProbed(state) ? {} : { attempts: 0, failingSince: null, nextAttemptAt: null };
}

/** The server answered a rotation's request. */
export function answered(draft: Draft): void {
  if (!isProbed(draft.state)) draft.succeeded();
  draft.clearAttention('peer', 'management');
}

/** A step of a rotation that is made again later: nothing reached the server, or the probes could not be made. */
export function rotationDelayed(draft: Draft, failure: Failure, policy: TimePolicy): void {
  const { rotation } = draft.state;
  delay(draft, failure, draft.now, policy);
  if (rotation !== null) draft.set({ rotation: { ...unsent(rotation), delayed: true } });
}

/**
 * An attempt that did not bring another secret, proved good: the only way to the next one is the pace. A rotation that a
 * person asked for waits where the server was not reached; every other is over.
 */
export function attemptFailed(
  draft: Draft,
  outcome: FailedOutcome,
  retryAfterSeconds: number | null,
  policy: TimePolicy,
): void {
  const { current, rotation, rotationPace } = draft.state;
  if (current === null) return;
  const retryAfter = retryAfterSeconds === null ? null : retryAfterSeconds * 1000;
  const waits = outcome === 'unreachable' && rotation !== null && rotation.actor !== 'system';
  draft.set({
    rotation: waits ? { operationId: rotation.operationId, actor: rotation.actor, waits: true } : null,
    rotationPace: afterFailedAttempt(rotationPace, { at: draft.now, outcome, retryAfter }, lifeOf(current), policy),
    ...backOffAnew(draft.state),
  });
  tellOfWait(draft, policy);
}
