import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { afterDiscovery, afterDiscoveryFailure } from '../../../../domain/entity/after/discovery.ts';
import { afterProof } from '../../../../domain/entity/after/proof.ts';
import { afterRequest, afterRequestFailure } from '../../../../domain/entity/after/request.ts';
import { nextStep } from '../../../../domain/entity/nextStep.ts';
import { afterOnboarding, judgeOnboarding, mayOnboard } from '../../../../domain/entity/onboarding.ts';
import { openRequest } from '../../../../domain/entity/openRequest.ts';
import { acceptOperation } from '../../../../domain/entity/operations.ts';
import type { EntityState, Operation } from '../../../../domain/entity/state.ts';
import type { Failure, ProofOutcome, RequestOutcome } from '../../../../domain/ports/activities.ts';
import type { OnboardFacts } from '../../../../domain/ports/onboarding.ts';
import type { DiscoveryView } from '../../../../domain/registration/view.ts';
import { defaultTimePolicy } from '../../../../domain/time/policy.ts';
import { credentialOf, discoveryOf, stateOf, t0 } from '../../../support/entity.ts';

const policy = defaultTimePolicy;
const ids = { intentId: 'intent-1', operationId: 'operation-1' };
const failure: Failure = {
  reason: 'PeerNotAnswering',
  retryClass: 'transient',
  status: 503,
  retryAfterSeconds: null,
  message: 'not now',
};
const operation: Operation = { operationId: 'operation-2', actor: 'key:1', kind: 'retire', reason: null };
const pending = credentialOf({ place: 'management', provedAt: null });

const documents = fc.constantFrom(
  discoveryOf(),
  discoveryOf({ registrationEndpoint: null, registrationSource: 'none' }),
  discoveryOf({ tokenEndpoint: null }),
  discoveryOf({ issuer: null }),
  discoveryOf({ tokenEndpointAuthMethods: ['private_key_jwt'] }),
);
const stored: RequestOutcome = {
  kind: 'stored',
  credential: pending,
  conditions: [],
  scopes: null,
  revision: 1,
  tokenReceived: true,
  notes: [],
};
const outcomes = fc.constantFrom<RequestOutcome>(
  stored,
  { kind: 'refused', failure: { ...failure, reason: 'ClientMetadataNotAcceptable', retryClass: 'input' } },
  { kind: 'refused', failure: { ...failure, reason: 'InitialAccessTokenRejected', retryClass: 'token' } },
  { kind: 'not-sent', failure },
  { kind: 'unanswered', failure },
);
const proofs = fc.constantFrom<ProofOutcome | null>(
  null,
  {
    decision: { action: 'promote', reason: 'ProofSucceeded' },
    current: { ...pending, place: 'client', provedAt: t0 + 2000 },
    pending: null,
    message: 'good',
  },
  { decision: { action: 'keep', reason: 'CredentialRejected' }, current: null, pending, message: 'no' },
  { decision: { action: 'keep', reason: 'ProofInconclusive' }, current: null, pending, message: 'perhaps' },
);

/** The same events by single steps, each decided when it would be. */
function bySingleSteps(
  before: EntityState,
  found: DiscoveryView,
  request: RequestOutcome | Failure,
  proof: ProofOutcome | null,
  came: readonly Operation[],
) {
  const discovered = afterDiscovery(before, found, t0);
  const step = nextStep(discovered.state, t0, policy);
  if (step.do !== 'register') return { ...discovered, state: came.reduce(acceptOperation, discovered.state) };
  const opened = came.reduce(acceptOperation, openRequest(discovered.state, step, ids, t0, policy));
  const open = opened.request;
  if (open === null) throw new Error('opened');
  const settled =
    'kind' in request
      ? afterRequest(opened, open, request, t0 + 2000, policy)
      : afterRequestFailure(opened, open, request, t0 + 2000, policy);
  const proved = proof === null ? null : afterProof(settled.state, proof, t0 + 2000, policy);
  return {
    state: proved?.state ?? settled.state,
    transitions: [...discovered.transitions, ...settled.transitions, ...(proved?.transitions ?? [])],
  };
}

