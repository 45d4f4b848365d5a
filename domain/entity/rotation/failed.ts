import { lifeOf } from '../../credential/dueTime.ts';
import { afterFailedAttempt, type FailedOutcome } from '../../credential/pacing.ts';
import type { TimePolicy } from '../../time/policy.ts';
import type { Draft } from '../draft.ts';
import { tellOfWait } from './told.ts';

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
    attempts: 0,
    failingSince: null,
    nextAttemptAt: null,
  });
  tellOfWait(draft, policy);
}
