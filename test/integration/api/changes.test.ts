import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { EntityError } from '../../../domain/operations/request.ts';
import type { RegistrationView } from '../../../domain/registration/view.ts';
import { discoveryOf } from '../../support/entity.ts';
import { everything, nextEvent } from '../stores/records/fixture.ts';
import { type Api, addTenant, anApplicationBody, placesOf, problemName, startApi } from './harness.ts';

let api: Api;
let registrationId: string;
beforeAll(async () => {
  api = await startApi();
  registrationId = await addTenant(api, 'clinic', 'growth-chart');
});
afterEach(() => {
  api.entities.operated.length = 0;
});
afterAll(() => api.close());

const credential = {
  clientId: 'client-1',
  authMethod: 'client_secret_basic',
  ref: { store: 'database', name: 'n', versionId: 'v' },
  issuedAt: '2026-11-21T09:00:00.000Z',
  expiresAt: null,
  expiryKnown: true,
  clientExpiresAt: null,
  rotationDueAt: null,
  strategy: 'update',
  manageable: true,
  provedAt: '2026-11-21T09:00:00.000Z',
} as const;

const patch = (body: unknown, id = registrationId, key = api.administrator) =>
  api.call('PATCH', `/v1/registrations/${id}`, { key, body });
const rollOut = (body: unknown, applicationId = 'growth-chart', query = '', key = api.operator) =>
  api.call('POST', `/v1/applications/${applicationId}/rollouts${query}`, { key, body });

/** As its entity records it once it is registered. */
async function becomes(id: string, changes: Partial<RegistrationView>): Promise<void> {
  const view = await api.records.registration(id, everything);
  await api.records.recordTransition(nextEvent(view!, { phase: 'active', appliedRevision: 1, credential, ...changes }));
}

