import { describe, expect, it } from 'vitest';
import type { SuppliedCredential } from '../../../../domain/credential/supplied.ts';
import { acceptOperation, refusalOf } from '../../../../domain/entity/operations.ts';
import type { EntityState, Operation } from '../../../../domain/entity/state.ts';
import { viewOf } from '../../../../domain/entity/view.ts';
import type { CredentialState, ProofOutcome, SupplyOutcome } from '../../../../domain/ports/activities.ts';
import { type Reason, reasons } from '../../../../domain/reasons/index.ts';
import { findCondition } from '../../../../domain/registration/conditions.ts';
import { defaultTimePolicy } from '../../../../domain/time/policy.ts';
import { credentialOf, discoveryOf, stateOf, t0 } from '../../../support/entity.ts';
import { Fail, run, type World } from '../../../support/simulation.ts';

const hour = 3_600_000;
const day = 24 * hour;
const policy = defaultTimePolicy;

const details: SuppliedCredential = {
  clientId: 'client-1',
  authMethod: 'client_secret_basic',
  issuedAt: t0,
  expiresAt: null,
  expiryKnown: false,
  clientExpiresAt: null,
};

const supply = (operationId: string, given: Partial<SuppliedCredential> = {}): Operation<'supplyCredential'> => ({
  operationId,
  kind: 'supplyCredential',
  actor: 'key:k',
  reason: null,
  details: { ...details, ...given },
});

const suppliedCredential = (state: EntityState, patch: Partial<CredentialState> = {}) =>
  credentialOf({
    place: state.current === null ? 'management' : 'client',
    expiresAt: null,
    expiryKnown: false,
    provedAt: null,
    manageable: false,
    supplied: true,
    versionId: 'supplied',
    ...patch,
  });

function good({ pending, current }: EntityState, now: number): ProofOutcome {
  const proved = pending ?? current;
  return {
    decision: { action: pending === null ? 'keep' : 'promote', reason: 'ProofSucceeded' },
    current: proved === null ? null : { ...proved, place: 'client', provedAt: now },
    pending: null,
    message: 'good',
  };
}

function bad({ pending, current }: EntityState): ProofOutcome {
  return { decision: { action: 'keep', reason: 'CredentialRejected' }, current, pending, message: 'no' };
}

function worldOf(patch: Partial<World> = {}): World {
  const never = () => {
    throw new Error('nothing is ever registered or updated here');
  };
  return {
    discover: () => discoveryOf(),
    request: never,
    settle: never,
    prove: good,
    retire: () => ({ kind: 'deleted', message: '' }),
    storeSupplied: (_operation, state): SupplyOutcome => ({
      kind: 'stored',
      credential: suppliedCredential(state),
      tokenReceived: false,
    }),
    ...patch,
  };
}

const attention = (state: EntityState) => findCondition(state.conditions, 'NeedsAttention')?.reason;
const adopting = () => run(stateOf({}, { method: 'adopt' }), worldOf(), t0, t0, policy).state;
const adopted = () => run(acceptOperation(adopting(), supply('s')), worldOf(), t0, t0, policy).state;

