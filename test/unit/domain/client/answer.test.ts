import { describe, expect, it } from 'vitest';
import { judgeRedirectUris, judgeRegistrationAnswer, judgeScopes } from '../../../../domain/client/answer.ts';
import { reportScopes } from '../../../../domain/scopes/report.ts';

describe('redirect URIs', () => {
  const uri = 'https://app.example/callback';
  it.each([
    ['the same', [uri], [uri], 'True', 'RedirectUrisAsAsked'],
    ['another order', [uri, `${uri}2`], [`${uri}2`, uri], 'True', 'RedirectUrisAsAsked'],
    ['a trailing slash', [uri], [`${uri}/`], 'False', 'RedirectUrisDiffer'],
    ['another case', [uri], ['https://APP.example/callback'], 'False', 'RedirectUrisDiffer'],
    ['one more', [uri], [uri, 'https://evil.example/'], 'False', 'RedirectUrisDiffer'],
    ['none of them', [uri], [], 'False', 'RedirectUrisDiffer'],
    ['not shown', [uri], null, 'Unknown', 'RedirectUrisNotShown'],
  ] as const)('%s', (_name, asked, registered, status, reason) => {
    expect(judgeRedirectUris(asked, registered)).toMatchObject({ type: 'RedirectUrisRegistered', status, reason });
  });

  it('names what differs, a few of many', () => {
    const many = Array.from({ length: 8 }, (_, index) => `https://app.example/${index}`);
    const { message } = judgeRedirectUris(many, ['https://other.example/']);
    expect(message).toContain('https://app.example/0');
    expect(message).toContain('and 3 more');
    expect(message).toContain('Registered without being asked: https://other.example/.');
  });
});

describe('scopes', () => {
  const asked = ['launch', 'openid', 'fhirUser', 'patient/Observation.rs'];
  it.each([
    ['by meaning', ['fhirUser', 'openid', 'patient/Observation.read', 'launch'], 'True', 'ScopesAsAsked'],
    ['openid left out (Keycloak)', ['launch', 'fhirUser', 'patient/Observation.rs'], 'True', 'ScopesAsAsked'],
    ['a resource scope left out', ['launch', 'openid', 'fhirUser'], 'False', 'ScopesDiffer'],
    ['a wider resource scope', ['launch', 'openid', 'fhirUser', 'patient/*.rs'], 'False', 'ScopesDiffer'],
    ['offline access added', [...asked, 'offline_access'], 'False', 'ScopesDiffer'],
    ['an OIDC scope added', [...asked, 'email'], 'True', 'ScopesAsAsked'],
    ['not shown', null, 'Unknown', 'ScopesNotShown'],
    ['an empty answer', [], 'False', 'ScopesDiffer'],
  ] as const)('%s', (_name, registered, status, reason) => {
    expect(judgeScopes(reportScopes({ requested: asked, advertised: null, registered }))).toMatchObject({
      type: 'ScopesRegistered',
      status,
      reason,
    });
  });

  it('treats OIDC scopes that the answer leaves out as not shown', () => {
    const report = reportScopes({ requested: ['profile', 'launch'], advertised: null, registered: ['launch'] });
    expect(judgeScopes(report)).toMatchObject({ status: 'Unknown', reason: 'ScopesNotShown' });
  });

  it('reports each difference once, with why', () => {
    const { differences } = reportScopes({
      requested: ['launch', 'patient/Observation.rs', 'patient/Patient.rs'],
      advertised: ['patient/*.read'],
      registered: ['patient/Observation.rs', 'user/Patient.rs', 'launch'],
    });
    expect(differences.map(({ scope, kind }) => [scope, kind])).toEqual([
      ['patient/Patient.rs', 'not-registered'],
      ['user/Patient.rs', 'added'],
      ['launch', 'not-advertised'],
    ]);
    expect(differences[0]?.message).toContain('although the server advertises it');
  });
});

it('judges an answer against the metadata asked for', () => {
  const { conditions, scopes } = judgeRegistrationAnswer({
    asked: { redirect_uris: ['https://app.example/cb'], scope: 'launch patient/*.read' },
    registered: { redirectUris: ['https://app.example/cb'], scopes: ['patient/*.rs', 'launch'] },
    offer: { scopesSupported: null, capabilities: null },
  });
  expect(conditions.map(({ type, status }) => [type, status])).toEqual([
    ['RedirectUrisRegistered', 'True'],
    ['ScopesRegistered', 'True'],
  ]);
  expect(scopes).toMatchObject({
    requested: ['launch', 'patient/*.read'],
    registered: ['patient/*.rs', 'launch'],
    differences: [],
  });
});