describe('PATCH of a registration', () => {
  test.each<[client: string, view: Partial<RegistrationView>, kept: number]>([
    ['a client', {}, 0],
    ['a client that was made from it meanwhile', { ownRevision: { applied: 1, desired: 1 } }, 2],
    ['no client yet', { credential: null }, 2],
  ])('that its entity refuses changes nothing, with %s', async (what, view, kept) => {
    const id = await addTenant(api, `refused-${what.length}`, 'growth-chart');
    await becomes(id, view);
    api.entities.refuse = new EntityError('refused', 'Too much waits already.');
    const answer = await patch({ clientMetadata: { client_name: 'Refused' } }, id);
    api.entities.refuse = null;
    expect([answer.status, problemName(answer)]).toEqual([409, 'operation-refused']);
    const newest = await api.records.config(id, { revision: null, ownRevision: null });
    expect(newest?.metadata['client_name']).toBe('Growth Chart');
    expect(await api.records.ownSettings(id)).toEqual({ revision: kept, settings: { clientMetadata: {} } });
    const page = await api.call('GET', `/v1/registrations/${id}`, { key: api.administrator });
    expect(page.body).toMatchObject({ ownRevision: { desired: kept } });
    // The number of what was taken back is taken by the next one.
    expect((await patch({ clientMetadata: { client_name: 'Taken' } }, id)).status).toBe(202);
    expect(await api.records.ownSettings(id)).toMatchObject({ revision: kept + 1 });
  });

  test('stores a merge patch and hands the change to its entity', async () => {
    const answer = await patch({
      clientMetadata: { redirect_uris: ['https://app.example/moved'], software_id: 'x' },
      rotationPolicy: { renewBefore: 'P7D' },
      policies: { allowReplace: true },
      reason: 'moved',
    });
    expect(answer).toMatchObject({ status: 202, body: { registrationId } });
    expect(api.entities.operated).toMatchObject([
      { registrationId, kind: 'changeMetadata', details: { revision: null }, reason: 'moved' },
    ]);
    expect(answer.body['operationId']).toBe(api.entities.operated[0]?.operationId);
    expect(await api.records.config(registrationId, { revision: null, ownRevision: null })).toMatchObject({
      metadata: { redirect_uris: ['https://app.example/moved'], software_id: 'x', client_name: 'Growth Chart' },
      rotationPolicy: { renewBefore: 'P7D' },
      policies: { allowReplace: true, allowAnonymous: false },
    });
  });

  test('takes a member back to the application by null, one or all of them', async () => {
    await patch({ clientMetadata: { redirect_uris: null }, policies: null });
    const newest = { revision: null, ownRevision: null };
    expect(await api.records.config(registrationId, newest)).toMatchObject({
      metadata: { ...anApplicationBody.clientMetadata, software_id: 'x' },
      policies: { allowReplace: false },
    });
    await patch({ clientMetadata: null, rotationPolicy: { renewBefore: null } });
    expect(await api.records.config(registrationId, newest)).toMatchObject({
      metadata: anApplicationBody.clientMetadata,
      rotationPolicy: {},
    });
  });

  test('of what is the same already stores nothing, and still answers by an event', async () => {
    await patch({ clientMetadata: { software_id: 'same' } });
    const before = await api.records.ownSettings(registrationId);
    expect((await patch({ clientMetadata: { software_id: 'same' } })).status).toBe(202);
    expect(await api.records.ownSettings(registrationId)).toEqual(before);
    expect(api.entities.operated).toHaveLength(2);
  });

  test('repeated under one key is stored and asked for once', async () => {
    const send = () =>
      api.call('PATCH', `/v1/registrations/${registrationId}`, {
        key: api.administrator,
        headers: { 'idempotency-key': 'once' },
        body: { clientMetadata: { software_id: 'once' } },
      });
    const [one, two] = [await send(), await send()];
    expect(two.body).toEqual(one.body);
    expect(api.entities.operated).toHaveLength(1);
  });

  test('names the revision to bring the client to', async () => {
    const id = await addTenant(api, 'revisions', 'revised');
    await api.call('PUT', '/v1/applications/revised', {
      key: api.administrator,
      body: { ...anApplicationBody, launchUris: ['https://app.example/launch'] },
    });
    expect(placesOf(await patch({ revision: 1 }, id))).toEqual(['/revision']);
    await becomes(id, {});
    expect(await patch({ revision: 1 }, id)).toMatchObject({ status: 202 });
    expect(api.entities.operated).toMatchObject([{ details: { revision: 1 } }]);
    const unknown = await patch({ revision: 3 }, id);
    expect([unknown.status, placesOf(unknown)]).toEqual([422, ['/revision']]);
    expect(String(unknown.body['detail'])).toContain('the newest is 2');
  });

  test('of what is retired is refused, and stores nothing', async () => {
    const id = await addTenant(api, 'gone', 'growth-chart');
    await becomes(id, { phase: 'retired' });
    const answer = await patch({ clientMetadata: { software_id: 'x' } }, id);
    expect([answer.status, problemName(answer)]).toEqual([409, 'operation-refused']);
    expect((await api.records.ownSettings(id))?.revision).toBe(0);
  });

  test('of a client that belongs to another registration is refused, and stores nothing', async () => {
    const id = await addTenant(api, 'sharer', 'growth-chart');
    await becomes(id, { clientBinding: 'shared', holderRegistrationId: registrationId });
    const answer = await patch({ clientMetadata: { software_id: 'x' } }, id);
    expect([answer.status, problemName(answer)]).toEqual([409, 'operation-refused']);
    expect(String(answer.body['detail'])).toContain(registrationId);
    expect((await api.records.ownSettings(id))?.revision).toBe(0);
  });

  test.each<[what: string, body: unknown, at: string]>([
    ['nothing', {}, ''],
    ['only a reason', { reason: 'because' }, ''],
    ['an unknown member', { phase: 'active', policies: {} }, '/phase'],
    ['metadata that are a list', { clientMetadata: [] }, '/clientMetadata'],
    [
      'a member that only the server gives',
      { clientMetadata: { client_secret: 'planted' } },
      '/clientMetadata/client_secret',
    ],
    ['no redirect URI at all', { clientMetadata: { redirect_uris: [] } }, '/clientMetadata/redirect_uris'],
    [
      'an unusable redirect URI',
      { clientMetadata: { redirect_uris: ['https://app.example/{tenant}'] } },
      '/clientMetadata/redirect_uris/0',
    ],
    ['a scope that is no text', { clientMetadata: { scope: 7 } }, '/clientMetadata/scope'],
    [
      'a private key',
      { clientMetadata: { jwks: { keys: [{ kty: 'EC', d: 'planted' }] } } },
      '/clientMetadata/jwks/keys/0/d',
    ],
    ['a policy that is none', { policies: { allowEverything: true } }, '/policies/allowEverything'],
    ['a policy that is neither yes nor no', { policies: { allowReplace: 'yes' } }, '/policies/allowReplace'],
    ['a duration that is none', { rotationPolicy: { renewBefore: 'soon' } }, '/rotationPolicy/renewBefore'],
    ['a revision that is none', { revision: 0 }, '/revision'],
    ['a reason that is too long', { policies: {}, reason: 'x'.repeat(501) }, '/reason'],
  ])('with %s is refused, and changes nothing', async (_, body, at) => {
    const before = await api.counts();
    const answer = await patch(body);
    expect([answer.status, placesOf(answer)[0]]).toEqual([422, at]);
    expect(answer.text).not.toContain('planted');
    expect(await api.counts()).toEqual(before);
  });

  test('that would leave a client without what it needs is refused', async () => {
    const id = await addTenant(api, 'bare', 'bare-app');
    const answer = await patch({ clientMetadata: { contacts: [1] } }, id);
    expect([answer.status, placesOf(answer)]).toEqual([422, ['/clientMetadata/contacts/0']]);
  });

  test.each([
    ['operator', 403],
    ['viewer', 403],
  ] as const)('by an %s is refused', async (role, status) => {
    expect((await patch({ policies: {} }, registrationId, api[role])).status).toBe(status);
  });

  test('of a registration that the caller may not see is not found', async () => {
    const { key } = await api.newKey('administrator', { tenantIds: ['other'] });
    expect((await patch({ policies: {} }, registrationId, key)).status).toBe(404);
  });
});

