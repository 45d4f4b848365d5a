import { describe, expect, it } from 'vitest';
import { nearerEnd } from '../../../../domain/credential/dueTime.ts';
import { affordable } from '../../../../domain/credential/pace/bucket.ts';
import { healthOf } from '../../../../domain/entity/health.ts';
import { acceptOperation } from '../../../../domain/entity/operations.ts';
import type { EntityState } from '../../../../domain/entity/state.ts';
import type { CredentialState, ProofOutcome, RequestOutcome } from '../../../../domain/ports/activities.ts';
import type { Reason } from '../../../../domain/reasons/index.ts';
import { findCondition } from '../../../../domain/registration/conditions.ts';
import { defaultTimePolicy as policy } from '../../../../domain/time/policy.ts';
import { credentialOf, discoveryOf, stateOf, t0 } from '../../../support/entity.ts';
import { mostWithin } from '../../../support/pacedPeer.ts';
import { Fail, run, type World } from '../../../support/simulation.ts';

const second = 1000;
const hour = 3600 * second;
const day = 24 * hour;
const lifetime = 90 * day;

/** What the peers of the storm drill do, as the steps of an entity answer it. */
interface Peer {
  /** What an update is answered with, and how many requests beside it a ladder sends. */
  readonly update: (state: EntityState, now: number) => RequestOutcome;
  /** Which credentials its token endpoint takes. */
  readonly takes?: (credential: CredentialState, now: number) => boolean;
}

const rest = { conditions: [], scopes: null, revision: 1, tokenReceived: true, notes: [] };

function issued(state: EntityState, now: number, expiresAt: number | null, expiryKnown = true): RequestOutcome {
  const credential = { ...(state.current ?? credentialOf()), versionId: `v${now}`, issuedAt: now, provedAt: null };
  return { kind: 'stored', credential: { ...credential, expiresAt, expiryKnown }, ...rest };
}

function kept(expiresAt: number | null, expiryKnown = true): RequestOutcome {
  return { kind: 'unchanged', expiresAt, expiryKnown, manageable: true, tokenReceived: true };
}

function answered(status: number, reason: Reason, retryAfterSeconds: number | null = null): RequestOutcome {
  const retryClass = status === 401 ? 'token' : status === 429 || status >= 500 ? 'transient' : 'input';
  return { kind: 'refused', failure: { reason, retryClass, status, retryAfterSeconds, message: String(status) } };
}

const alive = ({ expiresAt }: CredentialState, now: number) => expiresAt === null || now < expiresAt;

/** A dead token: its ladder sends as many reads as the state can pay for, four at most. */
function deadToken(state: EntityState): RequestOutcome {
  const reads = Math.max(0, Math.min(4, Math.floor(state.rotationPace.bucket.tokens)));
  const { failure } = new Fail({ reason: 'ManagementRejected', retryClass: 'token', status: 401 });
  return { kind: 'management-rejected', failure, reads };
}

const peers: Readonly<Record<string, Peer>> = {
  'an expiry in the past': { update: (state, now) => issued(state, now, now - day) },
  'an expiry of now + 1': { update: (state, now) => issued(state, now, now + second) },
  'an expiry that is a duration': { update: (state, now) => issued(state, now, 86_400 * second) },
  'an expiry that is a duration, of a kept secret': { update: () => kept(86_400 * second) },
  'the same secret': { update: (state) => kept(state.current?.expiresAt ?? null) },
  'a kept secret whose expiry moves': { update: (_state, now) => kept(now + lifetime) },
  'a masked secret': {
    update: (state, now) => issued(state, now, now + lifetime),
    takes: (credential) => credential.issuedAt === t0,
  },
  '400': { update: () => answered(400, 'UpdateRejected') },
  '401': { update: deadToken },
  '500': { update: () => answered(500, 'PeerNotAnswering') },
  'no answer': { update: () => ({ kind: 'unanswered', failure: new Fail().failure, reads: 2 }) },
  'Retry-After: 86400': { update: () => answered(503, 'PeerNotAnswering', 86_400) },
};

interface Sent {
  readonly at: number;
  /** It was to bring another secret and did, at or after the due time. */
  readonly worthIt: boolean;
}

