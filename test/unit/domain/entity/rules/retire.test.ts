import { expect, test } from 'vitest';
import { acceptOperation, beginOperation } from '../../../../../domain/entity/operations.ts';
import type { EntityState, Operation } from '../../../../../domain/entity/state.ts';
import { credentialOf, discoveryOf, stateOf, t0 } from '../../../../support/entity.ts';

const verify: Operation<'verify'> = { operationId: 'v', kind: 'verify', actor: 'key:a', reason: null };
const discover: Operation<'discover'> = { operationId: 'd', kind: 'discover', actor: 'key:b', reason: null };
const retire: Operation<'retire'> = { operationId: 'r', kind: 'retire', actor: 'key:c', reason: null };

const active = (patch: Partial<EntityState> = {}) =>
  stateOf({ phase: 'active', current: credentialOf(), discovery: discoveryOf(), ...patch });

test.each<[what: string, patch: Partial<EntityState>, operationId: string, actor: string]>([
  ['waits', { operations: [discover] }, 'd', 'key:b'],
  ['is under way', { activeOperation: verify }, 'v', 'key:a'],
  [
    'is a rotation that waits for its pace',
    { rotation: { operationId: 'o', actor: 'key:d', waits: true } },
    'o',
    'key:d',
  ],
])('whoever asked for what %s is told that it will not be done', (_what, patch, operationId, actor) => {
  const { state, transitions } = beginOperation(acceptOperation(active(patch), retire), retire, t0);
  expect(state).toMatchObject({ phase: 'retiring', operations: [], rotation: null, activeOperation: retire });
  expect(transitions).toMatchObject([
    { type: 'registration.retiring', operationId: 'r' },
    { type: 'operation.refused', reason: 'OperationNotPossible', operationId, actor },
  ]);
});

test('a rotation that was due by itself has nobody to tell', () => {
  const before = active({ rotation: { operationId: 'o', actor: 'system' } });
  expect(beginOperation(before, retire, t0).transitions).toMatchObject([{ type: 'registration.retiring' }]);
});
