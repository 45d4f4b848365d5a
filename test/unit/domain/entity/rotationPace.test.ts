import { describe, expect, it } from 'vitest';
import { rotationDue } from '../../../../domain/credential/dueTime.ts';
import { bucketSize, spend, tokensAt } from '../../../../domain/credential/pace/bucket.ts';
import { newPace } from '../../../../domain/credential/pacing.ts';
import { afterProof } from '../../../../domain/entity/after/proof.ts';
import { dueOf, healthOf } from '../../../../domain/entity/health.ts';
import type { EntityState } from '../../../../domain/entity/state.ts';
import { viewOf } from '../../../../domain/entity/view.ts';
import type { CredentialState, ProofOutcome, RequestOutcome } from '../../../../domain/ports/activities.ts';
import { findCondition } from '../../../../domain/registration/conditions.ts';
import { defaultTimePolicy as policy } from '../../../../domain/time/policy.ts';
import { credentialOf, discoveryOf, stateOf, t0 } from '../../../support/entity.ts';
import { Fail, run, type World } from '../../../support/simulation.ts';

const second = 1000;
const hour = 3_600_000;
const day = 86_400_000;

/** An active registration whose credential was proved when it was issued. */
function active(credential: Partial<CredentialState> = {}, config: Parameters<typeof stateOf>[1] = {}): EntityState {
  const current = credentialOf(credential);
  const state = stateOf({ phase: 'active', current, discovery: discoveryOf() }, config);
  return { ...state, credentialHealth: healthOf(state, t0) };
}

function good(state: EntityState, now: number): ProofOutcome {
  const proved = state.pending ?? state.current;
  return {
    decision: { action: state.pending === null ? 'keep' : 'promote', reason: 'ProofSucceeded' },
    current: proved === null ? null : { ...proved, provedAt: now },
    pending: null,
    message: 'good',
  };
}

/** Runs with a server that answers each PUT so, and tells when the PUTs came. */
function live(
  start: EntityState,
  answer: (state: EntityState, now: number) => RequestOutcome,
  from: number,
  until: number,
) {
  const puts: number[] = [];
  const world: World = {
    discover: () => discoveryOf(),
    request: (_kind, state, now) => {
      puts.push(now);
      return answer(state, now);
    },
    settle: () => {
      throw new Fail();
    },
    prove: good,
    retire: () => ({ kind: 'deleted', message: 'deleted' }),
  };
  const { state, transitions } = run(start, world, from, until, policy, 200_000);
  return { puts, state, transitions };
}

const kept = (patch: Partial<Extract<RequestOutcome, { kind: 'unchanged' }>> = {}): RequestOutcome => ({
  kind: 'unchanged',
  expiresAt: null,
  expiryKnown: false,
  manageable: true,
  tokenReceived: true,
  ...patch,
});
const keptUnderSameExpiry = (state: EntityState) =>
  kept({ expiresAt: state.current?.expiresAt ?? null, expiryKnown: state.current?.expiryKnown ?? false });
const refused = (status: number): RequestOutcome => ({
  kind: 'refused',
  failure: { reason: 'UpdateRejected', retryClass: 'input', status, retryAfterSeconds: null, message: 'no' },
});
function issued(state: EntityState, now: number, expiresAt: number): RequestOutcome {
  const credential = {
    ...(state.current ?? credentialOf()),
    issuedAt: now,
    expiresAt,
    versionId: `v${now}`,
    provedAt: null,
  };
  return { kind: 'stored', credential, conditions: [], scopes: null, revision: 1, tokenReceived: true, notes: [] };
}

describe('a promotion of what a due request brought', () => {
  const due = t0 + 80 * day;
  const pace = { ...newPace(due), bucket: spend(newPace(due).bucket, due, policy) };

  it.each([
    ['gives its token back, once it proved good', 'ProofSucceeded', bucketSize],
    ['gives nothing back where nothing is known of it', 'PromotedUnproved', bucketSize - 1],
  ] as const)('%s', (_name, reason, tokens) => {
    const rotation = { operationId: 'operation-1', actor: 'system', sentAt: due };
    const pending = credentialOf({ issuedAt: due, expiresAt: due + 90 * day, provedAt: null, versionId: 'new' });
    const before = { ...active(), pending, rotation, rotationPace: { ...pace, failures: 3, stepsAfterExpiry: 1 } };
    const outcome = { decision: { action: 'promote', reason } as const, current: pending, pending: null, message: '' };
    const { rotationPace } = afterProof(before, outcome, due, policy).state;
    expect(rotationPace).toMatchObject({ failures: 0, stepsAfterExpiry: 0, lastFailure: null });
    expect(tokensAt(rotationPace.bucket, due, policy)).toBe(tokens);
  });
});

