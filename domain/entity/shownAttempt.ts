import { nextTokenAt } from '../credential/pace/bucket.ts';
import { isGated } from './gates.ts';
import { isProbed, isProvable, requestObstacle } from './health.ts';
import { nextAttemptOf } from './rotation/attempt.ts';
import { newerThan } from './rotation/newer.ts';
import type { EntityState, Rotation } from './state.ts';
import { isSuspended } from './suspension.ts';
import { timesOf } from './times.ts';

/**
 * When what waits is tried next, as `nextStep` will, in milliseconds since the epoch; null = nothing waits. A rotation
 * that is due by itself is shown by its due time, and here where something else decides when it comes: a failure before,
 * the ceiling of requests, a freeze window.
 */
export function shownAttempt(state: EntityState, now: number): number | null {
  const { request, hold, activeOperation, phase, nextAttemptAt } = state;
  if (request !== null) return nextAttemptAt;
  if (isSuspended(state)) return null;
  if (activeOperation?.kind === 'changeMetadata' && state.change != null) return whenPaid(state, now);
  if (activeOperation !== null && phase !== 'retiring') return nextAttemptAt;
  if (hold !== null && isGated(state, phase === 'registering' ? 'register' : 'prove')) return null;
  switch (phase) {
    case 'registering':
    case 'retiring':
      return whenPaid(state, now);
    case 'active':
      return activeAttempt(state, now);
    case 'discovering':
    case 'verifying':
    case 'awaiting_enablement':
      return nextAttemptAt;
    default:
      return null;
  }
}

function activeAttempt(state: EntityState, now: number): number | null {
  const { pending, holderUnread, rotation, nextAttemptAt } = state;
  if (pending !== null || holderUnread === true) return nextAttemptAt;
  const proof = isProbed(state) && isProvable(state) ? nextAttemptAt : null;
  if (rotation === null) return sooner(proof, plannedAttempt(state, now));
  const asked = rotationAttempt(state, rotation, now);
  // A doubt is looked into beside it, a rejection is not.
  return state.doubtedSince === undefined ? asked : sooner(proof, asked);
}

/** The back-off of a rejected credential's proof is none of the rotation's. */
function rotationAttempt(state: EntityState, rotation: Rotation, now: number): number | null {
  const own = rotation.delayed === true || !isProbed(state) ? state.nextAttemptAt : null;
  const pace = rotation.waits === true ? later(nextAttemptOf(state, now, timesOf(state)).at, now) : null;
  const asks = rotation.probed === true || newerThan(state.setAside, state.current).length === 0;
  return latest(own, pace, asks ? tokenAt(state, now) : null);
}

/** Of a rotation that has not begun. */
function plannedAttempt(state: EntityState, now: number): number | null {
  if (requestObstacle(state) !== null) return null;
  const { at, because, moved } = nextAttemptOf(state, now, timesOf(state));
  return because === 'due' && moved === null ? null : later(at, now);
}

function whenPaid(state: EntityState, now: number): number | null {
  return latest(state.nextAttemptAt, tokenAt(state, now));
}

function tokenAt(state: EntityState, now: number): number | null {
  return later(nextTokenAt(state.rotationPace.bucket, timesOf(state)), now);
}

function later(at: number | null, now: number): number | null {
  return at !== null && at > now ? at : null;
}

function sooner(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.min(one, other);
}

function latest(...times: readonly (number | null)[]): number | null {
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.max(...known);
}
