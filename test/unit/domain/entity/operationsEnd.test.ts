import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { afterDiscoveryFailure } from '../../../../domain/entity/after/discovery.ts';
import { afterRequest } from '../../../../domain/entity/after/request.ts';
import { afterRetire } from '../../../../domain/entity/after/retire.ts';
import { afterSupply } from '../../../../domain/entity/after/supply.ts';
import type { Applied } from '../../../../domain/entity/draft.ts';
import { acceptOperation, beginOperation, refusalOf } from '../../../../domain/entity/operations.ts';
import type { EntityState, OpenRequest, Operation } from '../../../../domain/entity/state.ts';
import { endedBetween } from '../../../../domain/entity/waking/openOperations.ts';
import { outcomeOf } from '../../../../domain/operations/outcome.ts';
import { type OperationKind, operationKinds } from '../../../../domain/operations/request.ts';
import { defaultTimePolicy as policy } from '../../../../domain/time/policy.ts';
import { credentialOf, discoveryOf, stateOf, t0 } from '../../../support/entity.ts';
import { Fail, run, type World } from '../../../support/simulation.ts';
import { drawFrom, operationOf, whateverWorld } from '../../../support/whateverWorld.ts';

const minute = 60_000;
const day = 1440 * minute;
const holder = 'north.app.sandbox.main';

const starts: Readonly<Record<string, () => EntityState>> = {
  'has no client': () => stateOf(),
  'is active': () => stateOf({ phase: 'active', current: credentialOf(), discovery: discoveryOf() }),
  'waits for a person': () => stateOf({ phase: 'manual_required', discovery: discoveryOf() }, { method: 'manual' }),
  'shares a client': () => stateOf({ phase: 'verifying', discovery: discoveryOf() }, { holderRegistrationId: holder }),
};

/** What waits for nothing. */
const nothing = { rotation: null, activeOperation: null, operations: [], supply: null };

/** Ids that a decision ended without an event that names them. */
function silentlyEnded(before: EntityState, { state, transitions }: Applied): string[] {
  const named = new Set(transitions.map(({ operationId }) => operationId));
  return endedBetween(before, state).filter((operationId) => !named.has(operationId));
}

/** Kinds that Registrar asks of itself. */
const ownKinds: readonly OperationKind[] = ['verify', 'discover'];

/**
 * Operations of every kind come at any time, judged first or (as from their rows) not; then it retires, and what comes
 * later is refused.
 */
function live(start: EntityState, seed: number) {
  const draw = drawFrom(seed);
  const silent: string[] = [];
  const accepted = new Map<string, OperationKind>();
  const withOutcome = new Set<string>();
  const decided: World['decided'] = (before, applied) => {
    silent.push(...silentlyEnded(before, applied));
    for (const { operationId = '', type } of applied.transitions) {
      const kind = accepted.get(operationId);
      if (kind !== undefined && outcomeOf(kind, type) !== null) withOutcome.add(operationId);
    }
  };
  const world: World = { ...whateverWorld(draw), decided };
  let state = start;
  let now = t0;
  const ask = (kind: OperationKind, id: string, judged: boolean) => {
    const actor = ownKinds.includes(kind) ? draw('key:a', 'system') : draw('key:a', 'key:b');
    const operation = operationOf(kind, `${id} ${kind}`, actor, now);
    if (judged && refusalOf(state, operation) !== null) return;
    state = acceptOperation(state, operation);
    accepted.set(operation.operationId, kind);
  };
  for (let count = 0; count < 40; count += 1) {
    ask(draw(...operationKinds), `${count}`, draw(true, true, false));
    const lived = run(state, world, now, now + draw(0, minute, 60 * minute, day, 20 * day), policy, 20_000);
    state = lived.state;
    now = Math.max(now, lived.now) + draw(1, minute, day);
  }
  const last: World = {
    ...world,
    settle: () => ({ kind: 'not-sent', failure: new Fail().failure }),
    retire: () => ({ kind: 'deleted', message: 'deleted' }),
  };
  ask('retire', 'last', false);
  state = run(state, last, now, now + 30 * day, policy, 20_000).state;
  const untold = [...accepted.keys()].filter((operationId) => !withOutcome.has(operationId));
  return { silent, open: endedBetween(state, nothing), untold };
}

