import { describe, expect, it } from 'vitest';
import { spend, tokensAt } from '../../../../domain/credential/pace/bucket.ts';
import { newPace } from '../../../../domain/credential/pacing.ts';
import { afterProof } from '../../../../domain/entity/after/proof.ts';
import { afterRequest, afterRequestFailure } from '../../../../domain/entity/after/request.ts';
import { afterRetireFailure } from '../../../../domain/entity/after/retire.ts';
import { afterSupply } from '../../../../domain/entity/after/supply.ts';
import { backOff } from '../../../../domain/entity/backOff.ts';
import { healthOf } from '../../../../domain/entity/health.ts';
import { nextStep } from '../../../../domain/entity/nextStep.ts';
import { beginRotation, noteHealth } from '../../../../domain/entity/operations.ts';
import type { EntityState, OpenRequest } from '../../../../domain/entity/state.ts';
import { viewOf } from '../../../../domain/entity/view.ts';
import type { CredentialState, RequestOutcome } from '../../../../domain/ports/activities.ts';
import { defaultTimePolicy as policy } from '../../../../domain/time/policy.ts';
import { credentialOf, discoveryOf, stateOf, t0 } from '../../../support/entity.ts';
import { Fail, run, type World } from '../../../support/simulation.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

function active(
  credential: Partial<CredentialState> = {},
  patch: Partial<EntityState> = {},
  config: Parameters<typeof stateOf>[1] = {},
): EntityState {
  const current = credentialOf(credential);
  const state = stateOf({ phase: 'active', current, discovery: discoveryOf(), ...patch }, config);
  return { ...state, credentialHealth: healthOf(state, t0) };
}

const request: OpenRequest = { intentId: 'i', kind: 'update', operationId: 'o' };
const asked = { operationId: 'o', actor: 'key:k', sentAt: t0 };
const system = { operationId: 'o', actor: 'system', sentAt: t0 };
const sent = { ...newPace(0), bucket: spend(newPace(t0).bucket, t0, policy) };
const empty = { ...newPace(0), bucket: { tokens: 0, at: t0 } };
const { failure } = new Fail();
const tokens = (state: EntityState, now: number) => tokensAt(state.rotationPace.bucket, now, policy);
const stored = (credential: CredentialState): RequestOutcome => ({
  kind: 'stored',
  credential,
  conditions: [],
  scopes: null,
  revision: 1,
  tokenReceived: true,
  notes: [],
});
const worldOf = (patch: Partial<World>): World => ({
  discover: () => discoveryOf(),
  request: () => ({ kind: 'unanswered', failure }),
  settle: () => ({ kind: 'unanswered', failure }),
  prove: ({ current }, now) => ({
    decision: { action: 'keep', reason: 'ProofSucceeded' },
    current: current === null ? null : { ...current, provedAt: now },
    pending: null,
    message: 'good',
  }),
  retire: () => ({ kind: 'deleted', message: '' }),
  ...patch,
});

