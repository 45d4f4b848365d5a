import { describe, expect, it } from 'vitest';
import { toBeProved } from '../../../../domain/entity/holding.ts';
import { nextStep } from '../../../../domain/entity/nextStep.ts';
import { acceptOperation } from '../../../../domain/entity/operations.ts';
import type { EntityState, Operation } from '../../../../domain/entity/state.ts';
import type {
  ConflictOutcome,
  CredentialState,
  Failure,
  ProofOutcome,
  RequestOutcome,
} from '../../../../domain/ports/activities.ts';
import type { Reason } from '../../../../domain/reasons/index.ts';
import { findCondition } from '../../../../domain/registration/conditions.ts';
import { defaultTimePolicy } from '../../../../domain/time/policy.ts';
import { configOf, credentialOf, discoveryOf, stateOf, t0 } from '../../../support/entity.ts';
import { Fail, run, type World } from '../../../support/simulation.ts';

const hour = 3_600_000;
const day = 24 * hour;
const policy = defaultTimePolicy;
const failure = (reason: Reason, retryClass: Failure['retryClass']): Failure => ({
  ...new Fail().failure,
  reason,
  retryClass,
  message: 'no',
});
const unanswered = (): RequestOutcome => ({ kind: 'unanswered', failure: failure('PeerNotAnswering', 'transient') });
const good = (state: EntityState, now: number): ProofOutcome => ({
  decision: { action: state.pending === null ? 'keep' : 'promote', reason: 'ProofSucceeded' },
  current: { ...((state.pending ?? state.current) as CredentialState), place: 'client', provedAt: now },
  pending: null,
  message: 'good',
});

function worldOf(patch: Partial<World> = {}): World {
  return {
    discover: () => discoveryOf(),
    plan: () => ({ wanted: { ...configOf(), revision: 2 }, members: ['scope'] }),
    request: () => {
      throw new Fail();
    },
    settle: unanswered,
    prove: good,
    retire: () => ({ kind: 'deleted', message: 'deleted' }),
    ...patch,
  };
}

const asked = <Kind extends Operation['kind']>(kind: Kind, more: object = {}): Operation =>
  ({ operationId: `op-${kind}`, kind, actor: 'key:k', reason: null, ...more }) as Operation;

/** The operation, accepted and carried out with whatever follows at once. */
function carriedOut(state: EntityState, operation: Operation, world: World, at: number) {
  return run(acceptOperation(state, operation), world, at, at, policy);
}

describe('a registering that is held', () => {
  /** Two requests without answer. */
  const unansweredTwice = () => run(stateOf(), worldOf(), t0, t0 + day, policy).state;

  it.each([
    ['changed metadata', asked('changeMetadata', { details: { revision: null } })],
    ['discover', asked('discover')],
    ['suspend and resume', asked('suspend')],
  ])('with RegistrationUnanswered goes on being held after %s', (_name, operation) => {
    const before = unansweredTwice();
    const { state, steps } = carriedOut(before, operation, worldOf(), t0 + day);
    const ended =
      operation.kind === 'suspend' ? carriedOut(state, asked('resume'), worldOf(), t0 + day) : { state, steps };
    expect(steps).not.toContain('register');
    expect(ended.steps).not.toContain('register');
    expect(ended.state).toMatchObject({ phase: 'registering', operations: [], activeOperation: null });
    expect(ended.state.hold).toEqual(before.hold);
    expect(nextStep(ended.state, t0 + 300 * day, policy).do).toBe('wait');
    expect(ended.state.attentions).toContainEqual(expect.objectContaining({ reason: 'RegistrationUnanswered' }));
  });

  it.each(['retry', 'supplyInitialAccessToken'] as const)('with RegistrationUnanswered is released by %s', (kind) => {
    const before = unansweredTwice();
    const stored = credentialOf({ place: 'management', provedAt: null });
    const rest = { conditions: [], scopes: null, revision: 1, tokenReceived: true, notes: [] };
    const world = worldOf({ request: () => ({ kind: 'stored', credential: stored, ...rest }) });
    const { state, steps } = carriedOut(before, asked(kind), world, t0 + day);
    expect(steps.filter((step) => step === 'register')).toHaveLength(1);
    expect(state).toMatchObject({ phase: 'active', hold: null });
  });

  it('is held again once two more requests of a retry got no answer', () => {
    const { state } = run(
      acceptOperation(unansweredTwice(), asked('retry')),
      worldOf(),
      t0 + day,
      t0 + 2 * day,
      policy,
    );
    expect(state.hold?.reason).toBe('RegistrationUnanswered');
    expect(state.hold?.since).toBeGreaterThan(t0 + day);
  });
});

