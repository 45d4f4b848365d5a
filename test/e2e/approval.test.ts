import { afterAll, beforeAll, expect, test } from 'vitest';
import { attentionOf } from '../../domain/people/attention.ts';
import type { ApiCaller } from '../support/apiCaller.ts';
import { describeWith } from '../support/describeWith.ts';
import { type FhirBase, keycloakSmartDocument, startFhirBase } from '../support/fhirBase.ts';
import { type FreshDatabase, freshDatabase } from '../support/freshDatabase.ts';
import { freshNamespace } from '../support/freshNamespace.ts';
import { type HttpProxy, startHttpProxy } from '../support/httpProxy.ts';
import { type KeycloakAdmin, keycloakAdmin } from '../support/keycloakAdmin.ts';
import { newMasterKey, type Product, scratch, startProduct, testPolicy } from '../support/product.ts';
import { waitFor } from '../support/waitFor.ts';

const headerValue = 'client-id-at-the-ehr-71c2';
const idOf = (tenantId: string) => `${tenantId}.portal.test2.main`;

/**
 * A realm of a real Keycloak behind two FHIR bases, whose SMART configuration leaves the registration endpoint out. What
 * was sent is read from Keycloak's own records, and from the requests that arrived.
 */
describeWith(['keycloak', 'postgres', 'temporal'], 'an endpoint that only the issuer names', (servers) => {
  let admin: KeycloakAdmin;
  let keycloak: HttpProxy;
  let first: FhirBase;
  let second: FhirBase;
  let document: Record<string, unknown>;
  let database: FreshDatabase;
  let product: Product;
  let api: ApiCaller;
  let directory: Awaited<ReturnType<typeof scratch>>;
  let registrationEndpoint: string;

  beforeAll(async () => {
    keycloak = await startHttpProxy(servers.keycloak.url);
    admin = keycloakAdmin({ ...servers.keycloak, url: keycloak.url });
    const complete = keycloakSmartDocument(`${keycloak.url}/realms/${servers.keycloak.realm}`);
    registrationEndpoint = String(complete['registration_endpoint']);
    delete complete['registration_endpoint'];
    document = complete;
    [first, second] = await Promise.all([startFhirBase(document), startFhirBase({ ...document })]);
    database = await freshDatabase(servers.postgres);
    directory = await scratch();
    product = await startProduct({
      dataDir: directory.dataDir,
      // The documents are read again every few seconds instead of every week.
      policy: { ...testPolicy, discoveryInterval: 3000 },
      environment: {
        DATABASE_URL: database.url,
        TEMPORAL_ADDRESS: servers.temporal.address,
        TEMPORAL_NAMESPACE: await freshNamespace(servers.temporal.address),
        REGISTRAR_MASTER_KEY: newMasterKey(),
        REGISTRAR_ALLOWED_HOSTS: `${keycloak.host},${first.host},${second.host},${new URL(servers.keycloak.url).host}`,
      },
    });
    api = await product.api();
    await api.ok('PUT', '/v1/applications/portal', {
      clientMetadata: {
        client_name: 'Two Bases',
        redirect_uris: ['https://portal.example.org/callback'],
        scope: 'launch openid fhirUser patient/*.rs',
      },
    });
  });

  afterAll(async () => {
    expect(await product?.stop()).toBe(0);
    await Promise.all([keycloak?.close(), first?.close(), second?.close()]);
    await database?.drop();
    await directory?.remove();
  });

  const registrations = () =>
    keycloak.exchanges.filter(({ method, path }) => method === 'POST' && path.includes('/clients-registrations/'));
  const add = async (tenantId: string, fhir: FhirBase, more: object = {}) =>
    await api.ok('POST', '/v1/tenants', {
      tenantId,
      name: tenantId,
      registrations: [
        {
          applicationId: 'portal',
          environment: 'test2',
          fhirBaseUrl: fhir.url,
          initialAccessToken: await admin.initialAccessToken(),
          ...more,
        },
      ],
    });
  const waiting = (tenantId: string) =>
    api.until(idOf(tenantId), 'waits for approval', ({ phase }) => phase === 'awaiting_approval');
  const approve = (tenantId: string, body: object) =>
    api.call('POST', `/v1/registrations/${idOf(tenantId)}/approve-endpoint`, body);
  const reasonOf = async (tenantId: string) => attentionOf(await api.registration(idOf(tenantId)))?.reason ?? null;

  test('waits for an administrator, and nothing is sent to it', async () => {
    await add('north', first, { discoveryHeaders: { 'Epic-Client-ID': headerValue } });
    const view = await waiting('north');
    expect(view.discovery).toMatchObject({
      registrationEndpoint: null,
      candidate: { registrationEndpoint, source: 'oauth-authorization-server' },
    });
    expect(attentionOf(view)?.message).toContain(registrationEndpoint);
    expect(registrations()).toEqual([]);
  });

  test('discovery headers went to the FHIR base only, and are told nowhere', async () => {
    expect(first.asked.length).toBeGreaterThan(0);
    for (const headers of first.asked) expect(headers['epic-client-id']).toBe(headerValue);
    expect(keycloak.exchanges.filter(({ path }) => path.includes('.well-known'))).not.toEqual([]);
    for (const { headers } of keycloak.exchanges) expect(headers).not.toHaveProperty('epic-client-id');
    const told = JSON.stringify([await api.registration(idOf('north')), await api.events(idOf('north'))]);
    expect(told).not.toContain(headerValue);
    expect(told).toContain('Epic-Client-ID');
  });

  test('an approval of something else is refused, and changes nothing', async () => {
    const { discovery } = await waiting('north');
    const pair = { registrationEndpoint, evidenceHash: discovery?.candidate?.evidenceHash };
    for (const stale of [
      { ...pair, evidenceHash: 'a'.repeat(64) },
      { ...pair, registrationEndpoint: `${registrationEndpoint}/other` },
    ]) {
      const answer = await approve('north', stale);
      expect([answer.status, answer.body['detail']]).toEqual([409, expect.stringContaining('is another one')]);
    }
    expect(registrations()).toEqual([]);
  });

  test('it is used once it was approved', async () => {
    const { discovery } = await waiting('north');
    const { status } = await approve('north', {
      registrationEndpoint,
      evidenceHash: discovery?.candidate?.evidenceHash,
      reason: 'Confirmed by the hospital',
    });
    expect(status).toBe(202);
    const view = await api.until(idOf('north'), 'is active', ({ phase }) => phase === 'active');
    expect(view.discovery).toMatchObject({ registrationEndpoint, registrationSource: 'oauth-authorization-server' });
    expect(registrations()).toHaveLength(1);
    const client = await admin.client(view.credential?.clientId ?? '');
    expect(client?.name).toBe('Two Bases');
    const approval = (await api.events(idOf('north'))).find(({ type }) => type === 'registration.endpoint-approved');
    expect(approval?.actor).toMatch(/^key:/);
    expect(approval?.message).toContain('Confirmed by the hospital');
  });

  test('another FHIR base behind the same server has a client of its own, and what was learned helps it', async () => {
    const probes = () =>
      keycloak.exchanges.filter(({ method, path }) => method === 'POST' && path.endsWith('/token')).length;
    const before = probes();
    await add('south', second, { registrationEndpoint });
    const view = await api.until(idOf('south'), 'is active', ({ phase }) => phase === 'active');
    // The first registration needed a control with a wrong secret as well; this one knows its outcome.
    expect(probes() - before).toBe(1);
    const north = await api.registration(idOf('north'));
    expect(view.discovery?.tokenEndpoint).toBe(north.discovery?.tokenEndpoint);
    expect(view.discovery?.registrationSource).toBe('operator');
    expect(view.credential?.clientId).not.toBe(north.credential?.clientId);
    for (const { credential } of [view, north])
      expect(await admin.client(credential?.clientId ?? '')).toMatchObject({ enabled: true });
  });

  test('what changes later is a difference in the timeline, found without asking', async () => {
    document['capabilities'] = ['launch-ehr', 'launch-standalone', 'client-confidential-symmetric', 'permission-v2'];
    const change = await waitFor(
      async () => (await api.events(idOf('north'))).find(({ changes }) => changes?.['capabilities'] !== undefined),
      { what: 'a change of the capabilities', milliseconds: 30_000 },
    );
    expect(change).toMatchObject({
      type: 'registration.discovered',
      changes: { capabilities: { from: ['sso-openid-connect'], to: ['launch-ehr'] } },
    });
    expect(await reasonOf('north')).toBeNull();
  });

  test('a token endpoint on another origin is not used, and cannot be approved', async () => {
    const tokenEndpoint = String(document['token_endpoint']);
    document['token_endpoint'] = tokenEndpoint.replace(keycloak.url, servers.keycloak.url);
    const view = await api.until(
      idOf('north'),
      'needs attention',
      (now) => attentionOf(now)?.reason === 'EndpointChanged',
      30_000,
    );
    expect(view.discovery).toMatchObject({ tokenEndpoint, proposal: { changed: ['tokenEndpoint'] } });
    const { registrationEndpoint: endpoint, evidenceHash } = view.discovery?.proposal ?? {};
    const answer = await approve('north', { registrationEndpoint: endpoint, evidenceHash });
    expect([answer.status, answer.body['detail']]).toEqual([409, expect.stringContaining('cannot be approved')]);
    document['token_endpoint'] = tokenEndpoint;
    const back = await api.until(idOf('north'), 'is as before', (now) => attentionOf(now) === null, 30_000);
    expect(back.discovery).not.toHaveProperty('proposal');
  });
});