describe('an adoption', () => {
  it('is discovered, and waits for its credential', () => {
    const state = adopting();
    expect(state.phase).toBe('manual_required');
    expect(attention(state)).toBe('CredentialAwaited');
  });

  it('is stored, proved and active, and nothing is registered', () => {
    const { state, steps, transitions } = run(acceptOperation(adopting(), supply('s')), worldOf(), t0, t0, policy);
    expect(steps).toEqual(['begin-operation', 'store-supplied', 'prove']);
    expect(state).toMatchObject({ phase: 'active', credentialHealth: 'healthy', appliedRevision: 1, supply: null });
    expect(transitions.map(({ type, operationId }) => [type, operationId])).toEqual([
      ['operation.accepted', 's'],
      ['credential.supplied', 's'],
      ['registration.activated', 's'],
    ]);
    expect(attention(state)).toBe('NotNeeded');
    expect(findCondition(state.conditions, 'Registered')).toMatchObject({ status: 'True', reason: 'ClientSupplied' });
  });

  it('comes to the same on a proof that comes with what was stored', () => {
    const world = worldOf({ proveAtOnce: good });
    const { state, steps } = run(acceptOperation(adopting(), supply('s')), world, t0, t0, policy);
    expect(steps).toEqual(['begin-operation', 'store-supplied']);
    expect(state.phase).toBe('active');
  });

  it('of a client that lives already is not waited for longer than replication takes', () => {
    const world = worldOf({ prove: bad });
    const end = run(acceptOperation(adopting(), supply('s')), world, t0, t0 + hour, policy);
    expect(end.state.phase).toBe('awaiting_enablement');
    expect(attention(end.state)).toBe('SuppliedCredentialRejected');
    const told = end.transitions.filter(({ type }) => type === 'credential.proof-failed');
    expect(told).toMatchObject([{ operationId: 's', reason: 'SuppliedCredentialRejected' }]);
    expect(Date.parse(told[0]?.at ?? '')).toBeLessThan(t0 + 10 * 60_000);
  });

  it('shows its end of life apart from the expiry of its secret', () => {
    const clientExpiresAt = t0 + 30 * day;
    const world = worldOf({
      storeSupplied: (_operation, state) => ({
        kind: 'stored',
        credential: suppliedCredential(state, { clientExpiresAt }),
        tokenReceived: false,
      }),
    });
    const { state } = run(acceptOperation(adopting(), supply('s')), world, t0, t0, policy);
    expect(viewOf(state, t0).credential).toMatchObject({
      clientExpiresAt: new Date(clientExpiresAt).toISOString(),
      expiresAt: null,
      expiryKnown: false,
    });
  });
});

describe('the strategy of a supplied credential', () => {
  it.each<[string, Partial<CredentialState>, string]>([
    ['without registration access token', {}, 'manual'],
    ['with one', { manageable: true }, 'update'],
    ['public', { authMethod: 'none' }, 'none'],
    ['that never expires', { expiryKnown: true }, 'none'],
    ['that expires', { expiryKnown: true, expiresAt: t0 + day }, 'manual'],
  ])('%s is as it should be', (_, patch, strategy) => {
    const state = stateOf({ current: suppliedCredential(stateOf({ current: credentialOf() }), patch) });
    expect(viewOf(state, t0).credential?.strategy).toBe(strategy);
  });

  it('of a registered one without RFC 7592 stays replace', () => {
    const state = stateOf({ current: credentialOf({ manageable: false }) });
    expect(viewOf(state, t0).credential?.strategy).toBe('replace');
  });

  it('asks a person for a new secret when it is due, and takes it', () => {
    const expiring = (_: unknown, state: EntityState): SupplyOutcome => ({
      kind: 'stored',
      credential: suppliedCredential(state, { expiresAt: t0 + 90 * day, expiryKnown: true, issuedAt: t0 }),
      tokenReceived: false,
    });
    const world = worldOf({ storeSupplied: expiring });
    const due = run(acceptOperation(adopting(), supply('s')), world, t0, t0 + 61 * day, policy);
    expect(attention(due.state)).toBe('ManualRotationNeeded');
    expect(refusalOf(due.state, { kind: 'rotate' })).toContain(reasons.ManualRotationNeeded.sentence);
    const later = due.now;
    const next = worldOf({
      storeSupplied: (_operation, state) => ({
        kind: 'stored',
        credential: suppliedCredential(state, { issuedAt: later, expiresAt: later + 90 * day, versionId: 'next' }),
        tokenReceived: false,
      }),
    });
    const { state, transitions } = run(acceptOperation(due.state, supply('n')), next, later, later, policy);
    expect(state).toMatchObject({ phase: 'active', credentialHealth: 'healthy', current: { versionId: 'next' } });
    expect(attention(state)).toBe('NotNeeded');
    expect(transitions.at(-1)).toMatchObject({ type: 'credential.rotated', operationId: 'n' });
  });
});

