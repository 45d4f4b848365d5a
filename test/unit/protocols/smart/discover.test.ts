import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RegistrarFailure } from '../../../../domain/failure.ts';
import { HttpGuardError } from '../../../../protocols/http/httpGuardError.ts';
import { discover } from '../../../../protocols/smart/discover.ts';
import { fetchedAt, fhirBaseUrl, type Scripted, scriptedPeer, smartDocument, statementOf } from './peer.ts';

const issuerPath = 'https://ehr.example/.well-known/oauth-authorization-server';
const smartPath = '.well-known/smart-configuration';
const isAllowedUrl = (url: string) => url.startsWith('https:') && !url.startsWith('https://10.');

function run(
  answers: Readonly<Record<string, Scripted>>,
  more: { registrationEndpoint?: string; issuer?: string } = {},
) {
  return discover(scriptedPeer(answers).client, { fhirBaseUrl, isAllowedUrl, ...more });
}
const codes = (view: Awaited<ReturnType<typeof run>>) => view.findings.map(({ code }) => code);
const without = (...names: (keyof typeof smartDocument)[]) =>
  Object.fromEntries(Object.entries(smartDocument).filter(([name]) => !names.some((gone) => gone === name)));

describe('the SMART configuration', () => {
  it('is enough when it names all that is needed', async () => {
    const peer = scriptedPeer({ [smartPath]: { body: smartDocument } });
    const view = await discover(peer.client, { fhirBaseUrl: `${fhirBaseUrl}/`, isAllowedUrl });
    expect(view).toMatchObject({
      source: 'smart-configuration',
      registrationSource: 'smart-configuration',
      registrationEndpoint: 'https://ehr.example/register',
      tokenEndpoint: 'https://ehr.example/token',
      authorizationEndpoint: 'https://ehr.example/authorize',
      issuer: 'https://ehr.example',
      scopesSupported: ['openid', 'launch'],
      tokenEndpointAuthMethods: ['client_secret_basic'],
      findings: [],
    });
    expect(peer.asked.map(({ url }) => url)).toEqual([`${fhirBaseUrl}/${smartPath}`]);
    expect(peer.asked[0]?.headers).toMatchObject({ accept: 'application/json' });
  });

  it('leaves evidence: URL, hash of the raw body, time, status, bytes, selected headers', async () => {
    const headers = {
      'content-type': 'application/json',
      etag: `"${'e'.repeat(400)}"`,
      'last-modified': 'Sat, 21 Nov 2026 08:00:00 GMT',
      date: 'Sat, 21 Nov 2026 \u001b[31m10:00:00 GMT',
      server: 'nginx',
    };
    const redirectedFrom = `${fhirBaseUrl}/${smartPath}`;
    const view = await run({ [smartPath]: { body: smartDocument, headers, redirectedFrom } });
    expect(view.evidence).toEqual([
      {
        url: `${fhirBaseUrl}/${smartPath}`,
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        fetchedAt: new Date(fetchedAt).toISOString(),
        status: 200,
        bytes: JSON.stringify(smartDocument).length,
        headers: {
          'content-type': 'application/json',
          date: 'Sat, 21 Nov 2026 [31m10:00:00 GMT',
          etag: '"[redacted]"',
          'last-modified': 'Sat, 21 Nov 2026 08:00:00 GMT',
        },
      },
    ]);
  });

  it('resolves relative URLs against the base with a slash', async () => {
    const body = {
      ...smartDocument,
      token_endpoint: 'oauth/token',
      authorization_endpoint: '/auth',
      registration_endpoint: './r',
    };
    const view = await run({ [smartPath]: { body } });
    expect(view).toMatchObject({
      tokenEndpoint: 'https://ehr.example/r4/oauth/token',
      authorizationEndpoint: 'https://ehr.example/auth',
      registrationEndpoint: 'https://ehr.example/r4/r',
    });
    expect(codes(view)).toContain('endpoint-relative');
  });

  it.each([
    ['a byte order mark', `\uFEFF${JSON.stringify(smartDocument)}`, 'application/json', []],
    ['HTML as content type', JSON.stringify(smartDocument), 'text/html', ['smart-configuration-content-type']],
    ['no content type', JSON.stringify(smartDocument), '', ['smart-configuration-content-type']],
  ])('is read with %s', async (_name, body, type, expected) => {
    const view = await run({ [smartPath]: { body, type } });
    expect(view.tokenEndpoint).toBe('https://ehr.example/token');
    expect(codes(view)).toEqual(expected);
  });

  it.each([
    [
      'null members',
      { ...smartDocument, scopes_supported: null, issuer: null, capabilities: null },
      { scopesSupported: null, issuer: null, capabilities: null },
      ['capabilities-missing'],
    ],
    [
      'a string for a list',
      { ...smartDocument, scopes_supported: 'openid launch openid' },
      { scopesSupported: ['openid', 'launch'] },
      ['member-malformed'],
    ],
    [
      'duplicate scopes',
      { ...smartDocument, scopes_supported: ['openid', 'openid', 5] },
      { scopesSupported: ['openid'] },
      ['member-malformed'],
    ],
    ['a number for a list', { ...smartDocument, scopes_supported: 5 }, { scopesSupported: null }, ['member-malformed']],
    ['an object for an issuer', { ...smartDocument, issuer: {} }, { issuer: null }, ['member-malformed']],
    [
      'an issuer on another host',
      { ...smartDocument, issuer: 'https://okta.example/x' },
      { issuer: 'https://okta.example/x' },
      ['issuer-on-another-host'],
    ],
    [
      'an issuer that is a document',
      { ...smartDocument, issuer: 'https://ehr.example/.well-known/openid-configuration' },
      {},
      ['issuer-is-document-url'],
    ],
    [
      'an authorization endpoint by http',
      { ...smartDocument, authorization_endpoint: 'http://ehr.example/a' },
      { authorizationEndpoint: null },
      ['endpoint-not-https'],
    ],
    [
      'a password in an endpoint',
      { ...smartDocument, authorization_endpoint: 'https://u:p@ehr.example/a' },
      { authorizationEndpoint: null },
      ['endpoint-with-user-information'],
    ],
    [
      'a private address',
      { ...smartDocument, authorization_endpoint: 'https://10.0.0.1/a' },
      { authorizationEndpoint: null },
      ['endpoint-address-not-allowed'],
    ],
    [
      'a fragment',
      { ...smartDocument, authorization_endpoint: 'https://ehr.example/a#b' },
      { authorizationEndpoint: null },
      ['endpoint-with-fragment'],
    ],
    [
      'another scheme',
      { ...smartDocument, authorization_endpoint: 'javascript:alert(1)' },
      { authorizationEndpoint: null },
      ['endpoint-malformed'],
    ],
    [
      'no PKCE with S256',
      { ...smartDocument, code_challenge_methods_supported: ['plain'] },
      {},
      ['pkce-s256-not-advertised'],
    ],
    [
      'an explicit default port',
      { ...smartDocument, token_endpoint: 'https://ehr.example:443/token/' },
      { tokenEndpoint: 'https://ehr.example/token/' },
      [],
    ],
  ])('with %s', async (_name, body, expected, found) => {
    const view = await run({ [smartPath]: { body } });
    expect(view).toMatchObject(expected);
    expect(codes(view)).toEqual(found);
  });

  it('takes an http endpoint where the guard does', async () => {
    const { client } = scriptedPeer({
      [smartPath]: { body: { ...smartDocument, token_endpoint: 'http://127.0.0.1:9/token' } },
    });
    const view = await discover(client, { fhirBaseUrl, isAllowedUrl: () => true });
    expect(view.tokenEndpoint).toBe('http://127.0.0.1:9/token');
  });

  it('does not take the page for end users as registration endpoint', async () => {
    const page = 'https://ehr.example/manage';
    const view = await run({
      [smartPath]: { body: { ...smartDocument, registration_endpoint: page, management_endpoint: page } },
    });
    expect(view).toMatchObject({ registrationEndpoint: null, registrationSource: 'none' });
    expect(codes(view)).toContain('registration-endpoint-is-management-endpoint');
  });

  it('is outranked by the operator', async () => {
    const view = await run(
      { [smartPath]: { body: smartDocument } },
      { registrationEndpoint: 'https://op.example/register', issuer: 'https://op.example' },
    );
    expect(view).toMatchObject({
      registrationEndpoint: 'https://op.example/register',
      registrationSource: 'operator',
      issuer: 'https://op.example',
    });
    expect(codes(view)).toEqual(['issuer-differs']);
  });
});

