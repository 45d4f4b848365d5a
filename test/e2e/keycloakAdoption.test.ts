import { afterAll, beforeAll, expect, test } from 'vitest';
import { findCondition } from '../../domain/registration/conditions.ts';
import type { RegistrationView } from '../../domain/registration/view.ts';
import type { ApiCaller } from '../support/apiCaller.ts';
import { describeWith } from '../support/describeWith.ts';
import { type FhirBase, keycloakSmartDocument, startFhirBase } from '../support/fhirBase.ts';
import { type FreshDatabase, freshDatabase } from '../support/freshDatabase.ts';
import { freshNamespace } from '../support/freshNamespace.ts';
import { type HttpProxy, startHttpProxy } from '../support/httpProxy.ts';
import { type KeycloakAdmin, keycloakAdmin } from '../support/keycloakAdmin.ts';
import { newMasterKey, type Product, scratch, startProduct, testPolicy } from '../support/product.ts';

const redirectUri = 'https://portal.example.org/callback';
const attention = ({ conditions }: RegistrationView) => findCondition(conditions, 'NeedsAttention')?.reason;

/**
 * Clients that an administrator made in Keycloak's console, and clients that are registered but disabled, in a realm of
 * their own on the real server. The judge is Keycloak's admin API and what a proxy before it saw.
 */
