import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { discoveryOf } from '../../support/entity.ts';
import { nextEvent } from '../stores/records/fixture.ts';
import { type Api, addTenant, placesOf, problemName, startApi } from './harness.ts';

let api: Api;
let serverId: string;
let url: string;
const secret = 'planted secret of the service account +/%';
const tokenEndpoint = 'https://ehr.example/realms/hospital/protocol/openid-connect/token';
const everything = { tenantIds: null, applicationIds: null };
const discovery = discoveryOf({
  tokenEndpoint,
  registrationEndpoint: 'https://ehr.example/realms/hospital/clients-registrations/openid-connect',
  issuer: 'https://ehr.example/realms/hospital',
});

/** A tenant whose registration was discovered at the server, and waits for a token. */
async function discovered(tenantId: string, applicationId = 'growth-chart', found = discovery): Promise<string> {
  const registrationId = await addTenant(api, tenantId, applicationId);
  const view = await api.records.registration(registrationId, everything);
  if (view === null) throw new Error('the registration is not there');
  await api.records.recordTransition(nextEvent(view, { phase: 'awaiting_token', discovery: found }));
  return registrationId;
}

beforeAll(async () => {
  api = await startApi();
  await discovered('clinic');
  const { items } = await api.records.authorizationServers(everything, { limit: 10 });
  serverId = items[0]?.serverId ?? '';
  url = `/v1/authorization-servers/${serverId}`;
});
afterAll(() => api.close());

const service = { kind: 'service', clientId: 'registrar', clientSecret: secret };

describe('authorization servers', () => {
  test('appear with the registrations that discovery brought there, one row each', async () => {
    await discovered('second');
    const elsewhere = discoveryOf({ tokenEndpoint: 'https://ehr.example/other/token', issuer: null });
    await discovered('third', 'other-app', elsewhere);
    const { body } = await api.call('GET', '/v1/authorization-servers', { key: api.viewer });
    expect(body['items']).toHaveLength(2);
    expect(body['items']).toContainEqual(
      expect.objectContaining({ serverId, tokenEndpoint, issuer: discovery.issuer, registrations: 2, credentials: [] }),
    );
  });

  test('are paged by a cursor of their own', async () => {
    const first = await api.call('GET', '/v1/authorization-servers?limit=1', { key: api.viewer });
    const cursor = String(first.body['nextCursor']);
    const rest = await api.call('GET', `/v1/authorization-servers?limit=1&cursor=${cursor}`, { key: api.viewer });
    expect(rest.body['items']).toHaveLength(1);
    expect(rest.body['items']).not.toEqual(first.body['items']);
    const wrong = await api.call('GET', `/v1/initial-access-tokens?cursor=${cursor}`, { key: api.viewer });
    expect([wrong.status, placesOf(wrong)]).toEqual([422, ['cursor']]);
  });

  test('are seen by a bounded key only where it sees a registration, and counted so', async () => {
    const { key } = await api.newKey('viewer', { tenantIds: ['third'] });
    const list = await api.call('GET', '/v1/authorization-servers', { key });
    expect(list.body['items']).toHaveLength(1);
    expect((await api.call('GET', url, { key })).status).toBe(404);
    const { key: bound } = await api.newKey('viewer', { tenantIds: ['second'] });
    expect((await api.call('GET', url, { key: bound })).body).toMatchObject({ registrations: 1 });
    const { key: administrator } = await api.newKey('administrator', { tenantIds: ['second'] });
    const refused = await api.call('PATCH', url, { key: administrator, body: { name: 'x' } });
    expect([refused.status, problemName(refused)]).toEqual([403, 'key-bound']);
  });

  test('show what was learned from them', async () => {
    const lesson = { controlDiffers: true, controlAnswer: '401 invalid_client', learnedAt: 1000 };
    const place = { tokenEndpoint, authMethod: 'client_secret_basic', grant: 'authorization_code' } as const;
    await api.records.learnProbe(place, 'authorization_code', lesson);
    await api.records.learnProbe(place, 'refresh_token', { ...lesson, controlDiffers: false, learnedAt: 500 });
    const { body } = await api.call('GET', url, { key: api.viewer });
    expect(body['learned']).toEqual({
      proofs: [{ authMethod: 'client_secret_basic', controlDiffers: true, learnedAt: new Date(1000).toISOString() }],
      secretReplacedAt: null,
      secretKeptAt: null,
      updateNotSupportedAt: null,
    });
  });

  test('take a name, notes and policies, audited; what is left out stays', async () => {
    const patch = { name: 'Hospital Keycloak', notes: 'Certified developer: Example\nsince 2024' };
    expect((await api.call('PATCH', url, { key: api.administrator, body: patch })).body).toMatchObject(patch);
    const policies = { reissueManagementTokens: false };
    const { body } = await api.call('PATCH', url, { key: api.administrator, body: { policies, notes: null } });
    expect(body).toMatchObject({
      name: 'Hospital Keycloak',
      notes: null,
      policies: { issueInitialAccessTokens: true, reissueManagementTokens: false },
    });
    const rows = await api.db.selectFrom('audit').select('type').where('subject_id', '=', serverId).execute();
    expect(rows.map(({ type }) => type)).toEqual(['authorization-server.changed', 'authorization-server.changed']);
  });
});

