import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../../domain/words.ts';
import { discoveryOf } from '../../support/entity.ts';
import { nextEvent } from '../stores/records/fixture.ts';
import { type Api, addTenant, anApplicationBody, type Call, placesOf, problemName, startApi } from './harness.ts';

const secret = 'planted-secret-of-every-route-5d2c';
const registration = { applicationId: 'growth-chart', fhirBaseUrl: 'https://ehr.example/fhir' };
const realm = { realmUrl: 'https://ehr.example/realms/smart', provider: 'openid-connect' };
const bearer = { kind: 'bearer', token: secret };

interface Route {
  readonly role: Role | 'public';
  /** A body that the route takes. */
  readonly body?: Readonly<Record<string, unknown>>;
  /** Refused to a key that is bound to tenants. */
  readonly unbounded?: true;
  /** The path may name what does not exist. */
  readonly creates?: true;
}

/** Every route of the API. Who adds one says here who may use it, and shows a body that it takes. */
const routes: Readonly<Record<string, Route>> = {
  'GET /healthz': { role: 'public' },
  'GET /readyz': { role: 'public' },
  'GET /jwks/{opaque}': { role: 'public' },
  'POST /v1/session': { role: 'public', body: { key: secret } },
  'DELETE /v1/session': { role: 'viewer' },
  'GET /v1/events': { role: 'viewer' },
  'GET /v1/summary': { role: 'viewer' },
  'GET /v1/orphans': { role: 'viewer' },
  'GET /v1/keys': { role: 'administrator', unbounded: true },
  'POST /v1/keys': {
    role: 'administrator',
    unbounded: true,
    body: { name: 'New', role: 'viewer', tenantIds: ['clinic'], applicationIds: ['growth-chart'] },
  },
  'DELETE /v1/keys/{keyId}': { role: 'administrator', unbounded: true },
  'GET /v1/applications': { role: 'viewer' },
  'GET /v1/applications/{applicationId}': { role: 'viewer' },
  'PUT /v1/applications/{applicationId}': {
    role: 'administrator',
    unbounded: true,
    creates: true,
    body: anApplicationBody,
  },
  'POST /v1/applications/{applicationId}/rollouts': { role: 'operator', body: { revision: 1, dryRun: true } },
  'GET /v1/tenants': { role: 'viewer' },
  'POST /v1/tenants': {
    role: 'operator',
    body: {
      tenantId: 'new-clinic',
      name: 'New Clinic',
      registrations: [{ ...registration, initialAccessToken: secret }],
    },
  },
  'GET /v1/tenants/{tenantId}': { role: 'viewer' },
  'PATCH /v1/tenants/{tenantId}': { role: 'administrator', body: { name: 'Another name' } },
  'DELETE /v1/tenants/{tenantId}': { role: 'administrator' },
  'POST /v1/tenants/{tenantId}/registrations': {
    role: 'operator',
    body: { registrations: [{ ...registration, endpointId: 'second', initialAccessToken: secret }] },
  },
  'GET /v1/registrations': { role: 'viewer' },
  'GET /v1/registrations/{registrationId}': { role: 'viewer' },
  'PATCH /v1/registrations/{registrationId}': {
    role: 'administrator',
    body: {
      clientMetadata: { client_name: 'Other' },
      rotationPolicy: { renewBefore: 'P1D' },
      policies: { allowReplace: true },
      revision: 1,
      reason: 'why',
    },
  },
  'DELETE /v1/registrations/{registrationId}': { role: 'administrator', body: { reason: 'why' } },
  'GET /v1/registrations/{registrationId}/events': { role: 'viewer' },
  'GET /v1/registrations/{registrationId}/packet': { role: 'viewer' },
  'POST /v1/registrations/{registrationId}/rotate': { role: 'operator', body: { reason: 'why' } },
  'POST /v1/registrations/{registrationId}/verify': { role: 'operator', body: { reason: 'why' } },
  'POST /v1/registrations/{registrationId}/discover': { role: 'operator', body: { reason: 'why' } },
  'POST /v1/registrations/{registrationId}/suspend': { role: 'operator', body: { reason: 'why' } },
  'POST /v1/registrations/{registrationId}/resume': { role: 'operator', body: { reason: 'why' } },
  'POST /v1/registrations/{registrationId}/retry': { role: 'operator', body: { reason: 'why' } },
  'POST /v1/registrations/{registrationId}/accept-current': { role: 'administrator', body: { reason: 'why' } },
  'POST /v1/registrations/{registrationId}/overwrite': { role: 'administrator', body: { reason: 'why' } },
  'POST /v1/registrations/{registrationId}/approve-endpoint': {
    role: 'administrator',
    body: { registrationEndpoint: 'https://ehr.example/register', evidenceHash: 'a'.repeat(64), reason: 'why' },
  },
  'POST /v1/registrations/{registrationId}/credential': {
    role: 'operator',
    body: {
      clientId: 'portal',
      clientSecret: secret,
      tokenEndpointAuthMethod: 'client_secret_basic',
      issuedAt: '2026-01-01T00:00:00Z',
      expiresAt: '2199-01-01T00:00:00Z',
      clientExpiresAt: '2199-01-01T00:00:00Z',
      registrationAccessToken: secret,
      registrationClientUri: 'https://ehr.example/register/portal',
      reason: 'why',
    },
  },
  'PUT /v1/registrations/{registrationId}/initial-access-token': {
    role: 'operator',
    body: { token: secret, reason: 'why' },
  },
  'PATCH /v1/registrations/{registrationId}/task': {
    role: 'operator',
    body: { state: 'submitted', owner: 'Ann', reference: 'CASE-1', note: 'handed in', reason: 'why' },
  },
  'POST /v1/registrations/{registrationId}/report-launch': {
    role: 'operator',
    body: { outcome: 'failure', mode: 'ehr', error: 'invalid_scope', grantedScope: 'openid', reason: 'why' },
  },
  'POST /v1/preflight': {
    role: 'operator',
    body: { fhirBaseUrl: 'https://ehr.example/fhir', applicationId: 'growth-chart', environment: 'production' },
  },
  'GET /v1/authorization-servers': { role: 'viewer' },
  'GET /v1/authorization-servers/{serverId}': { role: 'viewer' },
  'PATCH /v1/authorization-servers/{serverId}': {
    role: 'administrator',
    unbounded: true,
    body: { name: 'Hospital', notes: 'By an EHR', policies: { issueInitialAccessTokens: true } },
  },
  'PUT /v1/authorization-servers/{serverId}/credentials': {
    role: 'administrator',
    unbounded: true,
    body: { kind: 'service', clientId: 'registrar', clientSecret: secret },
  },
  'DELETE /v1/authorization-servers/{serverId}/credentials/{kind}': { role: 'administrator', unbounded: true },
  'GET /v1/initial-access-tokens': { role: 'viewer' },
  'POST /v1/keycloak/clients/create': {
    role: 'administrator',
    unbounded: true,
    body: { ...realm, client: { client_name: 'New' }, authentication: bearer },
  },
  'POST /v1/keycloak/clients/get': {
    role: 'administrator',
    unbounded: true,
    body: { ...realm, clientId: 'a-client', authentication: bearer },
  },
  'POST /v1/keycloak/clients/update': {
    role: 'administrator',
    unbounded: true,
    body: { ...realm, clientId: 'a-client', client: { client_name: 'New' }, merge: true, authentication: bearer },
  },
  'POST /v1/keycloak/clients/delete': {
    role: 'administrator',
    unbounded: true,
    body: { ...realm, clientId: 'a-client', authentication: bearer },
  },
  'POST /v1/keycloak/clients/update-token': {
    role: 'administrator',
    unbounded: true,
    body: { ...realm, clientId: 'a-client', authentication: bearer },
  },
};

