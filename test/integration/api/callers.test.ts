import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Api, addTenant, problemName, startApi } from './harness.ts';

let api: Api;
let registrationId: string;
const origin = 'http://localhost';

beforeAll(async () => {
  api = await startApi();
  registrationId = await addTenant(api, 'clinic', 'growth-chart');
  await addTenant(api, 'other', 'other-app');
});
afterAll(() => api.close());

/** Signs in and answers what a page then sends. */
async function signIn(key: string, host = 'localhost') {
  const answer = await api.call('POST', '/v1/session', { body: { key }, headers: { host } });
  expect(answer.status).toBe(200);
  const cookie = String(answer.headers['set-cookie']);
  return { answer, setCookie: cookie, cookie: cookie.split(';')[0]!, csrf: String(answer.body['csrfToken']) };
}

describe('API keys', () => {
  test('a new key is shown once, works, and is listed without its value', async () => {
    const made = await api.call('POST', '/v1/keys', {
      key: api.administrator,
      body: { name: 'CI', role: 'operator', tenantIds: ['clinic'] },
    });
    expect(made.status).toBe(201);
    expect(made.body['key']).toMatch(/^rgk_[A-Za-z0-9_-]{43}$/);
    const key = String(made.body['key']);
    expect((await api.call('GET', `/v1/registrations/${registrationId}`, { key })).status).toBe(200);
    const list = await api.call('GET', '/v1/keys', { key: api.administrator });
    expect(list.text).not.toContain(key);
    const items = list.body['items'] as Record<string, unknown>[];
    const listed = items.find(({ keyId }) => keyId === made.body['keyId']);
    expect(listed).toMatchObject({ name: 'CI', role: 'operator', tenantIds: ['clinic'], applicationIds: null });
    const lifetime = Date.parse(String(listed!['expiresAt'])) - api.clock.now();
    expect(lifetime).toBe(90 * 24 * 3_600_000);
  });

  test('a revoked key stops at once', async () => {
    const { key, keyId } = await api.newKey('viewer');
    expect((await api.call('GET', '/v1/summary', { key })).status).toBe(200);
    expect((await api.call('DELETE', `/v1/keys/${keyId}`, { key: api.administrator })).status).toBe(204);
    const refused = await api.call('GET', '/v1/summary', { key });
    expect(refused.status).toBe(401);
    expect(refused.headers['www-authenticate']).toBe('Bearer realm="registrar"');
  });

  test('who made and revoked a key is audited', async () => {
    const { rows } = await (await import('kysely')).sql<{ actor: string }>`
      select actor from audit where subject_kind = 'key' and type = 'key.revoked'`.execute(api.db);
    expect(rows.every(({ actor }) => /^key:[0-9a-f-]{36}$/.test(actor))).toBe(true);
    expect(rows.length).toBeGreaterThan(0);
  });
});

