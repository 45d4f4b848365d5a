export type Caller = 'administrator' | 'operator' | 'viewer' | 'expired' | 'bound' | 'session' | 'nobody';

export interface Case {
  readonly what: string;
  readonly as?: Caller;
  readonly method?: string;
  readonly path?: string;
  /** Sent as JSON unless it is text, which is sent as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Status, problem name, and pointer or parameter of the first error. */
  readonly expected: readonly [status: number, problem: string, place?: string];
}

/** Stands in the requests that bring one; no answer may repeat it. */
export const secret = 'brought/in.by+mistake';
export const registrationId = 'mercy.portal.production.main';
const publicUrl = 'https://ehr.example.org/fhir';
const registration = { applicationId: 'portal', fhirBaseUrl: publicUrl, initialAccessToken: secret };
const tenant = (changes: object = {}) => ({
  tenantId: 'new',
  name: 'New',
  registrations: [{ ...registration, ...changes }],
});
const invalid = (place: string) => [422, 'validation-failed', place] as const;
const refusedUrl = (problem: string) => [422, problem, '/registrations/0/fhirBaseUrl'] as const;

/** The list of bad input; what else the API refuses is in test/integration/api/badInput.test.ts. */
export const cases: readonly Case[] = [
  { what: 'a missing member', body: { tenantId: 'new' }, expected: invalid('/name') },
  { what: 'malformed JSON', body: `{"initialAccessToken":"${secret}`, expected: [400, 'malformed-json'] },
  { what: 'a wrong type', body: { ...tenant(), name: 7 }, expected: invalid('/name') },
  { what: 'an oversize body', body: { ...tenant(), name: 'x'.repeat(1_100_000) }, expected: [413, 'body-too-large'] },
  { what: 'an unknown field', body: tenant({ token: secret }), expected: invalid('/registrations/0/token') },
  {
    what: 'an unknown application',
    body: tenant({ applicationId: 'nobody' }),
    expected: [422, 'unknown-application', '/registrations/0/applicationId'],
  },
  { what: 'a bad id', body: { ...tenant(), tenantId: 'New--One' }, expected: invalid('/tenantId') },
  {
    what: 'a tenant that exists',
    body: { ...tenant(), tenantId: 'mercy' },
    expected: [409, 'already-exists', '/tenantId'],
  },
  {
    what: 'a private URL',
    body: tenant({ fhirBaseUrl: 'https://10.0.0.1/fhir' }),
    expected: refusedUrl('address-not-allowed'),
  },
  {
    what: 'an http URL',
    body: tenant({ fhirBaseUrl: 'http://ehr.example.org/' }),
    expected: refusedUrl('url-not-allowed'),
  },
  {
    what: 'a URL with user information',
    body: tenant({ fhirBaseUrl: `https://user:${encodeURIComponent(secret)}@ehr.example.org/` }),
    expected: refusedUrl('url-not-allowed'),
  },
  { what: 'no key', as: 'nobody', body: tenant(), expected: [401, 'unauthenticated'] },
  { what: 'an expired key', as: 'expired', body: tenant(), expected: [401, 'unauthenticated'] },
  { what: 'a wrong role', as: 'viewer', body: tenant(), expected: [403, 'role-insufficient'] },
  {
    what: 'a role that may not retire',
    as: 'operator',
    method: 'DELETE',
    path: `/v1/registrations/${registrationId}`,
    expected: [403, 'role-insufficient'],
  },
  ...['', '/events'].map((path) => ({
    what: `another tenant's registration${path}`,
    as: 'bound' as const,
    method: 'GET',
    path: `/v1/registrations/${registrationId}${path}`,
    expected: [404, 'not-found'] as const,
  })),
  {
    what: "an operation on another tenant's registration",
    as: 'bound',
    path: `/v1/registrations/${registrationId}/discover`,
    body: {},
    expected: [404, 'not-found'],
  },
  {
    what: "a token for another tenant's registration",
    as: 'bound',
    method: 'PUT',
    path: `/v1/registrations/${registrationId}/initial-access-token`,
    body: { token: secret },
    expected: [404, 'not-found'],
  },
  {
    what: 'a wrong Origin',
    as: 'session',
    body: tenant(),
    headers: { origin: 'https://elsewhere.example' },
    expected: [403, 'origin-not-allowed'],
  },
  { what: 'no CSRF header', as: 'session', body: tenant(), expected: [403, 'csrf-token-invalid'] },
  {
    what: 'a wrong Host',
    body: tenant(),
    headers: { host: 'registrar.attacker.example' },
    expected: [421, 'wrong-host'],
  },
  {
    what: 'an idempotency key reused with another body',
    body: tenant(),
    headers: { 'idempotency-key': 'used-before' },
    expected: [422, 'idempotency-key-reused', 'Idempotency-Key'],
  },
];
