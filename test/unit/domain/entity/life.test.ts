import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acceptOperation } from '../../../../domain/entity/operations.ts';
import type { EntityState, Operation } from '../../../../domain/entity/state.ts';
import type { CredentialState, ProofOutcome, RequestOutcome } from '../../../../domain/ports/activities.ts';
import type { Reason } from '../../../../domain/reasons/index.ts';
import { findCondition } from '../../../../domain/registration/conditions.ts';
import { defaultTimePolicy } from '../../../../domain/time/policy.ts';
import { credentialOf, discoveryOf, stateOf, t0 } from '../../../support/entity.ts';
import { Fail, run, type World } from '../../../support/simulation.ts';

const day = 86_400_000;
const hour = 3_600_000;
const lifetime = 90 * day;

function stored(credential: CredentialState): RequestOutcome {
  return { kind: 'stored', credential, conditions: [], scopes: null, revision: 1, tokenReceived: true, notes: [] };
}

function good(state: EntityState, now: number): ProofOutcome {
  const proved = state.pending ?? state.current;
  return {
    decision: { action: state.pending === null ? 'keep' : 'promote', reason: 'ProofSucceeded' },
    current: proved === null ? null : { ...proved, place: 'client', provedAt: now },
    pending: null,
    message: 'good',
  };
}

let version = 0;
const issue = (now: number, patch: Partial<CredentialState> = {}) => {
  version += 1;
  return credentialOf({ issuedAt: now, expiresAt: now + lifetime, versionId: `v${version}`, provedAt: null, ...patch });
};

function worldOf(patch: Partial<World> = {}): World {
  return {
    discover: () => discoveryOf(),
    request: (kind, _state, now) => stored(issue(now, kind === 'register' ? { place: 'management' } : {})),
    settle: () => {
      throw new Fail();
    },
    prove: good,
    retire: () => ({ kind: 'deleted', message: 'deleted' }),
    ...patch,
  };
}

const policy = defaultTimePolicy;
const attention = (state: EntityState) => findCondition(state.conditions, 'NeedsAttention')?.reason;

