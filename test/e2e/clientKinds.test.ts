import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { reasons } from '../../domain/reasons/index.ts';
import type { AuthMethod } from '../../domain/words.ts';
import { type HealthSystem, type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import type { ApiCaller } from '../support/apiCaller.ts';
import { describeWith } from '../support/describeWith.ts';
import { type FhirBase, keycloakSmartDocument, startFhirBase } from '../support/fhirBase.ts';
import { keycloakAdmin } from '../support/keycloakAdmin.ts';
import { type Product, scratch, startProduct } from '../support/product.ts';
import { waitFor } from '../support/waitFor.ts';

const kinds = [
  ['client_secret_basic', 'update', null],
  ['none', 'none', reasons.NoSecretToRotate.sentence],
  ['private_key_jwt', 'key', reasons.KeyRotationNotAvailable.sentence],
] as const satisfies readonly (readonly [AuthMethod, string, string | null])[];

/** Ids have no underscores. */
const idPartOf = (text: string) => text.replaceAll('_', '-');

/**
 * Each kind of client from `POST /v1/tenants` to its retirement through the whole product, at two independent servers.
 * Judged by what the servers know: Keycloak's admin API and the ledger of oidc-provider.
 */
describeWith(['temporal', 'keycloak', 'oidc-provider'], 'kinds of clients', ({ temporal, keycloak }) => {
  const admin = keycloakAdmin(keycloak);
  let sandbox: Sandbox;
  let system: HealthSystem;
  let fhir: FhirBase;
  let directory: Awaited<ReturnType<typeof scratch>>;
  let product: Product;
  let api: ApiCaller;

  beforeAll(async () => {
    sandbox = await startSandbox({ systems: [{ name: 'simulated', kind: 'rotating', secretLifetime: 3600 }] });
    system = sandbox.system('simulated');
    fhir = await startFhirBase({
      ...keycloakSmartDocument(admin.issuer),
      token_endpoint_auth_methods_supported: kinds.map(([method]) => method),
    });
    directory = await scratch();
    product = await startProduct({
      dataDir: directory.dataDir,
      environment: {
        ...(temporal.binary === null ? {} : { PATH: `${dirname(temporal.binary)}:${process.env['PATH']}` }),
        REGISTRAR_ALLOWED_HOSTS: [system.host, fhir.host, new URL(keycloak.url).host].join(','),
      },
    });
    api = await product.api();
    for (const [method] of kinds)
      await api.ok('PUT', `/v1/applications/${idPartOf(method)}`, {
        clientMetadata: {
          client_name: `Portal by ${method}`,
          redirect_uris: ['https://portal.example.org/callback'],
          scope: 'launch openid fhirUser patient/*.rs',
        },
        authMethods: [method],
        rotationPolicy: { maxAge: 'P30D' },
      });
  });

  afterAll(async () => {
    expect(await product?.stop()).toBe(0);
    await Promise.all([sandbox?.stop(), fhir?.close()]);
    await directory?.remove();
  });

  const servers = {
    keycloak: {
      fhirBaseUrl: () => fhir.url,
      token: () => admin.initialAccessToken(),
      methodOf: async (clientId: string) => {
        const client = (await admin.client(clientId)) as Record<string, unknown> | null;
        if (client === null) return null;
        if (client['publicClient'] === true) return 'none';
        return client['clientAuthenticatorType'] === 'client-jwt' ? 'private_key_jwt' : 'client_secret_basic';
      },
    },
    'oidc-provider': {
      fhirBaseUrl: () => system.fhirBaseUrl,
      token: () => system.initialAccessToken(),
      methodOf: async (clientId: string) => {
        const client = system.ledger().clients.find((one) => one.clientId === clientId);
        return client === undefined || client.deletedAt !== null ? null : client.authMethod;
      },
    },
  };
  const cases = Object.keys(servers).flatMap((server) =>
    kinds.map(([method, strategy, refusal]) => ({ server: server as keyof typeof servers, method, strategy, refusal })),
  );

  test.each(cases)('$method at $server', async ({ server, method, strategy, refusal }) => {
    const { fhirBaseUrl, token, methodOf } = servers[server];
    const tenantId = `${server}-${idPartOf(method)}`.slice(0, 40);
    const applicationId = idPartOf(method);
    const registrationId = `${tenantId}.${applicationId}.production.main`;
    const path = `/v1/registrations/${registrationId}`;
    const registrations = [{ applicationId, fhirBaseUrl: fhirBaseUrl(), initialAccessToken: await token() }];
    await api.ok('POST', '/v1/tenants', { tenantId, name: tenantId, registrations });

    const view = await api.until(registrationId, 'is active', ({ phase }) => phase === 'active');
    expect(view).toMatchObject({ credentialHealth: 'healthy', credential: { authMethod: method, strategy } });
    expect(view.conditions).toContainEqual(expect.objectContaining({ type: 'CredentialProved', status: 'True' }));
    const clientId = view.credential?.clientId ?? '';
    expect(await methodOf(clientId)).toBe(method);
    if (refusal !== null) {
      expect(view.credential).toMatchObject({ expiresAt: null, expiryKnown: true, rotationDueAt: null });
      const rotation = await api.call('POST', `${path}/rotate`, {});
      expect(rotation.status).toBe(409);
      expect(JSON.stringify(rotation.body)).toContain(refusal);
    }

    const { operationId } = await api.ok('POST', `${path}/verify`, {});
    await waitFor(
      async () => {
        const events = await api.events(registrationId);
        return events.some((event) => event.operationId === operationId && event.type === 'credential.proved');
      },
      { what: 'the proof that was asked for', seen: () => registrationId },
    );

    await api.ok('DELETE', path, {});
    await api.until(registrationId, 'is retired', ({ phase }) => phase === 'retired');
    expect(await methodOf(clientId)).toBeNull();
  });
});
