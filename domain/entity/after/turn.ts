import type { Failure } from '../../ports/activities.ts';
import { stableFraction } from '../../text/stableHash.ts';
import type { PaceTimes } from '../../time/pace.ts';
import type { Applied } from '../draft.ts';
import { unsent, unspent } from '../rotation/attempt.ts';
import type { EntityState } from '../state.ts';

/** Up to which share of its wait a step comes later, so that those that were told the same time do not come together. */
const jitterShare = 0.1;

type NotYet = Pick<Failure, 'retryAfterSeconds'>;

/** Whether a step ended before anything of it began, as its turn at the server is further away than it may wait. */
export function isNotYet({ reason }: Pick<Failure, 'reason'>): boolean {
  return reason === 'TurnNotYet';
}

/**
 * The turn of a step has not come (DESIGN section 11): the entity sleeps until then. That is no failed try: nobody is
 * told, nothing is counted, and no transition is written.
 */
export function afterNotYet(before: EntityState, failure: NotYet, now: number): Applied {
  const { rotation } = before;
  const delayed = rotation === null ? null : { ...rotation, delayed: true as const };
  return { state: { ...before, rotation: delayed, nextAttemptAt: turnOf(before, failure, now) }, transitions: [] };
}

/** Of a reading of the documents: one that nobody asked for leaves alone what else the entity waits for. */
export function afterReadingNotYet(before: EntityState, failure: NotYet, now: number): Applied {
  const asked = before.phase === 'discovering' || before.activeOperation?.kind === 'discover';
  if (asked) return afterNotYet(before, failure, now);
  return { state: { ...before, discoveryRetryAt: turnOf(before, failure, now) }, transitions: [] };
}

/** Of a request that was opened, and that nobody began: it is opened anew, and what was paid for it is given back. */
export function afterRequestNotYet(before: EntityState, failure: NotYet, now: number, times: PaceTimes): Applied {
  const { state } = afterNotYet({ ...unspent(before, now, times), request: null }, failure, now);
  return { state: { ...state, rotation: state.rotation === null ? null : unsent(state.rotation) }, transitions: [] };
}

function turnOf({ registrationId }: EntityState, { retryAfterSeconds }: NotYet, now: number): number {
  const wait = Math.max(1, retryAfterSeconds ?? 0) * 1000;
  return now + Math.ceil(wait * (1 + jitterShare * stableFraction(`${registrationId}/turn`)));
}