describe('the CapabilityStatement as fallback', () => {
  const uris = {
    register: 'https://ehr.example/register',
    token: 'https://ehr.example/token',
    authorize: 'https://ehr.example/authorize',
    manage: 'https://ehr.example/manage',
  };

  it.each([
    ['404', { status: 404, body: '' }],
    ['401', { status: 401, body: '' }],
    ['400', { status: 400, body: { resourceType: 'OperationOutcome' } }],
    ['502', { status: 502, body: '' }],
    ['a page with 200', { status: 200, body: '<html></html>', type: 'text/html' }],
    ['a list', { status: 200, body: [] }],
    ['another document', { status: 200, body: {} }],
    ['an answer too large', new HttpGuardError('body-too-large', 'too large')],
    ['503, when the fallback names all', { status: 503, body: '' }],
  ] as const)('is read when the SMART configuration is %s', async (_name, smart) => {
    const peer = scriptedPeer({
      [smartPath]: smart,
      metadata: { body: statementOf(uris), type: 'application/fhir+json' },
    });
    const view = await discover(peer.client, { fhirBaseUrl, isAllowedUrl });
    expect(view).toMatchObject({
      source: 'capability-statement',
      registrationSource: 'capability-statement',
      registrationEndpoint: uris.register,
      tokenEndpoint: uris.token,
      authorizationEndpoint: uris.authorize,
    });
    expect(peer.asked.map(({ url }) => url)).toEqual([`${fhirBaseUrl}/${smartPath}`, `${fhirBaseUrl}/metadata`]);
  });

  it('may be a DSTU2 Conformance', async () => {
    const view = await run({ metadata: { body: statementOf(uris, 'Conformance'), type: 'application/json+fhir' } });
    expect(view.tokenEndpoint).toBe(uris.token);
    expect(codes(view)).toEqual(['smart-configuration-not-found']);
  });

  it('lends its registration endpoint when both name the same token endpoint', async () => {
    const view = await run({
      [smartPath]: { body: without('registration_endpoint') },
      metadata: { body: statementOf(uris) },
    });
    expect(view).toMatchObject({ source: 'smart-configuration', registrationSource: 'capability-statement' });
    expect(view.evidence.map(({ url, status }) => `${status} ${url}`)).toEqual([
      `200 ${fhirBaseUrl}/${smartPath}`,
      `200 ${fhirBaseUrl}/metadata`,
      '404 https://ehr.example/.well-known/oauth-authorization-server',
      '404 https://ehr.example/.well-known/openid-configuration',
    ]);
  });

  it('is no reason to fail when it is away but the SMART configuration is there', async () => {
    const view = await run({
      [smartPath]: { body: without('registration_endpoint') },
      metadata: new HttpGuardError('timeout', 'slow'),
    });
    expect(view).toMatchObject({ registrationEndpoint: null, registrationSource: 'none' });
    expect(codes(view)).toContain('capability-statement-unavailable');
  });
});