describeWith(['keycloak', 'postgres', 'temporal'], 'Keycloak, adoption and enablement', (servers) => {
  let admin: KeycloakAdmin;
  let keycloak: HttpProxy;
  let fhir: FhirBase;
  let database: FreshDatabase;
  let product: Product;
  let api: ApiCaller;
  let directory: Awaited<ReturnType<typeof scratch>>;
  let registrationEndpoint: string;

  beforeAll(async () => {
    keycloak = await startHttpProxy(servers.keycloak.url);
    const shared = keycloakAdmin({ ...servers.keycloak, url: keycloak.url });
    const realm = `adoption-${Date.now()}`;
    admin = await shared.newRealm(realm);
    registrationEndpoint = admin.registrationEndpoint;
    fhir = await startFhirBase(keycloakSmartDocument(admin.issuer));
    database = await freshDatabase(servers.postgres);
    directory = await scratch();
    product = await startProduct({
      dataDir: directory.dataDir,
      policy: { ...testPolicy, distributionTime: 6000 },
      environment: {
        DATABASE_URL: database.url,
        TEMPORAL_ADDRESS: servers.temporal.address,
        TEMPORAL_NAMESPACE: await freshNamespace(servers.temporal.address),
        REGISTRAR_MASTER_KEY: newMasterKey(),
        REGISTRAR_ALLOWED_HOSTS: `${keycloak.host},${fhir.host}`,
      },
    });
    api = await product.api();
    await api.ok('PUT', '/v1/applications/portal', {
      clientMetadata: { client_name: 'Patient Portal', redirect_uris: [redirectUri], scope: 'profile email' },
    });
  });

  afterAll(async () => {
    expect(await product?.stop()).toBe(0);
    await Promise.all([keycloak?.close(), fhir?.close()]);
    await database?.drop();
    await directory?.remove();
  });

  const idOf = (tenantId: string) => `${tenantId}.portal.sandbox.main`;

  async function add(tenantId: string, method: string, initialAccessToken?: string): Promise<void> {
    const token = initialAccessToken === undefined ? {} : { initialAccessToken };
    const registration = { applicationId: 'portal', environment: 'sandbox', fhirBaseUrl: fhir.url, method, ...token };
    await api.ok('POST', '/v1/tenants', { tenantId, name: tenantId, registrations: [registration] });
  }

  const supply = (tenantId: string, body: Record<string, unknown>) =>
    api.call('POST', `/v1/registrations/${idOf(tenantId)}/credential`, body);

  async function madeInTheConsole(clientId: string, change: Record<string, unknown> = {}): Promise<void> {
    await admin.createClient(clientId, {
      name: 'Patient Portal',
      protocol: 'openid-connect',
      publicClient: false,
      standardFlowEnabled: true,
      redirectUris: [redirectUri],
      ...change,
    });
  }

  /** Seconds since the epoch; the realm's secret-rotation policy sets it. */
  async function expiryOf(clientId: string): Promise<string> {
    const seconds = Number((await admin.client(clientId))?.attributes['client.secret.expiration.time']);
    return new Date(seconds * 1000).toISOString();
  }

  const posts = () =>
    keycloak.exchanges.filter(({ method, path }) => method === 'POST' && path.includes('/clients-reg'));

  test('a client of the admin console is adopted with a token, and rotated by RFC 7592', async () => {
    await add('console', 'adopt');
    const waiting = await api.until(idOf('console'), 'waits', ({ phase }) => phase === 'manual_required');
    expect(attention(waiting)).toBe('CredentialAwaited');
    await madeInTheConsole('by-hand');
    const before = await admin.secret('by-hand');
    const answer = await supply('console', {
      clientId: 'by-hand',
      clientSecret: before,
      expiresAt: await expiryOf('by-hand'),
      registrationAccessToken: await admin.registrationAccessToken('by-hand'),
      registrationClientUri: `${registrationEndpoint}/by-hand`,
    });
    expect(answer.status).toBe(202);
    const active = await api.until(idOf('console'), 'is active', ({ phase }) => phase === 'active');
    expect(active).toMatchObject({
      method: 'adopt',
      credentialHealth: 'healthy',
      credential: { clientId: 'by-hand', strategy: 'update', authMethod: 'client_secret_basic' },
    });
    expect(posts()).toEqual([]);
    const { versionId } = active.credential?.ref ?? {};
    const rotated = await api
      .until(
        idOf('console'),
        'has another version',
        ({ credential }) => credential?.ref.versionId !== versionId,
        150_000,
      )
      .catch(async (error: Error) => {
        const told = (await api.events(idOf('console'))).slice(-5).map(({ type, message }) => `${type}: ${message}`);
        throw new Error(`${error.message}; ${told.join(' | ')}`);
      });
    expect(rotated).toMatchObject({
      phase: 'active',
      credentialHealth: 'healthy',
      credential: { clientId: 'by-hand' },
    });
    expect(await admin.secret('by-hand')).not.toBe(before);
    expect(posts()).toEqual([]);
    const types = (await api.events(idOf('console'))).map(({ type }) => type);
    expect(types).toContain('credential.rotated');
  });

  test('a client that is registered but disabled by policy becomes active by itself once it is enabled', async () => {
    await admin.addRegistrationPolicy('client-disabled');
    await add('disabled', 'auto', await admin.initialAccessToken());
    const waiting = await api.until(idOf('disabled'), 'awaits', ({ phase }) => phase === 'awaiting_enablement');
    expect(attention(waiting)).toBe('ClientNotEnabled');
    expect(waiting.nextAttemptAt).not.toBeNull();
    const clientId = waiting.credential?.clientId ?? '';
    expect((await admin.client(clientId))?.enabled).toBe(false);
    await admin.setEnabled(clientId, true);
    const active = await api.until(idOf('disabled'), 'is active', ({ phase }) => phase === 'active');
    expect(active).toMatchObject({ credentialHealth: 'healthy', credential: { clientId } });
    expect(attention(active)).toBe('NotNeeded');
    expect(posts()).toHaveLength(1);
  });

  test('one that used to work and is disabled then is not registered anew, and is taken up again', async () => {
    const { clientId = '' } = (await api.registration(idOf('disabled'))).credential ?? {};
    const clients = (await admin.clients()).length;
    await admin.setEnabled(clientId, false);
    expect((await api.call('POST', `/v1/registrations/${idOf('disabled')}/verify`)).status).toBe(202);
    const gone = await api.until(idOf('disabled'), 'looks gone', (view) => attention(view) === 'ClientLooksGone');
    expect(gone).toMatchObject({ phase: 'active', credentialHealth: 'rejected' });
    expect([posts().length, (await admin.clients()).length]).toEqual([1, clients]);
    await admin.setEnabled(clientId, true);
    const back = await api.until(idOf('disabled'), 'works again', (view) => view.credentialHealth === 'healthy');
    expect(attention(back)).toBe('NotNeeded');
  });

  test('one that was deleted looks the same, and is not registered anew either', async () => {
    const { clientId = '' } = (await api.registration(idOf('disabled'))).credential ?? {};
    await admin.deleteClient(clientId);
    expect((await api.call('POST', `/v1/registrations/${idOf('disabled')}/verify`)).status).toBe(202);
    await api.until(idOf('disabled'), 'looks gone', (view) => attention(view) === 'ClientLooksGone');
    expect(posts()).toHaveLength(1);
    expect(await admin.client(clientId)).toBeNull();
  });

  test('a client supplied by hand is waited for with patience, then awaits its enablement, then works', async () => {
    await add('portal-path', 'manual');
    await api.until(idOf('portal-path'), 'waits', ({ phase }) => phase === 'manual_required');
    await madeInTheConsole('from-portal', { enabled: false });
    const body = { clientId: 'from-portal', clientSecret: await admin.secret('from-portal') };
    expect((await supply('portal-path', body)).status).toBe(202);
    const patient = await api.until(
      idOf('portal-path'),
      'is verified with patience',
      ({ phase, conditions }) =>
        phase === 'verifying' && findCondition(conditions, 'CredentialProved')?.reason === 'AwaitingDistribution',
    );
    expect(patient.nextAttemptAt).not.toBeNull();
    expect(attention(patient)).toBe('NotNeeded');
    const over = await api.until(idOf('portal-path'), 'awaits', ({ phase }) => phase === 'awaiting_enablement');
    expect(attention(over)).toBe('SuppliedCredentialRejected');
    await admin.setEnabled('from-portal', true);
    const active = await api.until(idOf('portal-path'), 'is active', ({ phase }) => phase === 'active');
    expect(active.credential).toMatchObject({ strategy: 'manual', expiryKnown: false });
  });

  test('its next secret is supplied by hand too; a wrong one leaves the current alone', async () => {
    const before = (await api.registration(idOf('portal-path'))).credential?.ref.versionId;
    const wrong = await supply('portal-path', { clientId: 'from-portal', clientSecret: 'not-the-secret' });
    const { operationId } = wrong.body as { operationId: string };
    await api.until(idOf('portal-path'), 'told', (view) => attention(view) === 'SuppliedCredentialRejected');
    const told = (await api.events(idOf('portal-path'))).filter((event) => event.operationId === operationId);
    expect(told.at(-1)).toMatchObject({ type: 'credential.rotation-failed', reason: 'SuppliedCredentialRejected' });
    expect(await api.registration(idOf('portal-path'))).toMatchObject({
      phase: 'active',
      credentialHealth: 'healthy',
      credential: { ref: { versionId: before } },
    });
    const right = { clientId: 'from-portal', clientSecret: await admin.secret('from-portal') };
    expect((await supply('portal-path', right)).status).toBe(202);
    const after = await api.until(
      idOf('portal-path'),
      'has the next version',
      ({ credential, credentialHealth }) => credential?.ref.versionId !== before && credentialHealth === 'healthy',
    );
    expect(attention(after)).toBe('NotNeeded');
  });

  test('a client that one registration holds is not taken by another', async () => {
    await add('thief', 'adopt');
    await api.until(idOf('thief'), 'waits', ({ phase }) => phase === 'manual_required');
    const answer = await supply('thief', { clientId: 'from-portal', clientSecret: await admin.secret('from-portal') });
    expect([answer.status, answer.body]).toMatchObject([409, { reason: 'ClientHeldElsewhere' }]);
  });
});