/** Views stand on the last transition of a decision only, and one step makes one decision of two. */
const withoutViews = (transitions: readonly object[]) =>
  transitions.map((transition) => ({ ...transition, view: null }));

describe('an onboarding in one step', () => {
  test('leads to the transitions and the state of the single steps', () => {
    fc.assert(
      fc.property(documents, outcomes, proofs, fc.boolean(), fc.boolean(), (found, outcome, proof, fails, asked) => {
        const before = stateOf();
        const came = asked ? [operation] : [];
        const latest = came.reduce(acceptOperation, before);
        const judged = judgeOnboarding(before, found, ids, t0, policy);
        const made = outcome.kind === 'stored' && !fails ? proof : null;
        const single = bySingleSteps(before, found, fails ? failure : outcome, made, came);
        if (judged.kind === 'stops') {
          const { recorded, applied } = afterOnboarding(
            before,
            before,
            { stoppedAt: judged.at, found },
            ids,
            t0,
            policy,
          );
          expect(recorded).toBeNull();
          expect(applied).toEqual(afterDiscovery(before, found, t0));
          return;
        }
        const facts: OnboardFacts = {
          stoppedAt: null,
          found,
          recordedAt: t0,
          request: fails ? { kind: 'failed', failure } : outcome,
          proof: made,
        };
        const { recorded, applied } = afterOnboarding(before, latest, facts, ids, t0 + 2000, policy);
        expect(recorded?.state).toEqual(judged.applied.state);
        expect(applied.state).toEqual(single.state);
        expect(withoutViews([...judged.applied.transitions, ...applied.transitions])).toEqual(
          withoutViews(single.transitions),
        );
      }),
    );
  });

  test('records the open request with the discovery, to be gone on with at once', () => {
    const judged = judgeOnboarding(stateOf(), discoveryOf(), ids, t0, policy);
    expect(judged).toMatchObject({
      kind: 'registers',
      wakeAt: t0,
      applied: { state: { phase: 'registering', request: { ...ids, kind: 'register' } } },
    });
    expect(judged.kind === 'registers' && judged.applied.transitions.at(-1)?.view?.phase).toBe('registering');
  });

  test.each<[string, EntityState, DiscoveryView, string]>([
    ['a person registers there', stateOf(), discoveryOf({ registrationEndpoint: null }), 'decision'],
    ['the client is adopted', stateOf({}, { method: 'adopt' }), discoveryOf(), 'decision'],
    ['somebody asked for something', acceptOperation(stateOf(), operation), discoveryOf(), 'operation'],
  ])('stops where %s', (_, state, found, at) => {
    expect(judgeOnboarding(state, found, ids, t0, policy)).toEqual({ kind: 'stops', at });
  });

  test('what could not be read is drawn as from a discovery', () => {
    const facts: OnboardFacts = { stoppedAt: 'discovery', failure };
    expect(afterOnboarding(stateOf(), stateOf(), facts, ids, t0, policy)).toEqual({
      recorded: null,
      applied: afterDiscoveryFailure(stateOf(), failure, t0, policy),
      begun: true,
    });
  });

  test.each<[string, Partial<EntityState>, boolean]>([
    ['it is new', {}, true],
    ['a discovery failed before', { attempts: 1 }, false],
    ['a request is open', { request: { ...ids, kind: 'register' } }, false],
    ['it has a client', { current: credentialOf() }, false],
    ['a credential waits for its proof', { pending }, false],
    ['an operation waits', { operations: [operation] }, false],
    ['it goes on after its discovery', { phase: 'registering' }, false],
  ])('where %s', (_, patch, may) => {
    expect(mayOnboard(stateOf(patch))).toBe(may);
  });
});