describe('credentials', () => {
  test('are write-only: answers show kind, client id and when, and the waiting registrations are woken', async () => {
    const put = await api.call('PUT', `${url}/credentials`, { key: api.administrator, body: service });
    expect(put.status).toBe(200);
    expect(put.body).toEqual({ kind: 'service', clientId: 'registrar', putAt: expect.any(String) });
    const shown = await api.call('GET', url, { key: api.administrator });
    expect(shown.body['credentials']).toEqual([put.body]);
    expect(shown.text).not.toContain('planted');
    const waiting = await api.records.tokenWakeRequests(10);
    expect(waiting.map(({ registrationId }) => registrationId).sort()).toEqual([
      'clinic.growth-chart.production.main',
      'second.growth-chart.production.main',
    ]);
    for (const { registrationId, operationId } of waiting)
      await api.records.endTokenWakeRequest(registrationId, operationId);
    expect(await api.records.tokenWakeRequests(10)).toEqual([]);
  });

  test('wake a registration that began to wait at the same moment', async () => {
    const registrationId = await discovered('fourth');
    expect((await api.records.tokenWakeRequests(10)).map((one) => one.registrationId)).toEqual([registrationId]);
    const view = await api.records.registration(registrationId, everything);
    if (view === null) throw new Error('the registration is not there');
    const [{ operationId } = { operationId: '' }] = await api.records.tokenWakeRequests(10);
    await api.records.endTokenWakeRequest(registrationId, operationId);
    // It looked, and the credential did not help: it is not woken again and again.
    const looked = { ...discovery, serverCredential: 'service' as const };
    await api.records.recordTransition(nextEvent(view, { discovery: looked }));
    expect(await api.records.tokenWakeRequests(10)).toEqual([]);
  });

  test('are opened with the origins that they were sealed with', async () => {
    const access = await api.records.serverAccessById(serverId);
    expect(access?.credentials).toMatchObject([
      { kind: 'service', clientSecret: secret, tokenEndpoint, origins: ['https://ehr.example'], scope: null },
    ]);
    const { sealed_credential: sealed } = await api.db
      .selectFrom('authorization_server_credentials')
      .selectAll()
      .executeTakeFirstOrThrow();
    expect(Buffer.from(sealed).toString('latin1')).not.toContain('planted');
    const moved = { version_id: crypto.randomUUID() };
    await api.db.updateTable('authorization_server_credentials').set(moved).execute();
    await expect(api.records.serverAccessById(serverId)).rejects.toMatchObject({ code: 'failed' });
  });

  test('are replaced by another put, and removed for good', async () => {
    const body = { ...service, clientId: 'registrar-2' };
    expect((await api.call('PUT', `${url}/credentials`, { key: api.administrator, body })).status).toBe(200);
    expect((await api.records.serverAccessById(serverId))?.credentials).toMatchObject([{ clientId: 'registrar-2' }]);
    const remove = () => api.call('DELETE', `${url}/credentials/service`, { key: api.administrator });
    expect((await remove()).status).toBe(204);
    expect((await remove()).status).toBe(404);
    expect((await api.call('GET', url, { key: api.viewer })).body['credentials']).toEqual([]);
    const rows = await api.db.selectFrom('audit').select(['changes', 'message']).execute();
    expect(JSON.stringify(rows)).not.toContain('planted');
  });

  const administrator = { ...service, kind: 'administrator' };
  test.each<[string, unknown, number, string | undefined]>([
    ['no body', undefined, 422, ''],
    ['a kind that does not exist', { ...service, kind: 'root' }, 422, '/kind'],
    ['no secret', { kind: 'service', clientId: 'registrar' }, 422, '/clientSecret'],
    ['an empty secret', { ...service, clientSecret: '' }, 422, '/clientSecret'],
    ['a secret with a line break', { ...service, clientSecret: `${secret}\n` }, 422, '/clientSecret'],
    ['a client id with a line break', { ...service, clientId: 'a\nb' }, 422, '/clientId'],
    ['an unknown member', { ...service, password: secret }, 422, '/password'],
    ['a token endpoint that is none', { ...service, tokenEndpoint: 'ehr.example' }, 422, '/tokenEndpoint'],
    [
      'a token endpoint with a password',
      { ...service, tokenEndpoint: 'https://a:b@ehr.example/' },
      422,
      '/tokenEndpoint',
    ],
    [
      'a private token endpoint',
      { ...service, tokenEndpoint: 'https://internal.example/token' },
      422,
      '/tokenEndpoint',
    ],
    ['a plain http token endpoint', { ...service, tokenEndpoint: 'http://ehr.example/token' }, 422, '/tokenEndpoint'],
    ['origins without that of the token endpoint', { ...service, origins: ['https://other.example'] }, 422, '/origins'],
    [
      'an origin with a path',
      { ...service, origins: ['https://ehr.example', 'https://ehr.example/a'] },
      422,
      '/origins/1',
    ],
    ['a private origin', { ...service, origins: ['https://ehr.example', 'https://10.0.0.1'] }, 422, '/origins/1'],
    ['no origin', { ...service, origins: [] }, 422, '/origins'],
    ['a scope of two spaces', { ...service, scope: 'a  b' }, 422, '/scope'],
    [
      'an authentication method without a secret',
      { ...service, tokenEndpointAuthMethod: 'none' },
      422,
      '/tokenEndpointAuthMethod',
    ],
    [
      'an administrator elsewhere than at Keycloak',
      { ...administrator, tokenEndpoint: 'https://ehr.example/token' },
      422,
      '/tokenEndpoint',
    ],
  ])('refuse %s, and keep what was there', async (_what, body, status, at) => {
    const before = await api.records.serverAccessById(serverId);
    const answer = await api.call('PUT', `${url}/credentials`, { key: api.administrator, body });
    expect([answer.status, placesOf(answer)[0]]).toEqual([status, at]);
    expect(answer.text).not.toContain('planted');
    expect(await api.records.serverAccessById(serverId)).toEqual(before);
  });

  test('an administrator is taken at a Keycloak realm', async () => {
    const answer = await api.call('PUT', `${url}/credentials`, { key: api.administrator, body: administrator });
    expect(answer.body).toMatchObject({ kind: 'administrator', clientId: 'registrar' });
  });
});

