import { describe, expect, it, test } from 'vitest';
import type { EntityState } from '../../../../domain/entity/state.ts';
import type { ProofOutcome, RequestOutcome } from '../../../../domain/ports/activities.ts';
import { defaultTimePolicy as policy } from '../../../../domain/time/policy.ts';
import { credentialOf, discoveryOf, stateOf, t0 } from '../../../support/entity.ts';
import { Fail, run, type World } from '../../../support/simulation.ts';
import { drawFrom, whateverWorld } from '../../../support/whateverWorld.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const failed = (patch: object = {}) => new Fail(patch).failure;

/** Ends of an update whose server may have done it. */
const lost: readonly (readonly [end: string, outcome: RequestOutcome])[] = [
  ['no answer, and a ladder that found nothing', { kind: 'unanswered', failure: failed() }],
  [
    'no answer, and registration access tokens that are all refused',
    {
      kind: 'management-rejected',
      failure: failed({ reason: 'ManagementRejected', retryClass: 'token', status: 401 }),
    },
  ],
  ['500', { kind: 'refused', failure: failed({ status: 500 }) }],
];
/** Ends that tell that nothing was done. */
const told: readonly (readonly [end: string, outcome: RequestOutcome])[] = [
  ['400', { kind: 'refused', failure: failed({ reason: 'UpdateRejected', retryClass: 'input', status: 400 }) }],
  ['nothing sent', { kind: 'not-sent', failure: failed() }],
  [
    'the same secret',
    { kind: 'unchanged', expiresAt: t0 + 90 * day, expiryKnown: true, manageable: true, tokenReceived: true },
  ],
];
const proof = (reason: ProofOutcome['decision']['reason']) => (state: EntityState) =>
  ({
    decision: { action: 'keep', reason },
    current: state.current,
    pending: null,
    message: 'told',
  }) satisfies ProofOutcome;

function rotating(actor: string): EntityState {
  return stateOf({
    phase: 'active',
    current: credentialOf(),
    discovery: discoveryOf(),
    credentialHealth: 'rotating',
    rotation: { operationId: 'r', actor },
  });
}

function lived(actor: string, outcome: RequestOutcome, prove: World['prove'], until: number) {
  const world: World = { ...whateverWorld(drawFrom(1)), request: () => outcome, settle: () => outcome, prove };
  return run(rotating(actor), world, t0, t0 + until, policy, 3_000);
}

describe.each(['system', 'key:a'])('an update that %s asked for', (actor) => {
  describe.each(lost)('and that ended with %s', (_end, outcome) => {
    it('leaves a credential that is proved at once', () => {
      const { steps, state } = lived(actor, outcome, proof('ProofSucceeded'), minute);
      expect(steps).toEqual(['update', 'prove']);
      expect(state).toMatchObject({ credentialHealth: 'healthy', doubtedSince: undefined });
    });

    it('is rejected as soon as that cannot be replication lag', () => {
      const { state } = lived(actor, outcome, proof('CredentialRejected'), 2 * policy.replicationLag);
      expect(state.credentialHealth).toBe('rejected');
    });

    it('is tried for as long as the watch would not look, where nothing tells, and rotates all the same', () => {
      const { steps, state } = lived(actor, outcome, proof('ProofInconclusive'), 12 * hour);
      expect(steps.filter((step) => step === 'prove').length).toBeGreaterThan(10);
      expect(steps.filter((step) => step === 'prove').length).toBeLessThan(60);
      const goesOn = actor !== 'system' && outcome.kind !== 'management-rejected';
      if (goesOn) expect(steps.filter((step) => step === 'update').length).toBeGreaterThan(1);
      expect(state.doubtedSince).toBeDefined();
    });
  });

  test.each(told)('and that ended with %s leaves no doubt', (_end, outcome) => {
    const { steps } = lived(actor, outcome, proof('ProofSucceeded'), minute);
    expect(steps).not.toContain('prove');
  });
});

it('nothing is tried any more a day after the last update that was lost', () => {
  const [, outcome] = lost[1] ?? [];
  if (outcome === undefined) throw new Error('there is such a case');
  const { state, steps } = lived('system', outcome, proof('ProofInconclusive'), 2 * day);
  expect(steps.filter((step) => step === 'update')).toHaveLength(1);
  expect(state.doubtedSince).toBeUndefined();
});