describe('patience', () => {
  const manual = () => run(stateOf({}, { method: 'manual' }), worldOf(), t0, t0, policy).state;

  it('lasts as long as the vendor takes: no rejection is believed before, and nobody is called', () => {
    const world = worldOf({ prove: (state, now) => (now < t0 + 40 * hour ? bad(state) : good(state, now)) });
    const asked = acceptOperation(manual(), supply('s'));
    const before = run(asked, world, t0, t0 + 39 * hour, policy);
    expect(before.state).toMatchObject({ phase: 'verifying' });
    expect(before.state.nextAttemptAt).toBeGreaterThan(before.now);
    expect(attention(before.state)).toBe('NotNeeded');
    expect(findCondition(before.state.conditions, 'CredentialProved')).toMatchObject({
      status: 'Unknown',
      reason: 'AwaitingDistribution',
    });
    expect(run(asked, world, t0, t0 + 2 * day, policy).state.phase).toBe('active');
  });

  it('ends: then the client awaits its enablement, with the reason, and becomes active by itself', () => {
    const world = worldOf({ prove: (state, now) => (now < t0 + 80 * hour ? bad(state) : good(state, now)) });
    const asked = acceptOperation(manual(), supply('s'));
    const over = run(asked, world, t0, t0 + 49 * hour, policy);
    expect(over.state.phase).toBe('awaiting_enablement');
    expect(attention(over.state)).toBe('SuppliedCredentialRejected');
    const { state, transitions } = run(asked, world, t0, t0 + 82 * hour, policy);
    expect(state.phase).toBe('active');
    expect(attention(state)).toBe('NotNeeded');
    expect(transitions.filter(({ type }) => type === 'credential.proof-failed')).toHaveLength(1);
  });

  it('is that of the operation where it says one', () => {
    const asked = acceptOperation(manual(), supply('s', { distributionTime: 4 * hour }));
    const { state } = run(asked, worldOf({ prove: bad }), t0, t0 + 5 * hour, policy);
    expect(state.phase).toBe('awaiting_enablement');
  });

  it('starts anew with a corrected credential', () => {
    const first = run(acceptOperation(manual(), supply('s')), worldOf({ prove: bad }), t0, t0 + 50 * hour, policy);
    const { state } = run(acceptOperation(first.state, supply('t')), worldOf(), first.now, first.now, policy);
    expect(state.phase).toBe('active');
  });
});

describe('a new secret for a client in use', () => {
  it('that is rejected leaves the current one alone, and is told', () => {
    const before = adopted();
    const world = worldOf({ prove: (state, now) => (state.pending === null ? good(state, now) : bad(state)) });
    const { state, transitions } = run(acceptOperation(before, supply('n')), world, t0, t0 + 3 * day, policy);
    expect(state).toMatchObject({ phase: 'active', pending: null, rotation: null, credentialHealth: 'healthy' });
    expect(state.current?.versionId).toBe(before.current?.versionId);
    const told = transitions.filter(({ type }) => type === 'credential.rotation-failed');
    expect(told).toMatchObject([{ operationId: 'n', reason: 'SuppliedCredentialRejected' }]);
    expect(attention(state)).toBe('SuppliedCredentialRejected');
  });

  it('answers the one whose rotation it takes the place of', () => {
    const current = credentialOf();
    const stuck = stateOf({
      phase: 'active',
      discovery: discoveryOf(),
      current,
      credentialHealth: 'rotating',
      pending: credentialOf({ versionId: 'p', provedAt: null }),
      rotation: { operationId: 'r', actor: 'key:other' },
    });
    const { transitions } = run(acceptOperation(stuck, supply('n')), worldOf(), t0, t0, policy);
    expect(transitions.filter(({ operationId }) => operationId === 'r').map(({ type }) => type)).toContain(
      'credential.rotation-failed',
    );
  });
});

const suspendedActive: Partial<EntityState> = {
  phase: 'active',
  current: credentialOf(),
  discovery: discoveryOf(),
  suspended: { since: t0 },
};