describe('a secret that somebody else made current', () => {
  const conflict = { stored: 'theirs', known: 'ours', waysOut: ['acceptCurrent', 'overwrite'] } as const;
  const inConflict = ({ current, pending }: EntityState): ProofOutcome => ({
    decision: { action: 'keep', reason: 'SecretStoreConflict' },
    current,
    pending,
    message: 'Applications read version theirs.',
    conflict,
  });
  const active = (patch: Partial<EntityState> = {}) =>
    stateOf({
      phase: 'active',
      current: credentialOf({ versionId: 'ours' }),
      credentialHealth: 'healthy',
      discovery: discoveryOf(),
      ...patch,
    });
  const world = () => worldOf({ prove: inConflict });

  it.each<[string, Partial<EntityState>, number]>([
    ['on a proof that was asked for', { activeOperation: asked('verify') }, day],
    [
      'when a rotation would promote',
      { pending: credentialOf({ versionId: 'new' }), rotation: { operationId: 'r', actor: 'system' } },
      0,
    ],
  ])('is held %s: hours pass, and nothing is tried', (_name, patch, at) => {
    const before = active({ ...patch, ...(patch.rotation == null ? {} : { credentialHealth: 'rotating' }) });
    const { state, steps } = run(before, world(), t0 + at, t0 + at + 12 * hour, policy);
    expect(steps.filter((step) => step === 'prove')).toHaveLength(1);
    expect(state.hold).toEqual({ reason: 'SecretStoreConflict', since: t0 + at });
    expect(state.attentions).toContainEqual(expect.objectContaining({ reason: 'SecretStoreConflict' }));
  });

  const held = (patch: Partial<EntityState> = {}) =>
    active({ hold: { reason: 'SecretStoreConflict', since: t0 }, conflict, ...patch });
  const rotating: Partial<EntityState> = {
    pending: credentialOf({ versionId: 'new', provedAt: null }),
    rotation: { operationId: 'r', actor: 'key:ann' },
    credentialHealth: 'rotating',
  };
  const choosing = (kind: 'acceptCurrent' | 'overwrite', before: EntityState, outcome: ConflictOutcome) =>
    carriedOut(before, asked(kind), worldOf({ settleConflict: () => outcome, prove: good }), t0 + hour);
  const settled = (versionId: string, proved = true): ConflictOutcome => ({
    kind: 'settled',
    current: credentialOf({ versionId, provedAt: proved ? t0 + hour : null }),
    proved,
    message: 'The token endpoint took it.',
  });

  it.each([
    ['rejected', 'rejected', 'False'],
    ['inconclusive', 'unknown', 'Unknown'],
    ['good', 'healthy', 'Unknown'],
  ] as const)('and is %s makes the credential %s', (verdict, health, proved) => {
    const said = (conflictNow: object) =>
      worldOf({ prove: (state) => ({ ...inConflict(state), conflict: { ...conflict, ...conflictNow } }) });
    const { state, transitions } = carriedOut(active(), asked('verify'), said({ verdict }), t0 + hour);
    expect(state).toMatchObject({ credentialHealth: health, hold: { reason: 'SecretStoreConflict' } });
    expect(transitions.at(-1)?.view?.credentialHealth).toBe(health);
    expect(findCondition(state.conditions, 'CredentialProved')?.status).toBe(proved);
    const later = carriedOut(state, asked('verify', { operationId: 'later' }), worldOf({ prove: good }), t0 + day);
    expect(later.state).toMatchObject({ credentialHealth: 'healthy', hold: null });
  });

  it('and is refused since is told when a proof finds it, and goes on being held since it was found', () => {
    const before = held({ conflict: { ...conflict, verdict: 'inconclusive' }, credentialHealth: 'unknown' });
    const refused = worldOf({
      prove: (state) => ({ ...inConflict(state), conflict: { ...conflict, verdict: 'rejected' } }),
    });
    const { state, transitions } = carriedOut(before, asked('verify'), refused, t0 + hour);
    expect(state).toMatchObject({ credentialHealth: 'rejected', hold: { since: t0 } });
    expect(transitions.at(-1)).toMatchObject({ type: 'registration.attention', reason: 'SecretStoreConflict' });
  });

  it('and waits on through an asked rotation, and through a proof that finds the same', () => {
    const { state, steps, transitions } = carriedOut(held(), asked('verify'), world(), t0 + hour);
    expect(steps).toEqual(['begin-operation', 'prove']);
    expect(state).toMatchObject({ hold: { since: t0 }, activeOperation: null });
    expect(transitions.at(-1)).toMatchObject({ type: 'credential.proof-failed', operationId: 'op-verify' });
    const rotation = carriedOut(held(), asked('rotate'), world(), t0 + hour);
    expect(rotation.steps).not.toContain('update');
  });

  it('is no conflict any more once a proof finds what is read good', () => {
    const { state } = carriedOut(held(), asked('verify'), worldOf({ prove: good }), t0 + hour);
    expect(state).toMatchObject({ hold: null, conflict: null });
    expect(state.attentions).toEqual([]);
  });

  it('is proved beside no pending secret by who verifies', () => {
    expect(toBeProved(held(rotating)).pending).toBeNull();
    expect(toBeProved(active(rotating)).pending).toMatchObject({ versionId: 'new' });
  });

  it.each<[string, 'acceptCurrent' | 'overwrite', Partial<EntityState>, string, object]>([
    ['accepted', 'acceptCurrent', {}, 'theirs', { from: 'ours', to: 'theirs' }],
    ['overwritten', 'overwrite', {}, 'ours', { from: 'theirs', to: 'ours' }],
    ['accepted in a rotation', 'acceptCurrent', rotating, 'theirs', { from: 'ours', to: 'theirs' }],
    ['overwritten in a rotation', 'overwrite', rotating, 'new', { from: 'theirs', to: 'new' }],
  ])('ends when it is %s', (_name, kind, patch, versionId, versions) => {
    const { state, transitions } = choosing(kind, held(patch), settled(versionId));
    expect(state).toMatchObject({
      hold: null,
      conflict: null,
      pending: null,
      rotation: null,
      activeOperation: null,
      current: { versionId },
    });
    expect(state.attentions.filter(({ topic }) => topic === 'credential')).toEqual([]);
    const ended = transitions.find(({ type }) => type === 'credential.conflict-settled');
    expect(ended).toMatchObject({ operationId: `op-${kind}`, changes: { versionId: versions } });
    const rotation = transitions.find(({ operationId }) => operationId === 'r')?.type;
    if (patch === rotating)
      expect(rotation).toBe(kind === 'overwrite' ? 'credential.rotated' : 'credential.rotation-failed');
    expect(state.setAside.map((each) => each.versionId)).toEqual(
      patch === rotating && kind === 'acceptCurrent' ? ['new'] : [],
    );
  });

  it('that is accepted without a proof says so', () => {
    const fail = () => {
      throw new Fail();
    };
    const world = worldOf({ settleConflict: () => settled('theirs', false), prove: fail });
    const { state } = carriedOut(held(), asked('acceptCurrent'), world, t0 + hour);
    expect(state).toMatchObject({ hold: null, current: { versionId: 'theirs', provedAt: null } });
    expect(findCondition(state.conditions, 'CredentialProved')).toMatchObject({ status: 'Unknown' });
  });

  it.each<[string, Extract<ConflictOutcome, { kind: 'refused' }>, number]>([
    ['what is refused there', { kind: 'refused', reason: 'CredentialRejected', message: 'no' }, t0],
    [
      'what has changed since',
      { kind: 'refused', reason: 'SecretStoreConflict', message: 'no', conflict: { ...conflict, stored: 'fourth' } },
      t0 + hour,
    ],
  ])('goes on being held after the choice of %s', (_name, outcome, since) => {
    const before = held(rotating);
    const { state, transitions } = choosing('overwrite', before, outcome);
    expect(state).toMatchObject({ hold: { reason: 'SecretStoreConflict', since }, activeOperation: null });
    expect(state).toMatchObject({ pending: { versionId: 'new' }, conflict: outcome.conflict ?? conflict });
    expect(transitions.at(-1)).toMatchObject({ type: 'operation.refused', reason: outcome.reason });
  });
});

