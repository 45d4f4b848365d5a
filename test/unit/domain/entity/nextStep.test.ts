import { describe, expect, it } from 'vitest';
import { rotationDue } from '../../../../domain/credential/dueTime.ts';
import { newPace, type RotationPace } from '../../../../domain/credential/pacing.ts';
import { healthOf } from '../../../../domain/entity/health.ts';
import { nextStep } from '../../../../domain/entity/nextStep.ts';
import type { EntityState, Operation } from '../../../../domain/entity/state.ts';
import { defaultTimePolicy } from '../../../../domain/time/policy.ts';
import { credentialOf, discoveryOf, stateOf, t0 } from '../../../support/entity.ts';

const minute = 60_000;
const request = { intentId: 'i', kind: 'register', operationId: 'o' } as const;
const operation = (kind: Operation['kind']): Operation => ({ operationId: 'op', kind, actor: 'key:k', reason: null });
const active = (patch: Partial<EntityState> = {}) =>
  stateOf({
    phase: 'active',
    current: credentialOf(),
    discovery: discoveryOf(),
    credentialHealth: 'healthy',
    ...patch,
  });
const due = rotationDue('mercy.app.sandbox.main', credentialOf(), {}).at ?? 0;

const failed: RotationPace = {
  ...newPace(0),
  failures: 1,
  lastFailure: { at: due - minute, outcome: 'kept', retryAfter: null },
};

describe('nextStep', () => {
  it.each<[string, EntityState, number, string]>([
    ['a new registration is discovered', stateOf(), t0, 'discover'],
    ['a waiting try waits', stateOf({ nextAttemptAt: t0 + minute }), t0, 'wait'],
    ['a waiting try is due', stateOf({ nextAttemptAt: t0 + minute }), t0 + minute, 'discover'],
    ['a registering one registers', stateOf({ phase: 'registering' }), t0, 'register'],
    ['an open request is settled before anything else', stateOf({ phase: 'registering', request }), t0, 'settle'],
    [
      'an open request is settled before a retirement',
      stateOf({ phase: 'registering', request, operations: [operation('retire')] }),
      t0,
      'settle',
    ],
    [
      'who waits for a person sends nothing',
      stateOf({ phase: 'registering', hold: { reason: 'RegistrationRejected', since: t0 } }),
      t0,
      'wait',
    ],
    ['who waits for a token sends nothing', stateOf({ phase: 'awaiting_token' }), t0, 'wait'],
    ['a manual one waits', stateOf({ phase: 'manual_required' }), t0, 'wait'],
    [
      'a new credential is proved',
      stateOf({ phase: 'verifying', pending: credentialOf({ place: 'management' }) }),
      t0,
      'prove',
    ],
    ['a healthy one sleeps', active(), t0 + minute, 'wait'],
    ['a day later its proof is left to the watch', active(), t0 + 86_400_000, 'wait'],
    ['and two weeks later the reading of its documents', active({ discoveredAt: t0 }), t0 + 14 * 86_400_000, 'wait'],
    [
      'documents that could not be read are read again',
      active({ discoveredAt: t0, discoveryRetryAt: t0 + minute }),
      t0 + minute,
      'discover',
    ],
    [
      'a rejected one is probed with back-off',
      active({ rejectedSince: t0, nextAttemptAt: t0 + minute }),
      t0 + minute,
      'prove',
    ],
    ['and not before', active({ rejectedSince: t0, nextAttemptAt: t0 + minute }), t0, 'wait'],
    ['at due time the health is noted first', active({ current: credentialOf({ provedAt: due }) }), due, 'note-health'],
    [
      'then the rotation begins',
      active({ current: credentialOf({ provedAt: due }), credentialHealth: 'due' }),
      due,
      'begin-rotation',
    ],
    [
      'not before its back-off',
      active({ current: credentialOf({ provedAt: due }), credentialHealth: 'due', rotationPace: failed }),
      due,
      'wait',
    ],
    [
      'a rotation updates',
      active({ rotation: { operationId: 'o', actor: 'system' }, credentialHealth: 'rotating' }),
      t0,
      'update',
    ],
    [
      'a pending secret is proved before another update',
      active({
        rotation: { operationId: 'o', actor: 'system' },
        pending: credentialOf(),
        credentialHealth: 'rotating',
      }),
      t0,
      'prove',
    ],
    ['an operation is begun', active({ operations: [operation('rotate')] }), t0, 'begin-operation'],
    ['a retiring one deletes', stateOf({ phase: 'retiring' }), t0, 'retire'],
    ['a retired one ends', stateOf({ phase: 'retired' }), t0, 'finish'],
  ])('%s', (_name, state, now, expected) => {
    expect(nextStep(state, now, defaultTimePolicy).do).toBe(expected);
  });

  it('always waits for a time in the future', () => {
    for (let now = t0; now < t0 + 100 * 86_400_000; now += 7 * 3_600_000 + 1) {
      const state = active({ current: credentialOf({ provedAt: now }) });
      const step = nextStep({ ...state, credentialHealth: healthOf(state, now) }, now, defaultTimePolicy);
      if (step.do === 'wait') expect(step.until).toBeGreaterThan(now);
    }
  });

  it('wakes a held registration when its secret expires', () => {
    const state = stateOf({
      phase: 'active',
      current: credentialOf({ provedAt: due }),
      hold: { reason: 'SecretStoreConflict', since: t0 },
      rotation: { operationId: 'o', actor: 'system' },
      credentialHealth: 'rotating',
    });
    expect(nextStep(state, due + 1, defaultTimePolicy)).toMatchObject({ do: 'wait' });
  });
});