describe.each(Object.entries(starts))('of a registration that %s', (_name, start) => {
  it('every operation ends in an event that names it and tells its outcome, whatever comes between', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        expect(live(start(), seed)).toEqual({ silent: [], open: [], untold: [] });
      }),
      { numRuns: 150, endOnFailure: true },
    );
  });
});

describe('whoever is told that it will not be done', () => {
  const active = (patch: Partial<EntityState> = {}) =>
    stateOf({ phase: 'active', current: credentialOf(), discovery: discoveryOf(), ...patch });
  const rotation = { operationId: 'rotate', actor: 'key:a' };
  const discover: Operation = { operationId: 'discover', kind: 'discover', actor: 'system', reason: null };
  const update: OpenRequest = {
    intentId: 'i',
    kind: 'update',
    operationId: 'change',
    metadata: { revision: 2, ownRevision: 0 },
  };
  const supply = { operationId: 'supply', actor: 'key:a', patientUntil: t0 };
  const failure = new Fail({ reason: 'ClientHeldElsewhere', retryClass: 'input' }).failure;
  const beginning = (state: EntityState, kind: OperationKind) =>
    beginOperation(state, operationOf(kind, 'begins', 'key:b', t0), t0);

  test.each<[what: string, operationId: string, decide: () => Applied]>([
    [
      'what Registrar asked itself, when it retires',
      'discover',
      () => beginning(active({ operations: [discover] }), 'retire'),
    ],
    [
      'a rotation, when the client of another is used',
      'rotate',
      () => {
        const state = active({ rotation });
        const clients = state.clients.map((client) => ({ ...client, heldBy: holder }));
        return beginning({ ...state, clients }, 'shareClient');
      },
    ],
    [
      'a rotation that waits, when a change finds the client held elsewhere',
      'rotate',
      () =>
        afterRequest(
          active({ rotation: { ...rotation, waits: true }, request: update }),
          update,
          { kind: 'held-elsewhere', clientId: 'client-1', holderRegistrationId: holder, failure },
          t0,
          policy,
        ),
    ],
    [
      'a discovery that failed before there was any',
      'discover',
      () => afterDiscoveryFailure(stateOf({ activeOperation: discover }), new Fail().failure, t0, policy),
    ],
    [
      'a supplied credential that another one replaces before its proof',
      'supply',
      () =>
        afterSupply(
          stateOf({ phase: 'verifying', discovery: discoveryOf(), pending: credentialOf(), supply }),
          operationOf('supplyCredential', 'later', 'key:b', t0) as Operation<'supplyCredential'>,
          { kind: 'stored', credential: credentialOf(), tokenReceived: false },
          t0,
          policy,
        ),
    ],
    [
      'a supplied credential that was not proved when it is retired',
      'supply',
      () =>
        afterRetire(
          active({ phase: 'retiring', pending: credentialOf(), supply }),
          { kind: 'deleted', message: '' },
          t0,
        ),
    ],
  ])('%s', (_what, operationId, decide) => {
    expect(decide().transitions).toContainEqual(expect.objectContaining({ type: 'operation.refused', operationId }));
  });

  it('comes to what came in while it was retired, one by one', () => {
    const before = active({ phase: 'retiring', operations: [discover] });
    const { state } = afterRetire(before, { kind: 'deleted', message: '' }, t0);
    expect(state).toMatchObject({ phase: 'retired', operations: [discover] });
  });

  it('goes on with a supplied credential where the retirement did not come about', () => {
    const before = active({ supply, rotation: { operationId: 'supply', actor: 'key:a' }, pending: credentialOf() });
    const { state, transitions } = beginning(before, 'retire');
    expect(transitions.map(({ operationId }) => operationId)).toEqual(['begins']);
    expect(state.supply).toEqual(supply);
  });
});