describe('what is spent', () => {
  it.each<[string, RequestOutcome, number, number]>([
    ['one that was not sent costs nothing, and is no attempt', { kind: 'not-sent', failure }, 24, 0],
    ['one that a ladder saw to have done nothing is an attempt', { kind: 'not-sent', failure, reads: 2 }, 21, 1],
    ['a refusal is an attempt', { kind: 'refused', failure: new Fail({ retryClass: 'input' }).failure }, 23, 1],
    ['a dead token costs its ladder', { kind: 'management-rejected', failure, reads: 4 }, 19, 1],
    ['no answer is an attempt', { kind: 'unanswered', failure }, 23, 1],
  ])('%s', (_name, outcome, left, failures) => {
    const before = active({}, { rotation: system, rotationPace: sent, request });
    const { state } = afterRequest(before, request, outcome, t0, policy);
    expect(tokens(state, t0)).toBe(left);
    expect(state.rotationPace.failures).toBe(failures);
    expect(state.rotation === null).toBe(failures > 0);
  });

  it('by a ladder that came to no end counts, and it is climbed again when all of it can be paid for', () => {
    const before = active({}, { rotation: system, rotationPace: empty, request: { ...request, unsettled: true } });
    const failed = { ...failure, reason: 'RotationPaced' as const, reads: 1 };
    const { state } = afterRequestFailure(before, request, failed, t0, policy);
    expect(tokens(state, t0)).toBe(-1);
    expect(state.nextAttemptAt).toBe(t0 + 6 * hour);
  });

  it('by a proof that asks whether the client is gone counts', () => {
    const state = active();
    const rejected = { action: 'keep', reason: 'CredentialRejected' } as const;
    const outcome = { decision: rejected, current: state.current, pending: null, message: '', reads: 4 };
    expect(tokens(afterProof(state, outcome, t0, policy).state, t0)).toBe(20);
  });

  it('by a deletion that does not get on counts, and it waits for the ceiling like every request', () => {
    const retiring = { ...active(), phase: 'retiring' as const, rotationPace: empty };
    expect(nextStep({ ...retiring, credentialHealth: healthOf(retiring, t0) }, t0, policy)).toEqual({
      do: 'wait',
      until: t0 + hour,
    });
    expect(tokens(afterRetireFailure(retiring, failure, t0, policy).state, t0)).toBe(-1);
  });

  it.each([0, 1, 4])('by a deletion counts whole, its reads too: %i', (reads) => {
    const retiring = { ...active(), phase: 'retiring' as const };
    expect(tokens(afterRetireFailure(retiring, { ...failure, reads }, t0, policy).state, t0)).toBe(24 - reads);
  });

  it('by a deletion that could not be paid for counts, and it is begun again when all of it can be', () => {
    const retiring = { ...active(), phase: 'retiring' as const, rotationPace: empty };
    const paced = { ...failure, reason: 'RotationPaced' as const, reads: 1 };
    const { state, transitions } = afterRetireFailure(retiring, paced, t0, policy);
    expect(state.nextAttemptAt).toBe(t0 + 6 * hour);
    expect(transitions.at(-1)?.view?.nextAttemptAt).toBe(new Date(t0 + 6 * hour).toISOString());
  });

  it.each(['register', 'change', 'update'] as const)('%s waits for the next one', (kind) => {
    const config = active().config;
    const states = {
      register: stateOf({ phase: 'registering', discovery: discoveryOf(), rotationPace: empty }),
      change: active(
        {},
        {
          rotationPace: empty,
          activeOperation: {
            operationId: 'c',
            kind: 'changeMetadata',
            actor: 'key:k',
            reason: null,
            details: { revision: null },
          },
          change: { config, members: [], serverErrors: 0 },
        },
      ),
      update: active({}, { rotationPace: empty, rotation: asked }),
    };
    expect(nextStep(states[kind], t0, policy)).toMatchObject({ do: 'wait', until: t0 + hour });
    expect(nextStep(states[kind], t0 + hour, policy).do).toBe(kind);
  });

  it('is shown as a time', () => {
    const state = active({}, { rotationPace: empty, rotation: asked });
    expect(viewOf(state, t0).nextAttemptAt).toBe(new Date(t0 + hour).toISOString());
  });
});

describe('Retry-After', () => {
  it('is waited for whole, up to a year', () => {
    expect(backOff('r', 0, policy, 86_400)).toBe(day);
    expect(backOff('r', 0, policy, 1e12)).toBe(366 * day);
  });

  it('past the expiry needs attention', () => {
    const before = active({}, { rotation: system, request });
    const away = { ...failure, retryAfterSeconds: 100 * 86_400 };
    const { state } = afterRequest(before, request, { kind: 'refused', failure: away }, t0, policy);
    expect(state.attentions).toContainEqual(expect.objectContaining({ topic: 'pace', reason: 'RetryAfterPastExpiry' }));
  });
});

describe('a rotation that a person asked for', () => {
  it('waits where the server was not reached, is shown so, and hides no health', () => {
    const before = active({}, { rotation: asked, request });
    const { state, transitions } = afterRequest(before, request, { kind: 'unanswered', failure }, t0, policy);
    expect(state.rotation).toEqual({ operationId: 'o', actor: 'key:k', waits: true });
    expect(state.credentialHealth).toBe('healthy');
    expect(transitions.map(({ type }) => type)).toEqual(['step.delayed']);
    expect(viewOf(state, t0).nextAttemptAt).toBe(new Date(t0 + hour).toISOString());
    expect(nextStep(state, t0, policy)).toEqual({ do: 'prove' });
    const proved = { ...state, doubtedSince: undefined };
    expect(nextStep(proved, t0, policy)).toEqual({ do: 'wait', until: t0 + hour });
  });

  it('is over where the server refused', () => {
    const before = active({}, { rotation: asked, request });
    const refusal = new Fail({ retryClass: 'input' }).failure;
    const { state, transitions } = afterRequest(before, request, { kind: 'refused', failure: refusal }, t0, policy);
    expect(state.rotation).toBeNull();
    expect(transitions).toMatchObject([{ type: 'credential.rotation-failed', operationId: 'o' }]);
  });
});