describe('a dry run of a rollout', () => {
  const applicationId = 'rolled-out';
  const ids: Record<string, string> = {};
  const kinds = ['changes', 'by-hand', 'no-management', 'not-yet', 'equal', 'left'];

  beforeAll(async () => {
    for (const tenantId of kinds) ids[tenantId] = await addTenant(api, tenantId, applicationId);
    const unmanaged = { ...credential, manageable: false, strategy: 'none' } as const;
    const discovery = discoveryOf({ registrationEndpoint: 'https://ehr.example/register' });
    await becomes(ids['changes']!, { discovery });
    await becomes(ids['by-hand']!, { credential: unmanaged });
    await becomes(ids['no-management']!, { credential: unmanaged, discovery });
    await becomes(ids['equal']!, { appliedRevision: 2 });
    await becomes(ids['left']!, { phase: 'retired' });
    await api.call('PUT', `/v1/applications/${applicationId}`, {
      key: api.administrator,
      body: { clientMetadata: { ...anApplicationBody.clientMetadata, redirect_uris: ['https://app.example/moved'] } },
    });
  });

  test('says for each registration how it would get the revision, and why', async () => {
    const before = await api.counts();
    const { status, body } = await rollOut({ revision: 2, dryRun: true }, applicationId);
    expect(status).toBe(200);
    expect(body).toMatchObject({ applicationId, revision: 2, dryRun: true, unchanged: 1 });
    const items = body['items'] as { registrationId: string; class: string; reason: string; members: string[] }[];
    expect(items.map((item) => [item.registrationId.split('.')[0], item.class, item.reason, item.members])).toEqual([
      ['by-hand', 'task', 'MetadataByHand', ['redirect_uris']],
      ['changes', 'automatic', 'MetadataUpdatable', ['redirect_uris']],
      ['no-management', 'new_client', 'NewClientInstead', ['redirect_uris']],
      ['not-yet', 'automatic', 'MetadataForFirstClient', []],
    ]);
    expect(await api.counts()).toEqual(before);
  });

  test('comes in pages that come to the same', async () => {
    const all = (await rollOut({ revision: 2, dryRun: true }, applicationId)).body['items'];
    const items: unknown[] = [];
    let unchanged = 0;
    for (let query: string | null = '?limit=2'; query !== null; ) {
      const { body } = await rollOut({ revision: 2, dryRun: true }, applicationId, query);
      items.push(...(body['items'] as unknown[]));
      unchanged += Number(body['unchanged']);
      query = body['nextCursor'] === undefined ? null : `?limit=2&cursor=${String(body['nextCursor'])}`;
    }
    expect([items, unchanged]).toEqual([all, 1]);
  });

  test('counts what the registration sets itself', async () => {
    await patch({ clientMetadata: { redirect_uris: ['https://app.example/callback'] } }, ids['changes']);
    const { body } = await rollOut({ revision: 2, dryRun: true }, applicationId);
    expect(body['unchanged']).toBe(2);
    await patch({ clientMetadata: null }, ids['changes']);
  });

  test('shows a bounded key its own registrations only', async () => {
    const { key } = await api.newKey('operator', { tenantIds: ['changes'] });
    const { body } = await rollOut({ revision: 2, dryRun: true }, applicationId, '', key);
    expect((body['items'] as unknown[]).length).toBe(1);
  });

  test.each<[what: string, body: unknown, query: string, problem: string, at: string | undefined]>([
    ['no dry run', { revision: 2, dryRun: false }, '', 'not-available', '/dryRun'],
    ['neither', {}, '', 'validation-failed', '/revision'],
    ['a revision that does not exist', { revision: 9, dryRun: true }, '', 'validation-failed', '/revision'],
    ['a revision that is none', { revision: '2', dryRun: true }, '', 'validation-failed', '/revision'],
    ['an unknown member', { revision: 2, dryRun: true, wave: 1 }, '', 'validation-failed', '/wave'],
    ['too many at once', { revision: 2, dryRun: true }, '?limit=501', 'validation-failed', 'limit'],
    ['a made-up cursor', { revision: 2, dryRun: true }, '?cursor=abc', 'validation-failed', 'cursor'],
  ])('with %s is refused', async (_, body, query, problem, at) => {
    const answer = await rollOut(body, applicationId, query);
    expect([answer.status, problemName(answer), placesOf(answer)[0]]).toEqual([422, problem, at]);
  });

  test('is for operators, of applications that they may see', async () => {
    const body = { revision: 2, dryRun: true };
    expect((await rollOut(body, applicationId, '', api.viewer)).status).toBe(403);
    expect((await rollOut(body, 'nobody')).status).toBe(404);
    const { key } = await api.newKey('operator', { applicationIds: ['growth-chart'] });
    expect((await rollOut(body, applicationId, '', key)).status).toBe(404);
  });
});
