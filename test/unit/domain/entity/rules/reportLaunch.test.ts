import { describe, expect, it } from 'vitest';
import { acceptOperation, beginOperation, refusalOf } from '../../../../../domain/entity/operations.ts';
import type { EntityState, Operation } from '../../../../../domain/entity/state.ts';
import type { LaunchReport } from '../../../../../domain/people/launchReport.ts';
import { findCondition } from '../../../../../domain/registration/conditions.ts';
import { credentialOf, stateOf, t0 } from '../../../../support/entity.ts';

const active = stateOf({ phase: 'active', current: credentialOf(), credentialHealth: 'healthy' });
const granted = ['launch', 'openid', 'patient/*.rs'];

function reported(state: EntityState, report: Partial<LaunchReport>) {
  const details: LaunchReport = { outcome: 'success', mode: 'ehr', error: null, grantedScopes: null, ...report };
  const operation: Operation = { operationId: 'o1', kind: 'reportLaunch', actor: 'key:app', reason: null, details };
  return beginOperation(acceptOperation(state, operation), operation, t0);
}

const launch = (state: EntityState) => findCondition(state.conditions, 'LaunchProved');
const attention = (state: EntityState) => findCondition(state.conditions, 'NeedsAttention');

describe('a reported launch', () => {
  it('that worked proves the launch and tells what was granted', () => {
    const { state, transitions } = reported(active, { grantedScopes: granted });
    expect(launch(state)).toMatchObject({ status: 'True', reason: 'LaunchSucceeded' });
    expect(state.scopes?.granted).toEqual(granted);
    expect(transitions).toMatchObject([
      { type: 'launch.reported', reason: 'LaunchSucceeded', operationId: 'o1', actor: 'key:app' },
    ]);
    expect(state.phase).toBe('active');
  });

  it('is compared with what was sent to the server, and keeps why that differs from what was asked', () => {
    const requested = ['launch', 'patient/Observation.rs'];
    const sent = ['launch', 'patient/Observation.read'];
    const kept = { kind: 'translated', scope: 'patient/Observation.rs', message: 'Said in v1.' } as const;
    const scopes = { requested, sent, advertised: null, registered: sent, granted: null, differences: [kept] };
    const { state } = reported({ ...active, scopes }, { grantedScopes: ['launch', 'patient/Observation.r'] });
    expect(state.scopes).toMatchObject({ requested, sent, registered: sent });
    expect(state.scopes?.differences.map(({ kind, scope }) => `${kind} ${scope}`)).toEqual([
      'translated patient/Observation.rs',
      'not-granted patient/Observation.read',
    ]);
  });

  it('that failed needs a person, who sees the error, until one works', () => {
    const { state } = reported(active, { outcome: 'failure', error: 'invalid_scope', mode: 'standalone' });
    expect(launch(state)).toMatchObject({ status: 'False', reason: 'LaunchFailed' });
    expect(attention(state)).toMatchObject({ status: 'True', reason: 'LaunchFailed' });
    expect(attention(state)?.message).toContain('A standalone launch was reported to have failed: invalid_scope.');
    expect(state.credentialHealth).toBe('healthy');
    expect(attention(reported(state, {}).state)).toMatchObject({ status: 'False' });
  });

  it('keeps the scopes of an earlier report when it tells none', () => {
    const before = reported(active, { grantedScopes: granted }).state;
    expect(reported(before, {}).state.scopes).toEqual(before.scopes);
  });

  it('is refused before there is a credential, and after the end', () => {
    const asked = { kind: 'reportLaunch' } as const;
    expect(refusalOf(stateOf({ phase: 'manual_required' }), asked)).toContain('no credential');
    expect(refusalOf({ ...active, phase: 'retired' }, asked)).toContain('retired');
    expect(refusalOf(active, asked)).toBeNull();
  });
});