describe('an answer in the spool of one instance', () => {
  const spooled = () => {
    throw new Fail({ reason: 'AnswerSpooled', spooledAt: 'worker-1', retryAfterSeconds: 60 });
  };
  const world = worldOf({
    request: spooled,
    settle: (request) => (request.givenUp === true ? unanswered() : spooled()),
  });

  it('is looked for, tells after ten minutes, and is given up by retry', () => {
    const soon = run(stateOf(), world, t0, t0 + 5 * 60_000, policy);
    expect(soon.state).toMatchObject({
      hold: { reason: 'AnswerSpooled', since: t0 },
      request: { spooledAt: 'worker-1' },
    });
    expect(soon.steps.filter((step) => step === 'settle').length).toBeGreaterThan(1);
    expect(soon.state.attentions).toEqual([]);
    const later = run(soon.state, world, t0 + 5 * 60_000, t0 + 30 * 60_000, policy).state;
    expect(later.attentions).toContainEqual(expect.objectContaining({ reason: 'AnswerSpooled' }));
    const { state, steps } = carriedOut(later, asked('retry'), world, t0 + 30 * 60_000);
    expect(steps).toEqual(['begin-operation', 'settle']);
    expect(state).toMatchObject({ request: null, hold: null, unansweredPosts: 1, attentions: [] });
  });

  it('is held no more once it was found', () => {
    const held = run(stateOf(), world, t0, t0 + 30 * 60_000, policy).state;
    const found = worldOf({ settle: () => ({ kind: 'not-sent', failure: new Fail().failure }) });
    const { state } = run(held, found, t0 + 30 * 60_000, t0 + day, policy);
    expect(state.hold).toBeNull();
    expect(state.attentions.map(({ reason }) => reason)).not.toContain('AnswerSpooled');
  });
});
