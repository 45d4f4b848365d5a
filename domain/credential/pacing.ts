import type { RotationPolicy } from '../client/metadata.ts';
import type { Reason } from '../reasons/index.ts';
import type { PaceTimes } from '../time/pace.ts';
import { type Due, type Life, reserveShare, windowRoom } from './dueTime.ts';
import { fullBucket, giveBack, nextTokenAt, type RequestBucket } from './pace/bucket.ts';
import { type Placed, placeOutside, readWindows } from './pace/windows.ts';

/**
 * How an attempt to rotate failed. `unreachable`: network, 408, 425, 429, 5xx. `refused`: the other 4xx, a ladder that
 * was climbed, a new secret that was set aside. `kept`: the same secret came back, also with a moved expiry.
 */
export type FailedOutcome = 'unreachable' | 'refused' | 'kept';

export interface FailedAttempt {
  /** When it ended; milliseconds since the epoch. */
  readonly at: number;
  readonly outcome: FailedOutcome;
  /** The peer's `Retry-After` in milliseconds; null = it named none. */
  readonly retryAfter: number | null;
}

/** What a client's pace hangs on; JSON, part of the entity's state. */
export interface RotationPace {
  /** In a row. */
  readonly failures: number;
  /** Steps of the table after expiry that were taken, that which follows the last failure among them. */
  readonly stepsAfterExpiry: number;
  readonly lastFailure: FailedAttempt | null;
  readonly bucket: RequestBucket;
}

export interface PaceQuestion {
  readonly registrationId: string;
  /** Life of the secret that is to be replaced. */
  readonly life: Life;
  readonly due: Due;
  readonly pace: RotationPace;
  readonly policy: RotationPolicy;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly times: PaceTimes;
}

export interface NextAttempt {
  /** Milliseconds since the epoch; not after `now` = it may come at once. Null: never by itself. */
  readonly at: number | null;
  /** What decided: the due time, a failure before, what the peer asked for, or the ceiling of requests. */
  readonly because: 'due' | 'retry' | 'retry-after' | 'ceiling';
  readonly moved: Placed['moved'];
  /** What a person should know of this wait. */
  readonly attention: Extract<Reason, 'RotationPaced' | 'RetryAfterPastExpiry'> | null;
}

/** `Retry-After` is honoured whole; what exceeds a year is no time that could be shown. */
const longestRetryAfter = 366 * 86_400_000;
/** Steps after expiry at refusals, in `refusalStep`; the last one is repeated. */
const refusalSteps = [1, 2, 4, 6] as const;

export function newPace(now: number): RotationPace {
  return { failures: 0, stepsAfterExpiry: 0, lastFailure: null, bucket: fullBucket(now) };
}

/**
 * When the next attempt to rotate may come (DESIGN section 6): the only place that decides it, for due times and
 * retries alike. The latest counts of due, retry, the peer's `Retry-After` and the ceiling; then freeze windows. Computed
 * from state whenever it is asked, never stored: a changed policy counts at once. No answer of a peer can make it come
 * sooner than the floor.
 */
export function nextRotationAttempt(question: PaceQuestion): NextAttempt {
  const { due, now, pace, life, times } = question;
  if (due.at === null) return { at: null, because: 'due', moved: null, attention: null };
  const { lastFailure } = pace;
  const retry = lastFailure === null ? null : retryAt(pace, lastFailure, life, times);
  const asked = lastFailure === null ? null : askedAt(lastFailure);
  const token = nextTokenAt(pace.bucket, times);
  let because: NextAttempt['because'] = 'due';
  let wanted = due.at;
  for (const [name, at] of [
    ['retry', retry],
    ['retry-after', asked],
    ['ceiling', token],
  ] as const) {
    if (at !== null && at > wanted) {
      because = name;
      wanted = at;
    }
  }
  const notBefore = latest(token, asked, lastFailure === null ? null : lastFailure.at + floorOf(life, times));
  // Half the wait at least: a retry that is moved before a window must not become a burst there.
  const from = lastFailure === null || retry === null ? notBefore : (lastFailure.at + retry) / 2;
  const placed =
    because === 'due' ? { at: wanted, moved: due.moved } : place(question, { at: wanted, from, notBefore });
  return {
    ...(placed.at >= now ? placed : place(question, { at: now, from: now, notBefore: now })),
    because,
    attention: attentionOf(because, placed.at, life),
  };
}

function attentionOf(because: NextAttempt['because'], at: number, { end }: Life): NextAttempt['attention'] {
  if (because === 'ceiling') return 'RotationPaced';
  return because === 'retry-after' && end !== null && at >= end ? 'RetryAfterPastExpiry' : null;
}

