import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterConflict } from '../../../../domain/entity/after/conflict.ts';
import { afterProof } from '../../../../domain/entity/after/proof.ts';
import { afterRequest } from '../../../../domain/entity/after/request.ts';
import { afterSupply } from '../../../../domain/entity/after/supply.ts';
import { afterOnboarding } from '../../../../domain/entity/onboarding.ts';
import { afterSetAside } from '../../../../domain/entity/rotation/setAside.ts';
import type { EntityState, OpenRequest, Operation } from '../../../../domain/entity/state.ts';
import type {
  AppliedMetadata,
  CredentialState,
  ProofOutcome,
  RequestOutcome,
} from '../../../../domain/ports/activities.ts';
import { defaultTimePolicy as policy } from '../../../../domain/time/policy.ts';
import { credentialOf, discoveryOf, shownClientOf, stateOf, t0 } from '../../../support/entity.ts';

/**
 * A fresh end of life is judged once, by the entity. Steps answer with what they were given or read, which was not judged:
 * none of them may bring it back.
 */
const now = t0 + 90 * 86_400_000;
const ids = { intentId: 'intent-1', operationId: 'operation-1' };
const target = { revision: 1, ownRevision: 0 };
const scopes = { requested: [], advertised: null, registered: null, granted: null, differences: [] };
const settled = { kind: 'settled', proved: true, message: '' } as const;

/** As a step stores and answers it. */
const fresh = (expiresAt: number | null, expiryKnown: boolean) =>
  credentialOf({ issuedAt: now, expiresAt, expiryKnown, provedAt: null, versionId: 'fresh' });

const stored = (credential: CredentialState, metadata?: AppliedMetadata): RequestOutcome => ({
  kind: 'stored',
  credential,
  conditions: [],
  scopes: null,
  revision: 1,
  tokenReceived: true,
  notes: [],
  client: shownClientOf(credential.clientId),
  ...(metadata === undefined ? {} : { metadata }),
});

const promoted = (credential: CredentialState): ProofOutcome => ({
  decision: { action: 'promote', reason: 'ProofSucceeded' },
  current: { ...credential, place: 'client', provedAt: now },
  pending: null,
  message: '',
});

function active(patch: Partial<EntityState> = {}): EntityState {
  const rotation = { operationId: ids.operationId, actor: 'system', sentAt: now };
  return stateOf({ phase: 'active', current: credentialOf(), discovery: discoveryOf(), rotation, ...patch });
}

function requested(before: EntityState, kind: OpenRequest['kind'], outcome: RequestOutcome): EntityState {
  return afterRequest(before, { ...ids, kind }, outcome, now, policy).state;
}

const proved = (state: EntityState, credential: CredentialState) =>
  afterProof(state, promoted(credential), now, policy).state;

function supplied(before: EntityState, credential: CredentialState): EntityState {
  const operation = { operationId: 'supply', actor: 'key:k', kind: 'supplyCredential', reason: null } as const;
  return afterSupply(
    before,
    operation as Operation<'supplyCredential'>,
    { kind: 'stored', credential, tokenReceived: true },
    now,
    policy,
  ).state;
}

function chosen(before: EntityState, kind: 'acceptCurrent' | 'overwrite', current: CredentialState): EntityState {
  const operation = { operationId: 'choice', actor: 'key:k', kind, reason: null } as const;
  const chosenNow = { ...settled, current: { ...current, provedAt: now } };
  return afterConflict(before, operation, chosenNow, now, policy).state;
}

function onboarded(credential: CredentialState): EntityState {
  const start = stateOf();
  const facts = {
    stoppedAt: null,
    found: discoveryOf(),
    recordedAt: now,
    request: stored(credential),
    proof: promoted(credential),
  } as const;
  return afterOnboarding(start, start, facts, ids, now, policy).applied.state;
}

