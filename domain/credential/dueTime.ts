import type { RotationPolicy } from '../client/metadata.ts';
import type { Reason } from '../reasons/index.ts';
import { stableFraction } from '../text/stableHash.ts';
import { durationToMilliseconds } from '../time/duration.ts';
import { defaultPaceTimes, type PaceTimes } from '../time/pace.ts';
import { type Placed, placeOutside, readWindows } from './pace/windows.ts';

/** Times are milliseconds since the epoch, UTC. */
export interface Lifetime {
  readonly issuedAt: number;
  /** Null: never, or unknown. */
  readonly expiresAt: number | null;
  /** Where the lifetime counts from when the server gave a kept secret a new life (`expiry.ts`). */
  readonly lifeFrom?: number;
}

/** The client's own life, which is not the secret's. */
export interface ClientLifetime {
  readonly issuedAt: number;
  readonly clientIssuedAt?: number;
  readonly clientExpiresAt?: number;
}

/** From when to when something lives; `end` null = it does not end by itself. */
export interface Life {
  readonly from: number;
  readonly end: number | null;
}

export interface Due {
  /** Null: never by itself. Whole seconds, computed here only, so that two precisions cannot disagree. */
  readonly at: number | null;
  readonly reason: Extract<Reason, 'RotationPolicyInvalid'> | null;
  /** What a freeze window made of it. */
  readonly moved: Placed['moved'];
}

const never: Due = { at: null, reason: null, moved: null };

/** Earliest share of a lifetime at which a rotation may start. */
const defaultShare = 2 / 3;
const jitterShare = 0.1;
/**
 * A policy that would renew in the first tenth of a life is refused: it would rotate at the very pace of the floor, and
 * each rotation would look successful.
 */
const longestRenewBefore = 9 / 10;
/** What a rotation that waits for the end of a freeze window must leave of the life. */
export const reserveShare = 0.1;

/**
 * When a secret is to be rotated (DESIGN section 6): the start of its life + 2/3 of it, or `renewBefore` before
 * expiry, minus a stable jitter of up to 10 % of the lifetime; outside freeze windows where that can be.
 */
export function rotationDue(
  registrationId: string,
  lifetime: Lifetime,
  policy: RotationPolicy,
  times: PaceTimes = defaultPaceTimes,
): Due {
  const life = lifeOf(lifetime);
  const end = life.end ?? maxAgeEnd(lifetime, policy);
  if (end === null) return never;
  const length = Math.max(0, end - life.from);
  const byPolicy = life.end === null ? null : renewBefore(policy);
  const invalid = byPolicy !== null && byPolicy > length * longestRenewBefore;
  const wait = life.end === null ? length : byPolicy === null || invalid ? length * defaultShare : length - byPolicy;
  return placed(registrationId, { from: life.from, end: life.end, length, wait }, policy, invalid, times);
}

/** When the client itself is to be replaced, as no rotation of its secret lengthens its life; null `at` = it does not end. */
export function clientDue(
  registrationId: string,
  lifetime: ClientLifetime,
  policy: RotationPolicy,
  times: PaceTimes = defaultPaceTimes,
): Due {
  const { from, end } = clientLifeOf(lifetime);
  if (end === null) return never;
  const length = Math.max(0, end - from);
  return placed(registrationId, { from, end, length, wait: length * defaultShare }, policy, false, times);
}

export function lifeOf(lifetime: Lifetime): Life {
  return { from: lifetime.lifeFrom ?? lifetime.issuedAt, end: lifetime.expiresAt };
}

export function clientLifeOf({ issuedAt, clientIssuedAt, clientExpiresAt }: ClientLifetime): Life {
  return { from: clientIssuedAt ?? issuedAt, end: clientExpiresAt ?? null };
}

/** Which end comes first, and when: launches fail from then on. */
export function nearerEnd(
  lifetime: Lifetime & ClientLifetime,
): { readonly of: 'secret' | 'client'; readonly at: number } | null {
  const secret = lifetime.expiresAt;
  const client = lifetime.clientExpiresAt ?? null;
  if (client !== null && (secret === null || client < secret)) return { of: 'client', at: client };
  return secret === null ? null : { of: 'secret', at: secret };
}

/** Halfway from due to the end: half of the reserve is used up, and whoever is called still has the other half. */
export function overdueAt(due: number, end: number): number {
  return due + Math.max(0, end - due) / 2;
}

interface Wait extends Life {
  readonly length: number;
  readonly wait: number;
}

function placed(
  registrationId: string,
  { from, end, length, wait }: Wait,
  policy: RotationPolicy,
  invalid: boolean,
  times: PaceTimes,
): Due {
  const jitter = Math.min(stableFraction(registrationId) * jitterShare * length, wait / 2);
  const room = windowRoom(length, times);
  const { at, moved } = placeOutside(readWindows(policy, room), {
    registrationId,
    at: from + wait - jitter,
    // A server that has only just issued a secret will hardly issue another.
    from: from + length / 3,
    notBefore: from + length / 50,
    until: end === null ? null : end - length * reserveShare,
    spread: times.windowSpread,
    room,
  });
  return { at: Math.floor(at / 1000) * 1000, reason: invalid ? 'RotationPolicyInvalid' : null, moved };
}

/** The least time next to a freeze window that rotations can be spread over: a twelfth of the usual, less for short lives. */
export function windowRoom(length: number, { windowSpread }: Pick<PaceTimes, 'windowSpread'>): number {
  return Math.min(windowSpread / 12, length / 20);
}

function renewBefore(policy: RotationPolicy): number | null {
  return policy.renewBefore === undefined ? null : durationToMilliseconds(policy.renewBefore);
}

function maxAgeEnd(lifetime: Lifetime, policy: RotationPolicy): number | null {
  return policy.maxAge === undefined ? null : lifetime.issuedAt + durationToMilliseconds(policy.maxAge);
}
