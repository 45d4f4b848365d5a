import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { EntityError } from '../../../domain/operations/request.ts';
import { type Api, addTenant, placesOf, problemName, startApi } from './harness.ts';

let api: Api;
let registrationId: string;
let holder: string;

beforeAll(async () => {
  api = await startApi();
  registrationId = await addTenant(api, 'clinic', 'growth-chart');
  holder = await addTenant(api, 'holder', 'growth-chart');
  await addTenant(api, 'foreign', 'other-app');
});
afterAll(() => api.close());
beforeEach(() => {
  api.entities.operated.length = 0;
});

const patch = (body: unknown, key = api.administrator) =>
  api.call('PATCH', `/v1/registrations/${registrationId}`, { key, body });

test('a client that was offered is taken up', async () => {
  expect((await patch({ shareWith: holder, reason: 'same server' })).status).toBe(202);
  expect(api.entities.operated).toMatchObject([
    { kind: 'shareClient', registrationId, reason: 'same server', details: { holderRegistrationId: holder } },
  ]);
});

test('headers take the place of those before, sealed, and the documents are read again', async () => {
  const value = 'planted-header-value-4f9a';
  const answer = await patch({ discoveryHeaders: { 'Epic-Client-ID': value } });
  expect(answer.status).toBe(202);
  expect(answer.text).not.toContain(value);
  expect(api.entities.operated).toMatchObject([{ kind: 'discover', registrationId }]);
  expect(JSON.stringify(api.entities.operated)).not.toContain(value);
  expect(await api.records.discoveryHeaders(registrationId)).toEqual({ 'Epic-Client-ID': value });
  expect((await patch({ discoveryHeaders: {} })).status).toBe(202);
  expect(await api.records.discoveryHeaders(registrationId)).toEqual({});
});

test('headers of a request that is refused are not kept', async () => {
  expect((await patch({ discoveryHeaders: { 'x-first': 'one' } })).status).toBe(202);
  api.entities.refuse = new EntityError('refused', 'Too much waits already.');
  const refused = await patch({ discoveryHeaders: { 'x-second': 'two' } });
  api.entities.refuse = null;
  expect([refused.status, problemName(refused)]).toEqual([409, 'operation-refused']);
  expect(await api.records.discoveryHeaders(registrationId)).toEqual({ 'x-first': 'one' });
});

test.each<[string, () => object, string, string]>([
  ['nobody', () => ({ shareWith: 'no.such.registration.main' }), 'cannot-share', '/shareWith'],
  ['what is no id', () => ({ shareWith: '../keys' }), 'cannot-share', '/shareWith'],
  ['another application', () => ({ shareWith: 'foreign.other-app.production.main' }), 'cannot-share', '/shareWith'],
  [
    'a client and metadata at once',
    () => ({ shareWith: holder, clientMetadata: { client_name: 'x' } }),
    'validation-failed',
    '/shareWith',
  ],
  [
    'headers and a policy at once',
    () => ({ discoveryHeaders: { a: 'b' }, rotationPolicy: null }),
    'validation-failed',
    '/discoveryHeaders',
  ],
  [
    'a header that Registrar sets itself',
    () => ({ discoveryHeaders: { Authorization: 'x' } }),
    'validation-failed',
    '/discoveryHeaders/Authorization',
  ],
  ['headers as a list', () => ({ discoveryHeaders: ['a'] }), 'validation-failed', '/discoveryHeaders'],
])('%s is refused and changes nothing', async (_what, body, problem, place) => {
  const before = await api.counts();
  const answer = await patch(body());
  expect([answer.status, problemName(answer), placesOf(answer)[0]]).toEqual([422, problem, place]);
  expect(await api.counts()).toEqual(before);
});

test('is for administrators, who see the holder', async () => {
  expect((await patch({ shareWith: holder }, api.operator)).status).toBe(403);
  const { key } = await api.newKey('administrator', { tenantIds: ['clinic'] });
  expect(problemName(await patch({ shareWith: holder }, key))).toBe('cannot-share');
});
