import { describe, expect, it } from 'vitest';
import { acceptOperation, refusalOf } from '../../../../domain/entity/operations.ts';
import type { EntityState, Operation } from '../../../../domain/entity/state.ts';
import type { ProofOutcome } from '../../../../domain/ports/activities.ts';
import { findCondition } from '../../../../domain/registration/conditions.ts';
import { clientAvailable } from '../../../../domain/registration/view.ts';
import { defaultTimePolicy } from '../../../../domain/time/policy.ts';
import { credentialOf, discoveryOf, stateOf, t0 } from '../../../support/entity.ts';
import { Fail, run, type World } from '../../../support/simulation.ts';

const day = 86_400_000;
const holder = 'north.app.sandbox.main';
const policy = defaultTimePolicy;
const held = credentialOf({ clientId: 'shared-client', versionId: 'v1', manageable: false, provedAt: null });

function outcome(reason: 'ProofSucceeded' | 'CredentialRejected', current = held): ProofOutcome {
  return { decision: { action: 'keep', reason }, current, pending: null, message: 'told' };
}

const failing = () => {
  throw new Fail({ reason: 'HolderNotReady' });
};

const world: World = {
  discover: () => discoveryOf(),
  request: () => {
    throw new Error('a sharer sends no request');
  },
  settle: () => {
    throw new Error('a sharer has nothing to settle');
  },
  prove: () => outcome('ProofSucceeded'),
  retire: () => ({ kind: 'none', reason: 'RetireShared', message: 'kept' }),
};

const start = () => stateOf({}, { holderRegistrationId: holder });
const active = () => run(start(), world, t0, t0, policy).state;

describe('a registration that shares a client', () => {
  it('is discovered and proved, never registered, and shows the secret of its holder', () => {
    const { state, steps, transitions } = run(start(), world, t0, t0, policy);
    expect(steps).toEqual(['discover', 'prove']);
    expect(state).toMatchObject({ phase: 'active', credentialHealth: 'healthy', current: { provedAt: t0 } });
    expect(transitions.map(({ type }) => type)).toEqual([
      'registration.discovered',
      'registration.sharing',
      'registration.activated',
    ]);
    expect(transitions.at(-1)?.view).toMatchObject({
      clientBinding: 'shared',
      holderRegistrationId: holder,
      credential: {
        ref: { name: 'smart/north/app/sandbox/main/client', versionId: 'v1' },
        strategy: 'none',
        rotationDueAt: null,
      },
    });
  });

  it('never begins a rotation, and is expired when its holder let it expire', () => {
    const { state, steps } = run(active(), world, t0, t0 + 100 * day, policy);
    expect(steps).not.toContain('begin-rotation');
    expect(state.credentialHealth).toBe('expired');
  });

  it('takes the next secret of its holder at its own proof, for which it is woken', () => {
    const renewed = credentialOf({ ...held, versionId: 'v2', expiresAt: t0 + 200 * day });
    const later = { ...world, prove: () => outcome('ProofSucceeded', renewed) };
    const woken = acceptOperation(active(), { operationId: 'op', kind: 'verify', actor: 'system', reason: null });
    const { state } = run(woken, later, t0 + day, t0 + day, policy);
    expect(state).toMatchObject({ phase: 'active', current: { versionId: 'v2', provedAt: t0 + day } });
  });

  it('waits for its own enablement while the client does not work here', () => {
    const refused = { ...world, prove: () => outcome('CredentialRejected') };
    const { state } = run(start(), refused, t0, t0 + day, policy);
    expect(state).toMatchObject({ phase: 'awaiting_enablement', current: null });
    expect(run(state, world, t0 + day, t0 + 2 * day, policy).state.phase).toBe('active');
  });

  it('waits for its holder, and says so', () => {
    const waiting = {
      ...world,
      prove: () => {
        throw new Fail({ reason: 'HolderNotReady' });
      },
    };
    const { state } = run(start(), waiting, t0, t0 + day, policy);
    expect(state.phase).toBe('verifying');
    expect(findCondition(state.conditions, 'NeedsAttention')).toMatchObject({ reason: 'HolderNotReady' });
  });

  it('leaves the client alone when it retires', () => {
    const operation: Operation = { operationId: 'o1', kind: 'retire', actor: 'key:a', reason: null };
    const { state, transitions } = run(acceptOperation(active(), operation), world, t0, t0, policy);
    expect(state.phase).toBe('retired');
    expect(transitions.at(-1)).toMatchObject({ type: 'registration.retired', reason: 'RetireShared' });
  });

  it.each(['rotate', 'supplyInitialAccessToken'] as const)('refuses %s', (kind) => {
    expect(refusalOf(active(), { kind })).not.toBeNull();
  });
});

