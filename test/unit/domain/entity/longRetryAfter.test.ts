import { describe, expect, it, test } from 'vitest';
import type { EntityState, Operation } from '../../../../domain/entity/state.ts';
import type { Failure } from '../../../../domain/ports/activities.ts';
import { defaultTimePolicy as policy } from '../../../../domain/time/policy.ts';
import { credentialOf, discoveryOf, stateOf, t0 } from '../../../support/entity.ts';
import { Fail, run, type World } from '../../../support/simulation.ts';
import { drawFrom, whateverWorld } from '../../../support/whateverWorld.ts';

const year = 365 * 86_400;
const hour = policy.attentionAfter / 1000;

const active = (patch: Partial<EntityState> = {}) =>
  stateOf({
    phase: 'active',
    current: credentialOf(),
    discovery: discoveryOf(),
    credentialHealth: 'healthy',
    ...patch,
  });
const supplying = { operationId: 'o', kind: 'supplyCredential', actor: 'key:a', reason: null } as Operation;

/** Each step that a peer can put off, as the entity comes to it. */
const steps: readonly (readonly [step: string, before: () => EntityState])[] = [
  ['the first discovery', () => stateOf()],
  ['a registration', () => stateOf({ phase: 'registering', discovery: discoveryOf() })],
  [
    'a proof of a new client',
    () => stateOf({ phase: 'verifying', discovery: discoveryOf(), pending: credentialOf({ provedAt: null }) }),
  ],
  ['a rotation', () => active({ rotation: { operationId: 'r', actor: 'system' } })],
  ['a rotation that a person asked for', () => active({ rotation: { operationId: 'r', actor: 'key:a' } })],
  ['a supplied credential', () => active({ activeOperation: supplying })],
  ['a deletion', () => active({ phase: 'retiring' })],
];

/** A world where the first answer is that it comes too early, whatever is asked. */
function puttingOff(retryAfterSeconds: number): World {
  const failure: Failure = new Fail({ status: 429, retryAfterSeconds }).failure;
  const fail = (): never => {
    throw new Fail(failure);
  };
  const world = whateverWorld(drawFrom(1));
  const refused = () => ({ kind: 'refused', failure }) as const;
  return { ...world, discover: fail, prove: fail, storeSupplied: fail, retire: fail, request: refused };
}

describe.each(steps)('%s that the peer puts off', (_name, before) => {
  const putOffFor = (seconds: number) => run(before(), puttingOff(seconds), t0, t0 + 60_000, policy).state;
  const attentions = (state: EntityState) => state.attentions.filter(({ reason }) => reason === 'PeerUnavailable');

  it('for a year is told at once, and not tried before', () => {
    const state = putOffFor(year);
    expect(attentions(state)).not.toEqual([]);
    expect(state.conditions).toContainEqual(expect.objectContaining({ type: 'NeedsAttention', status: 'True' }));
  });

  test.each([null, 60, hour] as const)('for %s seconds is no matter for a person yet', (seconds) => {
    expect(attentions(putOffFor(seconds ?? 0))).toEqual([]);
  });
});