describe('what cannot be replaced by a request', () => {
  const unmanageable = () => active({ manageable: false });

  it('is told once, and not tried', () => {
    const { state, steps } = run(unmanageable(), worldOf({}), t0, t0 + 89 * day, policy, 5000);
    expect(steps.filter((step) => step === 'begin-rotation')).toHaveLength(1);
    expect(steps).not.toContain('update');
    expect(state.attentions).toMatchObject([{ topic: 'rotation', reason: 'RotationNotSupported' }]);
  });

  it('is tried once a token is there', () => {
    const { state } = run(unmanageable(), worldOf({}), t0, t0 + 62 * day, policy, 5000);
    const manageable = {
      decision: { action: 'keep', reason: 'ProofSucceeded' } as const,
      current: state.current === null ? null : { ...state.current, manageable: true },
      pending: null,
      message: 'good',
    };
    const after = afterProof(state, manageable, t0 + 62 * day, policy).state;
    expect(after).toMatchObject({ rotationObstacle: null, attentions: [] });
    expect(nextStep({ ...after, credentialHealth: healthOf(after, t0 + 62 * day) }, t0 + 62 * day, policy).do).toBe(
      'begin-rotation',
    );
  });
});

describe("the client's own end", () => {
  it('is told when it is near, by an attention of its own, and no update is made for it', () => {
    const start = active({ expiresAt: null, clientExpiresAt: t0 + 30 * day });
    const { state, steps } = run(start, worldOf({}), t0, t0 + 31 * day, policy, 5000);
    expect(state.attentions.map(({ reason }) => reason).sort()).toEqual(['ClientEndsSoon', 'CredentialExpired']);
    expect(state.credentialHealth).toBe('expired');
    expect(steps).not.toContain('update');
  });

  it('is told also where the health says something else already', () => {
    const now = t0 + 25 * day;
    const state = active({ clientExpiresAt: t0 + 30 * day }, { rotation: system, credentialHealth: 'rotating' });
    const rotating = { ...state, credentialHealth: healthOf(state, now) };
    expect(nextStep(rotating, now, policy).do).toBe('note-health');
    const { state: told, transitions } = noteHealth(rotating, now);
    expect(transitions).toMatchObject([{ type: 'registration.attention', reason: 'ClientEndsSoon' }]);
    expect(nextStep(told, now, policy).do).not.toBe('note-health');
  });
});

describe('freeze windows', () => {
  const window = { start: '2026-01-02T00:00:00Z', end: '2026-12-31T00:00:00Z' };

  it('announce a rotation that has to happen inside', () => {
    const state = active({ issuedAt: t0 + 10 * day }, {}, { rotationPolicy: { freezeWindows: [window] } });
    const { transitions } = beginRotation(state, 'o', t0 + 80 * day, policy);
    expect(transitions).toMatchObject([{ type: 'credential.rotation-started', reason: 'RotationInsideFreezeWindow' }]);
  });
});

describe('an end that cannot be used', () => {
  const past = credentialOf({ place: 'management', expiresAt: t0 - day });
  const unknown = { expiresAt: null, expiryKnown: false, expiryReason: 'ExpiryNotUsable' };

  it.each<[string, () => EntityState]>([
    [
      'a registration',
      () =>
        afterRequest(stateOf({ phase: 'registering' }), { ...request, kind: 'register' }, stored(past), t0, policy)
          .state,
    ],
    ['an update', () => afterRequest(active({}, { rotation: system }), request, stored(past), t0, policy).state],
    [
      'a person',
      () => {
        const details = {
          clientId: 'c',
          authMethod: null,
          issuedAt: null,
          expiresAt: t0 - day,
          expiryKnown: true,
          clientExpiresAt: null,
        };
        const operation = {
          operationId: 's',
          kind: 'supplyCredential',
          actor: 'key:k',
          reason: null,
          details,
        } as const;
        const outcome = { kind: 'stored', credential: past, tokenReceived: false } as const;
        return afterSupply(stateOf({ phase: 'manual_required' }), operation, outcome, t0, policy).state;
      },
    ],
  ])('of %s is unknown', (_name, after) => {
    const { pending } = after();
    expect(pending).toMatchObject(unknown);
  });

  it('is a finding of the credential and an attention when it becomes current', () => {
    const before = stateOf({ phase: 'verifying', pending: { ...past, ...unknown } as CredentialState });
    const promoted = {
      decision: { action: 'promote', reason: 'ProofSucceeded' } as const,
      current: before.pending,
      pending: null,
      message: 'good',
    };
    const { state } = afterProof(before, promoted, t0, policy);
    expect(state.attentions).toMatchObject([{ topic: 'rotation', reason: 'ExpiryNotUsable' }]);
    expect(viewOf(state, t0).credential?.findings).toMatchObject([{ code: 'expiry-not-usable', severity: 'warning' }]);
  });

  it('is no attention where it is only near', () => {
    const production = { environment: 'production', environmentClass: 'production' } as const;
    const state = active({ expiresAt: t0 + minute }, {}, production);
    expect(viewOf(state, t0).credential?.findings).toMatchObject([{ code: 'lifetime-very-short' }]);
    expect(viewOf(active({ expiresAt: t0 + minute }), t0).credential?.findings).toBeUndefined();
    expect(state.attentions).toEqual([]);
  });
});
