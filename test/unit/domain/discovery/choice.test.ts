import { describe, expect, it } from 'vitest';
import {
  chooseDiscovery,
  type DiscoveryChoice,
  needsAnotherDocument,
  withoutUdapCandidate,
} from '../../../../domain/discovery/choice.ts';
import type { DiscoveryDocuments, DocumentEndpoints } from '../../../../domain/discovery/document.ts';

const smart: DocumentEndpoints = {
  source: 'smart-configuration',
  sha256: 'a'.repeat(64),
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
interface Given extends Partial<DiscoveryDocuments> {
  readonly operator?: DiscoveryChoice['operator'];
}
const choose = ({ operator = nobody, ...documents }: Given) =>
  chooseDiscovery({
    documents: { smart, issuerMetadata: null, capabilityStatement: null, ...documents },
    operator,
    isSameSite: (endpoint) => endpoint.startsWith('https://as.example/'),
    findings: [],
    evidence: [],
  });

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
      ['documents-disagree', 'registration-endpoint-of-other-token-endpoint'],
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

describe('an endpoint that waits for an administrator', () => {
  const without = { ...smart, registrationEndpoint: null };
  const metadata: DocumentEndpoints = {
    ...smart,
    source: 'openid-configuration',
    sha256: 'b'.repeat(64),
  };
  const elsewhere = 'https://other.example/register';
  it.each([
    [
      'that only the issuer names',
      { smart: without, issuerMetadata: metadata },
      {
        registrationEndpoint: metadata.registrationEndpoint,
        source: 'openid-configuration',
        evidenceHash: metadata.sha256,
      },
      'only the issuer’s document names',
    ],
    [
      'of the issuer before another one of the CapabilityStatement',
      {
        smart: without,
        issuerMetadata: metadata,
        capabilityStatement: { ...statement, registrationEndpoint: 'https://as.example/r2' },
      },
      { source: 'openid-configuration' },
      'only the issuer’s document names',
    ],
    [
      'of the SMART configuration on another site',
      { smart: { ...smart, registrationEndpoint: elsewhere } },
      { registrationEndpoint: elsewhere, source: 'smart-configuration', evidenceHash: smart.sha256 },
      'on another site',
    ],
    [
      'of the CapabilityStatement on another site',
      { smart: without, capabilityStatement: { ...statement, registrationEndpoint: elsewhere } },
      { registrationEndpoint: elsewhere, source: 'capability-statement' },
      'on another site',
    ],
  ] as const)('%s', (_name, over, candidate, why) => {
    const view = choose(over);
    expect(view).toMatchObject({ registrationEndpoint: null, registrationSource: 'none', candidate });
    const finding = view?.findings.find(({ code }) => code === 'registration-endpoint-needs-approval');
    expect(finding?.message).toContain(view?.candidate?.registrationEndpoint);
    expect(finding?.message).toContain(view?.candidate?.evidenceHash);
    expect(finding?.message).toContain(why);
  });

  it('is told in a short sentence, however long it is', () => {
    const endless = `${elsewhere}/${'x'.repeat(3000)}`;
    const view = choose({ smart: { ...smart, registrationEndpoint: endless } });
    expect(view?.candidate?.registrationEndpoint).toBe(endless);
    expect(view?.findings[0]?.message.length).toBeLessThan(700);
  });

  it('is none when the CapabilityStatement names the same one as the issuer', () => {
    const view = choose({ smart: without, issuerMetadata: metadata, capabilityStatement: statement });
    expect(view).toMatchObject({
      registrationEndpoint: statement.registrationEndpoint,
      registrationSource: 'capability-statement',
    });
    expect(view).not.toHaveProperty('candidate');
  });

  it('is none when an administrator gave one', () => {
    const view = choose({ operator: { registrationEndpoint: elsewhere, issuer: null }, issuerMetadata: metadata });
    expect(view).toMatchObject({ registrationEndpoint: elsewhere, registrationSource: 'operator' });
    expect(view).not.toHaveProperty('candidate');
  });

  it('is dropped when it is the UDAP endpoint, and kept when it is not', () => {
    const view = choose({ smart: without, issuerMetadata: metadata });
    if (view === null) throw new Error('no view');
    expect(withoutUdapCandidate(view, null)).toBe(view);
    expect(withoutUdapCandidate(view, elsewhere)).toBe(view);
    const dropped = withoutUdapCandidate(view, metadata.registrationEndpoint);
    expect(dropped).not.toHaveProperty('candidate');
    expect(dropped.findings.map(({ code }) => code)).toEqual(['registration-endpoint-is-udap-endpoint']);
  });
});

describe('disagreements', () => {
  it.each([
    ['the same', {}, []],
    ['another path of the same origin', { tokenEndpoint: 'https://as.example/token/' }, ['info']],
    ['another origin', { authorizationEndpoint: 'https://proxy.example/authorize' }, ['warning']],
    ['another registration endpoint', { registrationEndpoint: 'https://as.example/register/' }, ['warning']],
    ['one that the other leaves out', { jwksUri: 'https://as.example/keys' }, []],
  ] as const)('%s', (_name, other, severities) => {
    const metadata: DocumentEndpoints = { ...smart, source: 'oauth-authorization-server', ...other };
    const view = choose({ issuerMetadata: metadata });
    const found = view?.findings.filter(({ code }) => code === 'documents-disagree');
    expect(found?.map(({ severity }) => severity)).toEqual(severities);
    expect(view).toMatchObject({ registrationEndpoint: smart.registrationEndpoint, source: 'smart-configuration' });
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

  it('is the issuer’s metadata when no other names a token endpoint, with a warning', () => {
    const metadata: DocumentEndpoints = { ...smart, source: 'oauth-authorization-server' };
    const view = choose({ smart: { ...smart, tokenEndpoint: null }, issuerMetadata: metadata });
    expect(view).toMatchObject({ source: 'oauth-authorization-server', tokenEndpoint: smart.tokenEndpoint });
    expect(view?.findings.map(({ code }) => code)).toContain('token-endpoint-from-issuer');
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
