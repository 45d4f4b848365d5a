import { stableFraction } from '../../text/stableHash.ts';
import type { TimePolicy } from '../../time/policy.ts';
import type { Step } from '../nextStep.ts';

/** Up to which share of `restFor` an entity parks earlier, so that not all that were woken together park together. */
const jitterShare = 1 / 3;

/** Milliseconds that an entity sleeps at most before it parks. */
export function restTime(registrationId: string, policy: TimePolicy): number {
  return Math.max(1, Math.ceil(policy.restFor * (1 - jitterShare * stableFraction(`${registrationId}/rest`))));
}

/** End of the rest or park that follows: now where something is to be done, null where an operation is waited for. */
export function wakeTime(step: Step, now: number): number | null {
  if (step.do === 'finish') return null;
  const until = step.do === 'wait' ? step.until : now;
  return until === null ? null : Math.ceil(until);
}

/** Milliseconds until records that could not be reached are tried again. */
export function recordsRetryTime(failures: number, policy: Pick<TimePolicy, 'recordsRetry' | 'recordsRetryMaximum'>) {
  return Math.min(policy.recordsRetry * 2 ** Math.min(failures, 20), policy.recordsRetryMaximum);
}
