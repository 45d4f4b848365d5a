/** Intervals of what processes do by themselves, in milliseconds; part of the time policy, so that they scale with it. */
export interface ChoreIntervals {
  /** Between two looks for entities to be started, woken and handed operations. */
  readonly dispatchEvery: number;
  /** First wait of a row that could not be delivered; doubles. */
  readonly deliveryRetry: number;
  readonly deliveryRetryMaximum: number;
  /** Between two collections of answers that were spooled. */
  readonly collectEvery: number;
  /** Between two rounds of the other sweeps. */
  readonly sweepEvery: number;
  readonly anchorEvery: number;
  /** Between two looks of a worker for credentials and documents whose time it is. */
  readonly watchEvery: number;
  /** Between two deletions of what is too old to count. */
  readonly pruneEvery: number;
  readonly partitionsEvery: number;
  /** Between two looks for entities that should have woken. */
  readonly reconcileEvery: number;
  /** How long after its time an entity counts as one that should have woken; also between two looks at it. */
  readonly overdueAfter: number;
  /** Between two registrations of the sweep over all of them. */
  readonly reconcileOneEvery: number;
  /** Between two looks for registrations whose health nobody corrected. */
  readonly unnoticedEvery: number;
  /** How long a stop waits for a chore that does not end. */
  readonly choreStop: number;
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

export const defaultChoreIntervals: ChoreIntervals = {
  dispatchEvery: 3 * second,
  deliveryRetry: 10 * second,
  deliveryRetryMaximum: 10 * minute,
  collectEvery: 30 * second,
  sweepEvery: 30 * second,
  anchorEvery: hour,
  watchEvery: 5 * second,
  pruneEvery: 12 * hour,
  partitionsEvery: 12 * hour,
  reconcileEvery: 15 * second,
  overdueAfter: 2 * minute,
  reconcileOneEvery: second,
  unnoticedEvery: minute,
  choreStop: 10 * second,
};

/** Wait before the next try of what failed so many times. */
export function retryAfter(failures: number, first: number, maximum: number): number {
  return Math.min(maximum, first * 2 ** Math.min(failures - 1, 30));
}
