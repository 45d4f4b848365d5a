import { describe, expect, it } from 'vitest';
import { newPace, type RotationPace } from '../../../../../domain/credential/pacing.ts';
import type { EntityState, Operation } from '../../../../../domain/entity/state.ts';
import { viewOf } from '../../../../../domain/entity/view.ts';
import { awaken, type Waking } from '../../../../../domain/entity/waking/awaken.ts';
import type { RecordedEntity, Woken } from '../../../../../domain/ports/entityState.ts';
import { defaultTimePolicy } from '../../../../../domain/time/policy.ts';
import { configOf, credentialOf, discoveryOf, stateOf, t0 } from '../../../../support/entity.ts';

const active = (patch: Partial<EntityState> = {}) =>
  stateOf({ phase: 'active', discovery: discoveryOf(), current: credentialOf(), sequence: 12, ...patch });

function woken(recorded: Partial<RecordedEntity> = {}, rest: Partial<Woken> = {}): Woken {
  const state = active();
  return {
    rules: 1,
    policy: defaultTimePolicy,
    config: configOf(),
    recorded: {
      incarnation: 1,
      sequence: 12,
      state,
      view: viewOf(state, t0),
      chain: 'mine',
      rules: 1,
      wakeAt: null,
      ...recorded,
    },
    operations: [],
    initialAccessTokenRef: null,
    unsettled: null,
    ...rest,
  };
}

const waking = (patch: Partial<Waking> = {}): Waking => ({
  chain: 'mine',
  held: null,
  unrecordedAfter: null,
  conflict: false,
  early: [],
  ...patch,
});

const failed = (failures: number): RotationPace => ({ ...newPace(0), failures });

const operation = (operationId: string, kind: 'verify' | 'discover' | 'retire' = 'verify'): Operation => ({
  operationId,
  kind,
  actor: 'key:ops',
  reason: null,
});

describe('an entity that begins', () => {
  it('is what is recorded, holds and all, whoever wrote it, and raises nothing', () => {
    const held = active({
      hold: { reason: 'SecretStoreConflict', since: t0 },
      unansweredPosts: 2,
      rotationPace: failed(4),
      pending: credentialOf(),
    });
    const { applied } = awaken(woken({ state: held, chain: 'gone' }), waking(), t0);
    expect(applied).toEqual({ state: { ...held, rules: 1 }, transitions: [] });
  });

  it('reads the view where no state is recorded, and settles what is open first', () => {
    const unsettled = {
      intentId: 'i',
      kind: 'update',
      operationId: 'o',
      metadata: { revision: 2, ownRevision: 0 },
    } as const;
    const { state } = awaken(woken({ state: null }, { unsettled }), waking(), t0).applied;
    expect(state).toMatchObject({
      phase: 'active',
      sequence: 12,
      request: unsettled,
      current: { clientId: 'client-1' },
    });
  });

  it('takes up operations that have not ended, each once, and what came before it woke', () => {
    const state = active({
      recentOperationIds: ['known'],
      activeOperation: operation('running'),
      rotation: { operationId: 'rotating', actor: 'key:ops' },
    });
    const operations = ['known', 'running', 'rotating', 'lost'].map((operationId) => ({
      operationId,
      kind: 'verify' as const,
      actor: 'key:ops',
    }));
    const { applied } = awaken(
      woken({ state }, { operations }),
      waking({ early: [operation('early'), operation('lost')] }),
      t0,
    );
    expect(applied.state.operations.map(({ operationId }) => operationId)).toEqual(['lost', 'early']);
  });

  it('throws for a state of a newer release', () => {
    expect(() => awaken(woken({ state: { schemaVersion: 4 } }), waking(), t0)).toThrow(/up to version 3/);
  });

  it('takes a state of the version before', () => {
    const { supply: _, rules: __, rotationPace: ___, rotationObstacle: ____, setAside: _____, ...before } = active();
    const state = { ...before, schemaVersion: 1, rotationAttempts: 2, rotationNotBefore: t0 };
    expect(awaken(woken({ state }), waking(), t0).applied.state).toMatchObject({
      schemaVersion: 3,
      rules: 1,
      supply: null,
      rotationPace: failed(2),
      setAside: [],
    });
  });
});

