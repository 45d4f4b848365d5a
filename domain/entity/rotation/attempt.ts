import { type Due, lifeOf } from '../../credential/dueTime.ts';
import { giveBack, spend } from '../../credential/pace/bucket.ts';
import { type NextAttempt, nextRotationAttempt } from '../../credential/pacing.ts';
import type { PaceTimes } from '../../time/pace.ts';
import { requestObstacle, secretDueOf } from '../health.ts';
import type { EntityState, Rotation } from '../state.ts';

/**
 * When the current secret may be asked to be replaced next, from state alone: it is never stored. One that a person asked
 * for and that waits is due already.
 */
export function nextAttemptOf(state: EntityState, now: number, times: PaceTimes): NextAttempt {
  const { current, rotation, rotationPace: pace, registrationId, config } = state;
  if (current === null) return { at: null, because: 'due', moved: null, attention: null };
  const asked: Due = { at: pace.lastFailure?.at ?? now, reason: null, moved: null };
  const due = rotation?.waits === true ? asked : secretDueOf(state);
  const policy = config.rotationPolicy;
  return nextRotationAttempt({ registrationId, life: lifeOf(current), due, pace, policy, now, times });
}

/** When the next rotation may begin by itself, in milliseconds since the epoch; null = not by itself. */
export function rotationStart(state: EntityState, now: number, times: PaceTimes): number | null {
  const obstacle = requestObstacle(state);
  if (obstacle !== null && obstacle === state.rotationObstacle) return null;
  return nextAttemptOf(state, now, times).at;
}

/** Requests of a whole settlement ladder. */
const ladder = 5;

/** When a whole settlement ladder can be climbed. */
export function ladderPaidAt({ rotationPace }: EntityState, now: number, times: PaceTimes): number {
  const { tokens, at } = rotationPace.bucket;
  return Math.max(now, at + Math.ceil(Math.max(0, ladder - tokens) * times.bucketRefill));
}

/** The state after requests to the client's registration endpoints. */
export function spending(state: EntityState, requests: number, now: number, times: PaceTimes): EntityState {
  if (requests === 0) return state;
  const { rotationPace } = state;
  return { ...state, rotationPace: { ...rotationPace, bucket: spend(rotationPace.bucket, now, times, requests) } };
}

/** The state where the request that was paid for was not sent. */
export function unspent(state: EntityState, now: number, times: PaceTimes): EntityState {
  const { rotationPace } = state;
  return { ...state, rotationPace: { ...rotationPace, bucket: giveBack(rotationPace.bucket, now, times) } };
}

/** A rotation whose request, if one was opened, did not go out. */
export function unsent(rotation: Rotation): Rotation {
  const { sentAt: _, ...rest } = rotation;
  return rest;
}