describe('an expiry that is a lifetime, read as a date (D1)', () => {
  const past = 86_400 * second;

  it('does not make a loop of PUTs where the server keeps the secret', () => {
    const { puts } = live(
      active({ expiresAt: past }),
      () => kept({ expiresAt: past, expiryKnown: true }),
      t0,
      t0 + 2 * second,
    );
    expect(puts.length).toBeLessThanOrEqual(2);
  });

  it('does not make a loop of rotations where the server issues a new secret', () => {
    const { puts } = live(
      active({ expiresAt: t0 - hour }),
      (state, now) => issued(state, now, t0 - hour + puts60(now)),
      t0,
      t0,
    );
    expect(puts.length).toBeLessThanOrEqual(2);
  });
});
let turns = 0;
/** Ends the loop that the test is about after 1,065 turns, as a test must end. */
function puts60(now: number): number {
  turns += 1;
  return turns > 1065 ? now + 90 * day : 0;
}

describe('a server that keeps the secret (D10)', () => {
  it('needs attention long before expiry', () => {
    const { state } = live(active(), keptUnderSameExpiry, t0, t0 + 80 * day);
    expect(findCondition(state.conditions, 'NeedsAttention')?.reason).toBe('RotationOverdue');
  });
  it('counts as one that does not rotate in the last tenth of the life, and goes on being asked', () => {
    const { state, puts } = live(active(), keptUnderSameExpiry, t0, t0 + 95 * day);
    const before = live(active(), keptUnderSameExpiry, t0, t0 + 85 * day).state;
    expect(findCondition(before.conditions, 'NeedsAttention')?.reason).toBe('ServerDoesNotRotate');
    expect(viewOf(before, t0 + 85 * day).credential?.strategy).toBe('replace');
    expect(findCondition(state.conditions, 'NeedsAttention')?.reason).toBe('CredentialExpired');
    expect(puts.filter((at) => at >= t0 + 90 * day).length).toBeGreaterThan(0);
  });
});

describe('after expiry (D11)', () => {
  it.each([
    ['kept', keptUnderSameExpiry],
    ['refused', () => refused(400)],
  ])('a PUT that is %s is not asked again every 30 seconds', (_name, answer) => {
    const { puts } = live(active({ issuedAt: t0 - 90 * day, expiresAt: t0 }), answer, t0, t0 + day);
    expect(puts.length).toBeLessThanOrEqual(6);
  });
});

describe('freeze windows (D19)', () => {
  const window = { start: '2026-02-20T00:00:00Z', end: '2026-03-06T00:00:00Z' };
  const rotationPolicy = { freezeWindows: [window] };

  it('do not put ten thousand registrations into one second', () => {
    const seconds = new Map<number, number>();
    for (let index = 0; index < 10_000; index += 1) {
      const { at } = rotationDue(`t${index}.app.production.main`, credentialOf(), rotationPolicy);
      seconds.set(at ?? 0, (seconds.get(at ?? 0) ?? 0) + 1);
    }
    expect(Math.max(...seconds.values())).toBeLessThanOrEqual(10);
  });

  it('hold for retries', () => {
    const { puts } = live(active({}, { rotationPolicy }), keptUnderSameExpiry, t0, t0 + 80 * day);
    const inside = puts.filter((at) => at >= Date.parse(window.start) && at < Date.parse(window.end));
    expect(inside).toEqual([]);
  });
});

describe("the client's own end (D20)", () => {
  it('is an end of life', () => {
    const state = active({ clientExpiresAt: t0 + 30 * day });
    expect(healthOf(state, t0 + 31 * day)).toBe('expired');
  });
  it('has a due time', () => {
    expect(dueOf(active({ expiresAt: null, clientExpiresAt: t0 + 30 * day }))).toBeLessThan(t0 + 21 * day);
  });
});

describe('a kept secret whose expiry moves (P3)', () => {
  it('does not become always due', () => {
    const { puts } = live(
      active(),
      (_state, now) => kept({ expiresAt: now + 90 * day, expiryKnown: true }),
      t0,
      t0 + 365 * day,
    );
    expect(puts.length).toBeLessThanOrEqual(8);
  });
  it('an answer never shortens a known expiry', () => {
    const { state } = live(active(), () => kept({ expiresAt: null, expiryKnown: true }), t0, t0 + 60 * day);
    expect(state.current?.expiresAt).toBe(t0 + 90 * day);
  });
});
