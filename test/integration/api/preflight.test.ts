import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { nextActions, type PreflightReport } from '../../../domain/discovery/preflight.ts';
import { type Answer, type Api, anApplicationBody, type Call, placesOf, problemName, startApi } from './harness.ts';

let api: Api;
let peer: Awaited<ReturnType<typeof startPeer>>;
/** Nobody listens there any more. */
let gone: string;
const planted = 'planted-header-value-1f2e3d4c';

/** A health system on loopback with a FHIR base for every kind of answer. */
async function startPeer() {
  const asked: { path: string; headers: IncomingHttpHeaders }[] = [];
  let base = '';
  const documents: Record<string, () => object> = {
    '/open/.well-known/smart-configuration': () => smartDocument(base, { registration_endpoint: `${base}/register` }),
    '/closed/.well-known/smart-configuration': () => smartDocument(base, {}),
    '/vendor/.well-known/smart-configuration': () =>
      smartDocument(base, { registration_endpoint: 'https://api.healthtogo.me/register' }),
    '/private/.well-known/smart-configuration': () =>
      smartDocument(base, { registration_endpoint: 'https://10.1.2.3/register' }),
  };
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push({ path, headers: request.headers });
    if (path.startsWith('/inward/')) {
      response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data' }).end();
      return;
    }
    if (path.startsWith('/busy/')) {
      response.writeHead(503).end('<html>\u001b[31mbusy</html>');
      return;
    }
    const body = documents[path]?.();
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body ?? { resourceType: 'OperationOutcome' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  base = `http://${host}`;
  return {
    host,
    base,
    asked,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const smartDocument = (base: string, more: object) => ({
  issuer: base,
  authorization_endpoint: `${base}/authorize`,
  token_endpoint: `${base}/token`,
  grant_types_supported: ['authorization_code'],
  capabilities: ['launch-ehr', 'client-confidential-symmetric', 'permission-v2'],
  code_challenge_methods_supported: ['S256'],
  scopes_supported: ['launch', 'openid', 'patient/*.read'],
  ...more,
});

beforeAll(async () => {
  peer = await startPeer();
  const stopped = await startPeer();
  gone = stopped.base;
  await stopped.close();
  api = await startApi({}, [peer.host, stopped.host]);
  await api.call('PUT', '/v1/applications/growth-chart', { key: api.administrator, body: anApplicationBody });
  const environments = {
    sandbox: { class: 'nonProduction', clientMetadata: { contacts: ['smart@app.example'] } },
    broken: { class: 'nonProduction', clientMetadata: { scope: 'launch patient/observation.rs' } },
  };
  const pages = ['client_uri', 'logo_uri', 'tos_uri', 'policy_uri'].map((name) => [
    name,
    `https://gone.example/${name}`,
  ]);
  await api.call('PUT', '/v1/applications/presented', {
    key: api.administrator,
    body: {
      clientMetadata: {
        ...anApplicationBody.clientMetadata,
        ...Object.fromEntries(pages),
        contacts: ['smart@app.example'],
      },
    },
  });
  await api.call('PUT', '/v1/applications/staged', {
    key: api.administrator,
    body: { ...anApplicationBody, environments },
  });
});
afterAll(async () => {
  await api.close();
  await peer.close();
});
beforeEach(() => {
  peer.asked.length = 0;
});

const preflight = (body: unknown, call: Call = { key: api.operator }) =>
  api.call('POST', '/v1/preflight', { ...call, body });
const at = (path: string, more: object = {}) => ({ fhirBaseUrl: `${peer.base}${path}`, ...more });
const reportOf = (answer: Answer) => {
  expect(answer.status).toBe(200);
  return answer.body as unknown as PreflightReport;
};

describe('a report', () => {
  test('of an application at a health system where clients register themselves', async () => {
    const report = reportOf(await preflight(at('/open', { applicationId: 'growth-chart' })));
    expect(report).toEqual({
      method: 'dynamic',
      discovery: expect.objectContaining({
        source: 'smart-configuration',
        registrationSource: 'smart-configuration',
        registrationEndpoint: `${peer.base}/register`,
        tokenEndpoint: `${peer.base}/token`,
        evidence: [expect.objectContaining({ url: `${peer.base}/open/.well-known/smart-configuration`, status: 200 })],
      }),
      lint: [{ code: 'contacts-missing', severity: 'warning', message: expect.any(String), pointer: '/contacts' }],
      scopes: {
        requested: ['launch', 'openid', 'fhirUser', 'patient/Observation.rs'],
        sent: ['launch', 'openid', 'fhirUser', 'patient/Observation.rs'],
        advertised: ['launch', 'openid', 'patient/*.read'],
        registered: null,
        granted: null,
        differences: [{ scope: 'fhirUser', kind: 'not-advertised', message: expect.stringContaining('fhirUser') }],
      },
      nextAction: nextActions.getToken,
    });
  });

  test('of an environment of its own', async () => {
    const report = reportOf(await preflight(at('/open', { applicationId: 'staged', environment: 'sandbox' })));
    expect(report).toMatchObject({ method: 'dynamic', lint: [], nextAction: nextActions.add });
  });

  test('with an error in the metadata, which comes before everything else', async () => {
    const report = reportOf(await preflight(at('/closed', { applicationId: 'staged', environment: 'broken' })));
    expect(report).toMatchObject({ method: 'manual', nextAction: nextActions.correctMetadata });
    expect(report.lint).toContainEqual(
      expect.objectContaining({ code: 'scope-not-smart', severity: 'error', pointer: '/scope' }),
    );
  });

  test('of a vendor with rules of its own, whose pages are looked at', async () => {
    const lint = async (applicationId: string) =>
      reportOf(await preflight(at('/vendor', { applicationId }))).lint.map(
        ({ severity, code }) => `${severity} ${code}`,
      );
    expect(await lint('growth-chart')).toEqual([
      'warning contacts-missing',
      ...Array<string>(4).fill('error profile-member-missing'),
      'error profile-contact-domain',
    ]);
    expect(await lint('presented')).toEqual(Array<string>(4).fill('warning page-not-answering'));
  });

  test('names the endpoint that an administrator approves', async () => {
    const report = reportOf(await preflight(at('/vendor', { applicationId: 'presented' })));
    expect(report).toMatchObject({ method: 'dynamic', discovery: { registrationEndpoint: null } });
    expect(report.nextAction).toBe(
      'An administrator approves the registration endpoint https://api.healthtogo.me/register, which the SMART configuration names, once an operator has added the registration; nothing is sent to it before.',
    );
  });

  test('without an application is discovery only', async () => {
    const report = reportOf(await preflight(at('/closed')));
    expect(report).toMatchObject({ method: 'manual', lint: [], scopes: null, nextAction: nextActions.registerByHand });
    expect(report.discovery).toMatchObject({ registrationEndpoint: null, registrationSource: 'none' });
  });

  test('takes a registration endpoint and an issuer of an administrator', async () => {
    const given = { registrationEndpoint: `${peer.base}/given`, issuer: `${peer.base}/issuer` };
    const report = reportOf(await preflight(at('/closed', given), { key: api.administrator }));
    expect(report.method).toBe('dynamic');
    expect(report.discovery).toMatchObject({ ...given, registrationSource: 'operator' });
  });

  test('sends discovery headers of an administrator, and nothing repeats their values', async () => {
    const lines = api.lines.length;
    const body = at('/open', { discoveryHeaders: { 'Epic-Client-ID': planted } });
    const answer = await preflight(body, { key: api.administrator });
    expect(reportOf(answer).method).toBe('dynamic');
    expect(peer.asked.map(({ headers }) => headers['epic-client-id'])).toEqual([planted]);
    expect(answer.text + JSON.stringify(api.lines.slice(lines))).not.toContain(planted);
  });
});

describe('a health system that cannot be read is a finding', () => {
  test.each<[string, () => string, string, keyof typeof nextActions]>([
    ['no document', () => `${peer.base}/nothing`, 'discovery-failed', 'checkBaseUrl'],
    ['a busy server', () => `${peer.base}/busy`, 'peer-not-answering', 'tryLater'],
    ['a closed port', () => `${gone}/fhir`, 'peer-not-answering', 'tryLater'],
    ['a name that does not resolve', () => 'https://gone.example/fhir', 'peer-not-answering', 'tryLater'],
    ['a redirect to the metadata service', () => `${peer.base}/inward`, 'address-not-allowed', 'allowAddress'],
  ])('%s', async (_what, url, code, next) => {
    const answer = await preflight({ fhirBaseUrl: url(), applicationId: 'growth-chart' });
    const report = reportOf(answer);
    expect(report).toMatchObject({ method: null, nextAction: nextActions[next] });
    expect(report.discovery).toMatchObject({ source: 'none', tokenEndpoint: null, evidence: [] });
    expect(report.discovery.findings).toMatchObject([{ code, severity: 'error' }]);
    expect(report.scopes?.requested).toContain('launch');
    expect(answer.text).not.toMatch(/\\u001b|169\.254/);
  });

  test('and so is a private address in a document, which is not used', async () => {
    const report = reportOf(await preflight(at('/private', { applicationId: 'growth-chart' })));
    expect(report).toMatchObject({ method: 'manual', nextAction: nextActions.askHealthSystem });
    expect(report.discovery.findings).toContainEqual(
      expect.objectContaining({ code: 'endpoint-address-not-allowed', severity: 'error' }),
    );
  });
});

describe('it changes nothing', () => {
  /** Every row of every table. */
  async function everything(): Promise<Record<string, unknown>> {
    const tables = await sql<{ name: string }>`
      select table_name as name from information_schema.tables
      where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`.execute(api.db);
    expect(tables.rows.length).toBeGreaterThan(10);
    const read = tables.rows.map(async ({ name }) => {
      const { rows } = await sql<{ row: string }>`select t::text as row from ${sql.table(name)} as t`.execute(api.db);
      return [name, rows.map(({ row }) => row).sort()] as const;
    });
    return Object.fromEntries(await Promise.all(read));
  }

  test.each<[string, string, number]>([
    ['a success', '/open', 200],
    ['a failure', '/busy', 200],
  ])('with %s, and an idempotency key is of no use', async (_what, path, status) => {
    const before = await everything();
    const effects = [api.entities.started.length, api.entities.operated.length];
    for (let time = 0; time < 2; time += 1) {
      const headers = { 'idempotency-key': 'the-same' };
      const answer = await preflight(at(path, { applicationId: 'growth-chart' }), { key: api.operator, headers });
      expect(answer.status).toBe(status);
    }
    expect(await everything()).toEqual(before);
    expect([api.entities.started.length, api.entities.operated.length]).toEqual(effects);
  });
});

describe('is refused before anybody is asked', () => {
  const invalid = [422, 'validation-failed'] as const;
  test.each<[string, object | string, readonly [status: number, problem: string], string?]>([
    ['no FHIR base URL', {}, invalid, '/fhirBaseUrl'],
    ['an unknown member', { fhirBaseUrl: 'https://ehr.example', token: 'a' }, invalid, '/token'],
    ['a wrong type', { fhirBaseUrl: 7 }, invalid, '/fhirBaseUrl'],
    ['a bad id', { fhirBaseUrl: 'https://ehr.example', applicationId: 'A' }, invalid, '/applicationId'],
    ['a bad environment', { fhirBaseUrl: 'https://ehr.example', environment: 'a.b' }, invalid, '/environment'],
    [
      'an unknown application',
      { fhirBaseUrl: 'https://ehr.example', applicationId: 'nobody' },
      [422, 'unknown-application'],
      '/applicationId',
    ],
    ['a private address', { fhirBaseUrl: 'https://10.0.0.1/fhir' }, [422, 'address-not-allowed'], '/fhirBaseUrl'],
    [
      'a name of a private address',
      { fhirBaseUrl: 'https://internal.example/fhir' },
      [422, 'address-not-allowed'],
      '/fhirBaseUrl',
    ],
    ['plain http', { fhirBaseUrl: 'http://ehr.example/fhir' }, [422, 'url-not-allowed'], '/fhirBaseUrl'],
    ['a query', { fhirBaseUrl: 'https://ehr.example/fhir?a=b' }, [422, 'url-not-allowed'], '/fhirBaseUrl'],
    [
      'a private registration endpoint',
      { fhirBaseUrl: 'https://ehr.example/', registrationEndpoint: 'https://[::1]/register' },
      [422, 'address-not-allowed'],
      '/registrationEndpoint',
    ],
    [
      'an issuer with a fragment',
      { fhirBaseUrl: 'https://ehr.example/', issuer: 'https://ehr.example/#a' },
      [422, 'url-not-allowed'],
      '/issuer',
    ],
    [
      'a header that carries credentials',
      { fhirBaseUrl: 'https://ehr.example/', discoveryHeaders: { Authorization: planted } },
      invalid,
      '/discoveryHeaders/Authorization',
    ],
    [
      'a header of two lines',
      { fhirBaseUrl: 'https://ehr.example/', discoveryHeaders: { 'X-A': `${planted}\r\nX-B: c` } },
      invalid,
      '/discoveryHeaders/X-A',
    ],
    [
      'a header twice',
      { fhirBaseUrl: 'https://ehr.example/', discoveryHeaders: { 'X-A': planted, 'x-a': planted } },
      invalid,
      '/discoveryHeaders/x-a',
    ],
    [
      'a header that is no text',
      { fhirBaseUrl: 'https://ehr.example/', discoveryHeaders: { 'X-A': [planted] } },
      invalid,
      '/discoveryHeaders/X-A',
    ],
    [
      'too many headers',
      {
        fhirBaseUrl: 'https://ehr.example/',
        discoveryHeaders: Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`X-${index}`, planted])),
      },
      invalid,
      '/discoveryHeaders',
    ],
    ['malformed JSON', '{"fhirBaseUrl":', [400, 'malformed-json']],
  ])('%s', async (_what, body, [status, problem], place) => {
    const answer = await preflight(body, { key: api.administrator });
    expect([answer.status, problemName(answer), placesOf(answer)[0]]).toEqual([status, problem, place]);
    expect(answer.text).not.toContain(planted);
    expect(peer.asked).toEqual([]);
  });
});

