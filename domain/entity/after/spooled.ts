import type { Failure } from '../../ports/activities.ts';
import type { TimePolicy } from '../../time/policy.ts';
import { Draft } from '../draft.ts';
import type { EntityState } from '../state.ts';

/** Share of the time until attention after which an instance should have brought its answer: 10 minutes of an hour. */
const share = 1 / 6;

/**
 * The answer lies in the spool of one instance: it goes on being looked for, visibly, and `retry` gives it up (DESIGN
 * section 5). What is held for another reason goes on being held for that.
 */
export function noteSpooled(draft: Draft, { reason, message, spooledAt }: Failure, policy: TimePolicy): void {
  const { hold, request } = draft.state;
  if (reason !== 'AnswerSpooled' || request === null) return;
  if (spooledAt != null) draft.set({ request: { ...request, spooledAt } });
  if (hold === null) draft.set({ hold: { reason, since: draft.now } });
  else if (hold.reason === reason && draft.now - hold.since >= policy.attentionAfter * share)
    draft.attention('registration', reason, message);
}

/** It is known what became of the request. */
export function foundAgain(before: EntityState, now: number): EntityState {
  if (before.hold?.reason !== 'AnswerSpooled') return before;
  const draft = new Draft({ ...before, hold: null }, now);
  const told = before.attentions.filter(({ reason }) => reason === 'AnswerSpooled');
  if (told.length > 0) draft.clearAttention(...told.map(({ topic }) => topic));
  return draft.state;
}