describe('a sharer that was suspended while its holder rotated', () => {
  const ask = (state: EntityState, kind: 'suspend' | 'resume') =>
    acceptOperation(state, { operationId: kind, kind, actor: 'key:a', reason: null });
  const renewed = credentialOf({ ...held, versionId: 'v2', expiresAt: t0 + 200 * day });
  const rested = (lastVerdict: 'ProofSucceeded' | 'CredentialRejected' = 'ProofSucceeded') => {
    const before = { ...world, prove: () => outcome(lastVerdict) };
    const woken = acceptOperation(active(), { operationId: 'v', kind: 'verify', actor: 'system', reason: null });
    const proved = run(woken, before, t0, t0 + 60_000, policy).state;
    return run(ask(proved, 'suspend'), before, t0 + day, t0 + 100 * day, policy).state;
  };

  // No wake: it was lost, or written while there was nothing to do for it.
  it.each<[string, ProofOutcome]>([
    ['proves good', outcome('ProofSucceeded', renewed)],
    ['is refused here', outcome('CredentialRejected', renewed)],
    ['may not be presented yet', { ...outcome('CredentialRejected', renewed), putOff: { until: t0 + 102 * day } }],
  ])('shows the credential of now once it is resumed, without being woken: one that %s', (_what, proof) => {
    const later = { ...world, prove: () => proof };
    const lived = run(ask(rested(), 'resume'), later, t0 + 101 * day, t0 + 101 * day, policy);
    expect(lived.steps).toContain('prove');
    expect(lived.state.current).toMatchObject({ versionId: 'v2' });
    expect(lived.transitions.at(-1)?.view?.credential).toMatchObject({
      ref: { versionId: 'v2' },
      expiresAt: '2026-07-20T00:00:00.000Z',
    });
  });

  it.each<[string, Partial<ProofOutcome>]>([
    ['may not be presented yet', { putOff: { until: t0 + 3 * day } }],
    ['cannot be proved', { decision: { action: 'keep', reason: 'KeyHeldElsewhere' } }],
  ])('publishes it although nothing else is to be told: one that %s', (_what, patch) => {
    const suspended = run(ask(active(), 'suspend'), world, t0 + day, t0 + day, policy).state;
    const proof = { ...outcome('CredentialRejected', { ...renewed, provedAt: t0 }), ...patch };
    const lived = run(ask(suspended, 'resume'), { ...world, prove: () => proof }, t0 + 2 * day, t0 + 2 * day, policy);
    expect(lived.transitions.at(-1)?.view?.credential).toMatchObject({ ref: { versionId: 'v2' } });
  });

  it('does so although its own proof was in back-off', () => {
    const later = { ...world, prove: () => outcome('ProofSucceeded', renewed) };
    const { state } = run(ask(rested('CredentialRejected'), 'resume'), later, t0 + 101 * day, t0 + 101 * day, policy);
    expect(state).toMatchObject({ current: { versionId: 'v2' }, credentialHealth: 'healthy' });
  });

  it('does so although whoever resumed it died before: it is in what is recorded', () => {
    const resumed = run(ask(rested(), 'resume'), { ...world, prove: failing }, t0 + 101 * day, t0 + 101 * day, policy);
    const recorded = JSON.parse(JSON.stringify(resumed.state)) as EntityState;
    const later = { ...world, prove: () => outcome('ProofSucceeded', renewed) };
    const { state } = run(recorded, later, t0 + 101 * day, t0 + 102 * day, policy);
    expect(state).toMatchObject({ current: { versionId: 'v2' } });
  });

  it('is asked once', () => {
    const later = { ...world, prove: () => outcome('ProofSucceeded', renewed) };
    const { steps } = run(ask(rested(), 'resume'), later, t0 + 101 * day, t0 + 110 * day, policy);
    expect(steps.filter((step) => step === 'prove')).toHaveLength(1);
  });
});

describe('a client that could be shared', () => {
  const found = discoveryOf({
    registrationEndpoint: null,
    findings: [{ code: clientAvailable, severity: 'info', message: 'there is one' }],
  });
  const manual = () => run(stateOf(), { ...world, discover: () => found }, t0, t0, policy).state;
  const asked = (state: EntityState, holderRegistrationId = holder) => {
    const details = { holderRegistrationId };
    const operation: Operation = { operationId: 'o1', kind: 'shareClient', actor: 'key:a', reason: null, details };
    return { refusal: refusalOf(state, operation), state: acceptOperation(state, operation) };
  };

  it('is offered where a person would have to register another', () => {
    expect(findCondition(manual().conditions, 'NeedsAttention')).toMatchObject({ reason: 'SharedClientAvailable' });
  });

  it('is used from then on when a person says so', () => {
    const { state, transitions } = run(asked(manual()).state, world, t0, t0, policy);
    expect(state).toMatchObject({ phase: 'active', task: null, config: { holderRegistrationId: holder } });
    expect(transitions.map(({ type }) => type)).toContain('registration.sharing');
    expect(findCondition(state.conditions, 'NeedsAttention')).toMatchObject({ status: 'False' });
  });

  it('is refused by one that has a client, that shares already, or is the holder itself', () => {
    expect(asked(stateOf({ phase: 'active', current: credentialOf() })).refusal).toContain('client of its own');
    expect(asked(active()).refusal).toContain('already');
    expect(asked(manual(), manual().registrationId).refusal).toContain('itself');
  });
});