function live(peer: Peer, start: EntityState, until: number, stepLimit = 50_000) {
  const sent: Sent[] = [];
  const takes = (credential: CredentialState, now: number) =>
    alive(credential, now) && (peer.takes ?? (() => true))(credential, now);
  const world: World = {
    discover: () => discoveryOf(),
    request: (_kind, state, now) => {
      const outcome = peer.update(state, now);
      const worthIt = outcome.kind === 'stored' && takes({ ...outcome.credential, expiresAt: null }, now);
      for (let count = (outcome.reads ?? 0) + 1; count > 0; count -= 1) sent.push({ at: now, worthIt });
      return outcome;
    },
    settle: () => ({ kind: 'unanswered', failure: new Fail().failure }),
    prove: (state, now) => proofOf(state, now, takes),
    // A lie about the expiry is one about the answer only: the token endpoint takes the secret.
    proveAtOnce: (state, now, stored) =>
      proofOf({ ...state, pending: stored }, now, (one, at) => takes(one === stored ? truth(state, one) : one, at)),
    retire: () => ({ kind: 'deleted', message: '' }),
  };
  return { sent, ...run(start, world, t0, until, policy, stepLimit) };
}

const truth = ({ pending }: EntityState, stored: CredentialState) => ({
  ...stored,
  expiresAt: pending?.expiresAt ?? null,
});

function proofOf(state: EntityState, now: number, takes: (one: CredentialState, at: number) => boolean): ProofOutcome {
  const { current, pending } = state;
  const told = { current, pending, message: '' };
  if (pending !== null && takes(pending, now))
    return {
      ...told,
      decision: { action: 'promote', reason: 'ProofSucceeded' },
      current: { ...pending, provedAt: now },
      pending: null,
    };
  const isGood = current !== null && takes(current, now);
  if (pending === null && isGood) return { ...told, decision: { action: 'keep', reason: 'ProofSucceeded' } };
  const reason = isGood || pending === null ? 'CredentialRejected' : 'BothCredentialsRejected';
  return { ...told, decision: { action: 'keep', reason } };
}

function active(credential: Partial<CredentialState> = {}, config: Parameters<typeof stateOf>[1] = {}): EntityState {
  const current = credentialOf({ expiresAt: t0 + lifetime, ...credential });
  const state = stateOf({ phase: 'active', current, discovery: discoveryOf(), discoveredAt: null }, config);
  return { ...state, credentialHealth: healthOf(state, t0) };
}

const attention = (state: EntityState) => findCondition(state.conditions, 'NeedsAttention');

describe.each(Object.entries(peers))('life in front of a peer that answers %s', (_name, peer) => {
  const lives: [life: string, days: number, Partial<CredentialState>][] = [
    ['90 days', 365, {}],
    ['two minutes', 30, { expiresAt: t0 + 120 * second }],
    ['90 days, and its client 30', 60, { clientExpiresAt: t0 + 30 * day }],
  ];

  it.each(lives)('sends within the ceiling, when the first secret lives %s', (_life, days, credential) => {
    const { sent } = live(peer, active(credential), t0 + days * day);
    const counted = sent.filter(({ worthIt }) => !worthIt).map(({ at }) => at);
    expect(mostWithin(counted, day)).toBeLessThanOrEqual(48);
    expect(mostWithin(counted, 7 * day)).toBeLessThanOrEqual(192);
  });

  it('needs attention before the secret ends, or renews it', () => {
    const start = active();
    const { state } = live(peer, start, t0 + lifetime - day);
    const end = state.current === null ? null : nearerEnd(state.current);
    const renewed = end === null || end.at > t0 + lifetime;
    expect(renewed || attention(state)?.status === 'True').toBe(true);
  });
});

describe('what a person reads', () => {
  it.each<[string, number, Reason]>([
    ['an expiry in the past', 89, 'ExpiryNotUsable'],
    ['an expiry of now + 1', 89, 'ExpiryNotUsable'],
    ['an expiry that is a duration', 89, 'ExpiryNotUsable'],
    ['the same secret', 80, 'RotationOverdue'],
    ['the same secret', 89, 'ServerDoesNotRotate'],
    ['a masked secret', 89, 'SecretSetAside'],
    ['400', 89, 'UpdateRejected'],
    ['401', 89, 'ManagementRejected'],
    ['500', 89, 'PeerUnavailable'],
    ['Retry-After: 86400', 89, 'PeerUnavailable'],
  ])('of %s, on day %i', (name, after, reason) => {
    const peer = peers[name];
    if (peer === undefined) throw new Error(name);
    const { state } = live(peer, active(), t0 + after * day);
    const shown = [attention(state)?.reason, ...state.attentions.map((entry) => entry.reason)];
    expect(shown).toContain(reason);
  });
});

