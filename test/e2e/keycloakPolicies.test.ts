import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RegistrationView } from '../../domain/registration/view.ts';
import type { ApiCaller } from '../support/apiCaller.ts';
import { describeWith } from '../support/describeWith.ts';
import { type FhirBase, keycloakSmartDocument, startFhirBase } from '../support/fhirBase.ts';
import { KeycloakRealmForTest } from '../support/keycloakRealm.ts';
import { type Product, scratch, startProduct, testPolicy } from '../support/product.ts';

/** A dynamic registration that Keycloak refuses: what the person finds who is asked for. */
describeWith(['keycloak', 'temporal'], 'registrations that a Keycloak realm refuses', ({ keycloak, temporal }) => {
  let realm: KeycloakRealmForTest;
  let fhir: FhirBase;
  let product: Product;
  let api: ApiCaller;
  let directory: Awaited<ReturnType<typeof scratch>>;

  beforeAll(async () => {
    realm = await KeycloakRealmForTest.open(keycloak);
    fhir = await startFhirBase(keycloakSmartDocument(realm.issuer));
    directory = await scratch();
    product = await startProduct({
      dataDir: directory.dataDir,
      policy: { ...testPolicy, httpTotal: 25_000, requestStep: 60_000 },
      environment: {
        ...(temporal.binary === null ? {} : { PATH: `${dirname(temporal.binary)}:${process.env['PATH']}` }),
        REGISTRAR_ALLOWED_HOSTS: `${realm.host},${fhir.host}`,
      },
    });
    api = await product.api();
    // One of each set: which of several judges first is not told.
    await realm.removePolicies();
    await realm.addPolicy('trusted-hosts', 'anonymous', {
      'host-sending-registration-request-must-match': ['true'],
      'client-uris-must-match': ['true'],
    });
    await realm.addPolicy('allowed-client-templates', 'authenticated', { 'allow-default-scopes': ['true'] });
    await realm.must('POST', '/client-scopes', { name: 'patient/Observation.rs', protocol: 'openid-connect' });
    await api.ok('PUT', '/v1/applications/portal', {
      clientMetadata: {
        client_name: 'Patient Portal',
        redirect_uris: ['https://portal.example.org/callback'],
        scope: 'openid patient/Observation.rs',
        contacts: ['smart@portal.example.org'],
      },
      environments: { test2: { class: 'nonProduction' } },
    });
  });
  afterAll(async () => {
    expect(await product?.stop()).toBe(0);
    await fhir.close();
    await realm.remove();
    await directory.remove();
  });

  const attention = ({ conditions }: RegistrationView) => conditions.find(({ type }) => type === 'NeedsAttention');

  async function onboard(tenantId: string, initialAccessToken?: string): Promise<RegistrationView> {
    const registration = { applicationId: 'portal', environment: 'test2', fhirBaseUrl: fhir.url };
    const registrations = [{ ...registration, ...(initialAccessToken === undefined ? {} : { initialAccessToken }) }];
    const answer = await api.call('POST', '/v1/tenants', { tenantId, name: tenantId, registrations });
    expect(answer.status).toBe(202);
    const needsPerson = (view: RegistrationView) => attention(view)?.status === 'True';
    return await api.until(`${tenantId}.portal.test2.main`, 'needs a person', needsPerson, 60_000);
  }

  test('an open registration waits for a token, and says which policy refused', async () => {
    const view = await onboard('open');
    expect(view.phase).toBe('awaiting_token');
    expect(attention(view)).toMatchObject({
      reason: 'TrustedHostsPolicyRefused',
      message: expect.stringContaining('Host not trusted'),
    });
  });

  test('scopes that the realm does not allow', async () => {
    const view = await onboard('scopes', (await realm.initialAccessToken()).token);
    expect(attention(view)).toMatchObject({
      reason: 'ClientScopesPolicyRefused',
      message: expect.stringContaining('Not permitted to use specified clientScope'),
    });
  });

  test('a token that is used up', async () => {
    const { token } = await realm.initialAccessToken();
    const answer = await fetch(`${realm.issuer}/clients-registrations/openid-connect`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ redirect_uris: ['https://portal.example.org/callback'] }),
    });
    expect(answer.status).toBe(201);
    const view = await onboard('used', token);
    expect(view.phase).toBe('awaiting_token');
    expect(attention(view)?.reason).toBe('InitialAccessTokenExhausted');
    expect(attention(view)?.message).not.toContain(token);
  });
});