/** Freeze windows hold as long as there is something to lose by waiting less; an expired credential cannot wait. */
function place(
  { registrationId, life, policy, times }: PaceQuestion,
  wish: { readonly at: number; readonly from: number; readonly notBefore: number },
): Placed {
  if (life.end !== null && wish.at >= life.end) return { at: wish.at, moved: null };
  const length = life.end === null ? Number.POSITIVE_INFINITY : life.end - life.from;
  const room = windowRoom(length, times);
  return placeOutside(readWindows(policy, room), {
    registrationId,
    ...wish,
    until: life.end === null ? null : life.end - length * reserveShare,
    spread: times.windowSpread,
    room,
  });
}

/** The shortest time between two attempts at one client: a 300th of its secret's life, within bounds. */
export function floorOf({ from, end }: Life, { paceFloorLeast, paceFloorMost }: PaceTimes): number {
  if (end === null) return paceFloorMost;
  return Math.min(paceFloorMost, Math.max(paceFloorLeast, (end - from) / 300));
}

function retryAt(pace: RotationPace, failure: FailedAttempt, life: Life, times: PaceTimes): number {
  const { end } = life;
  if (pace.failures === 0) return failure.at + floorOf(life, times);
  if (end !== null && failure.at >= end) {
    return failure.at + stepAfterExpiry(failure.outcome, Math.max(0, pace.stepsAfterExpiry - 1), times);
  }
  const at = failure.at + waitBeforeExpiry(pace.failures - 1, failure.at, life, times);
  return end !== null && at >= end ? end + stepAfterExpiry(failure.outcome, 0, times) : at;
}

/** Wait k, counted from 0. Towards the end it becomes shorter, as there is less and less time for a person. */
function waitBeforeExpiry(k: number, at: number, life: Life, times: PaceTimes): number {
  const doubled = times.paceStep * 2 ** Math.min(k, 30);
  const most = life.end === null ? times.paceMost : (life.end - at) / 8;
  return Math.ceil(Math.max(floorOf(life, times), Math.min(doubled, most)));
}

function stepAfterExpiry(outcome: FailedOutcome, index: number, times: PaceTimes): number {
  if (outcome === 'unreachable') return Math.min(times.outageStep * 2 ** Math.min(index, 30), times.outageMost);
  return times.refusalStep * (refusalSteps[Math.min(index, refusalSteps.length - 1)] ?? 6);
}

function askedAt({ at, retryAfter }: FailedAttempt): number | null {
  if (retryAfter === null || !(retryAfter > 0)) return null;
  return at + Math.min(retryAfter, longestRetryAfter);
}

function latest(...times: readonly (number | null)[]): number {
  return Math.max(...times.map((time) => time ?? Number.NEGATIVE_INFINITY));
}

/** After an attempt that did not bring another secret, proved good. What it sent is spent apart (`spend`). */
export function afterFailedAttempt(
  pace: RotationPace,
  failure: FailedAttempt,
  life: Life,
  times: PaceTimes,
): RotationPace {
  const failures = pace.failures + 1;
  const expired = life.end !== null && failure.at >= life.end;
  const wait = waitBeforeExpiry(failures - 1, failure.at, life, times);
  const crosses = !expired && life.end !== null && failure.at + wait >= life.end;
  // An attempt that the ceiling put past the expiry was no step of the table after it.
  const stepsAfterExpiry = expired ? pace.stepsAfterExpiry + 1 : crosses ? 1 : 0;
  return { ...pace, failures, stepsAfterExpiry, lastFailure: failure };
}

/**
 * After a rotation that brought another secret, proved good. One that was asked for at or after the due time gives its
 * token back, so that short lives run for ever; one that `maxAge` made due does not, as no peer ends that life, nor one of a life
 * that never was any (`ExpiryNotUsable`): every request would pay for the next.
 */
export function afterRotation(
  pace: RotationPace,
  rotation: {
    /** When the request was sent, and when its secret proved good; milliseconds since the epoch. */
    readonly sentAt: number;
    readonly provedAt: number;
    /** Of the secret that was replaced. */
    readonly due: Due;
    readonly life: Life;
  },
  times: PaceTimes,
): RotationPace {
  const { due, life, sentAt, provedAt } = rotation;
  const worthIt = life.end !== null && due.at !== null && sentAt >= due.at;
  const lived = life.end !== null && life.end - life.from >= times.usableExpiry;
  const bucket = worthIt && lived ? giveBack(pace.bucket, provedAt, times) : pace.bucket;
  return { failures: 0, stepsAfterExpiry: 0, lastFailure: null, bucket };
}

/** A changed policy, or other new input of a person: retries count anew, the ceiling and the floor stay. */
export function afterChangedPolicy(pace: RotationPace): RotationPace {
  return { ...pace, failures: 0, stepsAfterExpiry: 0 };
}
