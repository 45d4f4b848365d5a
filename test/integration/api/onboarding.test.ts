import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { EntityError } from '../../../domain/operations/request.ts';
import { type Api, addTenant, anApplicationBody, problemName, startApi } from './harness.ts';

let api: Api;
let count = 0;
function fresh(prefix: string): string {
  count += 1;
  return `${prefix}-${count}`;
}

beforeAll(async () => {
  api = await startApi();
  await api.call('PUT', '/v1/applications/growth-chart', { key: api.administrator, body: anApplicationBody });
});
afterAll(() => api.close());
beforeEach(() => {
  api.entities.refuse = null;
  api.entities.started.length = 0;
  api.entities.operated.length = 0;
});

const aTenant = (tenantId: string, changes: object = {}) => ({
  tenantId,
  name: 'Clinic',
  registrations: [{ applicationId: 'growth-chart', fhirBaseUrl: 'https://ehr.example/fhir', ...changes }],
});

describe('applications', () => {
  test('201 at first, 200 for a new revision; answered as put, with defaults', async () => {
    const url = `/v1/applications/${fresh('app')}`;
    const created = await api.call('PUT', url, { key: api.administrator, body: anApplicationBody });
    expect(created.status).toBe(201);
    expect(created.headers['location']).toBe(url);
    expect(created.body).toMatchObject({
      revision: 1,
      ...anApplicationBody,
      authMethods: ['client_secret_basic', 'client_secret_post'],
      policies: { allowReplace: false, allowAnonymous: false, allowIssuerEndpoint: false, trimScopes: false },
    });
    const changed = { ...anApplicationBody, rotationPolicy: { renewBefore: 'PT10M' } };
    const again = await api.call('PUT', url, { key: api.administrator, body: changed });
    expect([again.status, again.body['revision']]).toEqual([200, 2]);
    const read = await api.call('GET', url, { key: api.viewer });
    expect(read.body).toEqual(again.body);
  });

  test('metadata of vendors that we do not know pass through', async () => {
    const body = { clientMetadata: { ...anApplicationBody.clientMetadata, vendor_extra: { a: [1] } } };
    const url = `/v1/applications/${fresh('app')}`;
    await api.call('PUT', url, { key: api.administrator, body });
    const read = await api.call('GET', url, { key: api.viewer });
    expect(read.body['clientMetadata']).toEqual(body.clientMetadata);
  });

  test('native redirect URIs are taken', async () => {
    const redirect_uris = ['com.example.app:/callback', 'http://127.0.0.1/callback', 'http://localhost:3000/callback'];
    const body = { clientMetadata: { ...anApplicationBody.clientMetadata, redirect_uris } };
    const answer = await api.call('PUT', `/v1/applications/${fresh('app')}`, { key: api.administrator, body });
    expect(answer.status).toBe(201);
  });
});

