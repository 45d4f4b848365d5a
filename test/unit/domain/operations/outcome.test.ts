import { expect, test } from 'vitest';
import { type Outcome, outcomeOf } from '../../../../domain/operations/outcome.ts';
import { type OperationKind, operationKinds } from '../../../../domain/operations/request.ts';
import type { EventType } from '../../../../domain/registration/view.ts';

test.each<[OperationKind, EventType, Outcome | null]>([
  ['rotate', 'operation.accepted', null],
  ['rotate', 'credential.rotation-started', null],
  ['rotate', 'credential.proved', null],
  ['rotate', 'credential.rotated', 'succeeded'],
  ['rotate', 'credential.rotation-deferred', 'deferred'],
  ['rotate', 'credential.rotation-failed', 'failed'],
  ['verify', 'credential.proved', 'succeeded'],
  ['verify', 'credential.proof-failed', 'failed'],
  ['verify', 'step.delayed', null],
  ['verify', 'registration.activated', 'succeeded'],
  ['verify', 'credential.rotated', 'succeeded'],
  ['discover', 'registration.discovered', 'succeeded'],
  ['discover', 'registration.attention', 'succeeded'],
  ['supplyInitialAccessToken', 'registration.token-supplied', 'succeeded'],
  ['supplyInitialAccessToken', 'operation.accepted', null],
  ['reportLaunch', 'launch.reported', 'succeeded'],
  ['suspend', 'registration.suspended', 'succeeded'],
  ['resume', 'registration.resumed', 'succeeded'],
  ['retry', 'registration.hold-released', 'succeeded'],
  ['retry', 'registration.registered', null],
  ['acceptCurrent', 'operation.accepted', null],
  ['acceptCurrent', 'credential.conflict-settled', 'succeeded'],
  ['overwrite', 'credential.conflict-settled', 'succeeded'],
  ['retire', 'registration.retiring', null],
  ['retire', 'registration.retired', 'succeeded'],
])('%s: %s says %s', (kind, type, outcome) => {
  expect(outcomeOf(kind, type)).toBe(outcome);
});

test.each(operationKinds.map((kind) => [kind] as const))('%s ends when the entity refuses it', (kind) => {
  expect(outcomeOf(kind, 'operation.refused')).toBe('failed');
});
