import { lifeOf } from '../../credential/dueTime.ts';
import { afterRotation, type RotationPace } from '../../credential/pacing.ts';
import type { PaceTimes } from '../../time/pace.ts';
import { secretDueOf } from '../health.ts';
import type { EntityState } from '../state.ts';

/**
 * The pace after another credential took the place of the current one. Only a request of ours that brought it, proved
 * good, gives its token back.
 */
export function paceAfterPromotion(
  before: EntityState,
  unproved: boolean,
  now: number,
  times: PaceTimes,
): RotationPace {
  const { current, rotation, supply, rotationPace } = before;
  if (current !== null && supply === null && !unproved && rotation?.sentAt !== undefined) {
    const rotated = { sentAt: rotation.sentAt, provedAt: now, due: secretDueOf(before), life: lifeOf(current) };
    return afterRotation(rotationPace, rotated, times);
  }
  return { ...rotationPace, failures: 0, stepsAfterExpiry: 0, lastFailure: null };
}