interface Declared {
  readonly security?: readonly unknown[];
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: {
    readonly required?: boolean;
    readonly content: Readonly<Record<string, { readonly schema: { readonly required?: readonly string[] } }>>;
  };
}

let api: Api;
/** What a path names; each exists, so that a request is judged to its end. */
const named: Record<string, string> = {};

beforeAll(async () => {
  api = await startApi({ limits: { refusalsPerMinute: 10_000, unknownRoutesPerMinute: 10_000 } });
  const registrationId = await addTenant(api, 'clinic', 'growth-chart');
  await addTenant(api, 'other', 'other-app');
  const everything = { tenantIds: null, applicationIds: null };
  const view = await api.records.registration(registrationId, everything);
  if (view === null) throw new Error('the registration is not there');
  await api.records.recordTransition(nextEvent(view, { phase: 'awaiting_token', discovery: discoveryOf({}) }));
  const [server] = (await api.records.authorizationServers(everything, { limit: 10 })).items;
  const { keyId } = await api.newKey('viewer');
  Object.assign(named, {
    registrationId,
    tenantId: 'clinic',
    applicationId: 'growth-chart',
    keyId,
    serverId: server?.serverId,
    kind: 'service',
    opaque: 'A'.repeat(43),
  });
});
afterAll(() => api.close());

const all = Object.entries(routes).map(([name, route]) => {
  const [method = '', path = ''] = name.split(' ');
  return { name, method, path, ...route };
});
type Every = (typeof all)[number];

const declared = ({ method, path }: Every): Declared =>
  api.document.paths[path]?.[method.toLowerCase()] as unknown as Declared;
