import { describe, expect, it, test } from 'vitest';
import { couldNotTell } from '../../../../domain/credential/proofSchedule.ts';
import { afterProof } from '../../../../domain/entity/after/proof.ts';
import { beginOperation } from '../../../../domain/entity/operations.ts';
import type { EntityState } from '../../../../domain/entity/state.ts';
import type { ProofOutcome } from '../../../../domain/ports/activities.ts';
import { findCondition } from '../../../../domain/registration/conditions.ts';
import { defaultTimePolicy as policy } from '../../../../domain/time/policy.ts';
import { credentialOf, discoveryOf, stateOf, t0 } from '../../../support/entity.ts';
import { operationOf } from '../../../support/whateverWorld.ts';

const day = 86_400_000;
const proved = { type: 'CredentialProved', status: 'True', reason: 'ProofSucceeded', message: '' } as const;

function active(patch: Partial<EntityState> = {}): EntityState {
  const conditions = [{ ...proved, lastTransitionTime: new Date(t0).toISOString() }];
  const state = { phase: 'active', current: credentialOf(), discovery: discoveryOf(), conditions } as const;
  return stateOf({ ...state, credentialHealth: 'healthy', ...patch });
}

/** A proof that an actor asks for at a time, and that ends so. */
function verified(
  before: EntityState,
  actor: string,
  at: number,
  reason: ProofOutcome['decision']['reason'],
  why = couldNotTell,
) {
  const begun = beginOperation(before, { ...operationOf('verify', `v${at}`, actor, at), reason: why }, at).state;
  const { current, pending } = begun;
  return afterProof(begun, { decision: { action: 'keep', reason }, current, pending, message: 'told' }, at, policy);
}

describe('a credential of which no proof tells', () => {
  const silent = () => verified(active(), 'system', t0 + 11 * day, 'ProofInconclusive');

  it('is unknown, with an attention that says so, once the watch asks after ten days', () => {
    const { state, transitions } = silent();
    expect(state.credentialHealth).toBe('unknown');
    expect(findCondition(state.conditions, 'CredentialProved')?.status).toBe('Unknown');
    expect(findCondition(state.conditions, 'NeedsAttention')).toMatchObject({ reason: 'CredentialNotProvedLately' });
    expect(transitions.map(({ type, reason }) => `${type} ${reason}`)).toEqual([
      'registration.attention CredentialNotProvedLately',
      'credential.proof-failed ProofInconclusive',
      'step.delayed ProofInconclusive',
    ]);
    const again = verified(state, 'system', t0 + 12 * day, 'ProofInconclusive');
    expect(again.transitions.map(({ type }) => type)).not.toContain('registration.attention');
  });

  it('is healthy again once one tells', () => {
    const { state } = verified(silent().state, 'system', t0 + 12 * day, 'ProofSucceeded');
    expect(state).toMatchObject({ credentialHealth: 'healthy', attentions: [] });
  });

  test.each([
    ['a person asks, who is answered so', 'key:a', 11],
    ['the last good proof is young', 'system', 10],
    ['the watch asks for another reason, and may know of a good proof', 'system', 11, 'It was rejected.'],
  ])('stays as it was where %s', (_case, actor, days, why = couldNotTell) => {
    const { state, transitions } = verified(active(), actor, t0 + days * day, 'ProofInconclusive', why);
    expect(state.credentialHealth).toBe('healthy');
    expect(transitions[0]).toMatchObject({ type: 'credential.proof-failed', reason: 'ProofInconclusive' });
  });
});