describe('failures', () => {
  it.each([
    ['nothing there', {}, 'DiscoveryFailed', 'input', null],
    [
      'pages everywhere',
      { [smartPath]: { body: '<html>' }, metadata: { body: '<html>' } },
      'DiscoveryFailed',
      'input',
      null,
    ],
    ['no token endpoint', { [smartPath]: { body: without('token_endpoint') } }, 'DiscoveryFailed', 'input', null],
    ['another resource', { metadata: { body: { resourceType: 'Patient' } } }, 'DiscoveryFailed', 'input', null],
    [
      'network',
      { [smartPath]: new HttpGuardError('network', 'refused'), metadata: new HttpGuardError('network', 'refused') },
      'PeerNotAnswering',
      'transient',
      null,
    ],
    [
      'told to wait',
      { [smartPath]: { status: 429, body: '', headers: { 'retry-after': '7' } }, metadata: { status: 503, body: '' } },
      'PeerNotAnswering',
      'transient',
      7,
    ],
    [
      'SMART away and no registration in the fallback',
      {
        [smartPath]: { status: 500, body: '' },
        metadata: { body: statementOf({ token: 'https://ehr.example/token' }) },
      },
      'PeerNotAnswering',
      'transient',
      null,
    ],
    [
      'a forbidden address',
      { [smartPath]: new HttpGuardError('address-not-allowed', 'private') },
      'AddressNotAllowed',
      'input',
      null,
    ],
  ] as const)('%s', async (_name, answers, reason, retryClass, retryAfterSeconds) => {
    const failure = await run(answers).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RegistrarFailure);
    expect(failure).toMatchObject({ reason, retryClass, retryAfterSeconds });
    expect(failure).not.toHaveProperty('cause');
  });

  it('tells what each document was', async () => {
    const failure = await run({ metadata: { body: '<html>' } }).catch((error: Error) => error);
    expect(failure).toHaveProperty(
      'message',
      'SMART configuration: 404; CapabilityStatement: 200 without a JSON document',
    );
  });
});

