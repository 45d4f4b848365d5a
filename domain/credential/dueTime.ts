import type { RotationPolicy } from '../client/metadata.ts';
import type { Reason } from '../reasons/index.ts';
import { stableFraction } from '../text/stableHash.ts';
import { durationToMilliseconds } from '../time/duration.ts';

/** Times are milliseconds since the epoch, UTC. */
export interface Lifetime {
  readonly issuedAt: number;
  /** Null: never, or unknown. */
  readonly expiresAt: number | null;
}

export interface Due {
  /** Null: never by itself. Whole seconds, computed here only, so that two precisions cannot disagree. */
  readonly at: number | null;
  readonly reason: Extract<Reason, 'RotationPolicyInvalid'> | null;
}

/** Earliest share of a lifetime at which a rotation may start. */
const defaultShare = 2 / 3;
const jitterShare = 0.1;

/**
 * When a credential is to be rotated (DESIGN section 6): issue time + 2/3 of the lifetime, or `renewBefore` before
 * expiry, minus a stable jitter of up to 10 % of the lifetime; before a freeze window when it falls into one.
 */
export function rotationDue(registrationId: string, lifetime: Lifetime, policy: RotationPolicy): Due {
  const end = lifetime.expiresAt ?? maxAgeEnd(lifetime, policy);
  if (end === null) return { at: null, reason: null };
  const length = Math.max(0, end - lifetime.issuedAt);
  const byPolicy = lifetime.expiresAt === null ? null : renewBefore(policy);
  const invalid = byPolicy !== null && byPolicy >= length;
  const wait =
    lifetime.expiresAt === null ? length : byPolicy === null || invalid ? length * defaultShare : length - byPolicy;
  const jitter = Math.min(stableFraction(registrationId) * jitterShare * length, wait);
  const at = avoidFreeze(lifetime.issuedAt + wait - jitter, lifetime, policy);
  return { at: Math.floor(at / 1000) * 1000, reason: invalid ? 'RotationPolicyInvalid' : null };
}

function renewBefore(policy: RotationPolicy): number | null {
  return policy.renewBefore === undefined ? null : durationToMilliseconds(policy.renewBefore);
}

function maxAgeEnd(lifetime: Lifetime, policy: RotationPolicy): number | null {
  return policy.maxAge === undefined ? null : lifetime.issuedAt + durationToMilliseconds(policy.maxAge);
}

/** A freeze moves due before the window; where the credential was issued inside it, expiry wins. */
function avoidFreeze(at: number, lifetime: Lifetime, policy: RotationPolicy): number {
  const windows = (policy.freezeWindows ?? [])
    .map((window) => ({ start: Date.parse(window.start), end: Date.parse(window.end) }))
    .sort((left, right) => right.start - left.start);
  let moved = at;
  for (const window of windows) {
    if (moved >= window.start && moved < window.end) moved = window.start - 1000;
  }
  return moved > lifetime.issuedAt ? moved : at;
}

/**
 * Milliseconds until a rotation that did not succeed is tried again: min(2^attempts hours, remaining/8), at least
 * min(30 s, lifetime/50). `attempts` counts from 0.
 */
export function rotationBackOff(attempts: number, lifetime: Lifetime, now: number): number {
  const hours = 2 ** Math.min(attempts, 12) * 3_600_000;
  if (lifetime.expiresAt === null) return hours;
  const length = Math.max(0, lifetime.expiresAt - lifetime.issuedAt);
  const atLeast = Math.min(30_000, length / 50);
  const remaining = Math.max(0, lifetime.expiresAt - now);
  return Math.ceil(Math.max(atLeast, Math.min(hours, remaining / 8), 1));
}