describe('bad input to the other routes', () => {
  const unknown = '/v1/authorization-servers/as-00000000000000000000';
  test.each<[string, string, string | (() => string), unknown, number, string | undefined]>([
    ['a server that does not exist', 'GET', unknown, undefined, 404, undefined],
    ['an id that cannot exist', 'GET', '/v1/authorization-servers/%00', undefined, 404, undefined],
    ['a change of one that does not exist', 'PATCH', unknown, { name: 'x' }, 404, undefined],
    ['credentials of one that does not exist', 'PUT', `${unknown}/credentials`, service, 404, undefined],
    ['a removal at one that does not exist', 'DELETE', `${unknown}/credentials/service`, undefined, 404, undefined],
    ['a removal of a kind that does not exist', 'DELETE', () => `${url}/credentials/root`, undefined, 404, undefined],
    ['an unknown member of a change', 'PATCH', () => url, { issuer: 'https://a.example' }, 422, '/issuer'],
    ['a name of two lines', 'PATCH', () => url, { name: 'a\nb' }, 422, '/name'],
    ['notes with an escape', 'PATCH', () => url, { notes: 'a\u001b[2J' }, 422, '/notes'],
    ['a policy that does not exist', 'PATCH', () => url, { policies: { allow: true } }, 422, '/policies/allow'],
    [
      'a policy that is no boolean',
      'PATCH',
      () => url,
      { policies: { reissueManagementTokens: 1 } },
      422,
      '/policies/reissueManagementTokens',
    ],
    ['a limit of zero', 'GET', '/v1/authorization-servers?limit=0', undefined, 422, 'limit'],
    ['an unknown parameter', 'GET', '/v1/initial-access-tokens?state=waiting', undefined, 422, 'state'],
    ['a made-up cursor', 'GET', '/v1/initial-access-tokens?cursor=abc', undefined, 422, 'cursor'],
  ])('%s', async (_what, method, where, body, status, at) => {
    const answer = await api.call(method, typeof where === 'string' ? where : where(), {
      key: api.administrator,
      body,
    });
    expect([answer.status, placesOf(answer)[0]]).toEqual([status, at]);
  });
});