describe('who asks', () => {
  test.each([
    ['registrationEndpoint', 'https://ehr.example/register'],
    ['issuer', 'https://ehr.example'],
    ['discoveryHeaders', { 'Epic-Client-ID': planted }],
  ])('an operator may not give %s', async (member, value) => {
    const answer = await preflight(at('/open', { [member]: value }));
    expect([answer.status, problemName(answer), placesOf(answer)]).toEqual([403, 'role-insufficient', [`/${member}`]]);
    expect(peer.asked).toEqual([]);
  });

  test('a viewer may not preflight', async () => {
    expect((await preflight(at('/open'), { key: api.viewer })).status).toBe(403);
  });

  test('nobody without a key', async () => {
    expect((await preflight(at('/open'), {})).status).toBe(401);
  });

  test('an application that the key is not bound to does not exist for it', async () => {
    const { key } = await api.newKey('operator', { applicationIds: ['staged'] });
    const hidden = await preflight(at('/open', { applicationId: 'growth-chart' }), { key });
    const unknown = await preflight(at('/open', { applicationId: 'nobody' }), { key });
    expect([hidden.status, problemName(hidden), hidden.body['errors']]).toEqual([
      unknown.status,
      'unknown-application',
      unknown.body['errors'],
    ]);
    expect(peer.asked).toEqual([]);
    expect((await preflight(at('/open', { applicationId: 'staged' }), { key })).status).toBe(200);
  });
});
