import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Packet } from '../../../domain/people/packets/packet.ts';
import type { TaskView } from '../../../domain/registration/view.ts';
import { discovered, fullMetadata, hostileTexts } from '../../support/packets.ts';
import { type Api, anApplicationBody, placesOf, problemName, startApi } from './harness.ts';

let api: Api;
let id: string;
const path = (registrationId = id) => `/v1/registrations/${registrationId}/packet`;

/** A registration of an application of its own, at a FHIR base URL. */
async function register(tenantId: string, metadata: object, fhirBaseUrl: string, more: object = {}): Promise<string> {
  const applicationId = `${tenantId}-app`;
  const put = await api.call('PUT', `/v1/applications/${applicationId}`, {
    key: api.administrator,
    body: { clientMetadata: metadata, launchUris: ['https://app.example/launch'] },
  });
  expect(put.status).toBe(201);
  const added = await api.call('POST', '/v1/tenants', {
    key: api.operator,
    body: {
      tenantId,
      name: `Clinic ${tenantId}`,
      registrations: [{ applicationId, fhirBaseUrl, method: 'manual', ...more }],
    },
  });
  expect(added.status).toBe(202);
  const [registration] = added.body['registrations'] as { registrationId: string }[];
  return registration!.registrationId;
}

beforeAll(async () => {
  api = await startApi();
  id = await register('mercy', fullMetadata, 'https://ehr.example/Interconnect/api/FHIR/R4');
});
afterAll(() => api.close());

test('JSON is what comes without a wish', async () => {
  const answer = await api.call('GET', path(), { key: api.viewer });
  expect(answer.status).toBe(200);
  expect(answer.headers).toMatchObject({
    'content-type': 'application/json; charset=utf-8',
    vary: 'accept',
    'cache-control': 'no-store',
  });
  expect(answer.body as unknown as Packet).toMatchObject({
    registrationId: id,
    preparedAt: '2026-11-21T09:00:00.000Z',
    healthSystem: { tenantId: 'mercy', name: 'Clinic mercy' },
    environment: { name: 'production', class: 'production' },
    fhirBaseUrl: 'https://ehr.example/Interconnect/api/FHIR/R4',
    application: { name: 'Growth Chart', logo: 'https://app.example/logo.png' },
    client: {
      redirectUris: fullMetadata.redirect_uris,
      launchUris: ['https://app.example/launch'],
      jwksUri: 'https://app.example/jwks.json',
      scopeDialect: 'v2',
      further: { dsi_contact: 'dsi@app.example' },
    },
    playbook: { id: 'epic', recognisedBy: 'fhir-base-url' },
    pasteBack: { path: `/v1/registrations/${id}/credential` },
    missing: [],
  });
});

test.each([
  ['application/json', 'application/json; charset=utf-8'],
  ['text/markdown', 'text/markdown; charset=utf-8'],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'text/html; charset=utf-8'],
])('Accept: %s is answered with %s', async (accept, type) => {
  const answer = await api.call('GET', path(), { key: api.viewer, headers: { accept } });
  expect([answer.status, answer.headers['content-type']]).toEqual([200, type]);
});

test('format outranks Accept', async () => {
  const answer = await api.call('GET', `${path()}?format=markdown`, {
    key: api.viewer,
    headers: { accept: 'text/html' },
  });
  expect(answer.headers['content-type']).toBe('text/markdown; charset=utf-8');
});

