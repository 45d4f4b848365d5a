import { describe, expect, it } from 'vitest';
import { nextStep } from '../../../../domain/entity/nextStep.ts';
import { rebuild } from '../../../../domain/entity/rebuild.ts';
import type { EntityStart } from '../../../../domain/entity/start.ts';
import type { Operation } from '../../../../domain/entity/state.ts';
import { viewOf } from '../../../../domain/entity/view.ts';
import { defaultTimePolicy } from '../../../../domain/time/policy.ts';
import { configOf, credentialOf, discoveryOf, stateOf, t0 } from '../../../support/entity.ts';

const recorded = stateOf({ phase: 'active', discovery: discoveryOf(), current: credentialOf(), sequence: 12 });

function startOf(patch: Partial<EntityStart> = {}): EntityStart {
  return {
    config: configOf(),
    view: viewOf(recorded, t0),
    sequence: 12,
    openIntentId: null,
    initialAccessTokenRef: null,
    ...patch,
  };
}

const operation = (operationId: string, kind: Operation['kind']): Operation => ({
  operationId,
  kind,
  actor: 'key:ops',
  reason: null,
});

describe('rebuild', () => {
  it('goes on after the last recorded event, with what the records say, and tells a person', () => {
    const stale = stateOf({ phase: 'verifying', sequence: 4, pending: credentialOf({ versionId: 'old' }) });
    const { state, transitions } = rebuild(stale, startOf(), t0);
    expect(state).toMatchObject({
      phase: 'active',
      sequence: 13,
      pending: null,
      current: { versionId: '0'.repeat(32) },
    });
    expect(transitions).toHaveLength(1);
    expect(transitions[0]).toMatchObject({
      sequence: 13,
      type: 'registration.attention',
      reason: 'RecordsConflict',
      view: {
        conditions: expect.arrayContaining([expect.objectContaining({ type: 'NeedsAttention', status: 'True' })]),
      },
    });
  });

  it('settles the request that the records know of before anything else', () => {
    const { state } = rebuild(stateOf(), startOf({ openIntentId: 'intent-1' }), t0);
    expect(nextStep(state, t0, defaultTimePolicy)).toMatchObject({
      do: 'settle',
      request: { intentId: 'intent-1', kind: 'update' },
    });
  });

  it('asks again for what people asked for and what has not ended, once each', () => {
    const before = stateOf({
      rotation: { operationId: 'asked-rotation', actor: 'key:ops' },
      activeOperation: operation('verification', 'verify'),
      operations: [operation('verification', 'verify'), operation('retirement', 'retire')],
      recentOperationIds: ['asked-rotation', 'verification', 'retirement'],
    });
    const { state } = rebuild(before, startOf(), t0);
    expect(state.operations.map(({ operationId, kind }) => [operationId, kind])).toEqual([
      ['asked-rotation', 'rotate'],
      ['verification', 'verify'],
      ['retirement', 'retire'],
    ]);
    expect(state.recentOperationIds).toEqual(before.recentOperationIds);
  });

  it('does not ask again for a rotation of its own', () => {
    const { state } = rebuild(stateOf({ rotation: { operationId: 'due', actor: 'system' } }), startOf(), t0);
    expect(state.operations).toEqual([]);
  });

  it('ends quietly when the records say that the registration is retired', () => {
    const view = { ...viewOf(recorded, t0), phase: 'retired' as const };
    const { state, transitions } = rebuild(stateOf(), startOf({ view }), t0);
    expect(transitions).toEqual([]);
    expect(nextStep(state, t0, defaultTimePolicy)).toEqual({ do: 'finish' });
  });
});
