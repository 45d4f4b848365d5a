import { afterAll, beforeAll, expect, test } from 'vitest';
import { defaultTimePolicy } from '../../domain/time/policy.ts';
import type { ApiCaller } from '../support/apiCaller.ts';
import { describeWith } from '../support/describeWith.ts';
import { differences } from '../support/differences.ts';
import { type FhirBase, keycloakSmartDocument, startFhirBase } from '../support/fhirBase.ts';
import { type FreshDatabase, freshDatabase } from '../support/freshDatabase.ts';
import { freshNamespace } from '../support/freshNamespace.ts';
import { type KeycloakAdmin, keycloakAdmin } from '../support/keycloakAdmin.ts';
import { say } from '../support/kill/say.ts';
import { newMasterKey, type Product, scratch, startProduct } from '../support/product.ts';
import { rotatedTwice } from '../support/rotatedTwice.ts';

const redirectUris = ['callback', 'second', 'third'].map((path) => `https://portal.example.org/${path}`);

/** What a rotation is for, and what Keycloak notes of it. */
const belongsToSecret = (difference: string) => /^(?:secret|attributes\.client\.secret\.[a-z.]+): /.test(difference);

/** Members of which launches depend, and by which people find the client. */
const isOfApplication = (difference: string) =>
  /^(?:name|description|redirectUris|webOrigins|[a-zA-Z]*FlowEnabled|directAccessGrantsEnabled|serviceAccountsEnabled|[a-z]+ClientScopes|publicClient|consentRequired|clientAuthenticatorType|attributes\.pkce\S*)[:.]/.test(
    difference,
  );

describeWith(['keycloak', 'postgres', 'temporal'], 'An adopted client of Keycloak', (servers) => {
  let admin: KeycloakAdmin;
  let fhir: FhirBase;
  let database: FreshDatabase;
  let product: Product;
  let api: ApiCaller;
  let directory: Awaited<ReturnType<typeof scratch>>;
  const registrationId = 'mercy.portal.production.main';

  beforeAll(async () => {
    admin = await keycloakAdmin(servers.keycloak).newRealm(`rotates-${Date.now()}`);
    await admin.setSecretPeriods({ lifetime: 90, overlap: 45, renewalWindow: 60 });
    fhir = await startFhirBase(keycloakSmartDocument(admin.issuer));
    database = await freshDatabase(servers.postgres);
    directory = await scratch();
    product = await startProduct({
      dataDir: directory.dataDir,
      // Time limits as they are: a busy Keycloak must not lose an answer here.
      policy: { ...defaultTimePolicy, retryInitial: 250, retryMaximum: 5000 },
      environment: {
        DATABASE_URL: database.url,
        TEMPORAL_ADDRESS: servers.temporal.address,
        TEMPORAL_NAMESPACE: await freshNamespace(servers.temporal.address),
        REGISTRAR_MASTER_KEY: newMasterKey(),
        REGISTRAR_ALLOWED_HOSTS: `${new URL(servers.keycloak.url).host},${fhir.host}`,
      },
    });
    api = await product.api();
  });

  afterAll(async () => {
    await product?.stop();
    await fhir?.close();
    await database?.drop();
    await directory?.remove();
  });

  test('keeps its redirect URIs, flows, scopes and name through two rotations', async () => {
    await api.ok('PUT', '/v1/applications/portal', {
      clientMetadata: { client_name: 'Portal', redirect_uris: redirectUris.slice(0, 1), scope: 'openid profile' },
    });
    await admin.createClient('by-hand', {
      name: 'Portal of Mercy, ask Ms Ortiz',
      protocol: 'openid-connect',
      publicClient: false,
      standardFlowEnabled: true,
      directAccessGrantsEnabled: true,
      serviceAccountsEnabled: true,
      redirectUris,
    });
    await api.ok('POST', '/v1/tenants', {
      tenantId: 'mercy',
      name: 'Mercy',
      registrations: [{ applicationId: 'portal', fhirBaseUrl: fhir.url, method: 'adopt' }],
    });
    await api.until(registrationId, 'waits', ({ phase }) => phase === 'manual_required');
    const registrationAccessToken = await admin.registrationAccessToken('by-hand');
    const before = await admin.client('by-hand');
    const seconds = Number(before?.attributes['client.secret.expiration.time']);
    await api.ok('POST', `/v1/registrations/${registrationId}/credential`, {
      clientId: 'by-hand',
      clientSecret: await admin.secret('by-hand'),
      expiresAt: new Date(seconds * 1000).toISOString(),
      registrationAccessToken,
      registrationClientUri: `${admin.registrationEndpoint}/by-hand`,
    });
    await rotatedTwice(api, registrationId, 280_000);
    const found = differences(before, await admin.client('by-hand')).filter((one) => !belongsToSecret(one));
    say(`Differences of an adopted Keycloak client after two rotations, but for its secret: ${found.length}`);
    for (const one of found) say(`  ${one}`);
    expect(found.filter(isOfApplication)).toEqual([]);
  });
});