describe('a secret that never proves good (D2)', () => {
  const masked = peers['a masked secret'] as Peer;

  it('is set aside, kept, and asked for again until one is good', () => {
    const peer: Peer = { ...masked, takes: ({ issuedAt }, now) => issuedAt === t0 || now > t0 + 80 * day };
    const { state, sent, steps } = live(peer, active(), t0 + 89 * day);
    expect(sent.length).toBeGreaterThan(2);
    expect(steps).toContain('probe-set-aside');
    expect(state.current?.issuedAt).toBeGreaterThan(t0);
    expect(state.setAside).toEqual([]);
  });

  it('is probed again before the next request, which it makes needless', () => {
    let asked = 0;
    const world: World = {
      discover: () => discoveryOf(),
      request: (_kind, state, now) => {
        asked += 1;
        return issued(state, now, now + lifetime);
      },
      settle: () => ({ kind: 'unanswered', failure: new Fail().failure }),
      prove: (state, now) => proofOf(state, now, ({ issuedAt }) => issuedAt === t0 || now > t0 + 65 * day),
      probeSetAside: ({ setAside }, now) => ({
        good: now > t0 + 62 * day ? (setAside.at(-1) ?? null) : null,
        probed: [],
      }),
      retire: () => ({ kind: 'deleted', message: '' }),
    };
    const { state } = run(active(), world, t0, t0 + 75 * day, policy, 5000);
    expect(state.current?.issuedAt).toBeGreaterThan(t0);
    expect(asked).toBeLessThan(5);
  });
});

describe('a deletion whose server never says that it is done', () => {
  // Four tokens, the read of what cannot be deleted, and a token that is re-issued, each time.
  it.each([1, 2, 4, 6])('sends within the ceiling: %i requests a try', (rungs) => {
    const sent: number[] = [];
    const asked = acceptOperation(active(), { operationId: 'o', kind: 'retire', actor: 'key:k', reason: null });
    const world: World = {
      discover: () => discoveryOf(),
      request: () => ({ kind: 'unanswered', failure: new Fail().failure }),
      settle: () => ({ kind: 'unanswered', failure: new Fail().failure }),
      prove: (state, now) => proofOf(state, now, alive),
      retire: ({ rotationPace }, now) => {
        const most = affordable(rotationPace.bucket, now, policy);
        const reads = Math.min(rungs, most);
        for (let count = 0; count < reads; count += 1) sent.push(now);
        throw new Fail(reads < rungs ? { reason: 'RotationPaced', reads } : { reads });
      },
    };
    run(asked, world, t0, t0 + 60 * day, policy, 50_000);
    expect(sent.length).toBeGreaterThan(48);
    expect(mostWithin(sent, day)).toBeLessThanOrEqual(48);
    expect(mostWithin(sent, 7 * day)).toBeLessThanOrEqual(192);
  });
});

describe('a rotation that a person asks for', () => {
  const asked = (state: EntityState, operationId: string) =>
    acceptOperation(state, { operationId, kind: 'rotate', actor: 'key:k', reason: null });

  it('waits for the ceiling of requests, however often it is asked for', () => {
    const peer = peers['the same secret'] as Peer;
    const sent: number[] = [];
    let state = active();
    const every = hour / 6;
    for (let from = t0; from < t0 + 3 * day; from += every) {
      state = asked(state, `op-${from}`);
      const lived = run(
        state,
        {
          discover: () => discoveryOf(),
          request: (_kind, before, now) => {
            sent.push(now);
            return peer.update(before, now);
          },
          settle: () => ({ kind: 'unanswered', failure: new Fail().failure }),
          prove: (before, now) => proofOf(before, now, alive),
          retire: () => ({ kind: 'deleted', message: '' }),
        },
        from,
        from + every - 1,
        policy,
        5000,
      );
      state = lived.state;
    }
    expect(sent.length).toBeGreaterThan(48);
    expect(mostWithin(sent, day)).toBeLessThanOrEqual(48);
  });

  it('goes on by itself where the server was not reached, and ends under its operation', () => {
    let tries = 0;
    const peer: Peer = {
      update: (state, now) => {
        tries += 1;
        return tries < 3 ? answered(503, 'PeerNotAnswering') : issued(state, now, now + lifetime);
      },
    };
    const { transitions } = live(peer, asked(active(), 'op-rotate'), t0 + 10 * day);
    expect(tries).toBe(3);
    expect(transitions.filter(({ operationId }) => operationId === 'op-rotate').at(-1)?.type).toBe(
      'credential.rotated',
    );
  });
});
