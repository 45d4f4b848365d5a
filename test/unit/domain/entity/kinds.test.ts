import { describe, expect, it, test } from 'vitest';
import { afterProof } from '../../../../domain/entity/after/proof.ts';
import { dueOf, strategyOf } from '../../../../domain/entity/health.ts';
import { nextStep } from '../../../../domain/entity/nextStep.ts';
import { refusalOf } from '../../../../domain/entity/operations.ts';
import { type EntityState, initialState } from '../../../../domain/entity/state.ts';
import { viewOf } from '../../../../domain/entity/view.ts';
import type { CredentialState, ProofOutcome } from '../../../../domain/ports/activities.ts';
import { explain } from '../../../../domain/reasons/index.ts';
import { findCondition } from '../../../../domain/registration/conditions.ts';
import { defaultTimePolicy } from '../../../../domain/time/policy.ts';
import type { AuthMethod } from '../../../../domain/words.ts';
import { configOf, credentialOf, discoveryOf, stateOf, t0 } from '../../../support/entity.ts';
import { run, type World } from '../../../support/simulation.ts';

const day = 86_400_000;
const year = 365 * day;
const policy = defaultTimePolicy;

const keyOrNothing = (authMethod: AuthMethod, patch: Partial<CredentialState> = {}) =>
  credentialOf({ authMethod, expiresAt: null, expiryKnown: true, ...patch });

function worldOf(authMethod: AuthMethod, prove?: World['prove']): World {
  const proved = (state: EntityState, now: number): ProofOutcome => {
    const credential = state.pending ?? state.current;
    return {
      decision: { action: state.pending === null ? 'keep' : 'promote', reason: 'ProofSucceeded' },
      current: credential === null ? null : { ...credential, place: 'client', provedAt: now },
      pending: null,
      message: 'good',
    };
  };
  return {
    discover: () => discoveryOf(),
    request: (_kind, _state, now) => ({
      kind: 'stored',
      credential: keyOrNothing(authMethod, { place: 'management', issuedAt: now, provedAt: null }),
      conditions: [],
      scopes: null,
      revision: 1,
      tokenReceived: true,
      notes: [],
    }),
    settle: () => {
      throw new Error('nothing is lost');
    },
    prove: prove ?? proved,
    retire: () => ({ kind: 'deleted', message: 'deleted' }),
  };
}

describe.each([
  ['none', 'none', 'NoSecretToRotate'],
  ['private_key_jwt', 'key', 'KeyRotationNotAvailable'],
] as const)('a client that authenticates by %s', (method, strategy, refusal) => {
  const config = { rotationPolicy: { maxAge: 'P30D' } };

  it(`stays healthy for a year with strategy ${strategy}, is never rotated, and its proofs are the watch's`, () => {
    const { state, steps } = run(stateOf({}, config), worldOf(method), t0, t0 + year, policy);
    expect(state).toMatchObject({ phase: 'active', credentialHealth: 'healthy', rotation: null });
    expect(viewOf(state, t0).credential).toMatchObject({ strategy, rotationDueAt: null, expiresAt: null });
    expect(steps).not.toContain('begin-rotation');
    expect(steps).not.toContain('update');
    expect(steps.filter((step) => step === 'prove')).toHaveLength(1);
  });

  test('a rotation is refused with the reason', () => {
    const state = stateOf({ phase: 'active', current: keyOrNothing(method), discovery: discoveryOf() }, config);
    expect(refusalOf(state, { kind: 'rotate' })).toBe(explain(refusal));
    expect(refusalOf(state, { kind: 'verify' })).toBeNull();
    expect(dueOf(state)).toBeNull();
  });

  it('is the same when begun anew from the view', () => {
    const { state } = run(stateOf({}, config), worldOf(method), t0, t0, policy);
    const start = {
      config: configOf(config),
      view: viewOf(state, t0),
      sequence: state.sequence,
      unsettled: null,
      initialAccessTokenRef: null,
    };
    const rebuilt = initialState(start);
    expect(rebuilt).toMatchObject({ phase: 'active', current: { authMethod: method, expiresAt: null } });
    expect(strategyOf(rebuilt.current as CredentialState, rebuilt)).toBe(strategy);
    expect(refusalOf(rebuilt, { kind: 'rotate' })).toBe(explain(refusal));
  });
});

describe('a client whose key somebody else holds', () => {
  const unproved = (state: EntityState): ProofOutcome => ({
    decision: { action: state.pending === null ? 'keep' : 'promote', reason: 'KeyHeldElsewhere' },
    current: { ...((state.pending ?? state.current) as CredentialState), place: 'client', provedAt: null },
    pending: null,
    message: explain('KeyHeldElsewhere'),
  });
  const world = worldOf('private_key_jwt', unproved);

  it('becomes active, says that nothing proves it, and is not proved again by itself', () => {
    const { state, steps, transitions } = run(stateOf(), world, t0, t0 + year, policy);
    expect(steps.filter((step) => step !== 'discover')).toEqual(['register', 'prove']);
    expect(state).toMatchObject({ phase: 'active', credentialHealth: 'unknown', nextAttemptAt: null });
    expect(findCondition(state.conditions, 'CredentialProved')).toMatchObject({
      status: 'Unknown',
      reason: 'KeyHeldElsewhere',
    });
    expect(findCondition(state.conditions, 'NeedsAttention')?.status).toBe('False');
    const last = transitions.at(-1);
    expect(last).toMatchObject({ type: 'registration.activated', reason: 'KeyHeldElsewhere' });
    expect(last?.message).not.toContain('was proved');
  });

  it('answers who asks for a proof', () => {
    const active = run(stateOf(), world, t0, t0, policy).state;
    const operation = { operationId: 'op', kind: 'verify', actor: 'key:k', reason: null } as const;
    const asked = { ...active, operations: [operation] };
    const { state, transitions } = run(asked, world, t0 + day, t0 + 2 * day, policy);
    expect(transitions.at(-1)).toMatchObject({
      type: 'credential.proof-failed',
      reason: 'KeyHeldElsewhere',
      operationId: 'op',
    });
    expect(state).toMatchObject({ phase: 'active', activeOperation: null });
    expect(nextStep(state, t0 + 2 * day, policy).do).toBe('wait');
  });

  it('makes a sharer of the client active as well', () => {
    const sharer = stateOf(
      { phase: 'verifying', discovery: discoveryOf() },
      { holderRegistrationId: 'a.app.sandbox.b' },
    );
    const current = keyOrNothing('private_key_jwt', { provedAt: null });
    const decision = { action: 'keep', reason: 'KeyHeldElsewhere' } as const;
    const outcome = { decision, current, pending: null, message: explain('KeyHeldElsewhere') };
    const { state, transitions } = afterProof(sharer, outcome, t0, policy);
    expect(state).toMatchObject({ phase: 'active', current: { clientId: current.clientId, provedAt: null } });
    expect(transitions.map(({ type }) => type)).toEqual(['registration.activated']);
    expect(nextStep(state, t0 + year, policy).do).toBe('wait');
  });
});
