import { expect, test } from 'vitest';
import { afterRetireFailure } from '../../../../domain/entity/after/retire.ts';
import { nextStep } from '../../../../domain/entity/nextStep.ts';
import { beginOperation, refusalOf } from '../../../../domain/entity/operations.ts';
import type { Operation } from '../../../../domain/entity/state.ts';
import type { Failure } from '../../../../domain/ports/activities.ts';
import { defaultTimePolicy } from '../../../../domain/time/policy.ts';
import { credentialOf, discoveryOf, stateOf, t0 } from '../../../support/entity.ts';

const retire: Operation<'retire'> = { kind: 'retire', operationId: 'o1', actor: 'key:a', reason: null };
const failure = (reason: Failure['reason'], retryClass: Failure['retryClass']): Failure => ({
  reason,
  retryClass,
  status: null,
  retryAfterSeconds: null,
  message: 'There is 1.',
});
const holder = stateOf({ phase: 'active', current: credentialOf(), discovery: discoveryOf(), operations: [retire] });
const retiring = beginOperation(holder, retire, t0).state;

test('a holder that a sharer came to just before it was retired goes on, and says so', () => {
  expect(retiring.phase).toBe('retiring');
  const { state, transitions } = afterRetireFailure(retiring, failure('HasSharers', 'input'), t0, defaultTimePolicy);
  expect(state).toMatchObject({ phase: 'active', activeOperation: null, nextAttemptAt: null, attentions: [] });
  expect(transitions).toMatchObject([
    { type: 'operation.refused', reason: 'HasSharers', operationId: 'o1', actor: 'key:a', view: { phase: 'active' } },
  ]);
  // It rotates when that is due, and takes operations again.
  expect(nextStep(state, t0 + 70 * 86_400_000, defaultTimePolicy).do).not.toBe('retire');
  expect(refusalOf(state, { kind: 'retire' })).toBeNull();
});

test('one whose credential was not proved yet proves it', () => {
  const unproved = { ...retiring, current: null, pending: credentialOf({ place: 'management', provedAt: null }) };
  const { state } = afterRetireFailure(unproved, failure('HasSharers', 'input'), t0, defaultTimePolicy);
  expect(nextStep(state, t0, defaultTimePolicy).do).toBe('prove');
});

test('every other failure is tried again', () => {
  const { state } = afterRetireFailure(retiring, failure('PeerNotAnswering', 'transient'), t0, defaultTimePolicy);
  expect(state).toMatchObject({ phase: 'retiring', activeOperation: { operationId: 'o1' } });
  expect(state.nextAttemptAt).toBeGreaterThan(t0);
});
