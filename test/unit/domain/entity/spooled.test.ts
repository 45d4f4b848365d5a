import { expect, test } from 'vitest';
import { afterRequestFailure } from '../../../../domain/entity/after/request.ts';
import type { OpenRequest } from '../../../../domain/entity/state.ts';
import type { Failure } from '../../../../domain/ports/activities.ts';
import { defaultTimePolicy } from '../../../../domain/time/policy.ts';
import { discoveryOf, stateOf, t0 } from '../../../support/entity.ts';

const minute = 60_000;
const request: OpenRequest = { intentId: 'i', kind: 'register', operationId: 'o' };

/** Reasons of the attention while a settlement fails once a minute, by minute. */
function attentions(reason: Failure['reason'], minutes: number): (string | undefined)[] {
  const failure: Failure = { reason, retryClass: 'transient', status: null, retryAfterSeconds: 30, message: 'm' };
  let state = stateOf({ phase: 'registering', discovery: discoveryOf(), request });
  return Array.from({ length: minutes }, (_, index) => {
    const open = state.request ?? request;
    ({ state } = afterRequestFailure(state, open, failure, t0 + index * minute, defaultTimePolicy));
    return state.attentions.find(({ topic }) => topic === 'peer')?.reason;
  });
}

test('an answer that waits in a spool is told after ten minutes, and the peer is not blamed', () => {
  const told = attentions('AnswerSpooled', 70);
  expect(told.indexOf('AnswerSpooled')).toBe(11);
  expect(told).not.toContain('PeerUnavailable');
});

test('a peer that does not answer is told after an hour', () => {
  expect(attentions('PeerNotAnswering', 70).indexOf('PeerUnavailable')).toBe(61);
});
