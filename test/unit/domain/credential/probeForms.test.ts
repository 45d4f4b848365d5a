import { describe, expect, it } from 'vitest';
import type { ProbeKnowledge } from '../../../../domain/credential/probeAnswer.ts';
import { orderForms, type ProbeForm, probeForms, probeGrant } from '../../../../domain/credential/probeForms.ts';

const tells: ProbeKnowledge = { controlDiffers: true, controlAnswer: '401 invalid_client', learnedAt: 0 };
const bothRefused: ProbeKnowledge = { controlDiffers: false, controlAnswer: '401 invalid_client', learnedAt: 0 };
const anybody: ProbeKnowledge = { controlDiffers: false, controlAnswer: '400 invalid_grant', learnedAt: 0 };

const order = (
  grant: 'authorization_code' | 'client_credentials',
  knowledge: Partial<Record<ProbeForm, ProbeKnowledge>>,
  more: Partial<Parameters<typeof orderForms>[0]> = {},
) => orderForms({ grant, authMethod: 'client_secret_basic', reachable: probeForms, knowledge, ...more });

describe('the form of a probe', () => {
  it('is a bogus code where nothing is known', () => {
    expect(order('authorization_code', {})).toEqual([
      'authorization_code',
      'refresh_token',
      'client_credentials',
      'introspection',
      'pushed_request',
    ]);
  });

  it.each([
    ['one that told', { introspection: tells }, 'introspection'],
    ['an untried one before one that answers anybody alike', { authorization_code: anybody }, 'refresh_token'],
    ['an untried one before one that met two wrong secrets', { authorization_code: bothRefused }, 'refresh_token'],
    ['the usual one where it tells', { authorization_code: tells, introspection: tells }, 'authorization_code'],
  ] as const)('is %s', (_what, knowledge, first) => {
    expect(order('authorization_code', knowledge)[0]).toBe(first);
  });

  it.each([
    ['client credentials', {}, 'client_credentials'],
    ['client credentials, whatever else tells', { authorization_code: tells }, 'client_credentials'],
    [
      'another that tells where they told nothing',
      { client_credentials: bothRefused, introspection: tells },
      'introspection',
    ],
    ['client credentials where nothing better is known', { client_credentials: bothRefused }, 'client_credentials'],
  ] as const)('of a backend service is %s', (_what, knowledge, first) => {
    expect(order('client_credentials', knowledge)[0]).toBe(first);
  });

  it('of a public client needs no credential', () => {
    expect(order('authorization_code', {}, { authMethod: 'none' })).toEqual([
      'authorization_code',
      'refresh_token',
      'pushed_request',
    ]);
  });

  it('is one whose endpoint may get the credential', () => {
    const reachable = ['authorization_code', 'refresh_token'] as const;
    expect(order('authorization_code', { introspection: tells }, { reachable })).toEqual(reachable);
  });
});

it.each([
  [['client_credentials'], 'client_secret_basic', 'client_credentials'],
  [['client_credentials', 'authorization_code'], 'client_secret_basic', 'authorization_code'],
  [[], 'private_key_jwt', 'authorization_code'],
  [['client_credentials'], 'none', 'authorization_code'],
] as const)('a client with %j and %s is probed as one of %s', (grantTypes, authMethod, grant) => {
  expect(probeGrant(grantTypes, authMethod)).toBe(grant);
});
