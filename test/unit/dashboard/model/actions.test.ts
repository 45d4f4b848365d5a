import { describe, expect, test } from 'vitest';
import {
  rotateAvailability,
  supplyTokenAvailability,
  verifyAvailability,
} from '../../../../dashboard/src/model/actions.ts';
import { phases, roles, strategies } from '../../../../domain/words.ts';
import { credentialView, registrationView } from '../../cli/views.ts';

const active = registrationView('mercy.chart-app.production.main');

describe('rotate', () => {
  test('is possible for an active registration with a strategy that a request can carry out', () => {
    expect(rotateAvailability(active, 'operator')).toEqual({ possible: true });
    expect(rotateAvailability(active, 'administrator')).toEqual({ possible: true });
  });

  test.each([
    ['a viewer', active, 'viewer', /viewer/],
    ['a tab that only reads', active, null, /Sign in/],
    ['no credential', { ...active, credential: null }, 'operator', /no credential/],
    ['a rotation under way', { ...active, credentialHealth: 'rotating' }, 'operator', /under way/],
    ['a suspended registration', { ...active, phase: 'suspended' }, 'operator', /suspended/],
    ['strategy replace', { ...active, credential: credentialView({ strategy: 'replace' }) }, 'operator', /new client/],
    ['strategy manual', { ...active, credential: credentialView({ strategy: 'manual' }) }, 'operator', /by hand/],
    ['strategy none', { ...active, credential: credentialView({ strategy: 'none' }) }, 'operator', /nothing to rotate/],
  ] as const)('is not for %s, and says why', (_name, view, role, why) => {
    expect(rotateAvailability(view, role)).toEqual({ possible: false, why: expect.stringMatching(why) });
  });

  test('always gives a sentence where it is not possible', () => {
    for (const phase of phases)
      for (const strategy of strategies)
        for (const role of [...roles, null]) {
          const answer = rotateAvailability({ ...active, phase, credential: credentialView({ strategy }) }, role);
          if (!answer.possible) expect(answer.why).toMatch(/^[A-Z].*\.$/);
        }
  });
});

test('verify is possible while there is a credential', () => {
  expect(verifyAvailability({ ...active, phase: 'awaiting_enablement' }, 'operator').possible).toBe(true);
  expect(verifyAvailability({ ...active, credential: null }, 'operator').possible).toBe(false);
  expect(verifyAvailability({ ...active, phase: 'retired' }, 'operator').possible).toBe(false);
  expect(verifyAvailability(active, 'viewer').possible).toBe(false);
});

test('a token is asked for only where one is awaited', () => {
  expect(supplyTokenAvailability({ ...active, phase: 'awaiting_token' }, 'operator').possible).toBe(true);
  expect(supplyTokenAvailability(active, 'operator').possible).toBe(false);
  expect(supplyTokenAvailability({ ...active, phase: 'awaiting_token' }, 'viewer').possible).toBe(false);
});
