import type { Failure } from '../../ports/activities.ts';
import { Draft } from '../draft.ts';
import type { EntityState } from '../state.ts';

/**
 * The answer lies in the spool of one instance: it goes on being looked for, visibly, and `retry` gives it up (DESIGN
 * section 5). What is held for another reason goes on being held for that.
 */
export function noteSpooled(draft: Draft, { reason, spooledAt }: Failure): void {
  const { hold, request } = draft.state;
  if (reason !== 'AnswerSpooled' || request === null) return;
  if (spooledAt != null) draft.set({ request: { ...request, spooledAt } });
  if (hold === null) draft.set({ hold: { reason, since: draft.now } });
}

/** It is known what became of the request. */
export function foundAgain(before: EntityState, now: number): EntityState {
  if (before.hold?.reason !== 'AnswerSpooled') return before;
  const draft = new Draft({ ...before, hold: null }, now);
  const told = before.attentions.filter(({ reason }) => reason === 'AnswerSpooled');
  if (told.length > 0) draft.clearAttention(...told.map(({ topic }) => topic));
  return draft.state;
}
