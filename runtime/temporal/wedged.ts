/** How the first of the decisions in question ended, as the history says; later ones leave no event. */
export type FirstEnd = 'failed' | 'timed-out';

/** Decisions that failed one after the other: what a release cannot replay, another attempt will not either. */
const mostFailures = 3;
/**
 * Decisions that no worker delivered in its time. That is the death of a worker, or a slow machine: Temporal gives each
 * a longer time from the fourth on, and an entity that begins anew would only add to the load. So many of them are
 * neither.
 */
const mostTimeOuts = 10;

/** Whether so many failures may be more than slowness, so that it matters how the first of them ended. */
export function mayBeWedged(failures: number): boolean {
  return failures >= mostFailures;
}

/** Whether an entity will not get on by itself, so that it has to start anew from its record. Pure. */
export function isWedged(failures: number, first: FirstEnd): boolean {
  return failures >= (first === 'failed' ? mostFailures : mostTimeOuts);
}
