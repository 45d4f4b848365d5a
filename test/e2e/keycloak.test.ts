import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseRegistrationId } from '../../domain/ids.ts';
import type { EventRecord } from '../../domain/ports/lists/events.ts';
import { findFreePort } from '../../runtime/embedded/freePort.ts';
import type { ApiCaller } from '../support/apiCaller.ts';
import { describeWith } from '../support/describeWith.ts';
import { type FhirBase, keycloakSmartDocument, startFhirBase } from '../support/fhirBase.ts';
import { type FreshDatabase, freshDatabase } from '../support/freshDatabase.ts';
import { freshNamespace } from '../support/freshNamespace.ts';
import { type HttpProxy, startHttpProxy } from '../support/httpProxy.ts';
import { type KeycloakAdmin, keycloakAdmin } from '../support/keycloakAdmin.ts';
import { newMasterKey, type Product, scratch, startProduct } from '../support/product.ts';
import { testUser } from '../support/servers/keycloak.ts';
import { waitFor } from '../support/waitFor.ts';

const consumerPath = fileURLToPath(new URL('./consumer/consumer.ts', import.meta.url));
const registrationId = 'mercy.portal.production.main';
const asked = ['launch', 'launch/patient', 'openid', 'fhirUser', 'offline_access', 'patient/*.rs'];

/**
 * The whole main job against real parts: Keycloak as authorization server, moto as secrets manager, PostgreSQL and
 * Temporal. What happened is read from Keycloak's own events and from the requests that moto got, never from our audit.
 */
