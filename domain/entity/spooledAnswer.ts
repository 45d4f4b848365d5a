import { explain } from '../reasons/index.ts';
import { type Release, releasesOf } from '../registration/hold.ts';
import type { TimePolicy } from '../time/policy.ts';
import { spooledPatience } from './backOff.ts';
import { type Applied, Draft } from './draft.ts';
import type { EntityState, Operation } from './state.ts';
import { isSuspended } from './suspension.ts';

/**
 * An operation that can only be begun once a spooled answer is given up: `retry` does so where that answer is what is
 * held, and is refused where something else is. Then whoever ends that, or the registration, goes on without it.
 */
function waitsBehindSpool(state: EntityState): Operation | undefined {
  const { request, hold, operations } = state;
  if (request?.spooledAt === undefined || request.givenUp === true) return undefined;
  if (hold === null || hold.reason === 'AnswerSpooled') return undefined;
  const ends = isSuspended(state) ? [] : releasesOf(hold.reason);
  return operations.find(({ kind }) => kind === 'retire' || ends.some((release: Release) => release === kind));
}

/** When the spooled answer that an operation waits behind is given up, as its instance may come back; null = it is not. */
export function givesUpAnswerAt(state: EntityState, policy: TimePolicy): number | null {
  if (state.failingSince === null || waitsBehindSpool(state) === undefined) return null;
  return state.failingSince + spooledPatience(policy);
}

/** The request is settled without its answer: whenever that comes, it is kept. The operation goes on waiting for that. */
export function giveUpAnswer(before: EntityState, now: number): Applied {
  const draft = new Draft(before, now);
  const operation = waitsBehindSpool(before);
  if (before.request === null || operation === undefined) return draft.finish();
  const { spooledAt } = before.request;
  draft.set({ request: { ...before.request, givenUp: true }, attempts: 0, failingSince: null, nextAttemptAt: null });
  draft.clearAttention('peer');
  draft.event({
    type: 'request.unsettled',
    reason: 'AnswerSpooled',
    message: `${explain('AnswerSpooled')} It is spooled at ${spooledAt}, and given up for what waits behind it.`,
    operationId: operation.operationId,
  });
  return draft.finish();
}
