import { expect, test } from 'vitest';
import { isSettled } from '../../../../cli/commands/adding.ts';
import { needsAttention, registrationView } from '../views.ts';

const hold = { reason: 'RegistrationRejected', releasedBy: ['retry'], since: '2026-11-21T11:00:00.000Z' } as const;
const inPhase = (phase: 'registering' | 'discovering' | 'active' | 'awaiting_token', change = {}) =>
  registrationView('mercy.chart-app.production.main', { phase, ...change });

test.each([
  ['a phase that Registrar leaves by itself', inPhase('registering'), false],
  ['a hold, whatever the phase', inPhase('registering', { hold }), true],
  ['a person who is needed', inPhase('discovering', { conditions: [needsAttention('AddressNotAllowed')] }), true],
  ['a phase that waits for a person', inPhase('awaiting_token'), true],
  ['active', inPhase('active'), true],
])('tenant add --wait ends with %s: %#', (_name, view, settled) => {
  expect(isSettled(view)).toBe(settled);
});