describe('initial access tokens', () => {
  const jwt = (exp: number) =>
    ['{"alg":"HS512"}', JSON.stringify({ exp }), 'planted']
      .map((part) => Buffer.from(part).toString('base64url'))
      .join('.');

  test('are listed with who supplied them, their end and their state, never a value', async () => {
    const registrationId = await addTenant(api, 'fifth', 'growth-chart');
    const exp = Math.floor(api.clock.now() / 1000) + 3600;
    const { body } = await api.call('PUT', `/v1/registrations/${registrationId}/initial-access-token`, {
      key: api.operator,
      body: { token: jwt(exp) },
    });
    const list = async () => {
      const answer = await api.call('GET', '/v1/initial-access-tokens', { key: api.viewer });
      expect(answer.text).not.toContain(Buffer.from('planted').toString('base64url'));
      return (answer.body['items'] as { tokenId: string }[]).find(({ tokenId }) => tokenId === body['operationId']);
    };
    expect(await list()).toEqual({
      tokenId: body['operationId'],
      registrationId,
      source: 'operator',
      authorizationServerId: null,
      suppliedBy: expect.stringMatching(/^key:/),
      suppliedAt: expect.any(String),
      expiresAt: new Date(exp * 1000).toISOString(),
      remainingCount: null,
      spentAt: null,
      state: 'claimed',
      expiring: true,
    });
    expect(await api.records.expiringTokens()).toBe(1);
    const day = 24 * 3_600_000;
    expect(await api.records.warnOfExpiringTokens(day)).toEqual([{ registrationId, expiresAt: exp * 1000 }]);
    expect(await api.records.warnOfExpiringTokens(day)).toEqual([]);
    await api.records.spendEnteringSecret(String(body['operationId']));
    expect(await list()).toMatchObject({ state: 'spent', remainingCount: 0, expiring: false });
    expect(await api.records.expiringTokens()).toBe(0);
  });

  test('that nobody claimed are listed as swept, and seen by nobody else', async () => {
    const registrationId = await addTenant(api, 'sixth', 'growth-chart');
    // The process died before an entity took the operation: one that was accepted is claimed.
    const operationId = crypto.randomUUID();
    const kind = 'initial-access-token';
    await api.records.putEnteringSecret({ operationId, registrationId, kind, value: 'opaque', suppliedBy: 'key:1' });
    const { key: early } = await api.newKey('viewer', { tenantIds: ['sixth'] });
    const before = await api.call('GET', '/v1/initial-access-tokens', { key: early });
    expect(before.body['items']).toMatchObject([{ registrationId, state: 'waiting' }]);
    api.clock.move(3_600_000);
    await api.records.sweepEnteringSecrets();
    const { key } = await api.newKey('viewer', { tenantIds: ['sixth'] });
    const mine = await api.call('GET', '/v1/initial-access-tokens', { key });
    expect(mine.body['items']).toMatchObject([{ registrationId, state: 'swept', expiresAt: null }]);
    const { key: other } = await api.newKey('viewer', { tenantIds: ['clinic'] });
    expect((await api.call('GET', '/v1/initial-access-tokens', { key: other })).body['items']).toEqual([]);
  });
});
