import { describe, expect, it } from 'vitest';
import { newPace } from '../../../../domain/credential/pacing.ts';
import { acceptOperation } from '../../../../domain/entity/operations.ts';
import type { EntityState, Operation } from '../../../../domain/entity/state.ts';
import { viewOf } from '../../../../domain/entity/view.ts';
import type { TaskChange } from '../../../../domain/people/tasks/task.ts';
import type { AppliedMetadata, Failure, MetadataPlan, RequestOutcome } from '../../../../domain/ports/activities.ts';
import { findCondition } from '../../../../domain/registration/conditions.ts';
import type { RegistrationConfig } from '../../../../domain/registration/config.ts';
import { defaultTimePolicy } from '../../../../domain/time/policy.ts';
import { configOf, credentialOf, discoveryOf, stateOf, t0 } from '../../../support/entity.ts';
import { Fail, run, type World } from '../../../support/simulation.ts';

const policy = defaultTimePolicy;
const hour = 3_600_000;
const asked: Operation<'changeMetadata'> = {
  operationId: 'op-change',
  kind: 'changeMetadata',
  actor: 'key:1',
  reason: null,
  details: { revision: null },
};
const target = { revision: 2, ownRevision: 1 };

const active = (patch: Partial<EntityState> = {}) =>
  stateOf({
    phase: 'active',
    credentialHealth: 'healthy',
    discovery: discoveryOf(),
    current: credentialOf(),
    appliedRevision: 1,
    appliedOwnRevision: 0,
    ...patch,
  });

const planOf = (members: readonly string[], config: Partial<RegistrationConfig> = {}): MetadataPlan => ({
  wanted: configOf({ ...target, ...config }),
  members,
});

function applied(state: EntityState): AppliedMetadata {
  return {
    target,
    conditions: [
      { type: 'RedirectUrisRegistered', status: 'True', reason: 'RedirectUrisAsAsked', message: '1 as asked.' },
    ],
    scopes: { requested: ['openid'], advertised: null, registered: ['openid'], granted: null, differences: [] },
    current: { ...(state.current ?? credentialOf()), versionId: 'told-anew' },
  };
}

const took = (state: EntityState): RequestOutcome => ({
  kind: 'unchanged',
  expiresAt: null,
  expiryKnown: false,
  manageable: true,
  tokenReceived: true,
  metadata: applied(state),
});

const refusedWith = (failure: Partial<Failure>): RequestOutcome => ({
  kind: 'refused',
  failure: {
    reason: 'UpdateRejected',
    retryClass: 'input',
    status: 400,
    retryAfterSeconds: null,
    message: '400 no',
    ...failure,
  },
});

function worldOf(patch: Partial<World>): World {
  const never = () => {
    throw new Error('nobody is to be contacted');
  };
  return {
    discover: never,
    request: never,
    settle: never,
    prove: never,
    retire: never,
    plan: () => planOf(['redirect_uris']),
    ...patch,
  };
}

const change = (state: EntityState, patch: Partial<World>, until = t0) =>
  run(acceptOperation(state, asked), worldOf(patch), t0, until, policy);
const attention = (state: EntityState) => findCondition(state.conditions, 'NeedsAttention');

