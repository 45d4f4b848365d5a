import { describe, expect, it } from 'vitest';
import { bucketSize, tokensAt } from '../../../../domain/credential/pace/bucket.ts';
import { afterNotYet, afterReadingNotYet, afterRequestNotYet, isNotYet } from '../../../../domain/entity/after/turn.ts';
import { nextStep } from '../../../../domain/entity/nextStep.ts';
import { openRequest } from '../../../../domain/entity/openRequest.ts';
import type { EntityState } from '../../../../domain/entity/state.ts';
import { urgencyOf } from '../../../../domain/entity/urgency.ts';
import { stepPriority } from '../../../../domain/servers/workPriority.ts';
import { defaultTimePolicy } from '../../../../domain/time/policy.ts';
import { credentialOf, discoveryOf, stateOf, t0 } from '../../../support/entity.ts';

const failure = { retryAfterSeconds: 30 };
const request = { intentId: 'i', kind: 'register', operationId: 'o' } as const;
const asRequest: typeof afterNotYet = (before, failed, now) =>
  afterRequestNotYet(before, failed, now, defaultTimePolicy);
const verify = { operationId: 'o', kind: 'verify', actor: 'key:k', reason: null } as const;

describe('a step whose turn has not come', () => {
  it.each<[string, EntityState, typeof afterNotYet, string]>([
    ['a first reading', stateOf(), afterReadingNotYet, 'discover'],
    ['a registering, with its request opened anew', stateOf({ phase: 'registering', request }), asRequest, 'register'],
    ['a settlement, whose request stays open', stateOf({ phase: 'registering', request }), afterNotYet, 'settle'],
    ['a proof', stateOf({ phase: 'verifying', pending: credentialOf() }), afterNotYet, 'prove'],
    [
      'a reading that nobody asked for',
      stateOf({ phase: 'awaiting_token', discovery: discoveryOf(), discoveredAt: t0, discoveryRetryAt: t0 }),
      afterReadingNotYet,
      'discover',
    ],
  ])('sleeps until then: %s', (_what, before, after, next) => {
    const { state, transitions } = after(before, failure, t0);
    expect(transitions).toEqual([]);
    expect(state).toMatchObject({ attempts: 0, failingSince: null, attentions: [] });
    const slept = nextStep(state, t0, defaultTimePolicy);
    expect(slept.do).toBe('wait');
    const until = slept.do === 'wait' ? (slept.until ?? 0) : 0;
    expect(until).toBeGreaterThanOrEqual(t0 + 30_000);
    expect(until).toBeLessThanOrEqual(t0 + 33_000);
    expect(nextStep(state, until, defaultTimePolicy).do).toBe(next);
  });

  it('leaves the back-off of what else the entity waits for', () => {
    const before = stateOf({ phase: 'active', discoveredAt: t0, nextAttemptAt: t0 + 5_000, rejectedSince: t0 });
    expect(afterReadingNotYet(before, failure, t0).state.nextAttemptAt).toBe(t0 + 5_000);
  });

  it('gives back what was paid for the request, and waits also where the current credential is rejected', () => {
    const rotation = { operationId: 'o', actor: 'system' } as const;
    const before = stateOf({
      phase: 'active',
      current: credentialOf(),
      credentialHealth: 'rotating',
      rotation,
      rejectedSince: t0,
    });
    const ids = { intentId: 'i', operationId: 'o' };
    const opened = openRequest(before, { do: 'update' }, ids, t0, defaultTimePolicy);
    const { state } = afterRequestNotYet(opened, failure, t0, defaultTimePolicy);
    expect(tokensAt(state.rotationPace.bucket, t0, defaultTimePolicy)).toBe(bucketSize);
    expect(nextStep(state, t0 + 1_000, defaultTimePolicy).do).toBe('wait');
  });

  it('is no other failure', () => {
    expect([isNotYet({ reason: 'TurnNotYet' }), isNotYet({ reason: 'PeerNotAnswering' })]).toEqual([true, false]);
  });
});

describe('the urgency of a step', () => {
  const active = (patch: Partial<EntityState> = {}) =>
    stateOf({ phase: 'active', current: credentialOf(), discovery: discoveryOf(), ...patch });
  const { expiresAt } = credentialOf();

  it.each<[string, EntityState, number, string]>([
    ['a new registration', stateOf(), t0, 'onboarding'],
    ['an active one', active(), t0, 'bulk'],
    ['what Registrar asked of it itself', active({ activeOperation: { ...verify, actor: 'system' } }), t0, 'bulk'],
    ['what somebody asked of it', active({ activeOperation: verify }), t0, 'onboarding'],
    ['a rejected one', active({ currentRejected: true }), t0, 'expiring'],
    ['one whose secret ends', active(), (expiresAt ?? 0) - 1, 'expiring'],
    [
      'one whose client ends',
      active({ current: credentialOf({ expiresAt: null, clientExpiresAt: t0 + 1_000 }) }),
      t0 + 999,
      'expiring',
    ],
  ])('%s', (_what, state, now, workClass) => {
    expect(urgencyOf(state, now).workClass).toBe(workClass);
  });

  it('is fair by host: of the token endpoint, before it is known of the FHIR base URL', () => {
    const known = active({ discovery: discoveryOf({ tokenEndpoint: 'https://As.example:8443/token' }) });
    expect(urgencyOf(known, t0).priority).toEqual(stepPriority('bulk', 'as.example'));
    const { config } = stateOf();
    const unknown = stateOf({ config: { ...config, fhirBaseUrl: 'https://fhir.example/r4' } });
    expect(urgencyOf(unknown, t0).priority).toEqual(stepPriority('onboarding', 'fhir.example'));
  });
});
