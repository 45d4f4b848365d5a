import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Api, addTenant, anApplicationBody, type Call, placesOf, problemName, startApi } from './harness.ts';

let api: Api;
let registrationId: string;
const secret = 'planted-secret-9f8e7d6c5b4a';

beforeAll(async () => {
  api = await startApi();
  registrationId = await addTenant(api, 'clinic', 'growth-chart');
  await addTenant(api, 'other', 'growth-chart');
  await api.call('POST', `/v1/registrations/${registrationId}/verify`, {
    key: api.operator,
    headers: { 'idempotency-key': 'used-before' },
    body: { reason: 'first' },
  });
});
afterAll(() => api.close());

const registration = { applicationId: 'growth-chart', fhirBaseUrl: 'https://ehr.example/fhir' };
const tenant = (changes: object = {}) => ({
  tenantId: 'new-clinic',
  name: 'New Clinic',
  registrations: [{ ...registration, initialAccessToken: secret, ...changes }],
});
const url = (fhirBaseUrl: unknown) => tenant({ fhirBaseUrl });
const metadata = (changes: object) => ({ clientMetadata: { ...anApplicationBody.clientMetadata, ...changes } });

interface Case {
  readonly what: string;
  readonly status: number;
  readonly problem: string;
  /** Pointer or parameter of the first error. */
  readonly at?: string;
  readonly request: readonly [method: string, url: string | (() => string)];
  readonly as?: 'administrator' | 'operator' | 'viewer' | null | (() => Promise<string>);
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const postTenant = ['POST', '/v1/tenants'] as const;
const putApplication = ['PUT', '/v1/applications/new-app'] as const;
const invalid = { status: 422, problem: 'validation-failed' };
const onRegistration = (method: string, action = '') =>
  [method, () => `/v1/registrations/${registrationId}${action}`] as const;

const cases: readonly Case[] = [
  // Form of the body
  { what: 'a missing member', ...invalid, at: '/name', request: postTenant, body: { tenantId: 'a' } },
  {
    what: 'a missing nested member',
    ...invalid,
    at: '/registrations/0/fhirBaseUrl',
    request: postTenant,
    body: tenant({ fhirBaseUrl: undefined }),
  },
  { what: 'no body', ...invalid, at: '', request: postTenant },
  { what: 'null', ...invalid, at: '', request: postTenant, body: 'null' },
  { what: 'an array', ...invalid, at: '', request: postTenant, body: [] },
  {
    what: 'malformed JSON',
    status: 400,
    problem: 'malformed-json',
    request: postTenant,
    body: `{"tenantId":"a","initialAccessToken":"${secret}`,
  },
  {
    what: 'a key that would change a prototype',
    status: 400,
    problem: 'malformed-json',
    request: postTenant,
    body: '{"__proto__":{"role":"administrator"}}',
  },
  { what: 'a wrong type', ...invalid, at: '/tenantId', request: postTenant, body: { ...tenant(), tenantId: 7 } },
  {
    what: 'a wrong type in a list',
    ...invalid,
    at: '/registrations',
    request: postTenant,
    body: { ...tenant(), registrations: { 0: registration } },
  },
  {
    what: 'an oversize body',
    status: 413,
    problem: 'body-too-large',
    request: postTenant,
    body: { ...tenant(), name: 'x'.repeat(1_100_000) },
  },
  {
    what: 'an oversize body of an action',
    status: 413,
    problem: 'body-too-large',
    request: onRegistration('POST', '/rotate'),
    body: { reason: 'x'.repeat(70_000) },
  },
  { what: 'an unknown member', ...invalid, at: '/colour', request: postTenant, body: { ...tenant(), colour: 'red' } },
  {
    what: 'an unknown nested member, its name escaped in the pointer',
    ...invalid,
    at: '/registrations/0/a~1b~0c',
    request: postTenant,
    body: tenant({ 'a/b~c': 1 }),
  },
  {
    what: 'another media type',
    status: 415,
    problem: 'unsupported-media-type',
    request: postTenant,
    body: 'tenantId=a',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  },
  {
    what: 'U+0000 in a text',
    ...invalid,
    at: '/name',
    request: postTenant,
    body: { ...tenant(), name: 'New\u0000Clinic' },
  },
  {
    what: 'half of a surrogate pair',
    ...invalid,
    at: '/clientMetadata/client_name',
    request: putApplication,
    as: 'administrator',
    body: JSON.stringify(metadata({ client_name: 'PLACE' })).replace('PLACE', '\\ud800'),
  },
  {
    what: 'endless nesting',
    ...invalid,
    at: '/clientMetadata',
    request: putApplication,
    as: 'administrator',
    body: `{"clientMetadata":${'{"a":'.repeat(500)}1${'}'.repeat(500)}}`,
  },
  { what: 'a name of two lines', ...invalid, at: '/name', request: postTenant, body: { ...tenant(), name: 'a\nb' } },
  { what: 'a blank name', ...invalid, at: '/name', request: postTenant, body: { ...tenant(), name: '   ' } },

  // Ids
  ...['Upper', 'a--b', '-a', 'a-', 'a.b', 'a/b', 'ä', '', 'x'.repeat(41)].map((tenantId) => ({
    what: `the tenant id "${tenantId}"`,
    ...invalid,
    at: '/tenantId',
    request: postTenant,
    body: { ...tenant(), tenantId },
  })),
  {
    what: 'a bad application id in the path',
    ...invalid,
    at: 'applicationId',
    request: ['PUT', '/v1/applications/Bad_Id'],
    as: 'administrator',
    body: anApplicationBody,
  },
  {
    what: 'a registration id beyond 100 characters',
    ...invalid,
    at: '/registrations/0',
    request: postTenant,
    body: { ...tenant({ environment: 'e'.repeat(40), endpointId: 'm'.repeat(40) }), tenantId: 't'.repeat(20) },
  },
  {
    what: 'the same registration twice',
    ...invalid,
    at: '/registrations/1',
    request: postTenant,
    body: { ...tenant(), registrations: [registration, registration] },
  },
  {
    what: 'a tenant that exists',
    status: 409,
    problem: 'already-exists',
    at: '/tenantId',
    request: postTenant,
    body: { ...tenant(), tenantId: 'clinic' },
  },
  {
    what: 'a registration that exists',
    status: 409,
    problem: 'already-exists',
    at: '/registrations/0',
    request: ['POST', '/v1/tenants/clinic/registrations'],
    body: { registrations: [registration] },
  },
  {
    what: 'an unknown application',
    status: 422,
    problem: 'unknown-application',
    at: '/registrations/0/applicationId',
    request: postTenant,
    body: tenant({ applicationId: 'nobody' }),
  },

  // Methods and members of later versions
  ...['udap', 'metadata_document'].map((method) => ({
    what: `the method ${method}`,
    status: 422,
    problem: 'method-unavailable',
    at: '/registrations/0/method',
    request: postTenant,
    body: tenant({ method }),
  })),
  {
    what: 'an unknown method',
    ...invalid,
    at: '/registrations/0/method',
    request: postTenant,
    body: tenant({ method: 'magic' }),
  },
  ...['no.such.registration.main', 'clinic.growth-chart.production', '../keys'].map((shareWith) => ({
    what: `the client of ${shareWith}`,
    status: 422,
    problem: 'cannot-share',
    at: '/registrations/0/shareWith',
    request: postTenant,
    body: tenant({ shareWith, initialAccessToken: undefined }),
  })),
  {
    what: 'the client of another environment',
    status: 422,
    problem: 'cannot-share',
    at: '/registrations/0/shareWith',
    request: postTenant,
    body: tenant({
      shareWith: 'clinic.growth-chart.production.main',
      environment: 'test',
      initialAccessToken: undefined,
    }),
  },
  {
    what: 'the client of a registration that the caller may not see',
    status: 422,
    problem: 'cannot-share',
    at: '/registrations/0/shareWith',
    request: postTenant,
    as: async () => (await api.newKey('operator', { tenantIds: ['new-clinic'] })).key,
    body: tenant({ shareWith: 'clinic.growth-chart.production.main', initialAccessToken: undefined }),
  },
  {
    what: 'a token with a shared client',
    ...invalid,
    at: '/registrations/0/initialAccessToken',
    request: postTenant,
    body: tenant({ shareWith: 'clinic.growth-chart.production.main' }),
  },
  {
    what: 'discovery headers of an operator',
    status: 403,
    problem: 'role-insufficient',
    at: '/registrations/0/discoveryHeaders',
    request: postTenant,
    body: tenant({ discoveryHeaders: { 'Epic-Client-ID': secret } }),
  },
  ...(
    [
      ['that Registrar sets itself', { Authorization: secret }, '/Authorization'],
      ['with a line break', { 'X-A': `${secret}\r\nX-B: c` }, '/X-A'],
      ['whose name is none', { 'X A/~': secret }, '/X A~1~0'],
      ['that is named twice', { 'X-A': secret, 'x-a': secret }, '/x-a'],
      ['that is no text', { 'X-A': [secret] }, '/X-A'],
      ['of which there are many', Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`X-${n}`, secret])), ''],
    ] as const
  ).map(([what, discoveryHeaders, at]) => ({
    what: `a discovery header ${what}`,
    ...invalid,
    at: `/registrations/0/discoveryHeaders${at}`,
    request: postTenant,
    as: 'administrator' as const,
    body: tenant({ discoveryHeaders }),
  })),
  ...['registrationEndpoint', 'issuer'].map((member) => ({
    what: `${member} of an operator`,
    status: 403,
    problem: 'role-insufficient',
    at: `/registrations/0/${member}`,
    request: postTenant,
    body: tenant({ [member]: 'https://ehr.example/register' }),
  })),

  // URLs
  ...[
    { what: 'a private literal', given: 'https://10.0.0.1/fhir', problem: 'address-not-allowed' },
    { what: 'a loopback literal', given: 'https://127.0.0.1/fhir', problem: 'address-not-allowed' },
    { what: 'a decimal literal', given: 'https://2130706433/fhir', problem: 'address-not-allowed' },
    { what: 'an IPv6 loopback', given: 'https://[::1]/fhir', problem: 'address-not-allowed' },
    { what: 'a mapped literal', given: 'https://[::ffff:10.0.0.1]/fhir', problem: 'address-not-allowed' },
    { what: 'a metadata address', given: 'https://169.254.169.254/fhir', problem: 'address-not-allowed' },
    { what: 'a name of a private address', given: 'https://internal.example/fhir', problem: 'address-not-allowed' },
    { what: 'an http URL', given: 'http://ehr.example/fhir', problem: 'url-not-allowed' },
    { what: 'a URL with user name', given: `https://user:${secret}@ehr.example/`, problem: 'url-not-allowed' },
    { what: 'a URL with empty user name', given: 'https://@ehr.example/', problem: 'url-not-allowed' },
    { what: 'a URL with query', given: `https://ehr.example/fhir?key=${secret}`, problem: 'url-not-allowed' },
    { what: 'a URL with fragment', given: 'https://ehr.example/fhir#a', problem: 'url-not-allowed' },
    { what: 'a URL with spaces', given: 'https://ehr.example/a b', problem: 'url-not-allowed' },
    { what: 'another scheme', given: 'file:///etc/passwd', problem: 'url-not-allowed' },
    { what: 'a relative URL', given: '/fhir', problem: 'url-not-allowed' },
    { what: 'no URL', given: 'ehr', problem: 'url-not-allowed' },
  ].map(({ what, given, problem }) => ({
    what,
    status: 422,
    problem,
    at: '/registrations/0/fhirBaseUrl',
    request: postTenant,
    body: url(given),
  })),
  {
    what: 'a private registration endpoint',
    status: 422,
    problem: 'address-not-allowed',
    at: '/registrations/0/registrationEndpoint',
    request: postTenant,
    as: 'administrator',
    body: tenant({ registrationEndpoint: 'https://192.168.1.1/register' }),
  },

  // Applications
  ...[
    ['http://app.example/callback', 'plain http'],
    ['https://app.example/callback#a', 'a fragment'],
    ['javascript:alert(1)', 'a script'],
    ['https://*.example/callback', 'a wildcard'],
    ['myapp://callback', 'a scheme without a dot'],
    ['/callback', 'a relative URI'],
    ['https://app.example/ä', 'other than ASCII'],
  ].map(([uri, what]) => ({
    what: `a redirect URI with ${what}`,
    ...invalid,
    at: '/clientMetadata/redirect_uris/1',
    request: putApplication,
    as: 'administrator' as const,
    body: metadata({ redirect_uris: ['https://app.example/callback', uri] }),
  })),
  {
    what: 'metadata with a client secret',
    ...invalid,
    at: '/clientMetadata/client_secret',
    request: putApplication,
    as: 'administrator',
    body: metadata({ client_secret: secret }),
  },
  {
    what: 'a private key in jwks',
    ...invalid,
    at: '/clientMetadata/jwks/keys/0/d',
    request: putApplication,
    as: 'administrator',
    body: metadata({ jwks: { keys: [{ kty: 'EC', d: secret }] } }),
  },
  {
    what: 'metadata without scope',
    ...invalid,
    at: '/clientMetadata/scope',
    request: putApplication,
    as: 'administrator',
    body: metadata({ scope: undefined }),
  },
  {
    what: 'a bad environment name',
    ...invalid,
    at: '/environments/Bad~1Name',
    request: putApplication,
    as: 'administrator',
    body: { ...anApplicationBody, environments: { 'Bad/Name': { class: 'production' } } },
  },
  {
    what: 'a bad duration',
    ...invalid,
    at: '/rotationPolicy/renewBefore',
    request: putApplication,
    as: 'administrator',
    body: { ...anApplicationBody, rotationPolicy: { renewBefore: '10 minutes' } },
  },

  // Tokens
  {
    what: 'an initial access token with a line break',
    ...invalid,
    at: '/token',
    request: onRegistration('PUT', '/initial-access-token'),
    body: { token: `${secret}\n` },
  },
  {
    what: 'an initial access token of the wrong type',
    ...invalid,
    at: '/token',
    request: onRegistration('PUT', '/initial-access-token'),
    body: { token: [secret] },
  },
  {
    what: 'an unknown member of an action',
    ...invalid,
    at: '/force',
    request: onRegistration('POST', '/rotate'),
    body: { force: true },
  },

  // Queries
  ...[
    ['limit=0', 'limit'],
    ['limit=501', 'limit'],
    ['limit=many', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['sort=name', 'sort'],
    ['phase=happy', 'phase'],
    ['needsAttention=yes', 'needsAttention'],
    ['tenantId=UPPER', 'tenantId'],
    ['colour=red', 'colour'],
    ['cursor=%22', 'cursor'],
    ['cursor=bm90LWEtY3Vyc29y', 'cursor'],
    ['q=%00', 'q'],
  ].map(([query, at]) => ({
    what: `the query ${query}`,
    ...invalid,
    at: at as string,
    request: ['GET', `/v1/registrations?${query}`] as const,
  })),
  { what: 'a query where none is taken', ...invalid, at: 'a', request: ['GET', '/v1/summary?a=1'] },
  { what: 'a query of a POST', ...invalid, at: 'dryRun', request: ['POST', '/v1/tenants?dryRun=1'], body: tenant() },

  // Headers and routes
  {
    what: 'a malformed Idempotency-Key',
    status: 400,
    problem: 'malformed-header',
    at: 'idempotency-key',
    request: postTenant,
    body: tenant(),
    headers: { 'idempotency-key': 'a b' },
  },
  {
    what: 'a malformed Last-Event-ID',
    status: 400,
    problem: 'malformed-header',
    at: 'last-event-id',
    request: ['GET', '/v1/events'],
    headers: { 'last-event-id': 'latest' },
  },
  {
    what: 'an idempotency key reused with another body',
    status: 422,
    problem: 'idempotency-key-reused',
    at: 'Idempotency-Key',
    request: onRegistration('POST', '/verify'),
    body: { reason: 'second' },
    headers: { 'idempotency-key': 'used-before' },
  },
  { what: 'a malformed path', status: 400, problem: 'malformed-request', request: ['GET', '/v1/tenants/%zz'] },
  ...[
    ['GET', '/v1/nothing'],
    ['POST', '/v1/summary'],
    ['GET', '/metrics'],
    ['GET', '/'],
  ].map(([method, path]) => ({
    what: `${method} ${path}`,
    status: 404,
    problem: 'no-such-route',
    request: [method as string, path as string] as const,
  })),
  {
    what: 'an action that a later issue brings',
    status: 404,
    problem: 'no-such-route',
    request: onRegistration('POST', '/restore'),
  },

  // Who asks
  { what: 'no key', status: 401, problem: 'unauthenticated', request: postTenant, as: null, body: tenant() },
  {
    what: 'no key and an oversize body',
    status: 401,
    problem: 'unauthenticated',
    request: postTenant,
    as: null,
    body: { ...tenant(), name: 'x'.repeat(1_100_000) },
  },
  {
    what: 'an unknown key',
    status: 401,
    problem: 'unauthenticated',
    request: postTenant,
    as: async () => `rgk_${'A'.repeat(43)}`,
    body: tenant(),
  },
  {
    what: 'a text that is no key',
    status: 401,
    problem: 'unauthenticated',
    request: postTenant,
    as: async () => 'password',
    body: tenant(),
  },
  {
    what: 'another scheme',
    status: 401,
    problem: 'unauthenticated',
    request: postTenant,
    as: null,
    headers: { authorization: 'Basic YTpi' },
    body: tenant(),
  },
  {
    what: 'an expired key',
    status: 401,
    problem: 'unauthenticated',
    request: postTenant,
    as: async () => (await api.newKey('operator', {}, 0)).key,
    body: tenant(),
  },
  {
    what: 'a revoked key',
    status: 401,
    problem: 'unauthenticated',
    request: postTenant,
    as: async () => {
      const { key, keyId } = await api.newKey('operator');
      await api.records.revokeKey(keyId);
      return key;
    },
    body: tenant(),
  },
  {
    what: 'a wrong role',
    status: 403,
    problem: 'role-insufficient',
    request: postTenant,
    as: 'viewer',
    body: tenant(),
  },
  {
    what: 'a wrong role with a malformed body: the role is judged first',
    status: 403,
    problem: 'role-insufficient',
    request: postTenant,
    as: 'viewer',
    body: '{',
  },
  {
    what: 'an operator who retires',
    status: 403,
    problem: 'role-insufficient',
    request: onRegistration('DELETE'),
  },
  {
    what: 'an operator who lists keys',
    status: 403,
    problem: 'role-insufficient',
    request: ['GET', '/v1/keys'],
  },
  ...['', '/events'].map((path) => ({
    what: `another tenant's registration${path}`,
    status: 404,
    problem: 'not-found',
    request: onRegistration('GET', path),
    as: async () => (await api.newKey('administrator', { tenantIds: ['other'] })).key,
  })),
  {
    what: "another tenant's registration, with a role that would not do either",
    status: 404,
    problem: 'not-found',
    request: onRegistration('POST', '/rotate'),
    as: async () => (await api.newKey('viewer', { tenantIds: ['other'] })).key,
  },
  {
    what: "another application's registration",
    status: 404,
    problem: 'not-found',
    request: onRegistration('GET'),
    as: async () => (await api.newKey('viewer', { applicationIds: ['other-app'] })).key,
  },
  {
    what: 'a tenant outside of the key',
    status: 404,
    problem: 'not-found',
    at: '/tenantId',
    request: postTenant,
    as: async () => (await api.newKey('operator', { tenantIds: ['other'] })).key,
    body: tenant(),
  },
  {
    what: 'an application outside of the key',
    status: 422,
    problem: 'unknown-application',
    at: '/registrations/0/applicationId',
    request: postTenant,
    as: async () => (await api.newKey('operator', { applicationIds: ['other-app'] })).key,
    body: tenant(),
  },
  {
    what: 'an application of all tenants by a key of one',
    status: 403,
    problem: 'key-bound',
    request: putApplication,
    as: async () => (await api.newKey('administrator', { tenantIds: ['other'] })).key,
    body: anApplicationBody,
  },
  {
    what: 'a new key by a bound key',
    status: 403,
    problem: 'key-bound',
    request: ['POST', '/v1/keys'],
    as: async () => (await api.newKey('administrator', { tenantIds: ['other'] })).key,
    body: { name: 'wider', role: 'administrator' },
  },
  {
    what: 'a key that has expired before it is made',
    ...invalid,
    at: '/expiresAt',
    request: ['POST', '/v1/keys'],
    as: 'administrator',
    body: { name: 'old', role: 'viewer', expiresAt: '2020-01-01T00:00:00Z' },
  },
  {
    what: 'a registration that does not exist',
    status: 404,
    problem: 'not-found',
    request: ['GET', '/v1/registrations/a.b.c.d'],
  },
  {
    what: 'a registration id that cannot exist',
    status: 404,
    problem: 'not-found',
    request: ['GET', `/v1/registrations/${'%00'.repeat(3)}`],
  },
  {
    what: 'a key that does not exist',
    status: 404,
    problem: 'not-found',
    request: ['DELETE', '/v1/keys/x'],
    as: 'administrator',
  },

  // Host
  ...['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '10.0.0.1'].map((host) => ({
    what: `the host "${host}"`,
    status: 421,
    problem: 'wrong-host',
    request: ['GET', '/v1/summary'] as const,
    headers: { host },
  })),
  {
    what: 'a wrong host without key, on the health route',
    status: 421,
    problem: 'wrong-host',
    request: ['GET', '/healthz'],
    as: null,
    headers: { host: 'evil.example' },
  },
];

describe('bad input', () => {
  test.each(cases.map((one) => [one.what, one] as const))('%s', async (_what, one) => {
    const as = one.as === undefined ? 'operator' : one.as;
    const key = as === null ? undefined : typeof as === 'string' ? api[as] : await as();
    const before = await api.counts();
    const [method, where] = one.request;
    const call: Call = { key, body: one.body, headers: one.headers };
    const answer = await api.call(method, typeof where === 'string' ? where : where(), call);
    expect({ status: answer.status, problem: problemName(answer), at: placesOf(answer)[0] }).toEqual({
      status: one.status,
      problem: one.problem,
      at: one.at,
    });
    expect(answer.text).not.toContain(secret);
    expect(await api.counts()).toEqual(before);
  });

  test('says which member is wrong and why, for all of them', async () => {
    const answer = await api.call('POST', '/v1/tenants', { key: api.operator, body: { tenantId: 'A', extra: 1 } });
    expect(placesOf(answer).sort()).toEqual(['/extra', '/name', '/tenantId']);
  });

  test('leaves none of the secrets that came in with it in the log', () => {
    expect(api.lines.length).toBeGreaterThan(cases.length);
    expect(JSON.stringify(api.lines)).not.toContain(secret);
  });
});