describe('roles', () => {
  const server = 'as-0123456789abcdef0123';
  beforeAll(async () => {
    const at = new Date(0).toISOString();
    const row = {
      server_id: server,
      issuer: null,
      token_endpoint: 'https://ehr.example/token',
      name: null,
      notes: null,
    };
    await api.db
      .insertInto('authorization_servers')
      .values({ ...row, policies: '{}', first_seen_at: at, changed_at: at })
      .execute();
  });

  const reads = ['/v1/authorization-servers', '/v1/initial-access-tokens', `/v1/authorization-servers/${server}`];
  reads.push('/v1/applications', '/v1/tenants', '/v1/registrations', '/v1/summary', '/v1/orphans');
  test.each(reads)('a viewer reads %s', async (url) => {
    expect((await api.call('GET', url, { key: api.viewer })).status).toBe(200);
  });

  const table = [
    ['PUT', '/v1/applications/growth-chart', 'administrator'],
    ['POST', '/v1/tenants', 'operator'],
    ['POST', '/v1/tenants/clinic/registrations', 'operator'],
    ['POST', '/v1/preflight', 'operator'],
    ['PATCH', '/v1/tenants/clinic', 'administrator'],
    ['DELETE', '/v1/tenants/clinic', 'administrator'],
    ['POST', '/v1/registrations/clinic.growth-chart.production.main/rotate', 'operator'],
    ['POST', '/v1/registrations/clinic.growth-chart.production.main/verify', 'operator'],
    ['POST', '/v1/registrations/clinic.growth-chart.production.main/discover', 'operator'],
    ['PUT', '/v1/registrations/clinic.growth-chart.production.main/initial-access-token', 'operator'],
    ['POST', '/v1/registrations/clinic.growth-chart.production.main/report-launch', 'operator'],
    ['POST', '/v1/registrations/clinic.growth-chart.production.main/suspend', 'operator'],
    ['POST', '/v1/registrations/clinic.growth-chart.production.main/resume', 'operator'],
    ['POST', '/v1/registrations/clinic.growth-chart.production.main/retry', 'operator'],
    ['POST', '/v1/registrations/clinic.growth-chart.production.main/accept-current', 'administrator'],
    ['POST', '/v1/registrations/clinic.growth-chart.production.main/overwrite', 'administrator'],
    ['PATCH', '/v1/registrations/clinic.growth-chart.production.main/task', 'operator'],
    ['DELETE', '/v1/registrations/clinic.growth-chart.production.main', 'administrator'],
    ['PATCH', '/v1/registrations/clinic.growth-chart.production.main', 'administrator'],
    ['POST', '/v1/registrations/clinic.growth-chart.production.main/credential', 'operator'],
    ['POST', '/v1/registrations/clinic.growth-chart.production.main/approve-endpoint', 'administrator'],
    ['POST', '/v1/applications/growth-chart/rollouts', 'operator'],
    ['POST', '/v1/keycloak/clients/create', 'administrator'],
    ['POST', '/v1/keycloak/clients/get', 'administrator'],
    ['POST', '/v1/keycloak/clients/update', 'administrator'],
    ['POST', '/v1/keycloak/clients/delete', 'administrator'],
    ['POST', '/v1/keycloak/clients/update-token', 'administrator'],
    ['PATCH', `/v1/authorization-servers/${server}`, 'administrator'],
    ['PUT', `/v1/authorization-servers/${server}/credentials`, 'administrator'],
    ['DELETE', `/v1/authorization-servers/${server}/credentials/service`, 'administrator'],
    ['GET', '/v1/keys', 'administrator'],
    ['POST', '/v1/keys', 'administrator'],
    ['DELETE', '/v1/keys/x', 'administrator'],
  ] as const;
  test.each(table)('%s %s needs the role %s', async (method, url, needed) => {
    const below = needed === 'administrator' ? [api.viewer, api.operator] : [api.viewer];
    for (const key of below) {
      const answer = await api.call(method, url, { key });
      expect([answer.status, problemName(answer)]).toEqual([403, 'role-insufficient']);
    }
    // A query parameter that does not exist is judged after the role, so nothing is done.
    const reached = await api.call(method, `${url}?no-such=1`, { key: api.administrator });
    expect(reached.status).toBe(422);
  });

  test('every route that the document names is in the table, read, public, or of the own session', () => {
    const routes = Object.entries(api.document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const patterns = table.map(([method, url]) => {
      const path = url
        .replace(server, '{serverId}')
        .replace('credentials/service', 'credentials/{kind}')
        .replace('growth-chart', '{applicationId}')
        .replace(/clinic\.[^/]+/, '{registrationId}')
        .replace('/clinic', '/{tenantId}')
        .replace('/x', '/{keyId}');
      return `${method} ${path}`;
    });
    const others = routes.filter((route) => !patterns.includes(route));
    expect(others.filter((route) => !route.startsWith('GET '))).toEqual(['POST /v1/session', 'DELETE /v1/session']);
  });
});

describe('bounds', () => {
  test('lists show what the key is bound to and nothing else', async () => {
    const { key } = await api.newKey('viewer', { tenantIds: ['clinic'] });
    const ids = async (url: string, name: string) =>
      ((await api.call('GET', url, { key })).body['items'] as Record<string, unknown>[]).map((item) => item[name]);
    expect(await ids('/v1/tenants', 'tenantId')).toEqual(['clinic']);
    expect(await ids('/v1/registrations', 'registrationId')).toEqual([registrationId]);
    expect(await ids('/v1/registrations?tenantId=other', 'registrationId')).toEqual([]);
    const summary = await api.call('GET', '/v1/summary', { key });
    expect(summary.body['phases']).toMatchObject({ discovering: 1, active: 0 });
  });

  test('a key bound to applications sees these only', async () => {
    const { key } = await api.newKey('viewer', { applicationIds: ['other-app'] });
    expect((await api.call('GET', '/v1/applications/growth-chart', { key })).status).toBe(404);
    expect((await api.call('GET', '/v1/applications/other-app', { key })).status).toBe(200);
    expect((await api.call('GET', '/v1/tenants/clinic', { key })).status).toBe(404);
  });
});

describe('sessions', () => {
  test('the cookie is out of reach of scripts and other sites', async () => {
    const { setCookie, answer } = await signIn(api.operator);
    expect(setCookie).toMatch(/^registrar-session=[\w-]{43}; /);
    for (const attribute of ['Path=/', 'HttpOnly', 'SameSite=Strict', 'Max-Age='])
      expect(setCookie).toContain(attribute);
    expect(answer.body).toMatchObject({ role: 'operator' });
    expect(answer.text).not.toContain(setCookie.slice(18, 61));
  });

  test('lasts no longer than its key', async () => {
    const { key } = await api.newKey('viewer', {}, 60_000);
    const { answer } = await signIn(key);
    expect(Date.parse(String(answer.body['expiresAt'])) - api.clock.now()).toBe(60_000);
  });

  test('reads with the cookie alone', async () => {
    const { cookie } = await signIn(api.operator);
    expect((await api.call('GET', '/v1/summary', { headers: { cookie } })).status).toBe(200);
  });

  const verify = () => `/v1/registrations/${registrationId}/verify`;

  test('changes something from our own page with its anti-forgery token', async () => {
    const { cookie, csrf } = await signIn(api.operator);
    const headers = { cookie, origin, 'x-registrar-csrf': csrf };
    expect((await api.call('POST', verify(), { headers })).status).toBe(202);
  });

  test.each([
    ['no Origin', {}, 'origin-not-allowed'],
    ['a foreign Origin', { origin: 'https://evil.example' }, 'origin-not-allowed'],
    ['the Origin null', { origin: 'null' }, 'origin-not-allowed'],
    ['another port', { origin: 'http://localhost:81' }, 'origin-not-allowed'],
    ['https instead of http', { origin: 'https://localhost' }, 'origin-not-allowed'],
    ['no CSRF header', { origin, 'x-registrar-csrf': '' }, 'csrf-token-invalid'],
    ['a wrong CSRF header', { origin, 'x-registrar-csrf': 'A'.repeat(43) }, 'csrf-token-invalid'],
  ])('is refused with %s', async (_what, changes, problem) => {
    const { cookie, csrf } = await signIn(api.operator);
    const before = await api.counts();
    const headers = { cookie, 'x-registrar-csrf': csrf, ...changes };
    const answer = await api.call('POST', verify(), { headers });
    expect([answer.status, problemName(answer)]).toEqual([403, problem]);
    expect(await api.counts()).toEqual(before);
  });

  test("another session's anti-forgery token does not help", async () => {
    const mine = await signIn(api.operator);
    const theirs = await signIn(api.viewer);
    const headers = { cookie: mine.cookie, origin, 'x-registrar-csrf': theirs.csrf };
    expect(problemName(await api.call('POST', verify(), { headers }))).toBe('csrf-token-invalid');
  });

  test('signing in from another site is refused, and leaves no session', async () => {
    const before = await api.counts();
    const headers = { origin: 'https://evil.example' };
    const answer = await api.call('POST', '/v1/session', { body: { key: api.operator }, headers });
    expect([answer.status, problemName(answer)]).toEqual([403, 'origin-not-allowed']);
    expect(await api.counts()).toEqual(before);
  });

  test('a wrong key makes no session', async () => {
    const answer = await api.call('POST', '/v1/session', { body: { key: `rgk_${'B'.repeat(43)}` } });
    expect(answer.status).toBe(401);
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  test('ends with sign-out', async () => {
    const { cookie, csrf } = await signIn(api.viewer);
    const headers = { cookie, origin, 'x-registrar-csrf': csrf };
    const out = await api.call('DELETE', '/v1/session', { headers });
    expect(out.status).toBe(204);
    expect(String(out.headers['set-cookie'])).toMatch(/^registrar-session=;/);
    expect((await api.call('GET', '/v1/summary', { headers: { cookie } })).status).toBe(401);
  });

  test('ends with its key', async () => {
    const { key, keyId } = await api.newKey('viewer');
    const { cookie } = await signIn(key);
    await api.call('DELETE', `/v1/keys/${keyId}`, { key: api.administrator });
    expect((await api.call('GET', '/v1/summary', { headers: { cookie } })).status).toBe(401);
  });

  test('ends after 30 idle minutes, not before', async () => {
    const { key } = await api.newKey('viewer', {}, null);
    const { cookie } = await signIn(key);
    api.clock.move(29 * 60_000);
    expect((await api.call('GET', '/v1/summary', { headers: { cookie } })).status).toBe(200);
    api.clock.move(29 * 60_000);
    expect((await api.call('GET', '/v1/summary', { headers: { cookie } })).status).toBe(200);
    api.clock.move(31 * 60_000);
    expect((await api.call('GET', '/v1/summary', { headers: { cookie } })).status).toBe(401);
  });

  test('a key has no session to end', async () => {
    expect((await api.call('DELETE', '/v1/session', { key: api.administrator })).status).toBe(404);
  });
});

describe('behind a public https address', () => {
  let behind: Api;
  beforeAll(async () => {
    behind = await startApi({ publicUrl: 'https://registrar.example' });
  });
  afterAll(() => behind.close());

  test('the cookie is bound to the host and to https', async () => {
    const answer = await behind.call('POST', '/v1/session', {
      body: { key: behind.administrator },
      headers: { host: 'registrar.example', origin: 'https://registrar.example' },
    });
    expect(String(answer.headers['set-cookie'])).toMatch(/^__Host-registrar-session=.*; Path=\/;.*Secure/);
    expect(answer.headers['strict-transport-security']).toBeDefined();
    const cookie = String(answer.headers['set-cookie']).split(';')[0]!;
    const csrf = String(answer.body['csrfToken']);
    const sent = { host: 'registrar.example', cookie, 'x-registrar-csrf': csrf };
    const body = { name: 'x', role: 'viewer' };
    const own = { ...sent, origin: 'https://registrar.example' };
    expect((await behind.call('POST', '/v1/keys', { headers: own, body })).status).toBe(201);
    const plain = { ...sent, origin: 'http://registrar.example' };
    expect((await behind.call('POST', '/v1/keys', { headers: plain, body })).status).toBe(403);
  });
});

describe('limits', () => {
  test('requests, unknown routes and refused credentials are limited', async () => {
    const limited = await startApi({
      limits: { requestsPerMinute: 5, unknownRoutesPerMinute: 3, refusalsPerMinute: 4 },
    });
    try {
      const statuses = async (url: string, key?: string) => {
        const found: number[] = [];
        for (let count = 0; count < 7; count += 1) found.push((await limited.call('GET', url, { key })).status);
        return found;
      };
      expect(await statuses('/v1/summary', limited.viewer)).toEqual([200, 200, 200, 200, 200, 429, 429]);
      expect(await statuses('/v1/summary')).toEqual([401, 401, 401, 401, 429, 429, 429]);
      expect(await statuses('/nothing')).toEqual([404, 404, 404, 429, 429, 429, 429]);
      const other = await limited.call('GET', '/v1/summary', { key: limited.operator });
      expect(other.status, 'another principal has a budget of its own').toBe(200);
      const answer = await limited.call('GET', '/v1/summary', { key: limited.viewer });
      expect(problemName(answer)).toBe('rate-limited');
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    } finally {
      await limited.close();
    }
  });
});
