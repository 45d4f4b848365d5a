import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { EntityError } from '../../../domain/operations/request.ts';
import { type Api, addTenant, placesOf, problemName, startApi } from './harness.ts';

let api: Api;
let registrationId: string;
const pair = { registrationEndpoint: 'https://auth.ehr.example/register', evidenceHash: 'a'.repeat(64) };

beforeAll(async () => {
  api = await startApi();
  registrationId = await addTenant(api, 'clinic', 'growth-chart');
});
afterAll(() => api.close());
beforeEach(() => {
  api.entities.operated.length = 0;
  api.entities.refuse = null;
});

const approve = (body: unknown, key = api.administrator) =>
  api.call('POST', `/v1/registrations/${registrationId}/approve-endpoint`, { key, body });

test.each([pair, { ...pair, registrationEndpoint: null }])('%j reaches the entity with who approves', async (body) => {
  expect((await approve({ ...body, reason: 'confirmed by phone' })).status).toBe(202);
  expect(api.entities.operated).toMatchObject([
    { kind: 'approveEndpoint', registrationId, details: body, reason: 'confirmed by phone' },
  ]);
  expect(api.entities.operated[0]?.actor).toMatch(/^key:/);
});

test.each<[string, unknown, string]>([
  ['no body', undefined, ''],
  ['no endpoint', { evidenceHash: pair.evidenceHash }, '/registrationEndpoint'],
  ['no hash', { registrationEndpoint: pair.registrationEndpoint }, '/evidenceHash'],
  ['an endpoint that is no text', { ...pair, registrationEndpoint: 7 }, '/registrationEndpoint'],
  ['an empty endpoint', { ...pair, registrationEndpoint: '' }, '/registrationEndpoint'],
  [
    'an endpoint that is too long',
    { ...pair, registrationEndpoint: `https://${'a'.repeat(2000)}` },
    '/registrationEndpoint',
  ],
  ['a hash in upper case', { ...pair, evidenceHash: 'A'.repeat(64) }, '/evidenceHash'],
  ['a short hash', { ...pair, evidenceHash: 'a'.repeat(63) }, '/evidenceHash'],
  ['no hash at all', { ...pair, evidenceHash: null }, '/evidenceHash'],
  ['an unknown member', { ...pair, force: true }, '/force'],
])('%s is refused and changes nothing', async (_what, body, place) => {
  const before = await api.counts();
  const answer = await approve(body);
  expect([answer.status, problemName(answer), placesOf(answer)[0]]).toEqual([422, 'validation-failed', place]);
  expect(await api.counts()).toEqual(before);
});

test.each(['operator', 'viewer'] as const)('is not for %ss', async (role) => {
  const answer = await approve(pair, api[role]);
  expect([answer.status, problemName(answer)]).toEqual([403, 'role-insufficient']);
  expect(api.entities.operated).toEqual([]);
});

test('says what waits now when the pair is stale', async () => {
  api.entities.refuse = new EntityError('refused', 'The endpoint, or the document that names it, is another one.');
  const answer = await approve(pair);
  expect([answer.status, problemName(answer)]).toEqual([409, 'operation-refused']);
  expect(answer.body['detail']).toContain('is another one');
});

test('discovery headers are sealed, and only their names are told', async () => {
  const value = 'planted-header-value-5f3a';
  const body = {
    tenantId: 'with-headers',
    name: 'With Headers',
    registrations: [
      {
        applicationId: 'growth-chart',
        fhirBaseUrl: 'https://ehr.example/fhir',
        discoveryHeaders: { 'Epic-Client-ID': value },
      },
    ],
  };
  const added = await api.call('POST', '/v1/tenants', { key: api.administrator, body });
  expect(added.status).toBe(202);
  const id = 'with-headers.growth-chart.production.main';
  expect(await api.records.discoveryHeaders(id)).toEqual({ 'Epic-Client-ID': value });
  const shown = await api.call('GET', `/v1/registrations/${id}`, { key: api.administrator });
  const events = await api.call('GET', `/v1/registrations/${id}/events`, { key: api.administrator });
  expect(events.body['items']).toMatchObject([{ changes: { discoveryHeaders: { from: [], to: ['Epic-Client-ID'] } } }]);
  for (const { text } of [added, shown, events]) expect(text).not.toContain(value);
});
