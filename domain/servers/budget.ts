/**
 * How many calls all workers together make at one token endpoint (DESIGN section 11): a generic cell rate algorithm
 * (ITU-T I.371) over one number, the theoretical arrival time. No sum over a window is kept, so one row of one table is
 * enough, and any number of workers may ask at once. Times are milliseconds since the epoch, UTC.
 */

/**
 * What a step is for, the most urgent first: a credential that expires soon, a registration or a person that waits,
 * and what nobody waits for (proofs, readings on a schedule).
 */
export const workClasses = ['expiring', 'onboarding', 'bulk'] as const;
export type WorkClass = (typeof workClasses)[number];

/** Share of the burst that a class may use up: what it leaves is there at once for those before it. */
export const tolerances: Readonly<Record<WorkClass, number>> = { expiring: 1, onboarding: 0.8, bulk: 0.5 };

/** A turn further away than this ends the step instead of holding its place. */
export const longestWait = 2_000;

/** Longest pause that a server's `Retry-After` brings over everybody else at its token endpoint. */
export const longestPause = 3_600_000;

const minute = 60_000;

export interface Rate {
  /** Calls in any minute, at most. */
  readonly perMinute: number;
}

/** Of a server that publishes no limit: 20 a second. */
export const defaultRate: Rate = { perMinute: 1_200 };

/** State of one budget; never written is the same as `arrival` in the past. */
export interface Budget {
  /** When the calls that were granted are paid off at the steady rate. */
  readonly arrival: number;
  /** The last turn that was promised to an onboarding that had to come again. */
  readonly promised: number;
}

export type Turn =
  /** The calls are reserved; the first one may start at `at`, at most {@link longestWait} from now. */
  | { readonly kind: 'granted'; readonly at: number }
  /** Nothing is reserved. Come again at `at`; onboarding later than the others that were told so. */
  | { readonly kind: 'not-yet'; readonly at: number };

/** Calls that may start at once after a rest: a fifth of a minute's, 2 to 20. */
export function burstOf({ perMinute }: Rate): number {
  return Math.min(20, Math.max(2, Math.floor(perMinute / 5)), Math.max(1, perMinute - 1));
}

/**
 * Milliseconds between two calls at the steady rate, whole ones so that sums are exact. The burst is taken off the minute, so that burst and steady rate
 * together never exceed it.
 */
export function intervalOf(rate: Rate): number {
  return Math.ceil(minute / (rate.perMinute - burstOf(rate)));
}

/**
 * Whether `calls` calls of a class may be made, and when. More calls than the class's burst are granted only where
 * nothing is owed, and are then owed in full.
 */
export function takeTurn(
  budget: Budget | null,
  rate: Rate,
  ask: { readonly calls: number; readonly workClass: WorkClass; readonly now: number },
): { readonly turn: Turn; readonly budget: Budget } {
  const { calls, workClass, now } = ask;
  const interval = intervalOf(rate);
  const owed = Math.max(budget?.arrival ?? 0, now);
  const room = Math.max(0, (burstOf(rate) * tolerances[workClass] - calls) * interval);
  const at = Math.max(now, owed - room);
  const promised = budget?.promised ?? 0;
  if (at - now <= longestWait)
    return { turn: { kind: 'granted', at }, budget: { arrival: owed + calls * interval, promised } };
  // Urgent work stands in no line, and a line of what nobody waits for would be before those that somebody waits for.
  if (workClass !== 'onboarding')
    return { turn: { kind: 'not-yet', at }, budget: { arrival: budget?.arrival ?? 0, promised } };
  const next = Math.max(at, promised + calls * interval);
  return { turn: { kind: 'not-yet', at: next }, budget: { arrival: budget?.arrival ?? 0, promised: next } };
}

/** After a server asked for a pause (`Retry-After`, RFC 9110 section 10.2.3): nobody's turn comes before `until`. */
export function pause(budget: Budget | null, rate: Rate, until: number, now: number): Budget {
  const bounded = Math.min(until, now + longestPause);
  const arrival = Math.max(budget?.arrival ?? 0, bounded + burstOf(rate) * intervalOf(rate));
  return { arrival, promised: budget?.promised ?? 0 };
}
