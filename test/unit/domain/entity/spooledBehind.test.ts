import { describe, expect, it } from 'vitest';
import { acceptOperation, refusalOf } from '../../../../domain/entity/operations.ts';
import type { EntityState, OpenRequest, Operation } from '../../../../domain/entity/state.ts';
import type { OperationKind } from '../../../../domain/operations/request.ts';
import type { Reason } from '../../../../domain/reasons/index.ts';
import { holdReasons, releasesOf } from '../../../../domain/registration/hold.ts';
import { defaultTimePolicy as policy } from '../../../../domain/time/policy.ts';
import { configOf, credentialOf, discoveryOf, stateOf, t0 } from '../../../support/entity.ts';
import { Fail, run, type World } from '../../../support/simulation.ts';
import { drawFrom, operationOf, whateverWorld } from '../../../support/whateverWorld.ts';

const minute = 60_000;
const request: OpenRequest = {
  intentId: 'i',
  kind: 'update',
  operationId: 'o',
  unsettled: true,
  spooledAt: 'instance-1',
};
const waysOut = ['acceptCurrent', 'overwrite'] as const;

/** The instance whose spool holds the answer does not come back. */
const lost: World = {
  ...whateverWorld(drawFrom(1)),
  settle: ({ givenUp }) => {
    const failure = { reason: 'AnswerSpooled', retryAfterSeconds: 30, spooledAt: 'instance-1' } as const;
    if (givenUp !== true) throw new Fail(failure);
    return { kind: 'not-sent', failure: new Fail().failure };
  },
  request: () => ({ kind: 'refused', failure: new Fail().failure }),
  settleConflict: (_operation, { current }) => {
    if (current === null) throw new Error('nothing is current');
    return { kind: 'settled', current, proved: true, message: 'told' };
  },
  retire: () => ({ kind: 'deleted', message: 'deleted' }),
};

function heldWith(reason: Reason, patch: Partial<EntityState> = {}): EntityState {
  const conflict = reason === 'SecretStoreConflict' ? { stored: 's', known: 'k', waysOut } : null;
  const current = credentialOf();
  const hold = { reason, since: t0 };
  return stateOf({ phase: 'active', current, discovery: discoveryOf(), hold, conflict, request, ...patch });
}

function livedFor(minutes: number, state: EntityState, ...kinds: readonly OperationKind[]) {
  const asked = kinds.map((kind) => operationOf(kind, kind, 'key:a', t0));
  for (const operation of asked) expect(refusalOf(state, operation as Operation)).toBeNull();
  return run(asked.reduce(acceptOperation, state), lost, t0, t0 + minutes * minute, policy, 20_000);
}

const conflict = () => heldWith('SecretStoreConflict');
const ended = ({ transitions }: ReturnType<typeof livedFor>, kind: OperationKind) =>
  transitions.filter(({ operationId }) => operationId === kind).map(({ type }) => type);

describe('a spooled answer behind two versions of the secret', () => {
  it.each<[OperationKind, string]>([
    ['acceptCurrent', 'credential.conflict-settled'],
    ['overwrite', 'credential.conflict-settled'],
    ['retire', 'registration.retired'],
  ])('is given up for %s, which is done then', (kind, type) => {
    const lived = livedFor(15, conflict(), kind);
    expect(ended(lived, kind)).toContain(type);
    expect(lived.state.request).toBeNull();
    expect(lived.transitions).toContainEqual(
      expect.objectContaining({ type: 'request.unsettled', reason: 'AnswerSpooled', operationId: kind }),
    );
  });

  it.each<OperationKind>(['acceptCurrent', 'overwrite', 'retire'])(
    'is waited for ten minutes all the same: its instance may come back before %s',
    (kind) => {
      const lived = livedFor(9, conflict(), kind);
      expect(ended(lived, kind)).toEqual([]);
      expect(lived.state.request).toMatchObject({ spooledAt: 'instance-1' });
      expect(lived.state.request).not.toHaveProperty('givenUp');
    },
  );

  it('is waited for while nobody asks for anything, and not given up for what does not end the conflict', () => {
    expect(livedFor(1_000, conflict()).state.request).toMatchObject(request);
    expect(livedFor(1_000, conflict(), 'verify', 'discover').state.request).toMatchObject(request);
  });

  it('is given up for retire only while it is suspended', () => {
    const suspended = heldWith('SecretStoreConflict', { suspended: { since: t0 } });
    expect(livedFor(60, suspended, 'overwrite').state.request).not.toHaveProperty('givenUp');
    expect(livedFor(60, suspended, 'retire').state.phase).toBe('retired');
  });

  it('does not take the place of what it was an answer to', () => {
    const change: Operation = operationOf('changeMetadata', 'change', 'key:b', t0);
    const metadata = { revision: 2, ownRevision: 0 };
    const wanted = { config: configOf({ revision: 2 }), members: ['scope'], serverErrors: 0 };
    const patch = { activeOperation: change, change: wanted, request: { ...request, metadata } };
    const state = heldWith('SecretStoreConflict', patch);
    const lived = livedFor(15, state, 'overwrite');
    expect(lived.state.activeOperation).toMatchObject({ operationId: 'change' });
    expect(ended(lived, 'overwrite')).toEqual(['request.unsettled']);
  });
});

// The property: whatever is held, somebody can say that the answer will not come.
it.each(holdReasons)('a spooled answer behind %s can be given up', (reason) => {
  const [release] = releasesOf(reason).filter(
    (kind) => refusalOf(heldWith(reason), operationOf(kind, kind, 'a', t0)) === null,
  );
  const kind = release ?? 'retire';
  const { state } = livedFor(60, heldWith(reason), kind);
  // Where that released what was held before, the spooled answer is what is held now.
  const again = { ...state, recentOperationIds: [] };
  const last = state.request === null ? state : livedFor(60, again, 'retry').state;
  expect(last.request).toBeNull();
});