const anyDocument = fc.oneof(
  fc.record(
    Object.fromEntries(
      [
        ...Object.keys(smartDocument),
        'management_endpoint',
        'jwks_uri',
        'udap_versions_supported',
        'udap_profiles_supported',
        'token_endpoint_auth_methods_supported',
        'resourceType',
        'rest',
      ].map((name) => [
        name,
        fc.oneof(fc.jsonValue(), fc.webUrl(), fc.constantFrom('CapabilityStatement', 'Conformance')),
      ]),
    ),
    { requiredKeys: [] },
  ),
  fc.jsonValue(),
  fc.record({
    resourceType: fc.constant('CapabilityStatement'),
    rest: fc.array(
      fc.record({
        security: fc.oneof(
          fc.jsonValue(),
          fc.record({
            extension: fc.array(
              fc.record({ url: fc.constant('x/StructureDefinition/oauth-uris'), extension: fc.jsonValue() }),
            ),
          }),
        ),
      }),
    ),
  }),
);
const anyScripted: fc.Arbitrary<Scripted> = fc.record({
  status: fc.constantFrom(200, 200, 200, 404, 500),
  body: fc.oneof(anyDocument, fc.string({ unit: 'binary' })),
});

describe('the metadata of the issuer', () => {
  const metadata = { issuer: 'https://ehr.example', registration_endpoint: 'https://ehr.example/clients' };
  const withoutRegistration = { [smartPath]: { body: without('registration_endpoint') } };

  it('is read after the CapabilityStatement and before UDAP, and its registration endpoint waits', async () => {
    const peer = scriptedPeer({ ...withoutRegistration, [issuerPath]: { body: metadata } });
    const view = await discover(peer.client, { fhirBaseUrl, isAllowedUrl, headers: { 'epic-client-id': 'x' } });
    expect(peer.asked.map(({ url }) => url)).toEqual([
      `${fhirBaseUrl}/${smartPath}`,
      `${fhirBaseUrl}/metadata`,
      issuerPath,
      `${fhirBaseUrl}/.well-known/udap`,
    ]);
    expect(peer.asked.filter(({ headers }) => headers?.['epic-client-id'] === 'x')).toHaveLength(3);
    expect(peer.asked[2]?.headers).toEqual({ accept: 'application/json' });
    expect(new Set(peer.asked.map(({ signal }) => signal)), 'one deadline for all').toHaveLength(1);
    expect(peer.asked[0]?.signal).toBeInstanceOf(AbortSignal);
    expect(view).toMatchObject({
      registrationEndpoint: null,
      registrationSource: 'none',
      source: 'smart-configuration',
      candidate: {
        registrationEndpoint: metadata.registration_endpoint,
        source: 'oauth-authorization-server',
        evidenceHash: view.evidence.find(({ url }) => url === issuerPath)?.sha256,
      },
    });
  });

  it.each([
    ['the SMART configuration names all', { [smartPath]: { body: smartDocument } }, {}],
    ['an administrator gave the endpoint', withoutRegistration, { registrationEndpoint: 'https://ehr.example/r' }],
  ])('is not read when %s', async (_name, answers, given) => {
    const peer = scriptedPeer(answers);
    await discover(peer.client, { fhirBaseUrl, isAllowedUrl, ...given });
    expect(peer.asked).toHaveLength(1);
  });

  it('is not used when it is of another issuer, and the next place is tried', async () => {
    const view = await run({
      ...withoutRegistration,
      [issuerPath]: { body: { ...metadata, issuer: 'https://ehr.example/' } },
      'https://ehr.example/.well-known/openid-configuration': { body: metadata },
    });
    expect(view.candidate).toMatchObject({ source: 'openid-configuration' });
    expect(codes(view)).toContain('issuer-mismatch');
  });

  it('of an issuer that may not be asked is a finding, no failure', async () => {
    const view = await run({
      ...withoutRegistration,
      [issuerPath]: new HttpGuardError('address-not-allowed', 'private'),
    });
    expect(codes(view)).toContain('issuer-metadata-not-allowed');
  });

  it('is not asked for again where nothing answers', async () => {
    const peer = scriptedPeer({ ...withoutRegistration, [issuerPath]: new HttpGuardError('timeout', 'slow') });
    const view = await discover(peer.client, { fhirBaseUrl, isAllowedUrl });
    expect(codes(view)).toContain('issuer-metadata-unavailable');
    expect(peer.asked.map(({ url }) => url)).not.toContain('https://ehr.example/.well-known/openid-configuration');
  });
});