describe('the life of a registration', () => {
  it('is discovered, registered, proved and active at once', () => {
    const { state, steps, transitions } = run(stateOf(), worldOf(), t0, t0, policy);
    expect(steps).toEqual(['discover', 'register', 'prove']);
    expect(state).toMatchObject({ phase: 'active', credentialHealth: 'healthy' });
    expect(transitions.map((transition) => transition.type)).toEqual([
      'registration.discovered',
      'registration.registering',
      'registration.registered',
      'registration.activated',
    ]);
  });

  it('comes to the same on proofs that come with its requests as on proofs of its own', () => {
    const live = (patch: Partial<World>) => {
      version = 0;
      const { state, transitions } = run(stateOf(), worldOf(patch), t0, t0 + 200 * day, policy, 5000);
      return { state, told: transitions.map(({ view: _, ...event }) => event), last: transitions.at(-1)?.view };
    };
    const atOnce = live({ proveAtOnce: good });
    expect(atOnce.told.filter(({ type }) => type === 'credential.rotated').length).toBeGreaterThanOrEqual(3);
    expect(atOnce).toEqual(live({}));
  });

  it('shows what is true after a request and its proof, and nothing in between', () => {
    const { state, steps, transitions } = run(stateOf(), worldOf({ proveAtOnce: good }), t0, t0, policy);
    expect(steps).toEqual(['discover', 'register']);
    const [registered, activated] = transitions.slice(-2);
    expect([registered?.type, activated?.type]).toEqual(['registration.registered', 'registration.activated']);
    expect(registered?.view).toBeNull();
    expect(activated?.view).toMatchObject({ phase: 'active', credentialHealth: 'healthy' });
    expect(activated?.sequence).toBe(state.sequence);
  });

  it('waits for the client to be enabled when the proof that comes with it is refused', () => {
    const world = worldOf({
      proveAtOnce: rejectedFirst,
      prove: (state, now) => (now < t0 + 5 * hour ? rejectedFirst(state) : good(state, now)),
    });
    const { state, steps } = run(stateOf(), world, t0, t0 + day, policy);
    expect(state.phase).toBe('active');
    expect(steps.filter((step) => step === 'register')).toHaveLength(1);
  });

  it.each<[string, Partial<World>]>([
    ['with its requests', { proveAtOnce: good }],
    ['of its own', {}],
  ])('rotates for two years on proofs %s, always before expiry, with gapless sequences', (_, world) => {
    const { state, transitions } = run(stateOf(), worldOf(world), t0, t0 + 730 * day, policy, 5000);
    const rotations = transitions.filter((transition) => transition.type === 'credential.rotated');
    expect(rotations.length).toBeGreaterThanOrEqual(11);
    expect(transitions.some((transition) => transition.view?.credentialHealth === 'expired')).toBe(false);
    expect(transitions.map((transition) => transition.sequence)).toEqual(transitions.map((_, index) => index + 2));
    expect(attention(state)).toBe('NotNeeded');
  });

  it('asks again in the remaining time when it was too early', () => {
    const world = worldOf({
      request: (kind, state, now) => {
        if (kind === 'register') return stored(issue(now, { place: 'management' }));
        const remaining = (state.current?.expiresAt ?? 0) - now;
        if (remaining < 10 * day) return stored(issue(now));
        return {
          kind: 'unchanged',
          expiresAt: state.current?.expiresAt ?? null,
          expiryKnown: true,
          manageable: true,
          tokenReceived: true,
        };
      },
    });
    const { transitions } = run(stateOf(), world, t0, t0 + 89 * day, policy, 5000);
    const types = transitions.map((transition) => transition.type);
    expect(types).toContain('credential.rotation-deferred');
    expect(types).toContain('credential.rotated');
  });

  it.each<[string, Partial<World>, Partial<EntityState>, Parameters<typeof stateOf>[1], string, string]>([
    [
      'no registration endpoint',
      { discover: () => discoveryOf({ registrationEndpoint: null, registrationSource: 'none' }) },
      {},
      {},
      'manual_required',
      'NoRegistrationEndpoint',
    ],
    ['manual by choice', {}, {}, { method: 'manual' }, 'manual_required', 'ManualMethod'],
    [
      'production without token',
      {},
      {},
      { environmentClass: 'production' },
      'awaiting_token',
      'InitialAccessTokenNeeded',
    ],
    [
      'a token that is refused',
      { request: refused('InitialAccessTokenRejected', 'token') },
      { initialAccessTokenRef: 'op' },
      {},
      'awaiting_token',
      'InitialAccessTokenRejected',
    ],
    ...(
      [
        'InitialAccessTokenExhausted',
        'InitialAccessTokenExpired',
        'InitialAccessTokenRevoked',
        'InitialAccessTokenUnreadable',
        'TrustedHostsPolicyRefused',
      ] as const
    ).map(
      (reason) =>
        [
          `a token or an open registration that Keycloak refuses: ${reason}`,
          { request: refused(reason, 'token') },
          { initialAccessTokenRef: 'op' },
          {},
          'awaiting_token',
          reason,
        ] as [string, Partial<World>, Partial<EntityState>, Parameters<typeof stateOf>[1], string, string],
    ),
    [
      'metadata that a policy refuses',
      { request: refused('ClientScopesPolicyRefused', 'input') },
      {},
      {},
      'registering',
      'ClientScopesPolicyRefused',
    ],
    [
      'a page instead of an endpoint',
      { request: refused('RegistrationEndpointNotUsable', 'input') },
      {},
      {},
      'manual_required',
      'RegistrationEndpointNotUsable',
    ],
    [
      'metadata that are refused',
      { request: refused('RegistrationRejected', 'input') },
      {},
      {},
      'registering',
      'RegistrationRejected',
    ],
    [
      'two posts without answer',
      { request: fail, settle: unanswered },
      {},
      {},
      'registering',
      'RegistrationUnanswered',
    ],
    ['a client that is never enabled', { prove: rejectedFirst }, {}, {}, 'awaiting_enablement', 'ClientNotEnabled'],
    ['a peer that is away for a day', { discover: fail }, {}, {}, 'discovering', 'PeerUnavailable'],
  ])('ends for %s where a person finds the reason', (_name, world, state, config, phase, reason) => {
    const end = run(stateOf(state, config), worldOf(world), t0, t0 + day, policy);
    expect(end.state.phase).toBe(phase);
    expect(attention(end.state)).toBe(reason);
  });

  it.each(['InitialAccessTokenRejected', 'InitialAccessTokenExhausted'] as const)(
    'tells a spent token from a refused one after a lost answer: %s',
    (reason) => {
      let posts = 0;
      const world = worldOf({
        request: () => {
          posts += 1;
          if (posts === 1) throw new Fail();
          return refused(reason, 'token')();
        },
        settle: unanswered,
      });
      const { state } = run(stateOf({ initialAccessTokenRef: 'op' }), world, t0, t0 + day, policy);
      expect(state.phase).toBe('awaiting_token');
      expect(attention(state)).toBe('InitialAccessTokenSpent');
    },
  );

  it('sends nothing while the metadata have errors, and goes on with corrected ones after discover', () => {
    let errors = true;
    const given: (string | null)[] = [];
    const world = worldOf({
      request: (_kind, state, now) => {
        given.push(state.initialAccessTokenRef);
        if (errors) return refused('ClientMetadataNotAcceptable', 'input')();
        return stored(issue(now, { place: 'management' }));
      },
    });
    const start = stateOf({ initialAccessTokenRef: 'token' }, { environmentClass: 'production' });
    const before = run(start, world, t0, t0 + day, policy).state;
    expect(before).toMatchObject({
      phase: 'registering',
      hold: { reason: 'ClientMetadataNotAcceptable' },
      initialAccessTokenRef: 'token',
    });
    expect(attention(before)).toBe('ClientMetadataNotAcceptable');

    const asked = (kind: 'discover' | 'supplyInitialAccessToken', operationId: string) =>
      ({ kind, operationId, actor: 'key:k', reason: null }) as const;
    const supplied = acceptOperation(before, asked('supplyInitialAccessToken', 'token-2'));
    const held = run(supplied, world, t0 + day, t0 + day, policy).state;
    expect(held).toMatchObject({ hold: before.hold, initialAccessTokenRef: 'token-2' });
    const still = run(acceptOperation(held, asked('discover', 'early')), world, t0 + day, t0 + day, policy).state;
    expect(attention(still)).toBe('ClientMetadataNotAcceptable');

    errors = false;
    const corrected = acceptOperation(still, asked('discover', 'corrected'));
    const { state } = run(corrected, world, t0 + day, t0 + day, policy);
    expect(state).toMatchObject({ phase: 'active', hold: null, initialAccessTokenRef: null });
    expect(attention(state)).toBe('NotNeeded');
    expect(given).toEqual(['token', 'token-2', 'token-2']);
  });

  it('never sends a request again before the first one is settled', () => {
    const world = worldOf({ request: fail });
    const { steps } = run(stateOf(), world, t0, t0 + day, policy);
    expect(steps.filter((step) => step === 'register')).toHaveLength(1);
    expect(steps.filter((step) => step === 'settle').length).toBeGreaterThan(5);
  });

  it('keeps the old secret in use while the new one is rejected, and tells', () => {
    const world = worldOf({
      prove: (state, now) =>
        state.current === null || state.pending === null
          ? good(state, now)
          : {
              decision: { action: 'keep', reason: 'CredentialRejected' },
              current: state.current,
              pending: state.pending,
              message: 'no',
            },
    });
    const { state } = run(stateOf(), world, t0, t0 + 61 * day, policy, 5000);
    expect(state.current?.issuedAt).toBe(t0);
    expect(state.pending).not.toBeNull();
    expect(attention(state)).toBe('CredentialRejected');
  });

  it('becomes active by itself when the client is enabled', () => {
    const world = worldOf({ prove: (state, now) => (now < t0 + 5 * hour ? rejectedFirst(state) : good(state, now)) });
    const { state } = run(stateOf(), world, t0, t0 + day, policy);
    expect(state.phase).toBe('active');
    expect(attention(state)).toBe('NotNeeded');
  });

  it('says that the secret expired when nothing could replace it', () => {
    const world = worldOf({
      request: (kind, _state, now) =>
        kind === 'register'
          ? stored(issue(now, { place: 'management' }))
          : {
              kind: 'management-rejected',
              failure: new Fail({ reason: 'ManagementRejected', retryClass: 'token' }).failure,
            },
    });
    const { state, transitions } = run(stateOf(), world, t0, t0 + 91 * day, policy, 20_000);
    expect(state.credentialHealth).toBe('expired');
    const healths = transitions.map((transition) => transition.view?.credentialHealth);
    expect(healths).toContain('due');
    expect(healths).toContain('overdue');
    expect(attention(state)).toBe('CredentialExpired');
  });

  it('says that a policy cannot be followed, and rotates all the same', () => {
    const config = { rotationPolicy: { renewBefore: 'P90D' } };
    const { state, transitions } = run(stateOf({}, config), worldOf(), t0, t0 + 70 * day, policy);
    expect(attention(state)).toBe('RotationPolicyInvalid');
    expect(transitions.some((transition) => transition.type === 'credential.rotated')).toBe(true);
  });

  it('answers every operation that was accepted', () => {
    const before = run(stateOf(), worldOf(), t0, t0, policy).state;
    const operation = (kind: Operation['kind'], operationId: string) => ({
      operationId,
      kind,
      actor: 'key:k',
      reason: null,
    });
    const asked = [
      operation('verify', 'v'),
      operation('rotate', 'r1'),
      operation('rotate', 'r2'),
      operation('discover', 'd'),
    ];
    const { transitions } = run(asked.reduce(acceptOperation, before), worldOf(), t0, t0 + day, policy);
    const ends = (id: string) =>
      transitions.filter((transition) => transition.operationId === id).map(({ type }) => type);
    expect(ends('v')).toContain('credential.proved');
    expect(ends('r1')).toContain('credential.rotated');
    expect(ends('r2').at(-1)).toMatch(/operation\.refused|credential\.rotated/);
    expect(ends('d')).toContain('registration.discovered');
  });

  it('retires, and takes nothing after that', () => {
    const before = run(stateOf(), worldOf(), t0, t0, policy).state;
    const asked = acceptOperation(before, { operationId: 'r', kind: 'retire', actor: 'key:k', reason: null });
    const { state, transitions } = run(asked, worldOf(), t0, t0 + day, policy);
    expect(state.phase).toBe('retired');
    expect(transitions.at(-1)).toMatchObject({ type: 'registration.retired', operationId: 'r', actor: 'key:k' });
  });

  it('takes an operation id once', () => {
    const operation = { operationId: 'v', kind: 'verify', actor: 'key:k', reason: null } as const;
    const before = run(stateOf(), worldOf(), t0, t0, policy).state;
    const twice = acceptOperation(acceptOperation(before, operation), operation);
    expect(twice.operations).toHaveLength(1);
  });

  it('neither spins nor loses a sequence, whatever the world answers', () => {
    fc.assert(
      fc.property(
        fc.infiniteStream(fc.nat(7)),
        fc.constantFrom('nonProduction' as const, 'production' as const),
        (choices, environmentClass) => {
          const next = () => choices.next().value as number;
          const maybe = <Value>(value: () => Value): Value => {
            if (next() < 3) throw new Fail(next() < 4 ? {} : { retryClass: 'input', reason: 'DiscoveryFailed' });
            return value();
          };
          const outcome = (kind: string, now: number): RequestOutcome => {
            const failure = new Fail({ retryClass: next() < 4 ? 'transient' : 'input', reason: 'RegistrationRejected' })
              .failure;
            const kinds = ['stored', 'unchanged', 'refused', 'not-sent', 'unanswered', 'management-rejected'] as const;
            const chosen = kinds[next() % kinds.length] ?? 'stored';
            if (chosen === 'stored') return stored(issue(now, kind === 'register' ? { place: 'management' } : {}));
            if (chosen === 'unchanged')
              return { kind: chosen, expiresAt: null, expiryKnown: false, manageable: true, tokenReceived: false };
            return { kind: chosen, failure };
          };
          const world: World = {
            discover: () => maybe(() => discoveryOf()),
            request: (kind, _state, now) => maybe(() => outcome(kind, now)),
            settle: (request, _state, now) => maybe(() => outcome(request.kind, now)),
            prove: (state, now) => maybe(() => (next() < 4 ? good(state, now) : rejectedFirst(state))),
            proveAtOnce: (state, now) => (next() < 4 ? null : next() < 4 ? good(state, now) : rejectedFirst(state)),
            retire: () => maybe(() => ({ kind: 'deleted', message: '' }) as const),
          };
          const { transitions } = run(stateOf({}, { environmentClass }), world, t0, t0 + 100 * day, policy, 20_000);
          expect(transitions.map((transition) => transition.sequence)).toEqual(
            transitions.map((_, index) => index + 2),
          );
        },
      ),
      { numRuns: 60 },
    );
  });
});

function fail(): never {
  throw new Fail();
}

function refused(reason: Reason, retryClass: 'token' | 'input') {
  return (): RequestOutcome => ({ kind: 'refused', failure: new Fail({ reason, retryClass }).failure });
}

function unanswered(): RequestOutcome {
  return { kind: 'unanswered', failure: new Fail().failure };
}

function rejectedFirst(state: EntityState): ProofOutcome {
  return {
    decision: { action: 'keep', reason: 'CredentialRejected' },
    current: state.current,
    pending: state.pending,
    message: 'no',
  };
}
