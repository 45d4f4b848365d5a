import { expect, it } from 'vitest';
import { kindsWhileRetiring, traitsOf } from '../../../../domain/operations/requestKinds.ts';

it.each([
  ['register', false, true],
  ['update', false, false],
  ['read', true, false],
  ['regenerate', false, false],
  ['delete', true, false],
  ['udap-register', true, false],
  ['of a later release', false, false],
  ['toString', false, false],
])('a request of kind %s: repeatable %s, leaves a client %s', (kind, repeatable, leavesClient) => {
  expect(traitsOf(kind)).toMatchObject({ repeatable, leavesClient });
});

it('only reads and deletes while a registration retires', () => {
  expect(kindsWhileRetiring).toEqual(['read', 'delete']);
});
