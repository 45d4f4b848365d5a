import { describe, expect, it } from 'vitest';
import { chooseDiscovery, type DocumentEndpoints, needsAnotherDocument } from '../../../domain/discoveryChoice.ts';

const smart: DocumentEndpoints = {
  source: 'smart-configuration',
  tokenEndpoint: 'https://as.example/token',
  authorizationEndpoint: 'https://as.example/authorize',
  registrationEndpoint: 'https://as.example/register',
  managementEndpoint: null,
  issuer: 'https://as.example',
  jwksUri: null,
  scopesSupported: null,
  capabilities: null,
  tokenEndpointAuthMethods: null,
};
const statement: DocumentEndpoints = { ...smart, source: 'capability-statement', issuer: null };
const nobody = { registrationEndpoint: null, issuer: null };
const choose = (over: Partial<Parameters<typeof chooseDiscovery>[0]>) =>
  chooseDiscovery({ smart, capabilityStatement: null, operator: nobody, findings: [], evidence: [], ...over });

describe('which registration endpoint', () => {
  const without = { ...smart, registrationEndpoint: null };
  const page = {
    ...smart,
    registrationEndpoint: 'https://as.example/manage',
    managementEndpoint: 'https://as.example/manage',
  };
  it.each([
    ['of the SMART configuration', { smart }, smart.registrationEndpoint, 'smart-configuration', []],
    [
      'of the operator before all',
      { operator: { registrationEndpoint: 'https://op.example/r', issuer: null } },
      'https://op.example/r',
      'operator',
      [],
    ],
    [
      'of the CapabilityStatement where SMART has none',
      { smart: without, capabilityStatement: statement },
      statement.registrationEndpoint,
      'capability-statement',
      [],
    ],
    [
      'none when the documents disagree about the token endpoint',
      { smart: without, capabilityStatement: { ...statement, tokenEndpoint: 'https://other.example/token' } },
      null,
      'none',
      ['documents-disagree'],
    ],
    [
      'none when it is the page for end users',
      { smart: page },
      null,
      'none',
      ['registration-endpoint-is-management-endpoint'],
    ],
    [
      'none when the other document repeats that page',
      { smart: page, capabilityStatement: { ...statement, registrationEndpoint: 'https://as.example/manage' } },
      null,
      'none',
      ['registration-endpoint-is-management-endpoint'],
    ],
    [
      'none anywhere',
      { smart: without, capabilityStatement: { ...statement, registrationEndpoint: null } },
      null,
      'none',
      [],
    ],
  ] as const)('%s', (_name, over, endpoint, source, codes) => {
    const view = choose(over);
    expect(view).toMatchObject({ registrationEndpoint: endpoint, registrationSource: source });
    expect(view?.findings.map(({ code }) => code)).toEqual(codes);
  });
});

describe('which document', () => {
  it('never mixes the two', () => {
    const view = choose({ smart: { ...smart, authorizationEndpoint: null }, capabilityStatement: statement });
    expect(view).toMatchObject({ source: 'smart-configuration', authorizationEndpoint: null });
  });

  it('falls back when the SMART configuration names no token endpoint', () => {
    const view = choose({ smart: { ...smart, tokenEndpoint: null }, capabilityStatement: statement });
    expect(view).toMatchObject({ source: 'capability-statement', issuer: null });
  });

  it('is none without a token endpoint', () => {
    expect(choose({ smart: null })).toBeNull();
  });

  it('takes the issuer of the administrator and tells the difference', () => {
    const view = choose({ operator: { registrationEndpoint: null, issuer: 'https://given.example' } });
    expect(view?.issuer).toBe('https://given.example');
    expect(view?.findings.map(({ code }) => code)).toEqual(['issuer-differs']);
  });

  it.each([
    ['no document', null, null, true],
    ['no token endpoint', { ...smart, tokenEndpoint: null }, null, true],
    ['no registration endpoint', { ...smart, registrationEndpoint: null }, null, true],
    ['none, but the operator gave one', { ...smart, registrationEndpoint: null }, 'https://op.example/r', false],
    ['all there', smart, null, false],
  ] as const)('reads another one: %s', (_name, document, operator, expected) => {
    expect(needsAnotherDocument(document, operator)).toBe(expected);
  });
});

describe('authentication methods', () => {
  it.each([
    ['as listed', ['client_secret_post', 'x'], ['client-public'], ['client_secret_post', 'x']],
    ['by capability', null, ['client-public', 'client-confidential-symmetric'], ['client_secret_basic', 'none']],
    ['said nowhere', null, ['launch-ehr'], null],
  ] as const)('%s', (_name, tokenEndpointAuthMethods, capabilities, expected) => {
    expect(choose({ smart: { ...smart, tokenEndpointAuthMethods, capabilities } })?.tokenEndpointAuthMethods).toEqual(
      expected,
    );
  });
});