describe('an entity that goes on', () => {
  it('takes what is recorded, whatever it carried', () => {
    const carried = active({ rotationPace: failed(1) });
    const state = active({ rotationPace: failed(7) });
    const { applied, keepsUnrecorded } = awaken(woken({ state }), waking({ held: carried }), t0);
    expect(applied.state.rotationPace.failures).toBe(7);
    expect(applied.transitions).toEqual([]);
    expect(keepsUnrecorded).toBe(false);
  });

  it('keeps what it decided on exactly what is recorded', () => {
    const decided = active({ sequence: 13, rotationPace: failed(9) });
    const { applied, keepsUnrecorded } = awaken(woken(), waking({ held: decided, unrecordedAfter: 12 }), t0);
    expect(keepsUnrecorded).toBe(true);
    expect(applied.state).toEqual(decided);
  });

  it('takes what its own chain recorded meanwhile, keeps operations it holds, and raises nothing', () => {
    const decided = active({ sequence: 13, operations: [operation('held')], activeOperation: operation('ended') });
    const state = active({ sequence: 13, rotationPace: failed(3), recentOperationIds: ['ended'] });
    const { applied, keepsUnrecorded } = awaken(
      woken({ state, sequence: 13 }),
      waking({ held: decided, unrecordedAfter: 12 }),
      t0,
    );
    expect(keepsUnrecorded).toBe(false);
    expect(applied.transitions).toEqual([]);
    expect(applied.state).toMatchObject({ sequence: 13, rotationPace: { failures: 3 } });
    expect(applied.state.operations.map(({ operationId }) => operationId)).toEqual(['held']);
  });

  it.each<[string, Partial<RecordedEntity>, Partial<Waking>]>([
    ['another chain wrote', { chain: 'another' }, {}],
    ['the records refused what it decided', {}, { conflict: true }],
    ['the records are older than what it recorded', { sequence: 11, state: active({ sequence: 11 }) }, {}],
  ])('starts from the records and tells a person when %s', (_, recorded, patch) => {
    const held = active({ rotationPace: failed(1), operations: [operation('held')] });
    const { state, transitions } = awaken(woken(recorded), waking({ held, ...patch }), t0).applied;
    expect(transitions).toMatchObject([{ reason: 'RecordsConflict', sequence: (recorded.sequence ?? 12) + 1 }]);
    expect(state.rotationPace.failures).toBe(0);
    expect(state.operations.map(({ operationId }) => operationId)).toEqual(['held']);
    expect(state.conditions).toContainEqual(
      expect.objectContaining({ type: 'NeedsAttention', reason: 'RecordsConflict' }),
    );
  });

  it('ends quietly when the records say that the registration is retired', () => {
    const { transitions } = awaken(
      woken({ state: active({ phase: 'retired' }), chain: 'another' }),
      waking({ held: active() }),
      t0,
    ).applied;
    expect(transitions).toEqual([]);
  });
});

describe('policies', () => {
  const put = (rotationPolicy: object) => woken({}, { config: configOf({ rotationPolicy }) });

  it('follow the newest when the entity wakes, which resets what was put off', () => {
    const state = active({ rotationPace: failed(6), rotationObstacle: 'RotationNotSupported' });
    const { applied } = awaken({ ...put({ maxAge: 'P30D' }), recorded: woken({ state }).recorded }, waking(), t0);
    expect(applied.state).toMatchObject({ rotationPace: { failures: 0 }, rotationObstacle: null });
    expect(applied.transitions).toMatchObject([
      {
        type: 'registration.metadata-changed',
        reason: 'PoliciesFollowed',
        changes: { rotationPolicy: { from: {}, to: { maxAge: 'P30D' } } },
      },
    ]);
  });

  it('say nothing when they are the same in another order', () => {
    const rotationPolicy = { maxAge: 'P30D', renewBefore: 'P1D' };
    const state = active({ config: configOf({ rotationPolicy: { renewBefore: 'P1D', maxAge: 'P30D' } }) });
    const { applied } = awaken({ ...put(rotationPolicy), recorded: woken({ state }).recorded }, waking(), t0);
    expect(applied.transitions).toEqual([]);
    expect(applied.state.rotationPace.failures).toBe(0);
  });

  it('leave method and holder to what was decided', () => {
    const state = active({ config: configOf({ method: 'dynamic', holderRegistrationId: 'holder' }) });
    expect(awaken(woken({ state }), waking(), t0).applied.state.config).toMatchObject({
      method: 'dynamic',
      holderRegistrationId: 'holder',
    });
  });
});