test('Markdown is a file to keep', async () => {
  const answer = await api.call('GET', `${path()}?format=markdown`, { key: api.viewer });
  expect(answer.headers['content-disposition']).toBe(`attachment; filename="packet-${id}.md"`);
  expect(answer.text).toMatch(/^# Client registration: Growth Chart at Clinic mercy\n/);
});

test('the page loads nothing, runs nothing and is in no frame', async () => {
  const answer = await api.call('GET', `${path()}?format=html`, { key: api.viewer });
  expect(answer.headers['content-security-policy']).toMatch(
    /^default-src 'none'; sandbox; style-src 'sha256-[\w+/=]{44}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
  );
  expect(answer.headers['x-content-type-options']).toBe('nosniff');
  expect(answer.text).toMatch(/^<!doctype html>/);
});

test('what discovery found is in it, and tells the vendor behind a proxy', async () => {
  const behind = await register('behind-proxy', anApplicationBody.clientMetadata, 'https://ehr.example/r4');
  const view = await api.records.registration(behind, { tenantIds: null, applicationIds: null });
  await api.records.recordTransition({
    registrationId: behind,
    sequence: 2,
    at: '2026-11-21T09:00:01.000Z',
    type: 'registration.discovered',
    actor: 'system',
    message: 'found',
    view: {
      ...view!,
      sequence: 2,
      discovery: discovered({
        tokenEndpoint: 'https://authorization.cerner.com/tenants/1/token',
        capabilities: ['permission-v1'],
      }),
    },
  });
  const { body } = await api.call('GET', path(behind), { key: api.viewer });
  expect(body as unknown as Packet).toMatchObject({
    playbook: { id: 'oracle-health', recognisedBy: 'authorization-server' },
    client: { scopeDialect: 'v1', scopes: ['launch', 'openid', 'fhirUser', 'patient/Observation.read'] },
    server: { tokenEndpoint: 'https://authorization.cerner.com/tenants/1/token' },
    deadlines: [
      { duty: 'verify', owedBy: 'Oracle Health', state: 'not-started' },
      { duty: 'enable', owedBy: 'Oracle Health', state: 'not-started' },
    ],
  });
});

test('the deadlines run from the progress of the task, and its vendor outranks what is recognised', async () => {
  const view = await api.records.registration(id, { tenantIds: null, applicationIds: null });
  const record = (sequence: number, change: Partial<NonNullable<typeof view>>) =>
    api.records.recordTransition({
      registrationId: id,
      sequence,
      at: '2026-11-21T09:00:01.000Z',
      type: 'task.changed',
      actor: 'system',
      message: 'noted',
      view: { ...view!, sequence, ...change },
    });
  const task: TaskView = {
    kind: 'registration',
    state: 'submitted',
    since: '2026-11-18T15:00:00.000Z',
    owner: null,
    reference: null,
    submittedAt: '2026-11-20T15:00:00.000Z',
    verifiedAt: null,
    note: null,
    vendor: { playbookId: 'nextgen', certified: 'yes', developer: 'NextGen Healthcare', expectedWait: null },
    toldUntil: '2026-11-20T15:00:00.000Z',
    clocks: [],
  };
  const packet = async () => (await api.call('GET', path(), { key: api.viewer })).body as unknown as Packet;
  await record(2, { task });
  expect(await packet()).toMatchObject({
    playbook: { id: 'nextgen', recognisedBy: 'vendor' },
    deadlines: [
      { duty: 'verify', state: 'running', applies: 'yes', owedBy: 'NextGen Healthcare', dueOn: '2026-12-07' },
      { duty: 'enable', state: 'not-started' },
    ],
  });
  await record(3, { task: { ...task, kind: 'rotation' } });
  expect((await packet()).deadlines).toEqual([]);
  await record(4, { task: { ...task, vendor: { ...task.vendor!, playbookId: 'generic' } } });
  expect((await packet()).playbook).toMatchObject({ id: 'epic', recognisedBy: 'fhir-base-url' });
});

test('environment and registration change what is asked', async () => {
  const other = await register('sandboxed', anApplicationBody.clientMetadata, 'https://ehr.example/r4', {
    environment: 'sandbox',
    clientMetadata: { client_name: 'Growth Chart (sandbox)' },
  });
  const { body } = await api.call('GET', path(other), { key: api.viewer });
  expect(body as unknown as Packet).toMatchObject({
    application: { name: 'Growth Chart (sandbox)', logo: null },
    environment: { name: 'sandbox', class: 'nonProduction' },
    playbook: { id: 'generic', recognisedBy: 'none' },
    deadlines: [],
    missing: expect.arrayContaining([{ pointer: '/clientMetadata/logo_uri', message: expect.any(String) }]),
  });
});

describe('bad input', () => {
  test.each([
    ['an unknown format', '?format=pdf', 422, 'validation-failed', ['format']],
    ['a format twice', '?format=json&format=html', 422, 'validation-failed', ['format']],
    ['an empty format', '?format=', 422, 'validation-failed', ['format']],
    ['an unknown parameter', '?locale=de', 422, 'validation-failed', ['locale']],
  ])('%s', async (_name, query, status, name, places) => {
    const answer = await api.call('GET', `${path()}${query}`, { key: api.viewer });
    expect([answer.status, problemName(answer), placesOf(answer)]).toEqual([status, name, places]);
  });

  test('a media type that there is not', async () => {
    const answer = await api.call('GET', path(), { key: api.viewer, headers: { accept: 'application/pdf' } });
    expect([answer.status, problemName(answer)]).toEqual([406, 'not-acceptable']);
    expect(answer.body['detail']).toContain('text/markdown');
  });

  test('nobody, a stranger, and what does not exist', async () => {
    expect((await api.call('GET', path())).status).toBe(401);
    const { key } = await api.newKey('administrator', { tenantIds: ['other'] });
    for (const answer of [
      await api.call('GET', `${path()}?format=pdf`, { key }),
      await api.call('GET', path('mercy.mercy-app.production.other'), { key: api.viewer }),
      await api.call('GET', path('no-id'), { key: api.viewer }),
    ])
      expect([answer.status, problemName(answer)]).toEqual([404, 'not-found']);
  });

  test('it is read only, and changes nothing', async () => {
    const before = await api.counts();
    for (const format of ['json', 'markdown', 'html'])
      await api.call('GET', `${path()}?format=${format}`, { key: api.viewer });
    expect((await api.call('POST', path(), { key: api.administrator, body: {} })).status).toBe(404);
    expect(await api.counts()).toEqual(before);
  });
});

test('hostile metadata come out as text', async () => {
  const texts = hostileTexts.filter((text) => text.trim() !== '');
  const hostile = await register(
    'hostile',
    {
      ...fullMetadata,
      client_name: texts[0],
      contacts: texts.slice(0, 20),
      'x-<img src=x>': texts,
    },
    'https://ehr.example/r4',
  );
  const answerIn = (format: string) => api.call('GET', `${path(hostile)}?format=${format}`, { key: api.viewer });
  const page = (await answerIn('html')).text;
  expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(page).not.toMatch(/<(?:script|img|iframe|b)\b/i);
  const markdown = (await answerIn('markdown')).text;
  expect(markdown.split('\n')[0]).toBe('# Client registration: \\<script\\>alert(1)\\</script\\> at Clinic hostile');
  for (const text of [page, markdown]) expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  const { application } = (await answerIn('json')).body as unknown as Packet;
  expect(application.contacts).toEqual(texts.slice(0, 20));
});