/** Every way that a fresh credential takes until it is current. The step's own copy is unjudged each time. */
const paths: Readonly<Record<string, (credential: CredentialState) => EntityState>> = {
  'an onboarding in one step': onboarded,
  'a registration, answered or settled': (credential) =>
    proved(requested(stateOf({ phase: 'registering' }), 'register', stored(credential)), credential),
  'an update, answered or settled': (credential) =>
    proved(requested(active(), 'update', stored(credential)), credential),
  'an update that was found again by a read': (credential) =>
    proved(requested(active({ rotation: null }), 'update', stored(credential)), credential),
  'a change of metadata': (credential) => {
    const current = { ...credentialOf(), expiresAt: credential.expiresAt, issuedAt: credential.issuedAt };
    const outcome = stored(credential, { target, conditions: [], scopes, current });
    const state = requested(active(), 'update', outcome);
    expect(state.current).toMatchObject({ issuedAt: t0, expiresAt: credentialOf().expiresAt });
    return proved(state, credential);
  },
  'a supply of the first credential, or an adoption': (credential) =>
    proved(supplied(stateOf(), credential), credential),
  'a supply of another credential': (credential) => proved(supplied(active(), credential), credential),
  'a proof of its own, later': (credential) => {
    const state = requested(active(), 'update', stored(credential));
    return proved(state, { ...credential, provedAt: now });
  },
  'a proof with nothing pending': (credential) => proved(active(), credential),
  'a conflict that is overwritten': (credential) =>
    chosen(requested(active(), 'update', stored(credential)), 'overwrite', credential),
  'a choice of what applications read': (credential) =>
    chosen(proved(requested(active(), 'update', stored(credential)), credential), 'acceptCurrent', credential),
  'an adoption of what another hand made current': (credential) => {
    const state = proved(requested(active(), 'update', stored(credential)), credential);
    const decision = { action: 'keep', reason: 'ProofSucceeded' } as const;
    const adopted = { from: state.current?.versionId ?? '', to: 'other' };
    const current = { ...credential, versionId: 'other' };
    return afterProof(state, { decision, current, pending: null, message: '', adopted }, now, policy).state;
  },
  'a secret that was set aside': (credential) => {
    const pending = requested(active(), 'update', stored(credential)).pending;
    const before = active({ setAside: pending === null ? [] : [pending] });
    return proved(afterSetAside(before, { good: credential, probed: [] }, now).state, credential);
  },
};

const told = ({ expiresAt, expiryKnown, expiryReason }: CredentialState) => ({
  expiresAt,
  expiryKnown,
  expiryReason: expiryReason ?? null,
});

describe.each(Object.entries(paths))('%s', (_name, path) => {
  it.each([
    ['a duration', 86_400_000],
    ['ninety days as a duration', 90 * 86_400_000],
    ['the past', now - 3_600_000],
    ['now', now],
    ['now + 1', now + 1000],
  ])('takes no end that is %s for a lifetime', (_odd, expiresAt) => {
    const { current, pending } = path(fresh(expiresAt, true));
    expect(pending).toBeNull();
    expect(current && told(current)).toEqual({ expiresAt: null, expiryKnown: false, expiryReason: 'ExpiryNotUsable' });
  });

  it('takes none that is nearer than the least', () => {
    const odd = fc.oneof(
      fc.integer({ min: -now + 1, max: policy.usableExpiry - 1 }),
      fc.integer({ min: -5000, max: policy.usableExpiry - 1 }),
    );
    fc.assert(
      fc.property(odd, (offset) => {
        const { current } = path(fresh(now + offset, true));
        expect(current && told(current)).toEqual({
          expiresAt: null,
          expiryKnown: false,
          expiryReason: 'ExpiryNotUsable',
        });
      }),
    );
  });

  it.each([
    ['in 30 s', now + 30_000, true],
    ['in 90 days', now + 90 * 86_400_000, true],
    ['in the year 9999', 253_402_300_799_000, true],
    ['never', null, true],
    ['unknown', null, false],
  ])('keeps an end that can be used: %s', (_end, expiresAt, expiryKnown) => {
    const { current } = path(fresh(expiresAt, expiryKnown));
    expect(current && told(current)).toEqual({ expiresAt, expiryKnown, expiryReason: null });
    expect(current).toMatchObject({ issuedAt: now, provedAt: now, place: 'client' });
  });
});
