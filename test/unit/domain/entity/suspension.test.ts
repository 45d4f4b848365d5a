import { describe, expect, it } from 'vitest';
import { healthOf } from '../../../../domain/entity/health.ts';
import { nextStep } from '../../../../domain/entity/nextStep.ts';
import { acceptOperation, refusalOf } from '../../../../domain/entity/operations.ts';
import type { EntityState, Operation } from '../../../../domain/entity/state.ts';
import { viewOf } from '../../../../domain/entity/view.ts';
import { defaultTimePolicy } from '../../../../domain/time/policy.ts';
import { type Phase, phases } from '../../../../domain/words.ts';
import { credentialOf, discoveryOf, stateOf, t0 } from '../../../support/entity.ts';
import { Fail, run, type World } from '../../../support/simulation.ts';

const day = 86_400_000;
const policy = defaultTimePolicy;
const suspended = { since: t0 };
const operation = (kind: Operation['kind'], operationId: string = kind): Operation =>
  ({ operationId, kind, actor: 'key:k', reason: null }) as Operation;
const active = (patch: Partial<EntityState> = {}) =>
  stateOf({
    phase: 'active',
    current: credentialOf(),
    credentialHealth: 'healthy',
    discovery: discoveryOf(),
    discoveredAt: t0,
    suspended,
    ...patch,
  });
const waiting = (count: number) => Array.from({ length: count }, (_, each) => operation('verify', `v${each}`));

const beneath = phases.filter((phase): phase is Phase => !['suspended', 'retiring', 'retired'].includes(phase));
const due: [string, Partial<EntityState>][] = [
  ['nothing', {}],
  ['operations that wait', { operations: [operation('verify'), operation('rotate')] }],
  ['a change of metadata', { activeOperation: operation('changeMetadata'), change: null }],
  ['a discovery', { activeOperation: operation('discover') }],
  ['a supplied credential', { activeOperation: operation('supplyCredential') }],
  ['a verification', { activeOperation: operation('verify') }],
  ['a choice', { activeOperation: operation('overwrite'), hold: { reason: 'SecretStoreConflict', since: t0 } }],
  ['a pending secret', { pending: credentialOf({ provedAt: null }) }],
  ['a rotation', { rotation: { operationId: 'r', actor: 'system' } }],
  ['a retry', { nextAttemptAt: t0 - 1 }],
  ['a request that is open', { request: { intentId: 'i', kind: 'update', operationId: 'o' } }],
  ['resume', { operations: [operation('verify'), operation('resume')] }],
  ['retire', { operations: [operation('verify'), operation('retire')] }],
];

const fail = () => {
  throw new Fail();
};
const away: World = {
  discover: fail,
  request: fail,
  settle: fail,
  prove: fail,
  retire: () => ({ kind: 'deleted', message: 'deleted' }),
};

describe('a suspended one', () => {
  it.each(beneath.flatMap((phase) => due.map(([name, patch]) => [phase, name, patch] as const)))(
    'in phase %s with %s sends nothing but what settles',
    (phase, _name, patch) => {
      for (let at = t0 - 2 * day; at < t0 + 120 * day; at += 3 * day) {
        const state = active({ phase, ...patch });
        const step = nextStep({ ...state, credentialHealth: healthOf(state, at) }, at, policy);
        const harmless = ['wait', 'note-health', 'tell-of-task', 'settle'].includes(step.do);
        const goesAhead =
          step.do === 'begin-operation' && ['suspend', 'resume', 'retry', 'retire'].includes(step.operation.kind);
        expect(harmless || goesAhead, `${step.do} on day ${(at - t0) / day}`).toBe(true);
      }
    },
  );

  it('goes on telling what time brings', () => {
    const { state, steps } = run(active(), away, t0, t0 + 91 * day, policy);
    expect(new Set(steps)).toEqual(new Set(['note-health']));
    expect(state.credentialHealth).toBe('expired');
  });

  it.each<[string, Partial<EntityState>]>([
    ['twenty wait', { operations: waiting(20) }],
    ['one is tried again much later', { activeOperation: operation('changeMetadata'), nextAttemptAt: t0 + 30 * day }],
    ['a settlement is tried again later', { request: request(), nextAttemptAt: t0 + day, operations: waiting(20) }],
    ['twenty wait behind one that is active', { activeOperation: operation('discover'), operations: waiting(20) }],
  ])('can be resumed although %s', (_name, patch) => {
    const before = active(patch);
    expect(refusalOf(before, { kind: 'verify' })).toBe(
      (patch.operations?.length ?? 0) < 20 ? null : '20 operations are waiting already; try again when they are done.',
    );
    expect(refusalOf(before, { kind: 'resume' })).toBeNull();
    const asked = acceptOperation(before, operation('resume'));
    expect(nextStep(asked, t0, policy)).toMatchObject({ do: 'begin-operation', operation: { kind: 'resume' } });
  });

  it('puts nothing that was put off forward by being resumed', () => {
    const at = t0 + day;
    const before = active({ pending: credentialOf({ provedAt: null }), nextAttemptAt: at, attempts: 3 });
    const { state } = run(
      acceptOperation({ ...before, credentialHealth: 'rotating' }, operation('resume')),
      away,
      t0,
      t0,
      policy,
    );
    expect(state).toMatchObject({ suspended: null, nextAttemptAt: at, attempts: 3 });
  });

  it('shows no next attempt, and the phase beneath', () => {
    const view = viewOf(active({ nextAttemptAt: t0 + day }), t0);
    expect(view).toMatchObject({ phase: 'suspended', suspended: { phase: 'active' }, nextAttemptAt: null });
  });

  it('retires without a word before', () => {
    const { state, steps } = run(
      acceptOperation(active({ hold: { reason: 'SecretStoreConflict', since: t0 } }), operation('retire')),
      away,
      t0,
      t0,
      policy,
    );
    expect(steps).toEqual(['begin-operation', 'retire']);
    expect(state).toMatchObject({ phase: 'retired', suspended: null, hold: null });
  });
});

it('what goes ahead cannot fill the state either', () => {
  const operations = Array.from({ length: 20 }, (_, each) => operation('suspend', `s${each}`));
  expect(refusalOf(active({ operations }), { kind: 'resume' })).toContain('20 operations');
  expect(refusalOf(active({ operations }), { kind: 'verify' })).toBeNull();
});

function request() {
  return { intentId: 'i', kind: 'update', operationId: 'o', unsettled: true } as const;
}
