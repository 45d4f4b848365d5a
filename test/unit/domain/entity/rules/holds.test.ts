import { describe, expect, it } from 'vitest';
import { beginOperation, refusalOf } from '../../../../../domain/entity/operations.ts';
import type { EntityState, Operation } from '../../../../../domain/entity/state.ts';
import { viewOf } from '../../../../../domain/entity/view.ts';
import type { Reason } from '../../../../../domain/reasons/index.ts';
import { toRfc3339 } from '../../../../../domain/time/clock.ts';
import { credentialOf, stateOf, t0 } from '../../../../support/entity.ts';

type Kind = 'suspend' | 'resume' | 'retry' | 'acceptCurrent' | 'overwrite';

const active = stateOf({ phase: 'active', current: credentialOf(), credentialHealth: 'healthy' });
const suspended: EntityState = { ...active, suspended: { since: t0 } };
const heldWith = (reason: Reason, patch: Partial<EntityState> = {}): EntityState =>
  stateOf({ phase: 'registering', hold: { reason, since: t0 }, ...patch });
const unanswered = heldWith('RegistrationUnanswered', {
  unansweredPosts: 2,
  attentions: [{ topic: 'registration', reason: 'RegistrationUnanswered', message: 'Two requests.' }],
});
const conflict = heldWith('SecretStoreConflict', { phase: 'active', current: credentialOf() });

const begun = (state: EntityState, kind: Kind) => {
  const operation: Operation = { operationId: 'o1', kind, actor: 'key:ann', reason: 'because' };
  return beginOperation({ ...state, operations: [operation] }, operation, t0 + 1000);
};

describe('what is refused', () => {
  it.each<[string, EntityState, Kind, string | null]>([
    ['suspend an active one', active, 'suspend', null],
    ['suspend before there is a client', stateOf({ phase: 'discovering' }), 'suspend', null],
    ['suspend twice', suspended, 'suspend', 'The registration is suspended already.'],
    ['resume what is not suspended', active, 'resume', 'The registration is not suspended.'],
    ['resume', suspended, 'resume', null],
    ['resume what retires', { ...suspended, phase: 'retiring' }, 'resume', 'The registration is retiring.'],
    ['retry with nothing held', active, 'retry', 'Nothing is held here'],
    ['retry what its reason names', unanswered, 'retry', null],
    ['retry what metadata hold', heldWith('ClientMetadataNotAcceptable'), 'retry', 'changed metadata, discover'],
    ['retry a conflict', conflict, 'retry', 'accept-current or overwrite, not by retry.'],
    ['accept without a conflict', unanswered, 'acceptCurrent', 'not by accept-current.'],
    ['accept with nothing held', active, 'acceptCurrent', 'Nothing is held here'],
    ['accept in a conflict', conflict, 'acceptCurrent', null],
    ['overwrite without a conflict', active, 'overwrite', 'Nothing is held here'],
    ['overwrite in a conflict', conflict, 'overwrite', null],
  ])('%s', (_name, state, kind, why) => {
    const refusal = refusalOf(state, { kind });
    if (why === null) expect(refusal).toBeNull();
    else expect(refusal).toContain(why);
  });
});

describe('suspending', () => {
  it('sets a flag beside the phase, which is kept', () => {
    const { state, transitions } = begun(active, 'suspend');
    expect(state).toMatchObject({ phase: 'active', suspended: { since: t0 + 1000 }, activeOperation: null });
    expect(transitions).toMatchObject([
      {
        type: 'registration.suspended',
        operationId: 'o1',
        actor: 'key:ann',
        message: expect.stringContaining('Reason given: because'),
        changes: { phase: { from: 'active', to: 'suspended' } },
        view: { phase: 'suspended', suspended: { since: toRfc3339(t0 + 1000), phase: 'active' } },
      },
    ]);
  });

  it('ends with resume, in the phase beneath', () => {
    const { state, transitions } = begun({ ...suspended, phase: 'verifying' }, 'resume');
    expect(state.suspended).toBeNull();
    expect(transitions).toMatchObject([
      { type: 'registration.resumed', operationId: 'o1', changes: { phase: { from: 'suspended', to: 'verifying' } } },
    ]);
    expect(transitions[0]?.view).not.toHaveProperty('suspended');
    expect(transitions[0]?.view?.phase).toBe('verifying');
  });

  it('is over when it retires', () => {
    expect(viewOf({ ...suspended, phase: 'retiring' }, t0)).toMatchObject({ phase: 'retiring' });
    expect(viewOf({ ...suspended, phase: 'retired' }, t0)).not.toHaveProperty('suspended');
  });
});

describe('what is held', () => {
  it('is shown with what releases it', () => {
    expect(viewOf(conflict, t0).hold).toEqual({
      reason: 'SecretStoreConflict',
      releasedBy: ['acceptCurrent', 'overwrite'],
      since: toRfc3339(t0),
    });
    expect(viewOf(active, t0)).not.toHaveProperty('hold');
  });

  it('is tried once more after retry, and nobody is called any more', () => {
    const { state, transitions } = begun(unanswered, 'retry');
    expect(state).toMatchObject({ hold: null, unansweredPosts: 0, attentions: [] });
    expect(transitions).toMatchObject([
      { type: 'registration.hold-released', reason: 'RegistrationUnanswered', operationId: 'o1', actor: 'key:ann' },
    ]);
    expect(transitions[0]?.view).not.toHaveProperty('hold');
  });

  it.each(['acceptCurrent', 'overwrite'] as const)('stays until the store was asked: %s', (kind) => {
    const { state, transitions } = begun(conflict, kind);
    expect(state).toMatchObject({ activeOperation: { kind, operationId: 'o1' }, hold: conflict.hold });
    expect(transitions).toMatchObject([{ type: 'operation.accepted', operationId: 'o1' }]);
  });
});