describe('UDAP metadata', () => {
  const udap = {
    udap_versions_supported: ['1'],
    udap_profiles_supported: ['udap_dcr', 'udap_authn', 'x'],
    registration_endpoint: 'https://ehr.example/udap/register',
  };

  it('is a finding and evidence, never the registration endpoint', async () => {
    const view = await run({
      [smartPath]: { body: without('registration_endpoint', 'issuer') },
      '.well-known/udap': { body: udap },
    });
    expect(view).toMatchObject({ registrationEndpoint: null, registrationSource: 'none' });
    expect(view).not.toHaveProperty('candidate');
    expect(view.evidence.at(-1)).toMatchObject({ url: `${fhirBaseUrl}/.well-known/udap`, status: 200 });
    const message = view.findings.find(({ code }) => code === 'udap-offered')?.message;
    expect(message).toContain('udap_dcr, udap_authn;');
    expect(message).toContain(udap.registration_endpoint);
  });

  it.each([
    ['a page', '<html></html>'],
    ['another document', { resourceType: 'OperationOutcome' }],
  ])('is none when it is %s', async (_name, body) => {
    const view = await run({ [smartPath]: { body: without('registration_endpoint') }, '.well-known/udap': { body } });
    expect(codes(view)).not.toContain('udap-offered');
  });
});

it('whatever the peer sends becomes a view with usable endpoints or a typed failure', async () => {
  await fc.assert(
    fc.asyncProperty(anyScripted, anyScripted, anyScripted, anyScripted, async (smart, metadata, issuer, udap) => {
      const answers = { [smartPath]: smart, metadata, [issuerPath]: issuer, '.well-known/udap': udap };
      const outcome = await run(answers, { issuer: 'https://ehr.example' }).catch((error: unknown) => error);
      if (outcome instanceof RegistrarFailure) return;
      const view = outcome as Awaited<ReturnType<typeof run>>;
      for (const endpoint of [
        view.tokenEndpoint,
        view.registrationEndpoint,
        view.authorizationEndpoint,
        view.jwksUri,
        view.candidate?.registrationEndpoint ?? null,
      ]) {
        expect(endpoint === null || isAllowedUrl(endpoint)).toBe(true);
      }
      expect(view.tokenEndpoint).not.toBeNull();
    }),
    { numRuns: 500 },
  );
});
