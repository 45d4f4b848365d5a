import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { discoveryOf } from '../../../support/entity.ts';
import { nextEvent } from '../../stores/records/fixture.ts';
import { type Api, addTenant, placesOf, problemName, startApi } from '../harness.ts';

let api: Api;
let registrationId: string;
let undiscovered: string;

const everything = { tenantIds: null, applicationIds: null };
const tokenEndpoint = 'https://ehr.example/token';

beforeAll(async () => {
  api = await startApi();
  registrationId = await addTenant(api, 'clinic', 'growth-chart');
  undiscovered = await addTenant(api, 'new-clinic', 'growth-chart');
  const view = await api.records.registration(registrationId, everything);
  if (view === null) throw new Error('not added');
  const discovery = discoveryOf({
    registrationEndpoint: null,
    tokenEndpoint,
    authorizationEndpoint: 'https://ehr.example/authorize',
    issuer: 'https://login.example',
  });
  await api.records.recordTransition(nextEvent(view, { phase: 'manual_required', discovery }));
  await api.records.holdClient(tokenEndpoint, 'of-another', 'other-clinic.growth-chart.production.main');
});
afterAll(() => api.close());
beforeEach(() => {
  api.entities.operated.length = 0;
});

const secret = 'planted-secret-2c4b8d';
const rat = 'planted-rat-7f6e5d';
const uri = 'https://ehr.example/clients/planted-uri';
const supply = (body: unknown, headers = {}, key = api.operator, id = registrationId) =>
  api.call('POST', `/v1/registrations/${id}/credential`, { key, body, headers });

