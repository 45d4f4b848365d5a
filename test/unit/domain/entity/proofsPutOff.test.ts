import { describe, expect, it } from 'vitest';
import { afterProof } from '../../../../domain/entity/after/proof.ts';
import type { EntityState } from '../../../../domain/entity/state.ts';
import type { ProofOutcome } from '../../../../domain/ports/activities.ts';
import { findCondition } from '../../../../domain/registration/conditions.ts';
import { defaultTimePolicy as policy } from '../../../../domain/time/policy.ts';
import { credentialOf, discoveryOf, stateOf, t0 } from '../../../support/entity.ts';

const day = 86_400_000;

const active = (patch: Partial<EntityState> = {}): EntityState =>
  stateOf({ phase: 'active', current: credentialOf(), discovery: discoveryOf(), ...patch });

const outcomeOf = (reason: ProofOutcome['decision']['reason'], patch: Partial<ProofOutcome> = {}): ProofOutcome => ({
  decision: { action: 'keep', reason },
  current: credentialOf(),
  pending: null,
  message: 'told',
  ...patch,
});
const putOff = outcomeOf('ProofInconclusive', { putOff: { until: t0 + day } });

describe('a proof that was put off', () => {
  it('is no attempt, and comes when it may', () => {
    const { state, transitions } = afterProof(active(), putOff, t0, policy);
    expect(state).toMatchObject({ attempts: 0, failingSince: null, nextAttemptAt: t0 + day });
    expect(transitions).toEqual([]);
  });

  it('lets a rejection before it be believed once it cannot be replication lag', () => {
    const rejectedSince = t0 - policy.replicationLag + 1000;
    const waiting = afterProof(active({ rejectedSince }), putOff, t0, policy).state;
    expect(waiting).toMatchObject({ currentRejected: false, nextAttemptAt: t0 + 1000 });
    const { state } = afterProof(waiting, putOff, t0 + 1000, policy);
    expect(state).toMatchObject({ currentRejected: true, nextAttemptAt: t0 + day });
    expect(findCondition(state.conditions, 'NeedsAttention')?.reason).toBe('CredentialRejected');
    const later = afterProof(state, putOff, t0 + 2000, policy);
    expect(later.state.nextAttemptAt).toBe(t0 + day);
    expect(later.transitions).toEqual([]);
  });

  it('ends a verify that was asked for', () => {
    const activeOperation = { operationId: 'o', kind: 'verify', actor: 'key:k', reason: null } as const;
    const { state, transitions } = afterProof(active({ activeOperation }), putOff, t0, policy);
    expect(state.activeOperation).toBeNull();
    expect(transitions.map(({ type, operationId }) => [type, operationId])).toEqual([['credential.proof-failed', 'o']]);
  });
});

describe('what consumers read', () => {
  it('is taken over by its version where it is good', () => {
    const adopted = { from: 'version-1', to: 'version-2' };
    const outcome = outcomeOf('ProofSucceeded', { current: credentialOf({ versionId: 'version-2' }), adopted });
    const { state, transitions } = afterProof(active(), outcome, t0, policy);
    expect(state.current).toMatchObject({ versionId: 'version-2', provedAt: t0 });
    expect(transitions.at(-1)?.changes).toEqual({ versionId: adopted });
  });

  it('is a conflict where it is not, and says nothing of the version that was known', () => {
    const { state } = afterProof(active(), outcomeOf('SecretStoreConflict'), t0 + day, policy);
    expect(state).toMatchObject({ currentRejected: false, rejectedSince: null });
    expect(findCondition(state.conditions, 'NeedsAttention')?.reason).toBe('SecretStoreConflict');
    expect(findCondition(state.conditions, 'CredentialProved')?.status).toBe('Unknown');
  });
});