describe('a change of metadata', () => {
  it('that the server took is applied, told, and shown', () => {
    const { state, steps, transitions } = change(active(), { request: (_, before) => took(before) });
    expect(steps).toEqual(['begin-operation', 'plan-change', 'change']);
    expect(transitions.map(({ type, reason, operationId }) => [type, reason, operationId])).toEqual([
      ['operation.accepted', undefined, 'op-change'],
      ['registration.metadata-changed', 'MetadataApplied', 'op-change'],
    ]);
    expect(viewOf(state, t0)).toMatchObject({
      appliedRevision: 2,
      ownRevision: { applied: 1, desired: 1 },
      credential: { ref: { versionId: 'told-anew' } },
      scopes: { registered: ['openid'] },
    });
    expect(state).toMatchObject({ activeOperation: null, change: null, pending: null });
    expect(findCondition(state.conditions, 'RedirectUrisRegistered')?.status).toBe('True');
  });

  it('that the server answers with a new secret has it proved as well', () => {
    const pending = credentialOf({ versionId: 'new', provedAt: null });
    const { state, transitions } = change(active(), {
      request: (_, before) => ({
        kind: 'stored',
        credential: pending,
        conditions: [],
        scopes: null,
        revision: 1,
        tokenReceived: true,
        notes: [],
        metadata: applied(before),
      }),
      prove: (before) => ({
        decision: { action: 'promote', reason: 'ProofSucceeded' },
        current: { ...pending, provedAt: t0 },
        pending: before.pending === null ? before.pending : null,
        message: 'good',
      }),
    });
    expect(transitions.map(({ type }) => type).slice(1)).toEqual([
      'registration.metadata-changed',
      'credential.rotated',
    ]);
    expect(state).toMatchObject({ appliedRevision: 2, current: { versionId: 'new' } });
  });

  it('to what the client has contacts nobody, and says so', () => {
    const { state, transitions } = change(active(), { plan: () => planOf([]) });
    expect(transitions.at(-1)).toMatchObject({ type: 'registration.metadata-changed', reason: 'MetadataUnchanged' });
    expect(state).toMatchObject({ appliedRevision: 2, appliedOwnRevision: 1 });
  });

  it('before there is a client is for the one that is registered', () => {
    const waiting = stateOf({ phase: 'awaiting_token', discovery: discoveryOf() });
    const { state, transitions } = change(waiting, { plan: () => planOf([]) });
    expect(transitions.at(-1)).toMatchObject({ reason: 'MetadataForFirstClient', operationId: 'op-change' });
    expect(state.appliedRevision).toBeNull();
  });

  it('of the policy that a registration waited for lets it go on', () => {
    const production = { environment: 'production', environmentClass: 'production' } as const;
    const waiting = stateOf({ phase: 'awaiting_token', discovery: discoveryOf() }, production);
    const allowed = { ...configOf().policies, allowAnonymous: true };
    const { steps } = run(
      acceptOperation(waiting, asked),
      worldOf({
        plan: () => planOf([], { ...production, policies: allowed }),
        request: () => refusedWith({ reason: 'RegistrationRejected' }),
      }),
      t0,
      t0,
      policy,
    );
    expect(steps).toEqual(['begin-operation', 'plan-change', 'register']);
  });

  it('of the rotation policy counts at once, and resets the back-off', () => {
    const late = active({ rotationPace: { ...newPace(0), failures: 5 } });
    const { state } = change(late, { plan: () => planOf([], { rotationPolicy: { renewBefore: 'P5D' } }) });
    expect(state).toMatchObject({ rotationPace: { failures: 0 } });
    expect(state.config.rotationPolicy).toEqual({ renewBefore: 'P5D' });
    const refused = change(late, {
      plan: () => planOf(['scope'], { rotationPolicy: { renewBefore: 'P5D' } }),
      request: () => refusedWith({}),
    });
    expect(refused.state).toMatchObject({ rotationPace: { failures: 0 }, appliedRevision: 1 });
    expect(refused.state.config).toMatchObject({ revision: 1, rotationPolicy: { renewBefore: 'P5D' } });
  });

  it.each<[what: string, EntityState, reason: string, RequestOutcome | null]>([
    [
      'without RFC 7592',
      active({ current: credentialOf({ manageable: false }), config: configOf({ method: 'manual' }) }),
      'NewClientInstead',
      null,
    ],
    ['refused by the server', active(), 'MetadataRejected', refusedWith({ message: '400 invalid_redirect_uri: no' })],
    ['answered with 405', active(), 'MetadataByHand', refusedWith({ reason: 'RotationNotSupported', status: 405 })],
    [
      'for which every token is refused',
      active(),
      'ManagementRejected',
      {
        kind: 'management-rejected',
        failure: {
          reason: 'ManagementRejected',
          retryClass: 'token',
          status: 401,
          retryAfterSeconds: null,
          message: '401',
        },
      },
    ],
    [
      'beside a secret that is not proved',
      active({ pending: credentialOf({ provedAt: null }) }),
      'ClientNotProved',
      null,
    ],
  ])('%s leaves what was applied, and tells a person the members', (_, start, reason, outcome) => {
    const { state, transitions } = change(start, {
      request: () => outcome ?? refusedWith({}),
      prove: (before) => ({
        decision: { action: 'keep', reason: 'ProofInconclusive' },
        current: before.current,
        pending: before.pending,
        message: '',
      }),
    });
    const failed = transitions.find(({ type }) => type === 'registration.metadata-failed');
    expect(failed).toMatchObject({ reason, operationId: 'op-change' });
    if (reason !== 'ManagementRejected') expect(failed?.message).toContain('redirect_uris');
    expect(state).toMatchObject({ appliedRevision: 1, appliedOwnRevision: 0, activeOperation: null, change: null });
    expect(attention(state)).toMatchObject({ status: 'True', reason });
  });

  it('at a server that answers 405 is known to be by hand from then on', () => {
    const { state } = change(active(), {
      request: () => refusedWith({ reason: 'RotationNotSupported', status: 405 }),
    });
    expect(viewOf(state, t0).credential).toMatchObject({ manageable: false, strategy: 'replace' });
  });

  it('that is answered 500 is sent twice, and no more', () => {
    let sent = 0;
    const { state, transitions } = change(
      active(),
      {
        request: () => {
          sent += 1;
          return {
            kind: 'not-sent',
            failure: {
              reason: 'PeerNotAnswering',
              retryClass: 'transient',
              status: 500,
              retryAfterSeconds: null,
              message: '500',
            },
          };
        },
      },
      t0 + hour / 2,
    );
    expect(sent).toBe(2);
    expect(transitions.at(-1)).toMatchObject({ type: 'registration.metadata-failed', reason: 'MetadataRejected' });
    expect(state.activeOperation).toBeNull();
  });

  it('at a server that does not answer is given up after an hour, as all else waits for it', () => {
    const { state, transitions } = change(
      active(),
      {
        request: () => ({
          kind: 'not-sent',
          failure: {
            reason: 'PeerNotAnswering',
            retryClass: 'transient',
            status: 503,
            retryAfterSeconds: null,
            message: '503',
          },
        }),
        prove: (before) => ({
          decision: { action: 'keep', reason: 'ProofSucceeded' },
          current: before.current,
          pending: null,
          message: '',
        }),
      },
      t0 + 4 * hour,
    );
    expect(transitions.findLast(({ type }) => type === 'registration.metadata-failed')?.reason).toBe(
      'MetadataUpdateUnavailable',
    );
    expect(state).toMatchObject({ activeOperation: null, nextAttemptAt: null });
  });

  it('whose answer was lost is settled before it is sent again', () => {
    const { steps, state } = change(
      active(),
      {
        request: () => {
          throw new Fail();
        },
        settle: (_, before) => took(before),
      },
      t0 + hour,
    );
    expect(steps).toEqual(['begin-operation', 'plan-change', 'change', 'settle']);
    expect(state.appliedRevision).toBe(2);
  });

  it('that the records show as applied is applied by an entity that is rebuilt from them', () => {
    const found = active({ request: { intentId: 'i', kind: 'update', operationId: 'i' } });
    const { state, steps } = run(found, worldOf({ settle: (_, before) => took(before) }), t0, t0, policy);
    expect(steps).toEqual(['settle']);
    expect(state).toMatchObject({ appliedRevision: 2, appliedOwnRevision: 1, config: { revision: 2, ownRevision: 1 } });
  });

  it('gives way to a retirement', () => {
    const both = acceptOperation(acceptOperation(active(), asked), {
      ...asked,
      operationId: 'r',
      kind: 'retire',
      details: undefined,
    } as Operation);
    const { state } = run(
      both,
      worldOf({ request: () => refusedWith({}), retire: () => ({ kind: 'deleted', message: 'gone' }) }),
      t0,
      t0,
      policy,
    );
    expect(state.phase).toBe('retired');
  });
});