describe('tenants', () => {
  test('a tenant with a registration: accepted, readable, its entity started', async () => {
    const tenantId = fresh('clinic');
    const answer = await api.call('POST', '/v1/tenants', { key: api.operator, body: aTenant(tenantId) });
    const registrationId = `${tenantId}.growth-chart.production.main`;
    const self = `/v1/registrations/${registrationId}`;
    expect(answer.status).toBe(202);
    expect(answer.body).toEqual({
      tenantId,
      registrations: [{ registrationId, phase: 'discovering', links: { self, events: `${self}/events` } }],
    });
    await vi.waitUntil(() => api.entities.started.includes(registrationId));
    await vi.waitUntil(async () => !(await api.records.unstarted(100)).includes(registrationId));
    const read = await api.call('GET', self, { key: api.viewer });
    expect(read.body).toMatchObject({ registrationId, tenantId, method: 'auto', phase: 'discovering', sequence: 1 });
    expect(read.body['links']).toEqual({ self, events: `${self}/events` });
    const events = (await api.call('GET', `${self}/events`, { key: api.viewer })).body['items'] as object[];
    expect(events).toEqual([expect.objectContaining({ type: 'registration.created', sequence: 1, registrationId })]);
  });

  test('an initial access token is sealed and never answered', async () => {
    const tenantId = fresh('clinic');
    const initialAccessToken = `iat-${randomUUID()}`;
    const answer = await api.call('POST', '/v1/tenants', {
      key: api.operator,
      body: aTenant(tenantId, { initialAccessToken }),
    });
    const registrationId = `${tenantId}.growth-chart.production.main`;
    const start = await api.records.entityStart(registrationId);
    expect(await api.records.claimEnteringSecret(start!.initialAccessTokenRef!, registrationId)).toBe(
      initialAccessToken,
    );
    const read = await api.call('GET', `/v1/registrations/${registrationId}`, { key: api.administrator });
    expect(answer.text + read.text).not.toContain(initialAccessToken);
  });

  test('Temporal being away neither delays nor fails the answer', async () => {
    const tenantId = fresh('clinic');
    const start = vi
      .spyOn(api.entities, 'start')
      .mockRejectedValueOnce(new EntityError('unavailable', 'no answer from Temporal'));
    const answer = await api.call('POST', '/v1/tenants', { key: api.operator, body: aTenant(tenantId) });
    start.mockRestore();
    expect(answer.status).toBe(202);
    expect(await api.records.unstarted(100)).toContain(`${tenantId}.growth-chart.production.main`);
  });

  test('a name that does not resolve now is taken; discovery reports it', async () => {
    const body = aTenant(fresh('clinic'), { fhirBaseUrl: 'https://not-yet.example/fhir' });
    expect((await api.call('POST', '/v1/tenants', { key: api.operator, body })).status).toBe(202);
  });

  test('an allow-listed host may be plain http', async () => {
    const body = aTenant(fresh('clinic'), { fhirBaseUrl: 'http://127.0.0.1:8080/fhir' });
    expect((await api.call('POST', '/v1/tenants', { key: api.operator, body })).status).toBe(202);
  });

  test('an administrator may give endpoint and issuer', async () => {
    const tenantId = fresh('clinic');
    const registrationEndpoint = 'https://ehr.example/register?tenant=1';
    const body = aTenant(tenantId, { registrationEndpoint, issuer: 'https://ehr.example' });
    expect((await api.call('POST', '/v1/tenants', { key: api.administrator, body })).status).toBe(202);
    const config = await api.records.config(`${tenantId}.growth-chart.production.main`);
    expect(config).toMatchObject({ registrationEndpoint, issuer: 'https://ehr.example' });
  });

  test('more registrations are added to it', async () => {
    const tenantId = fresh('clinic');
    await api.call('POST', '/v1/tenants', { key: api.operator, body: { tenantId, name: 'Empty' } });
    const registrations = [
      { applicationId: 'growth-chart', fhirBaseUrl: 'https://ehr.example/a', endpointId: 'provider' },
      { applicationId: 'growth-chart', fhirBaseUrl: 'https://ehr.example/b', endpointId: 'patient' },
    ];
    const url = `/v1/tenants/${tenantId}`;
    const added = await api.call('POST', `${url}/registrations`, { key: api.operator, body: { registrations } });
    expect(added.status).toBe(202);
    const tenant = await api.call('GET', url, { key: api.viewer });
    expect(tenant.body['registrations']).toHaveLength(2);
    const byIss = await api.call('GET', '/v1/registrations?iss=https%3A%2F%2Fehr.example%2Fa%2F', { key: api.viewer });
    expect(byIss.body['items']).toEqual([expect.objectContaining({ endpointId: 'provider' })]);
  });

  test('is renamed, and removed once everything is retired', async () => {
    const tenantId = fresh('clinic');
    await api.call('POST', '/v1/tenants', { key: api.operator, body: { tenantId, name: 'Empty' } });
    const url = `/v1/tenants/${tenantId}`;
    const renamed = await api.call('PATCH', url, { key: api.administrator, body: { name: 'Renamed' } });
    expect([renamed.status, renamed.body['name']]).toEqual([200, 'Renamed']);
    const headers = { 'idempotency-key': randomUUID() };
    expect((await api.call('DELETE', url, { key: api.administrator, headers })).status).toBe(204);
    expect((await api.call('DELETE', url, { key: api.administrator, headers })).status).toBe(204);
    expect((await api.call('DELETE', url, { key: api.administrator })).status).toBe(404);
    expect((await api.call('GET', url, { key: api.viewer })).status).toBe(404);
  });

  test('is not removed while a registration lives', async () => {
    const tenantId = fresh('clinic');
    await addTenant(api, tenantId, 'growth-chart');
    const answer = await api.call('DELETE', `/v1/tenants/${tenantId}`, { key: api.administrator });
    expect([answer.status, problemName(answer)]).toEqual([409, 'not-empty']);
  });

  test('lists are paged', async () => {
    const first = await api.call('GET', '/v1/registrations?limit=2&sort=-registrationId', { key: api.viewer });
    expect(first.body['items']).toHaveLength(2);
    const cursor = encodeURIComponent(String(first.body['nextCursor']));
    const second = await api.call('GET', `/v1/registrations?limit=2&sort=-registrationId&cursor=${cursor}`, {
      key: api.viewer,
    });
    const ids = [first, second].flatMap(({ body }) =>
      (body['items'] as { registrationId: string }[]).map(({ registrationId }) => registrationId),
    );
    expect(ids).toEqual([...new Set(ids)].sort().reverse());
  });
});

