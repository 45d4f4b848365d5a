import { describe, expect, test } from 'vitest';
import { afterDiscovery } from '../../../../domain/entity/after/discovery.ts';
import type { DiscoveryView } from '../../../../domain/registration/view.ts';
import {
  chooseRegistrationToken,
  isAnonymousAllowed,
  type RegistrationToken,
} from '../../../../domain/servers/registrationToken.ts';
import { application, discoveryOf, stateOf, t0 } from '../../../support/entity.ts';

/** given, service, administrator, anonymous allowed → which one. */
const table: readonly (readonly [boolean, boolean, boolean, boolean, RegistrationToken])[] = [
  [true, true, true, true, 'given'],
  [true, false, false, false, 'given'],
  [true, true, false, false, 'given'],
  [true, false, true, false, 'given'],
  [false, true, true, true, 'service'],
  [false, true, true, false, 'service'],
  [false, true, false, false, 'service'],
  [false, false, true, true, 'administrator'],
  [false, false, true, false, 'administrator'],
  [false, false, false, true, 'anonymous'],
  [false, false, false, false, 'none'],
];

test.each(table)(
  'given %s, service %s, administrator %s, anonymous %s: %s',
  (given, service, administrator, anonymousAllowed, expected) => {
    expect(chooseRegistrationToken({ given, service, administrator, anonymousAllowed })).toBe(expected);
  },
);

test.each([
  ['production', false, false],
  ['production', true, true],
  ['nonProduction', false, true],
  ['nonProduction', true, true],
] as const)('class %s with allowAnonymous %s: anonymous %s', (environmentClass, allowAnonymous, expected) => {
  const policies = { ...application.policies, allowAnonymous };
  expect(isAnonymousAllowed({ environmentClass, policies })).toBe(expected);
});

describe('after discovery in class production', () => {
  const production = { environmentClass: 'production', environment: 'production' } as const;
  test.each<[DiscoveryView['serverCredential'] | 'absent', string]>([
    ['absent', 'awaiting_token'],
    ['unusable', 'awaiting_token'],
    ['service', 'registering'],
    ['administrator', 'registering'],
  ])('a server credential that is %s leads to %s', (serverCredential, phase) => {
    const found =
      serverCredential === 'absent' || serverCredential === undefined
        ? discoveryOf()
        : discoveryOf({ serverCredential });
    expect(afterDiscovery(stateOf({}, production), found, t0).state.phase).toBe(phase);
  });
});