describe('a supply that is refused', () => {
  const refusing = (reason: Reason): Partial<World> => ({
    storeSupplied: () => ({
      kind: 'refused',
      failure: new Fail({ reason, retryClass: 'input', message: reasons[reason].sentence }).failure,
    }),
  });

  it.each<[string, () => EntityState]>([
    ['an adoption', adopting],
    ['one that is active', adopted],
  ])('leaves %s as it was', (_, make) => {
    const before = make();
    const { state, transitions } = run(
      acceptOperation(before, supply('n')),
      worldOf(refusing('ClientHeldElsewhere')),
      t0,
      t0,
      policy,
    );
    expect(state).toMatchObject({ phase: before.phase, current: before.current, pending: null, activeOperation: null });
    expect(transitions.at(-1)).toMatchObject({
      type: 'operation.refused',
      operationId: 'n',
      reason: 'ClientHeldElsewhere',
    });
  });

  it('does not let a registration that waits for a person send its request again', () => {
    const hold = { reason: 'RegistrationUnanswered', since: t0 - day } as const;
    const held = stateOf({ phase: 'registering', hold, discovery: discoveryOf() });
    const { state, steps } = run(
      acceptOperation(held, supply('n')),
      worldOf(refusing('ClientUriNotAllowed')),
      t0,
      t0 + day,
      policy,
    );
    expect(steps).toEqual(['begin-operation', 'store-supplied']);
    expect(state).toMatchObject({ phase: 'registering', hold });
  });

  it('is tried again while the secret store is away', () => {
    const world = worldOf({
      storeSupplied: (_operation, state, now) => {
        if (now < t0 + hour) throw new Fail({ reason: 'SecretStoreUnavailable' });
        return { kind: 'stored', credential: suppliedCredential(state), tokenReceived: false };
      },
    });
    const { state } = run(acceptOperation(adopting(), supply('n')), world, t0, t0 + 3 * hour, policy);
    expect(state.phase).toBe('active');
  });

  it.each<[string, Partial<EntityState>, string | null]>([
    ['before the endpoints are known', { phase: 'discovering' }, 'not known yet'],
    ['while a client is being registered', { phase: 'registering', discovery: discoveryOf() }, 'being registered'],
    ['while suspended, where it waits', suspendedActive, null],
    ['after retirement', { phase: 'retired', discovery: discoveryOf() }, 'retired'],
    ['when manual is required', { phase: 'manual_required', discovery: discoveryOf() }, null],
    ['when submitted', { phase: 'submitted', discovery: discoveryOf() }, null],
    ['when a token is awaited', { phase: 'awaiting_token', discovery: discoveryOf() }, null],
    [
      'when it waits for a person',
      { phase: 'registering', hold: { reason: 'RegistrationUnanswered', since: t0 }, discovery: discoveryOf() },
      null,
    ],
    ['when verifying', { phase: 'verifying', discovery: discoveryOf() }, null],
    ['when awaiting enablement', { phase: 'awaiting_enablement', discovery: discoveryOf() }, null],
  ])('%s is judged at once', (_, patch, refusal) => {
    const told = refusalOf(stateOf(patch), { kind: 'supplyCredential', details });
    if (refusal === null) expect(told).toBeNull();
    else expect(told).toContain(refusal);
  });
});

describe('a client that used to work and now looks deleted', () => {
  it('is never registered anew: it needs attention for a reason of its own, and is taken up again when it works', () => {
    const gone = worldOf({ prove: (state) => ({ ...bad(state), clientGone: true }) });
    const asked = acceptOperation(adopted(), { operationId: 'v', kind: 'verify', actor: 'key:k', reason: null });
    // Less than a proof interval after it worked: it is probed with back-off all the same.
    const { state, steps, now } = run(asked, gone, t0, t0 + 3 * hour, policy);
    expect(steps).not.toContain('register');
    expect(state).toMatchObject({ phase: 'active', credentialHealth: 'rejected' });
    expect(attention(state)).toBe('ClientLooksGone');
    const back = run(state, worldOf(), now, now + 2 * hour, policy).state;
    expect(back).toMatchObject({ phase: 'active', credentialHealth: 'healthy' });
    expect(attention(back)).toBe('NotNeeded');
  });
});
