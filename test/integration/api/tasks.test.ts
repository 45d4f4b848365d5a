import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Api, addTenant, placesOf, problemName, startApi } from './harness.ts';

let api: Api;
let registrationId: string;

beforeAll(async () => {
  api = await startApi();
  registrationId = await addTenant(api, 'clinic', 'growth-chart');
});
afterAll(() => api.close());
beforeEach(() => {
  api.entities.operated.length = 0;
});

const patch = (body: unknown, key = api.operator) =>
  api.call('PATCH', `/v1/registrations/${registrationId}/task`, { key, body });
const inDays = (days: number) => new Date(api.clock.now() + days * 86_400_000).toISOString();

test('progress reaches the entity with what the playbook says of the vendor', async () => {
  const submittedAt = inDays(-1);
  const body = { state: 'submitted', owner: 'Ada', reference: null, submittedAt, reason: 'handed in by mail' };
  expect((await patch(body)).status).toBe(202);
  expect(api.entities.operated).toMatchObject([{ kind: 'updateTask', registrationId, reason: 'handed in by mail' }]);
  expect(api.entities.operated[0]?.details).toEqual({
    state: 'submitted',
    owner: 'Ada',
    reference: null,
    submittedAt: Date.parse(submittedAt),
    vendor: { playbookId: 'generic', certified: 'unknown', developer: null, expectedWait: null },
  });
});

test.each<[string, () => unknown, string]>([
  ['nothing to change', () => ({}), ''],
  ['only a reason', () => ({ reason: 'because' }), ''],
  ['another state', () => ({ state: 'done' }), '/state'],
  ['an owner of two lines', () => ({ owner: 'Ada\nBob' }), '/owner'],
  ['an owner with a terminal escape', () => ({ owner: 'Ada\u001b[31m' }), '/owner'],
  ['a reference that is too long', () => ({ reference: 'x'.repeat(201) }), '/reference'],
  ['a note that is too long', () => ({ note: 'x'.repeat(2001) }), '/note'],
  ['a time without a zone', () => ({ submittedAt: '2026-11-20T10:00:00' }), '/submittedAt'],
  ['a submission in the future', () => ({ state: 'submitted', submittedAt: inDays(1) }), '/submittedAt'],
  ['a verification in the future', () => ({ state: 'verified', verifiedAt: inDays(1) }), '/verifiedAt'],
  ['an unknown member', () => ({ state: 'open', clientSecret: 'x' }), '/clientSecret'],
])('%s is refused and changes nothing', async (_what, body, place) => {
  const before = await api.counts();
  const answer = await patch(body());
  expect([answer.status, problemName(answer), placesOf(answer)[0]]).toEqual([422, 'validation-failed', place]);
  expect(await api.counts()).toEqual(before);
});

test('is not for viewers', async () => {
  expect((await patch({ state: 'open' }, api.viewer)).status).toBe(403);
});