describe('a supplied credential', () => {
  test.each([
    [
      { clientId: 'epic-1', clientSecret: secret },
      { authMethod: null, issuedAt: null, expiresAt: null, expiryKnown: false, clientExpiresAt: null },
      { clientSecret: secret },
    ],
    [
      {
        clientId: 'a client id with blanks',
        tokenEndpointAuthMethod: 'client_secret_post',
        clientSecret: `${secret} %"\\`,
        issuedAt: '2026-01-02T03:04:05Z',
        expiresAt: '2199-01-01T00:00:00Z',
        clientExpiresAt: '2198-01-01T00:00:00Z',
        registrationAccessToken: rat,
        registrationClientUri: uri,
      },
      {
        authMethod: 'client_secret_post',
        issuedAt: Date.UTC(2026, 0, 2, 3, 4, 5),
        expiresAt: Date.UTC(2199, 0, 1),
        expiryKnown: true,
        clientExpiresAt: Date.UTC(2198, 0, 1),
      },
      { clientSecret: `${secret} %"\\`, registrationAccessToken: rat, registrationClientUri: uri },
    ],
    [
      { clientId: 'never', clientSecret: secret, expiresAt: null },
      { expiresAt: null, expiryKnown: true },
      { clientSecret: secret },
    ],
    [{ clientId: 'public', tokenEndpointAuthMethod: 'none' }, { authMethod: 'none' }, {}],
  ])('reaches the entity as words, its secrets are sealed: %#', async (body, details, secrets) => {
    const answer = await supply({ ...body, reason: 'from the portal' });
    expect(answer.status).toBe(202);
    const operationId = String(answer.body['operationId']);
    expect(api.entities.operated).toMatchObject([
      {
        kind: 'supplyCredential',
        operationId,
        reason: 'from the portal',
        details: { clientId: body.clientId, ...details },
      },
    ]);
    expect(JSON.stringify(api.entities.operated)).not.toContain('planted');
    const sealed = await api.records.claimEnteringSecret(operationId, registrationId);
    expect(JSON.parse(sealed ?? 'null')).toEqual(secrets);
    const { rows } = await sql<{
      all: string;
    }>`select encode(sealed_value, 'escape') as all from entering_secrets`.execute(api.db);
    expect(JSON.stringify(rows)).not.toContain('planted');
  });

  test('is taken once under one Idempotency-Key, also when its client is held meanwhile', async () => {
    const body = { clientId: 'once', clientSecret: secret };
    const headers = { 'idempotency-key': 'the-same' };
    const first = await supply(body, headers);
    await api.records.holdClient(tokenEndpoint, 'once', 'other-clinic.growth-chart.production.main');
    const second = await supply(body, headers);
    expect([second.status, second.body]).toEqual([202, first.body]);
    expect(api.entities.operated).toHaveLength(1);
    const other = await supply({ ...body, clientSecret: 'another' }, headers);
    expect([other.status, problemName(other)]).toEqual([422, 'idempotency-key-reused']);
  });

  const given = { clientId: 'x', clientSecret: secret };
  test.each<[string, unknown, string, string | undefined]>([
    ['nothing', {}, 'validation-failed', '/clientId'],
    ['an empty client id', { ...given, clientId: '' }, 'validation-failed', '/clientId'],
    ['a client id with a line break', { ...given, clientId: 'a\nb' }, 'validation-failed', '/clientId'],
    ['a secret that ends in a blank', { ...given, clientSecret: `${secret} ` }, 'validation-failed', '/clientSecret'],
    ['a secret that is no text', { ...given, clientSecret: [secret] }, 'validation-failed', '/clientSecret'],
    [
      'an unknown method',
      { ...given, tokenEndpointAuthMethod: 'tls_client_auth' },
      'validation-failed',
      '/tokenEndpointAuthMethod',
    ],
    [
      'a secret with a key',
      { ...given, tokenEndpointAuthMethod: 'private_key_jwt' },
      'validation-failed',
      '/clientSecret',
    ],
    [
      'a method without its secret',
      { clientId: 'x', tokenEndpointAuthMethod: 'client_secret_basic' },
      'validation-failed',
      '/clientSecret',
    ],
    [
      'a public client with a secret',
      { ...given, tokenEndpointAuthMethod: 'none' },
      'validation-failed',
      '/clientSecret',
    ],
    ['an expiry that has passed', { ...given, expiresAt: '2020-01-01T00:00:00Z' }, 'validation-failed', '/expiresAt'],
    ['an expiry that is no time', { ...given, expiresAt: 'never' }, 'validation-failed', '/expiresAt'],
    [
      'an expiry before it was issued',
      { ...given, issuedAt: '2026-01-02T00:00:00Z', expiresAt: '2025-12-31T00:00:00Z' },
      'validation-failed',
      '/expiresAt',
    ],
    ['a time of issue to come', { ...given, issuedAt: '2199-01-01T00:00:00Z' }, 'validation-failed', '/issuedAt'],
    [
      'an expiry without secret',
      { clientId: 'x', expiresAt: '2199-01-01T00:00:00Z' },
      'validation-failed',
      '/expiresAt',
    ],
    [
      'a client that has ended',
      { ...given, clientExpiresAt: '2020-01-01T00:00:00Z' },
      'validation-failed',
      '/clientExpiresAt',
    ],
    [
      'a token without its URI',
      { ...given, registrationAccessToken: rat },
      'validation-failed',
      '/registrationClientUri',
    ],
    [
      'a URI without its token',
      { ...given, registrationClientUri: uri },
      'validation-failed',
      '/registrationAccessToken',
    ],
    [
      'a URI that is none',
      { ...given, registrationAccessToken: rat, registrationClientUri: 'clients/planted' },
      'url-not-allowed',
      '/registrationClientUri',
    ],
    [
      'a URI with a password',
      { ...given, registrationAccessToken: rat, registrationClientUri: 'https://a:planted@ehr.example/c' },
      'url-not-allowed',
      '/registrationClientUri',
    ],
    [
      'a URI on another origin',
      { ...given, registrationAccessToken: rat, registrationClientUri: 'https://evil.example/planted' },
      'url-not-allowed',
      '/registrationClientUri',
    ],
    ['an unknown member', { ...given, client_secret: secret }, 'validation-failed', '/client_secret'],
    ['a client that another registration holds', { ...given, clientId: 'of-another' }, 'client-held', '/clientId'],
  ])('with %s is refused and changes nothing', async (_what, body, problem, place) => {
    const before = await api.counts();
    const answer = await supply(body);
    expect([answer.status, problemName(answer), placesOf(answer)[0]]).toEqual([
      problem === 'client-held' ? 409 : 422,
      problem,
      place,
    ]);
    expect(answer.text).not.toContain('planted');
    expect(await api.counts()).toEqual(before);
  });

  test('a URI on the origin of the token endpoint or the issuer is taken', async () => {
    const { status } = await supply({
      ...given,
      clientId: 'at-issuer',
      registrationAccessToken: rat,
      registrationClientUri: 'https://ehr.example/anything',
    });
    expect(status).toBe(202);
  });

  test('a client that is held is told to whom only where the caller may see that', async () => {
    const held = (key: string) => supply({ ...given, clientId: 'of-another' }, {}, key);
    expect((await held(api.operator)).text).toContain('other-clinic.growth-chart');
    const { key } = await api.newKey('operator', { tenantIds: ['clinic'] });
    expect((await held(key)).text).not.toContain('other-clinic');
  });

  test('is not for viewers, nor for those who do not see the registration', async () => {
    expect((await supply(given, {}, api.viewer)).status).toBe(403);
    const { key } = await api.newKey('operator', { tenantIds: ['elsewhere'] });
    expect((await supply(given, {}, key)).status).toBe(404);
  });

  test('of a registration whose endpoints are not known is for the entity to judge', async () => {
    expect((await supply(given, {}, api.operator, undiscovered)).status).toBe(202);
  });

  test('leaves nothing secret in the log', () => {
    expect(api.lines.length).toBeGreaterThan(20);
    expect(JSON.stringify(api.lines)).not.toContain('planted');
  });
});