describe('idempotency', () => {
  test('the same key gives the first answer and does nothing more', async () => {
    const body = aTenant(fresh('clinic'));
    const headers = { 'idempotency-key': randomUUID() };
    const first = await api.call('POST', '/v1/tenants', { key: api.operator, headers, body });
    await vi.waitUntil(() => api.entities.started.length > 0);
    const before = await api.counts();
    const again = await api.call('POST', '/v1/tenants', { key: api.operator, headers, body });
    expect([again.status, again.body]).toEqual([202, first.body]);
    expect(await api.counts()).toEqual(before);
  });

  test('the answer is kept in the transaction that creates: a crash right after does not lose it', async () => {
    const body = aTenant(fresh('clinic'));
    const headers = { 'idempotency-key': randomUUID() };
    const complete = vi.spyOn(api.records, 'completeIdempotent').mockRejectedValue(new Error('killed'));
    const first = await api.call('POST', '/v1/tenants', { key: api.operator, headers, body });
    complete.mockRestore();
    const again = await api.call('POST', '/v1/tenants', { key: api.operator, headers, body });
    expect([first.status, again.status, again.body]).toEqual([202, 202, first.body]);
  });

  test('another caller may use the same key for something else', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    for (const key of [api.operator, api.administrator]) {
      const answer = await api.call('POST', '/v1/tenants', { key, headers, body: aTenant(fresh('clinic')) });
      expect(answer.status).toBe(202);
    }
  });

  test('a request that failed can be made again under its key', async () => {
    const applicationId = fresh('late-app');
    const body = aTenant(fresh('clinic'), { applicationId });
    const headers = { 'idempotency-key': randomUUID() };
    const early = await api.call('POST', '/v1/tenants', { key: api.operator, headers, body });
    expect(problemName(early)).toBe('unknown-application');
    await api.call('PUT', `/v1/applications/${applicationId}`, { key: api.administrator, body: anApplicationBody });
    expect((await api.call('POST', '/v1/tenants', { key: api.operator, headers, body })).status).toBe(202);
  });

  test('a second try while the first one runs is told to come back', async () => {
    const registrationId = await addTenant(api, fresh('clinic'), 'growth-chart');
    const held = Promise.withResolvers<{ operationId: string }>();
    const reached = Promise.withResolvers<void>();
    const operate = vi.spyOn(api.entities, 'operate').mockImplementationOnce((_id, operation) => {
      reached.resolve();
      return held.promise.then(() => ({ operationId: operation.operationId }));
    });
    const request = { key: api.operator, headers: { 'idempotency-key': randomUUID() } };
    const first = api.call('POST', `/v1/registrations/${registrationId}/verify`, request);
    await reached.promise;
    const second = await api.call('POST', `/v1/registrations/${registrationId}/verify`, request);
    expect([second.status, problemName(second)]).toEqual([409, 'request-in-progress']);
    expect(second.headers['retry-after']).toBe('1');
    held.resolve({ operationId: '' });
    operate.mockRestore();
    expect((await first).status).toBe(202);
  });

  test('a crash between the entity and the stored answer does not carry the action out twice', async () => {
    const registrationId = await addTenant(api, fresh('clinic'), 'growth-chart');
    const request = { key: api.operator, headers: { 'idempotency-key': randomUUID() } };
    const complete = vi.spyOn(api.records, 'completeIdempotent').mockRejectedValueOnce(new Error('killed'));
    const url = `/v1/registrations/${registrationId}/rotate`;
    expect((await api.call('POST', url, request)).status).toBe(500);
    complete.mockRestore();
    expect((await api.call('POST', url, request)).status).toBe(409);
    api.clock.move(61_000);
    expect((await api.call('POST', url, request)).status).toBe(202);
    const [first, second] = api.entities.operated;
    expect(first!.operationId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(second!.operationId).toBe(first!.operationId);
  });
});

