import type { Failure } from '../../ports/activities.ts';
import { stableFraction } from '../../text/stableHash.ts';
import type { PaceTimes } from '../../time/pace.ts';
import type { Applied } from '../draft.ts';
import { unspent } from '../rotation/attempt.ts';
import type { EntityState } from '../state.ts';

/** Up to which share of its wait a step comes later, so that those that were told the same time do not come together. */
const jitterShare = 0.1;

/** Whether a step ended before anything of it began, as its turn at the server is further away than it may wait. */
export function isNotYet({ reason }: Pick<Failure, 'reason'>): boolean {
  return reason === 'TurnNotYet';
}

/**
 * The turn of a step has not come (DESIGN section 11): the entity sleeps until then. That is no failed try: nobody is
 * told, nothing is counted, and no transition is written.
 *
 * @param step of which it is the turn.
 */
export function afterNotYet(
  before: EntityState,
  step: 'discover' | 'other',
  { retryAfterSeconds }: Pick<Failure, 'retryAfterSeconds'>,
  now: number,
): Applied {
  const { registrationId, phase, activeOperation, rotation } = before;
  const wait = Math.max(1, retryAfterSeconds ?? 0) * 1000;
  const at = now + Math.ceil(wait * (1 + jitterShare * stableFraction(`${registrationId}/turn`)));
  const byItself = step === 'discover' && phase !== 'discovering' && activeOperation?.kind !== 'discover';
  if (byItself) return { state: { ...before, discoveryRetryAt: at }, transitions: [] };
  // Without it a rotation would not heed a time that is not its own.
  const delayed = rotation === null ? null : { ...rotation, delayed: true as const };
  return { state: { ...before, nextAttemptAt: at, rotation: delayed }, transitions: [] };
}

/** The same of a request that was opened and that nobody began: nothing was sent, and it is opened anew. */
export function afterRequestNotYet(
  before: EntityState,
  failure: Pick<Failure, 'retryAfterSeconds'>,
  now: number,
  times: PaceTimes,
): Applied {
  return afterNotYet({ ...unspent(before, now, times), request: null }, 'other', failure, now);
}
