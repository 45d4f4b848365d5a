import type { Failure } from '../ports/activities.ts';
import type { Reason } from '../reasons/index.ts';
import { stableFraction } from '../text/stableHash.ts';
import type { TimePolicy } from '../time/policy.ts';
import type { Draft } from './draft.ts';

/** What exceeds a year is no time that could be shown. */
const longestRetryAfter = 366 * 86_400_000;

/**
 * Milliseconds until the next try: doubling from `retryInitial` to `retryMaximum`, minus a stable jitter of up to a
 * quarter (Temporal's retry policies have none), never less than the peer asked for by `Retry-After`, which is
 * honoured whole.
 */
export function backOff(
  registrationId: string,
  attempts: number,
  policy: TimePolicy,
  retryAfterSeconds: number | null,
): number {
  const doubled = Math.min(policy.retryInitial * 2 ** Math.min(attempts, 20), policy.retryMaximum);
  const jittered = doubled * (1 - stableFraction(`${registrationId}/${attempts}`) / 4);
  const asked = Math.min((retryAfterSeconds ?? 0) * 1000, longestRetryAfter);
  return Math.ceil(Math.max(jittered, asked));
}

/**
 * A step that did not get on: it is tried again later, visibly. It needs attention, and goes on, at once where waiting
 * alone will not help and else after `attentionAfter`.
 */
export function delay(draft: Draft, failure: Failure, now: number, policy: TimePolicy): void {
  const { state } = draft;
  const failingSince = state.failingSince ?? now;
  const wait = backOff(state.registrationId, state.attempts, policy, failure.retryAfterSeconds);
  draft.set({ attempts: state.attempts + 1, failingSince, nextAttemptAt: now + wait });
  if (failure.retryClass === 'input') {
    draft.attention('peer', failure.reason, failure.message);
  } else if (now - failingSince >= attentionAfter(failure, policy) || asksForLong(failure, policy)) {
    draft.attention('peer', toldReason(failure), failure.message);
  }
  draft.event({ type: 'step.delayed', reason: failure.reason, message: failure.message });
}

/** The peer asks to be left alone for so long that nobody would be told before: whoever waits is told at once. */
export function asksForLong(
  { retryAfterSeconds }: Pick<Failure, 'retryAfterSeconds'>,
  policy: Pick<TimePolicy, 'attentionAfter'>,
): boolean {
  return (retryAfterSeconds ?? 0) * 1000 > policy.attentionAfter;
}

/** Of a peer that needs attention. */
export function toldReason({ reason }: Pick<Failure, 'reason'>): Reason {
  return reason === 'PeerNotAnswering' ? 'PeerUnavailable' : reason;
}

/** An answer on the disk of an instance that does not come back is no matter of the peer: ten minutes of an hour. */
function attentionAfter({ reason }: Failure, policy: TimePolicy): number {
  return reason === 'AnswerSpooled' ? spooledPatience(policy) : policy.attentionAfter;
}

/** Milliseconds that an instance with a spooled answer has to come back before anybody is told. */
export function spooledPatience({ attentionAfter }: Pick<TimePolicy, 'attentionAfter'>): number {
  return attentionAfter / 6;
}

/** A step that is expected not to get on before a time: tried again later, visibly, and nobody is called. */
export function waitPatiently(
  draft: Draft,
  reason: Failure['reason'],
  message: string,
  until: number,
  now: number,
  policy: TimePolicy,
): void {
  const { state } = draft;
  const wait = Math.min(backOff(state.registrationId, state.attempts, policy, null), Math.max(1, until - now));
  draft.set({ attempts: state.attempts + 1, failingSince: null, nextAttemptAt: now + wait });
  draft.event({ type: 'step.delayed', reason, message });
}

/** A step that only a person can unblock: the reason names the operations that do. */
export function holdForPerson(draft: Draft, reason: Reason): void {
  draft.set({ hold: { reason, since: draft.now }, nextAttemptAt: null, attempts: 0, failingSince: null });
}