describeWith(
  ['keycloak', 'moto', 'postgres', 'temporal', 'chromium'],
  'Keycloak, onboarding to retirement',
  (servers) => {
    let admin: KeycloakAdmin;
    let keycloak: HttpProxy;
    let moto: HttpProxy;
    let fhir: FhirBase;
    let database: FreshDatabase;
    let product: Product;
    let api: ApiCaller;
    let directory: Awaited<ReturnType<typeof scratch>>;
    let redirectUri: string;
    let clientId: string;
    let firstVersion: string;

    beforeAll(async () => {
      [keycloak, moto] = await Promise.all([startHttpProxy(servers.keycloak.url), startHttpProxy(servers.moto.url)]);
      // Tokens carry the address that they were asked for at: the administrator goes through the proxy too.
      admin = keycloakAdmin({ ...servers.keycloak, url: keycloak.url });
      fhir = await startFhirBase(keycloakSmartDocument(`${keycloak.url}/realms/${servers.keycloak.realm}`));
      database = await freshDatabase(servers.postgres);
      directory = await scratch();
      redirectUri = `http://127.0.0.1:${await findFreePort()}/callback`;
      product = await startProduct({
        dataDir: directory.dataDir,
        environment: {
          DATABASE_URL: database.url,
          TEMPORAL_ADDRESS: servers.temporal.address,
          TEMPORAL_NAMESPACE: await freshNamespace(servers.temporal.address),
          REGISTRAR_MASTER_KEY: newMasterKey(),
          REGISTRAR_SECRET_STORE: 'aws',
          REGISTRAR_ALLOWED_HOSTS: `${keycloak.host},${fhir.host}`,
          AWS_ENDPOINT_URL_SECRETS_MANAGER: moto.url,
          AWS_REGION: 'us-east-1',
          AWS_ACCESS_KEY_ID: 'registrar',
          AWS_SECRET_ACCESS_KEY: 'registrar',
        },
      });
      api = await product.api();
    });

    afterAll(async () => {
      expect(await product?.stop()).toBe(0);
      await Promise.all([keycloak?.close(), moto?.close(), fhir?.close()]);
      await database?.drop();
      await directory?.remove();
    });

    const secrets = new SecretsManagerClient({
      endpoint: servers.moto.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });

    async function secret(half: 'client' | 'management', stage = 'AWSCURRENT'): Promise<Record<string, unknown>> {
      const key = parseRegistrationId(registrationId);
      const name = `smart/${key?.tenantId}/${key?.applicationId}/${key?.environment}/${key?.endpointId}/${half}`;
      const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: name, VersionStage: stage }));
      return JSON.parse(SecretString ?? '{}');
    }

    /** Runs the application in a process that knows the consumer's AWS credentials only. */
    async function consumer(command: 'login' | 'refresh'): Promise<{ granted: string[]; asked: string[] }> {
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [
          consumerPath,
          command,
          'smart/mercy/portal/production/main/client',
          join(directory.dataDir, '..', 'consumer-state'),
        ],
        {
          env: {
            PATH: process.env['PATH'],
            HOME: process.env['HOME'],
            AWS_ENDPOINT_URL_SECRETS_MANAGER: servers.moto.url,
            AWS_REGION: 'us-east-1',
            AWS_ACCESS_KEY_ID: 'consumer',
            AWS_SECRET_ACCESS_KEY: 'consumer',
            CHROMIUM: servers.chromium.executablePath,
            SMART_USER: testUser.username,
            SMART_PASSWORD: testUser.password,
          },
          timeout: 90_000,
        },
      );
      return JSON.parse(stdout);
    }

    /** How a change of the registration ended. */
    async function changed(body: unknown): Promise<EventRecord> {
      const path = `/v1/registrations/${registrationId}`;
      const { operationId } = await api.ok<{ operationId: string }>('PATCH', path, body);
      return await waitFor(
        async () =>
          (await api.events(registrationId)).find(
            (event) => event.operationId === operationId && event.type.startsWith('registration.metadata-'),
          ),
        { what: `the end of ${operationId}` },
      );
    }

    test('a tenant with an initial access token becomes active', async () => {
      await api.ok('PUT', '/v1/applications/portal', {
        clientMetadata: {
          client_name: 'Patient Portal',
          redirect_uris: [redirectUri],
          scope: asked.join(' '),
          contacts: ['smart@portal.example.org'],
        },
        environments: { production: { class: 'production' } },
      });
      const answer = await api.call('POST', '/v1/tenants', {
        tenantId: 'mercy',
        name: 'Mercy Health',
        registrations: [
          { applicationId: 'portal', fhirBaseUrl: fhir.url, initialAccessToken: await admin.initialAccessToken() },
        ],
      });
      expect(answer).toMatchObject({
        status: 202,
        body: { registrations: [{ registrationId, phase: 'discovering' }] },
      });
      const view = await api.until(registrationId, 'is active', ({ phase }) => phase === 'active');
      expect(view).toMatchObject({
        credentialHealth: 'healthy',
        credential: { expiryKnown: true, strategy: 'update' },
      });
      clientId = view.credential?.clientId ?? '';
      firstVersion = view.credential?.ref.versionId ?? '';
    });

    test('the client is in the realm with exactly the asked scopes', async () => {
      const client = await admin.client(clientId);
      expect(client).toMatchObject({ name: 'Patient Portal', redirectUris: [redirectUri] });
      const scopes = [...(client?.defaultClientScopes ?? []), ...(client?.optionalClientScopes ?? [])];
      // Keycloak adds `basic`, its own realm default (subject and session claims), to every client.
      expect(scopes.filter((scope) => scope !== 'basic').sort()).toEqual([...asked].sort());
      const view = await api.registration(registrationId);
      expect(view.conditions).toContainEqual(
        expect.objectContaining({ type: 'RedirectUrisRegistered', status: 'True' }),
      );
      expect(view.scopes?.differences).toEqual([]);
    });

    test('the application finds its secret, the management half apart from it', async () => {
      const client = await secret('client');
      expect(client).toMatchObject({ client_id: clientId, fhir_base_url: fhir.url, scope: expect.any(String) });
      expect(client['client_secret']).toBe(await admin.secret(clientId));
      expect(Object.keys(client)).not.toContain('registration_access_token');
      expect(await secret('management')).toMatchObject({ registration_access_token: expect.any(String) });
    });

    test('an application that knows only its AWS secret signs a user in', async () => {
      const { granted, asked: written } = await consumer('login');
      expect(granted.filter((scope) => asked.includes(scope))).toEqual(written);
      expect(granted).toEqual(expect.arrayContaining(['launch/patient', 'openid', 'patient/*.rs']));
    });

    test('the secret is rotated by schedule before it expires, and the newest token kept', async () => {
      const before = await secret('client');
      const managementBefore = await secret('management');
      const expiry = Number(before['expires_at']) * 1000;
      const view = await api.until(
        registrationId,
        'has another version',
        ({ credential }) => credential?.ref.versionId !== firstVersion,
        150_000,
      );
      expect(Date.now()).toBeLessThan(expiry);
      expect(view.credentialHealth).toBe('healthy');
      expect((await secret('client'))['client_secret']).toBe(await admin.secret(clientId));
      expect((await secret('client', 'AWSPREVIOUS'))['client_secret']).toBe(before['client_secret']);
      const management = await secret('management');
      expect(management['registration_access_token']).not.toBe(managementBefore['registration_access_token']);
      const uri = String(management['registration_client_uri']);
      const authorization = `Bearer ${management['registration_access_token']}`;
      expect((await fetch(uri, { headers: { authorization } })).status).toBe(200);
    });

    test('after the rotation the refresh token from before works, and so does a new sign-in', async () => {
      expect((await consumer('refresh')).granted).toEqual(expect.arrayContaining(['patient/*.rs']));
      expect((await consumer('login')).granted).toEqual(expect.arrayContaining(['patient/*.rs']));
    });

    test('it was proved before it was promoted, by the order of what Keycloak and moto saw', () => {
      const put = keycloak.exchanges.find(
        ({ method, path }) => method === 'PUT' && path.includes('/clients-registrations/'),
      );
      const afterPut = keycloak.exchanges.slice((put?.index ?? 0) + 1);
      const proof = afterPut.find(({ path }) => path.endsWith('/protocol/openid-connect/token'));
      const promotions = moto.exchanges.filter(
        ({ operation, body }) => operation === 'UpdateSecretVersionStage' && body.includes('/client"'),
      );
      const pending = moto.exchanges.find(
        ({ operation, body, arrivedAt }) =>
          operation === 'PutSecretValue' && body.includes('/client"') && arrivedAt > (put?.answeredAt ?? Infinity),
      );
      expect(put?.status).toBe(200);
      expect(pending?.answeredAt).toBeLessThanOrEqual(proof?.arrivedAt ?? 0);
      expect(promotions.length).toBeGreaterThan(0);
      for (const promotion of promotions) expect(proof?.answeredAt).toBeLessThanOrEqual(promotion.arrivedAt);
    });

    test('a changed redirect URI reaches the client and the application, and keeps the token that came back', async () => {
      const before = await secret('client');
      const moved = [redirectUri, 'https://portal.example.org/moved'];
      const event = await changed({ clientMetadata: { redirect_uris: moved } });
      expect(event).toMatchObject({ type: 'registration.metadata-changed', reason: 'MetadataApplied' });
      expect((await admin.client(clientId))?.redirectUris).toEqual(expect.arrayContaining(moved));
      const view = await api.registration(registrationId);
      expect(view).toMatchObject({ phase: 'active', ownRevision: { applied: 1, desired: 1 } });
      const client = await secret('client');
      expect([...(client['redirect_uris'] as string[])].sort()).toEqual([...moved].sort());
      expect(client['client_id']).toBe(before['client_id']);
      await changed({ clientMetadata: { redirect_uris: null } });
      expect((await admin.client(clientId))?.redirectUris).toEqual([redirectUri]);
    });

    test('a scope that the realm does not allow is refused in its own words, and leaves the client as it was', async () => {
      const before = await admin.client(clientId);
      await admin.addClientScope('patient/Coverage.rs');
      const event = await changed({ clientMetadata: { scope: `${asked.join(' ')} patient/Coverage.rs` } });
      expect(event.type).toBe('registration.metadata-failed');
      expect(event.message).toContain('Allowed Client Scopes');
      expect(event.message).toContain('scope');
      expect(await admin.client(clientId)).toEqual(before);
      const view = await api.registration(registrationId);
      expect(view).toMatchObject({ phase: 'active', ownRevision: { applied: 2, desired: 3 } });
      expect(view.conditions).toContainEqual(
        expect.objectContaining({ type: 'NeedsAttention', status: 'True', reason: event.reason }),
      );
      await changed({ clientMetadata: { scope: null } });
      await admin.removeClientScope('patient/Coverage.rs');
    });

    test('a deleted registration leaves no client behind', async () => {
      const answer = await api.call('DELETE', `/v1/registrations/${registrationId}`);
      expect(answer.status).toBe(202);
      await api.until(registrationId, 'is retired', ({ phase }) => phase === 'retired');
      expect(await waitFor(async () => (await admin.client(clientId)) === null, { what: 'no client' })).toBe(true);
      expect(await api.ok('GET', '/v1/orphans')).toEqual({ items: [] });
    });
  },
);
