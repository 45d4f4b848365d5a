import { beforeAll, expect, test } from 'vitest';
import { describeWith } from '../../support/describeWith.ts';
import { type KeycloakAdmin, keycloakAdmin } from '../../support/keycloakAdmin.ts';
import { testPeriods, testUser } from '../../support/servers/keycloak.ts';

const scope = 'openid fhirUser launch launch/patient offline_access patient/*.rs patient/Observation.rs';
const metadata = {
  client_name: 'Realm test',
  redirect_uris: ['https://app.example.org/callback'],
  grant_types: ['authorization_code', 'refresh_token'],
  token_endpoint_auth_method: 'client_secret_basic',
  scope,
};

interface Registered {
  client_id: string;
  client_secret: string;
  client_id_issued_at: number;
  client_secret_expires_at: number;
  registration_access_token: string;
  registration_client_uri: string;
  scope: string;
}

function sorted(scopes: string): string[] {
  return scopes.split(' ').sort();
}

describeWith('keycloak', 'the realm of deploy/keycloak', ({ keycloak }) => {
  let admin: KeycloakAdmin;

  beforeAll(() => {
    admin = keycloakAdmin(keycloak);
  });

  async function register(change: object = {}): Promise<{ status: number; body: Registered }> {
    const token = await admin.initialAccessToken();
    const response = await fetch(admin.registrationEndpoint, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...metadata, ...change }),
    });
    return { status: response.status, body: (await response.json()) as Registered };
  }

  function tokens(client: Registered, parameters: Record<string, string>): Promise<Response> {
    const basic = Buffer.from(`${client.client_id}:${client.client_secret}`).toString('base64');
    return fetch(`${admin.issuer}/protocol/openid-connect/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${basic}` },
      body: new URLSearchParams(parameters),
    });
  }

  test('is served by the version that we build on', () => {
    expect(keycloak.version).toBe('26.7.4');
  });

  test('registers a client with exactly the asked SMART scopes and a secret that expires', async () => {
    const { status, body } = await register();
    expect(status).toBe(201);
    // Keycloak stamps the two at different instants, in whole seconds: a second may begin in between, on either side.
    const lifetime = body.client_secret_expires_at - body.client_id_issued_at;
    expect(Math.abs(lifetime - testPeriods.lifetime)).toBeLessThanOrEqual(1);
    expect(sorted(body.scope)).toEqual(sorted(scope));
    const client = await admin.client(body.client_id);
    expect([...client!.optionalClientScopes].sort()).toEqual(sorted(scope));
    expect((await admin.events(body.client_id)).map((event) => event.type)).toEqual(['CLIENT_REGISTER']);
  });

  test('refuses a scope that the realm does not have', async () => {
    const { status } = await register({ scope: 'openid patient/Everything.rs' });
    expect(status).toBe(403);
  });

  test('refuses registration without a token', async () => {
    const response = await fetch(admin.registrationEndpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(metadata),
    });
    expect(response.status).toBe(403);
  });

  test('takes an initial access token once', async () => {
    const token = await admin.initialAccessToken({ count: 1 });
    const post = () =>
      fetch(admin.registrationEndpoint, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(metadata),
      });
    expect((await post()).status).toBe(201);
    expect((await post()).status).toBe(401);
  });

  test('gives the test user tokens with the launch context', async () => {
    const { body } = await register();
    await admin.update(body.client_id, { directAccessGrantsEnabled: true });
    const response = await tokens(body, {
      grant_type: 'password',
      ...testUser,
      scope: 'openid fhirUser launch/patient offline_access patient/*.rs',
    });
    const answer = (await response.json()) as { scope: string; patient: string; id_token: string };
    expect(response.status, JSON.stringify(answer)).toBe(200);
    expect(answer.patient).toBe('smart-1288992');
    expect(sorted(answer.scope)).toEqual(
      expect.arrayContaining(['openid', 'fhirUser', 'launch/patient', 'patient/*.rs']),
    );
    expect(new Set(sorted(answer.scope)).size).toBe(sorted(answer.scope).length);
    const claims = JSON.parse(Buffer.from(answer.id_token.split('.')[1]!, 'base64url').toString()) as {
      fhirUser: string;
    };
    expect(claims.fhirUser).toBe('Patient/smart-1288992');
  });

  test('lets the admin API disable and delete a client', async () => {
    const { body } = await register();
    await admin.setEnabled(body.client_id, false);
    expect((await admin.client(body.client_id))?.enabled).toBe(false);
    const read = () =>
      fetch(body.registration_client_uri, { headers: { authorization: `Bearer ${body.registration_access_token}` } });
    expect((await read()).status).toBe(401);
    await admin.setEnabled(body.client_id, true);
    await admin.deleteClient(body.client_id);
    expect(await admin.client(body.client_id)).toBeNull();
    expect((await admin.clients()).map((client) => client.clientId)).not.toContain(body.client_id);
  });
});