describe('a change that only a person can make', () => {
  const unmanageable = active({ current: credentialOf({ manageable: false, supplied: true }) });
  const manual = () =>
    change(
      { ...unmanageable, config: configOf({ method: 'adopt' }) },
      {
        plan: () => planOf(['redirect_uris'], { method: 'adopt' }),
      },
    ).state;
  const note = (state: EntityState, details: Partial<TaskChange>) => {
    const vendor = { playbookId: 'generic', certified: 'unknown', developer: null, expectedWait: null } as const;
    const operation: Operation = {
      operationId: `op-note-${details.state}`,
      kind: 'updateTask',
      actor: 'key:1',
      reason: null,
      details: { vendor, ...details },
    };
    return run(acceptOperation(state, operation), worldOf({}), t0, t0, policy);
  };

  it('opens a task that names what to change, and shows that it is wanted', () => {
    const state = manual();
    expect(state.task).toMatchObject({
      kind: 'metadata',
      state: 'open',
      change: { ...target, members: ['redirect_uris'] },
    });
    expect(attention(state)).toMatchObject({ status: 'True', reason: 'MetadataByHand' });
    expect(viewOf(state, t0)).toMatchObject({ appliedRevision: 1, task: { kind: 'metadata' } });
  });

  it('is applied when the person says that it was made', () => {
    const handedIn = note(manual(), { state: 'submitted', reference: 'INC-9' }).state;
    expect(handedIn).toMatchObject({ phase: 'active', appliedRevision: 1, task: { state: 'submitted' } });
    const { state, transitions } = note(handedIn, { state: 'verified' });
    expect(state).toMatchObject({ task: null, appliedRevision: 2, appliedOwnRevision: 1 });
    expect(attention(state)).toMatchObject({ status: 'False' });
    expect(transitions.at(-1)).toMatchObject({
      type: 'registration.metadata-changed',
      reason: 'MetadataAppliedByHand',
      operationId: 'op-note-verified',
      changes: { appliedRevision: { from: 1, to: 2 }, members: { from: null, to: ['redirect_uris'] } },
    });
  });

  it('is taken back when nothing is wanted any more', () => {
    const again = { ...manual(), recentOperationIds: [] };
    const { state } = change(again, { plan: () => planOf([]) });
    expect(state.task).toBeNull();
  });

  it('goes on being asked for while a credential of the same client is replaced', () => {
    const pending = credentialOf({ versionId: 'new', provedAt: null, supplied: true, manageable: false });
    const promoted = run(
      { ...manual(), pending },
      worldOf({
        prove: () => ({
          decision: { action: 'promote', reason: 'ProofSucceeded' },
          current: { ...pending, provedAt: t0 },
          pending: null,
          message: 'good',
        }),
      }),
      t0,
      t0,
      policy,
    );
    expect(promoted.state.task).toMatchObject({ kind: 'metadata' });
  });
});
