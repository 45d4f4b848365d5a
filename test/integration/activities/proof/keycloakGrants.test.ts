import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { clientSecretName } from '../../../../domain/ids.ts';
import type { CredentialState, Endpoints } from '../../../../domain/ports/activities.ts';
import { describeWith } from '../../../support/describeWith.ts';
import { type FhirBase, keycloakSmartDocument, startFhirBase } from '../../../support/fhirBase.ts';
import { KeycloakRealmForTest } from '../../../support/keycloakRealm.ts';
import { type KindsWorld, openKindsWorld } from '../credentials/kindsWorld.ts';

const redirectUri = 'https://app.example/callback';

/** What one kind of client teaches about a realm must not judge another kind (FACTS section 5). */
describeWith('keycloak', 'clients of two kinds in one Keycloak realm', ({ keycloak }) => {
  let realm: KeycloakRealmForTest;
  let fhir: FhirBase;
  let world: KindsWorld;

  beforeAll(async () => {
    realm = await KeycloakRealmForTest.open(keycloak);
    fhir = await startFhirBase({
      ...keycloakSmartDocument(realm.issuer),
      introspection_endpoint: `${realm.issuer}/protocol/openid-connect/token/introspect`,
    });
    world = await openKindsWorld([fhir.host, realm.host]);
  });

  afterAll(async () => {
    await world?.close();
    await fhir?.close();
    await realm?.remove();
  });

  /** A client that an administrator of the realm made, whose secret a person brought here. */
  async function brought(kind: object, clientMetadata: Record<string, unknown>, secret: string, stored = secret) {
    const clientId = `client-${randomUUID()}`;
    await realm.must('POST', '/clients', { clientId, secret, publicClient: false, ...kind });
    const view = await world.onboard(fhir.url, { client_name: 'Brought', ...clientMetadata }, null);
    const { registrationId } = view;
    const endpoints: Endpoints = await world.activities.value.discover({ registrationId });
    const versionId = randomUUID();
    await world.secrets.put(clientSecretName(view), versionId, {
      client_id: clientId,
      client_secret: stored,
      token_endpoint_auth_method: 'client_secret_basic',
      redirect_uris: [redirectUri],
      scope: '',
      audience: [new URL(endpoints.tokenEndpoint ?? '').origin],
    });
    const current: CredentialState = {
      clientId,
      authMethod: 'client_secret_basic',
      store: 'database',
      place: 'client',
      versionId,
      issuedAt: Date.now(),
      expiresAt: null,
      expiryKnown: false,
      provedAt: null,
      manageable: false,
      supplied: true,
    };
    return await world.activities.value.prove({ registrationId, endpoints, current, pending: null });
  }

  const app = { standardFlowEnabled: true, redirectUris: [redirectUri] };
  const appMetadata = { redirect_uris: [redirectUri], scope: 'openid' };
  const backend = { standardFlowEnabled: false, serviceAccountsEnabled: false };
  const backendMetadata = { ...appMetadata, grant_types: ['client_credentials'], response_types: [] };

  it('a backend client without service account is not judged by what an application taught', async () => {
    const taught = await brought(app, appMetadata, 'right');
    expect(taught).toMatchObject({ decision: { reason: 'ProofSucceeded' } });
    const { decision, message } = await brought(backend, backendMetadata, 'right');
    expect(decision.reason, message).not.toBe('CredentialRejected');
  });

  it('it is proved by another form, where its own grant tells nothing', async () => {
    const first = await brought(backend, backendMetadata, 'right');
    expect(first, first.message).toMatchObject({ decision: { reason: 'ProofSucceeded' } });
  });

  it('its wrong secret never proves good', async () => {
    const { decision, message } = await brought(backend, backendMetadata, 'right', 'wrong');
    expect(decision.reason, message).not.toBe('ProofSucceeded');
  });

  it('a backend client with a service account is proved by its token', async () => {
    const proved = await brought({ ...backend, serviceAccountsEnabled: true }, backendMetadata, 'right');
    expect(proved).toMatchObject({ decision: { reason: 'ProofSucceeded' } });
    expect(proved.message).toContain('the client authenticated');
  });

  it("an application's wrong secret is rejected by what another one taught", async () => {
    const { decision, message } = await brought(app, appMetadata, 'right', 'wrong');
    expect(decision.reason, message).toBe('CredentialRejected');
  });
});