describe('operations', () => {
  test.each([
    ['POST', '/rotate', 'rotate'],
    ['POST', '/verify', 'verify'],
    ['POST', '/discover', 'discover'],
    ['DELETE', '', 'retire'],
  ])('%s …%s hands %s to the entity, with who and why', async (method, action, kind) => {
    const registrationId = await addTenant(api, fresh('clinic'), 'growth-chart');
    const { key, keyId } = await api.newKey('administrator');
    const answer = await api.call(method, `/v1/registrations/${registrationId}${action}`, {
      key,
      body: { reason: 'asked by the clinic' },
    });
    expect(answer.status).toBe(202);
    const operation = { registrationId, kind, actor: `key:${keyId}`, reason: 'asked by the clinic' };
    expect(api.entities.operated).toEqual([expect.objectContaining(operation)]);
    expect(answer.body).toEqual({ operationId: api.entities.operated[0]!.operationId, registrationId });
  });

  test('a token is sealed under its operation before the entity hears of it', async () => {
    const registrationId = await addTenant(api, fresh('clinic'), 'growth-chart');
    const token = `iat-${randomUUID()}`;
    const answer = await api.call('PUT', `/v1/registrations/${registrationId}/initial-access-token`, {
      key: api.operator,
      body: { token },
    });
    expect(answer.status).toBe(202);
    expect(answer.text).not.toContain(token);
    const [operation] = api.entities.operated;
    expect(operation).toMatchObject({ kind: 'supplyInitialAccessToken', registrationId });
    expect(JSON.stringify(operation)).not.toContain(token);
    expect(await api.records.claimEnteringSecret(operation!.operationId, registrationId)).toBe(token);
  });

  test('a refusal of the entity says why', async () => {
    const registrationId = await addTenant(api, fresh('clinic'), 'growth-chart');
    api.entities.refuse = new EntityError('refused', 'There is no credential yet.');
    const answer = await api.call('POST', `/v1/registrations/${registrationId}/rotate`, { key: api.operator });
    expect([answer.status, problemName(answer)]).toEqual([409, 'operation-refused']);
    expect(answer.body).toMatchObject({ reason: 'OperationNotPossible', detail: 'There is no credential yet.' });
  });

  test('Temporal being away is said', async () => {
    const registrationId = await addTenant(api, fresh('clinic'), 'growth-chart');
    api.entities.refuse = new EntityError('unavailable', 'connection refused to 10.0.0.1');
    const answer = await api.call('POST', `/v1/registrations/${registrationId}/rotate`, { key: api.operator });
    expect([answer.status, problemName(answer)]).toEqual([503, 'unavailable']);
    expect(answer.text).not.toContain('10.0.0.1');
  });

  test('an entity that is not running yet is started first', async () => {
    const registrationId = await addTenant(api, fresh('clinic'), 'growth-chart');
    await vi.waitUntil(() => api.entities.started.includes(registrationId));
    api.entities.missing.add(registrationId);
    const answer = await api.call('POST', `/v1/registrations/${registrationId}/verify`, { key: api.operator });
    expect(answer.status).toBe(202);
    expect(api.entities.operated).toHaveLength(1);
  });

  test('the eleventh retirement and the fifty-first rotation within an hour are refused', async () => {
    const registrationId = await addTenant(api, fresh('clinic'), 'growth-chart');
    const { key } = await api.newKey('administrator', {}, null);
    const statuses = async (method: string, url: string, times: number) => {
      const found: number[] = [];
      for (let time = 0; time < times; time += 1) found.push((await api.call(method, url, { key })).status);
      return found;
    };
    const self = `/v1/registrations/${registrationId}`;
    expect(await statuses('DELETE', self, 11)).toEqual([...Array(10).fill(202), 429]);
    expect(await statuses('POST', `${self}/rotate`, 51)).toEqual([...Array(50).fill(202), 429]);
    const refused = await api.call('DELETE', self, { key });
    expect(problemName(refused)).toBe('bulk-limit');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(3_000);
    expect(api.lines.map(({ event }) => event)).toContain('bulk-limit.reached');
    expect((await api.call('DELETE', self, { key: api.administrator })).status).toBe(202);
    api.clock.move(3_600_001);
    expect((await api.call('DELETE', self, { key })).status).toBe(202);
  });
});