const urlOf = ({ path }: Every, names: Readonly<Record<string, string>> = {}) =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => names[name] ?? named[name] ?? '');
const keyOf = (role: Role | 'public') => (role === 'public' ? undefined : api[role]);

/** Sends what must be refused, and checks that nothing of it is left behind or told. */
async function refused(route: Every, url: string, call: Call) {
  const before = await api.counts();
  const answer = await api.call(route.method, url, call);
  expect(await api.counts()).toEqual(before);
  expect(answer.text).not.toContain(secret);
  return { answer, seen: [answer.status, problemName(answer)] };
}

const of = (belongs: (route: Every) => boolean) => all.filter(belongs).map((route) => [route.name, route] as const);
const secured = of(({ role }) => role !== 'public');
const bodied = of(({ body }) => body !== undefined);

test('every route of the OpenAPI document is judged here, and says there what it takes', () => {
  const documented = Object.entries(api.document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(documented.sort()).toEqual(all.map(({ name }) => name).sort());
  for (const route of all) {
    const { security = [], requestBody } = declared(route);
    expect([route.name, security.length > 0]).toEqual([route.name, route.role !== 'public']);
    expect([route.name, requestBody !== undefined]).toEqual([route.name, route.body !== undefined]);
  }
});

describe('an unknown query parameter', () => {
  test.each(of(() => true))('%s', async (_name, route) => {
    const { answer, seen } = await refused(route, `${urlOf(route)}?colour=red`, {
      key: keyOf(route.role),
      body: route.body,
    });
    expect(seen).toEqual([422, 'validation-failed']);
    expect(placesOf(answer)).toEqual(['colour']);
  });
});

describe('a wrong Host', () => {
  test.each(of(() => true))('%s', async (_name, route) => {
    const call = { key: keyOf(route.role), body: route.body, headers: { host: 'evil.example' } };
    expect((await refused(route, urlOf(route), call)).seen).toEqual([421, 'wrong-host']);
  });
});

describe('a query of a page out of its bounds', () => {
  const paged = of(({ method, path }) => method === 'GET' && !/\{\w+\}$/.test(path));
  test.each(paged)('%s', async (_name, route) => {
    const names = (declared(route).parameters ?? []).filter((parameter) => parameter.in === 'query');
    const wrong = { limit: '501', cursor: 'bm90LWEtY3Vyc29y', sort: 'colour', needsAttention: 'yes', phase: 'happy' };
    for (const { name } of names) {
      const value = wrong[name as keyof typeof wrong];
      if (value === undefined) continue;
      const { answer, seen } = await refused(route, `${urlOf(route)}?${name}=${value}`, { key: keyOf(route.role) });
      expect([name, ...seen, ...placesOf(answer)]).toEqual([name, 422, 'validation-failed', name]);
    }
  });
});

describe('nobody, and a key that does not exist', () => {
  test.each(secured)('%s', async (_name, route) => {
    for (const key of [undefined, `rgk_${'A'.repeat(43)}`, 'password'])
      expect((await refused(route, urlOf(route), { key, body: '{' })).seen).toEqual([401, 'unauthenticated']);
  });
});

describe('a role that does not suffice, judged before the body', () => {
  const lower = { administrator: ['viewer', 'operator'], operator: ['viewer'], viewer: [], public: [] } as const;
  test.each(of(({ role }) => lower[role].length > 0))('%s', async (_name, route) => {
    for (const role of lower[route.role])
      expect((await refused(route, urlOf(route), { key: api[role], body: route.body && '{' })).seen).toEqual([
        403,
        'role-insufficient',
      ]);
  });
});

describe('a key without the bounds that it takes', () => {
  test.each(of(({ unbounded }) => unbounded === true))('%s', async (_name, route) => {
    const { key } = await api.newKey('administrator', { tenantIds: ['clinic'] });
    expect((await refused(route, urlOf(route), { key, body: route.body })).seen).toEqual([403, 'key-bound']);
  });
});

describe('what the path names does not exist, or is not for this key', () => {
  const nothing = {
    registrationId: 'no.such.registration.main',
    tenantId: 'no-such-tenant',
    applicationId: 'no-such-application',
    serverId: `as-${'0'.repeat(20)}`,
    keyId: 'no-such-key',
    opaque: 'B'.repeat(43),
  };
  test.each(of(({ path, creates }) => path.includes('{') && creates !== true))(
    'nothing to see: %s',
    async (_name, route) => {
      const { key } =
        route.role === 'public' ? { key: undefined } : await api.newKey(route.role, { tenantIds: ['other'] });
      const call = { key: keyOf(route.role), body: route.body };
      expect((await refused(route, urlOf(route, nothing), call)).seen).toEqual([404, 'not-found']);
      for (const strange of ['%00', '%2e%2e%2f', "'%20or%201=1--", 'x'.repeat(300)]) {
        const url = urlOf(route, Object.fromEntries(Object.keys(nothing).map((name) => [name, strange])));
        const { answer } = await refused(route, url, call);
        expect([400, 404, 422]).toContain(answer.status);
      }
      // A key of another tenant: what it cannot see does not exist for it, unless nothing of it is any tenant's.
      if (/\{(registrationId|tenantId|serverId)\}/.test(route.path))
        expect((await refused(route, urlOf(route), { key, body: route.body })).seen).toEqual([404, 'not-found']);
      if (route.path.includes('{applicationId}') && route.role !== 'public') {
        const elsewhere = await api.newKey(route.role, { applicationIds: ['other-app'] });
        const { seen } = await refused(route, urlOf(route), { key: elsewhere.key, body: route.body });
        expect(seen).toEqual([404, 'not-found']);
      }
    },
  );
});

describe('a malformed Idempotency-Key', () => {
  test.each(of(({ method }) => method !== 'GET'))('%s', async (_name, route) => {
    const takes = (declared(route).parameters ?? []).some(({ name }) => name === 'idempotency-key');
    if (!takes) return;
    const call = { key: keyOf(route.role), body: route.body, headers: { 'idempotency-key': 'a b' } };
    const { answer, seen } = await refused(route, urlOf(route), call);
    expect(seen).toEqual([400, 'malformed-header']);
    expect(placesOf(answer)).toEqual(['idempotency-key']);
  });
});

describe('a body', () => {
  const send = (route: Every, body: unknown, headers?: Call['headers']) =>
    refused(route, urlOf(route), { key: keyOf(route.role), body, headers });

  test.each(bodied)('that is not JSON: %s', async (_name, route) => {
    for (const body of [`{"a":"${secret}`, '{"__proto__":{"role":"administrator"}}', 'nothing'])
      expect((await send(route, body)).seen).toEqual([400, 'malformed-json']);
  });

  test.each(bodied)('of another media type: %s', async (_name, route) => {
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'application/xml'])
      expect((await send(route, JSON.stringify(route.body), { 'content-type': type })).seen).toEqual([
        415,
        'unsupported-media-type',
      ]);
  });

  test.each(bodied)('that is too large: %s', async (_name, route) => {
    const body = JSON.stringify({ ...route.body, reason: 'x'.repeat(1_100_000) });
    expect((await send(route, body)).seen).toEqual([413, 'body-too-large']);
  });

  test.each(bodied)('that is no object: %s', async (_name, route) => {
    // Where no body is needed, null is none.
    const none = declared(route).requestBody?.required === true ? ['null'] : [];
    for (const body of [...none, '[]', '7', '"text"']) {
      const { answer, seen } = await send(route, body);
      expect([body, ...seen]).toEqual([body, 422, 'validation-failed']);
      expect(placesOf(answer)[0]).toBe('');
    }
  });

  test.each(bodied)('with an unknown member: %s', async (_name, route) => {
    const { answer, seen } = await send(route, { ...route.body, colour: secret });
    expect(seen).toEqual([422, 'validation-failed']);
    expect(placesOf(answer)).toContain('/colour');
  });

  test.each(bodied)('with U+0000 in a member: %s', async (_name, route) => {
    const { answer, seen } = await send(route, { ...route.body, reason: 'a\u0000b' });
    expect(seen).toEqual([422, 'validation-failed']);
    expect(placesOf(answer)).toEqual(['/reason']);
  });

  test.each(bodied)('with a member of the wrong type, whichever: %s', async (_name, route) => {
    for (const member of Object.keys(route.body ?? {})) {
      const { answer, seen } = await send(route, { ...route.body, [member]: [[7]] });
      expect([member, ...seen]).toEqual([member, 422, 'validation-failed']);
      expect(placesOf(answer).some((place) => place?.startsWith(`/${member}`))).toBe(true);
    }
  });

  test.each(bodied)('without a member that is needed, whichever: %s', async (_name, route) => {
    const { required = [] } = declared(route).requestBody?.content['application/json']?.schema ?? {};
    for (const member of required) {
      const rest = Object.fromEntries(Object.entries(route.body ?? {}).filter(([name]) => name !== member));
      const { answer, seen } = await send(route, rest);
      expect([member, ...seen]).toEqual([member, 422, 'validation-failed']);
      expect(placesOf(answer)).toContain(`/${member}`);
    }
  });
});

test('no secret of these requests is in the log', () => {
  expect(api.lines.length).toBeGreaterThan(all.length);
  expect(JSON.stringify(api.lines)).not.toContain(secret);
});
