import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import type { ApiCaller } from '../support/apiCaller.ts';
import { describeWith } from '../support/describeWith.ts';
import { differences } from '../support/differences.ts';
import { type Product, scratch, startProduct } from '../support/product.ts';
import { rotatedTwice } from '../support/rotatedTwice.ts';

/** As somebody asked for it years ago: nothing of it is what the application asks for. */
const byHand = {
  client_name: 'Portal of Mercy, ask Ms Ortiz',
  redirect_uris: ['callback', 'second', 'third'].map((path) => `https://mercy.example.org/${path}`),
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  response_types: ['code'],
  token_endpoint_auth_method: 'client_secret_post',
  scope: 'openid fhirUser offline_access',
  contacts: ['ortiz@mercy.example.org'],
  logo_uri: 'https://mercy.example.org/logo.svg',
  initiate_login_uri: 'https://mercy.example.org/launch',
  default_max_age: 3600,
  require_auth_time: true,
};

/** What a rotation is for; the rest has to stay. */
const belongsToSecret = (difference: string) => /^client_secret(?:_expires_at)?: /.test(difference);

/**
 * RFC 7592 section 2.2: an update replaces everything that a client has. The judge is an independent implementation
 * (oidc-provider), asked before and after with the same registration access token.
 */
describeWith(['temporal', 'oidc-provider'], 'An adopted client of oidc-provider', ({ temporal }) => {
  let sandbox: Sandbox;
  let directory: Awaited<ReturnType<typeof scratch>>;
  let product: Product;
  let api: ApiCaller;
  const registrationId = 'mercy.portal.sandbox.main';

  beforeAll(async () => {
    sandbox = await startSandbox({
      systems: [{ name: 'mercy', kind: 'rotating', secretLifetime: 60, keepsManagementToken: true }],
    });
    directory = await scratch();
    product = await startProduct({
      dataDir: directory.dataDir,
      environment: {
        ...(temporal.binary === null ? {} : { PATH: `${dirname(temporal.binary)}:${process.env['PATH']}` }),
        REGISTRAR_ALLOWED_HOSTS: sandbox.system('mercy').host,
      },
    });
    api = await product.api();
    await api.ok('PUT', '/v1/applications/portal', {
      clientMetadata: {
        client_name: 'Portal',
        redirect_uris: ['https://portal.example.org/callback'],
        scope: 'launch openid fhirUser patient/Patient.rs',
        contacts: ['ops@portal.example.org'],
      },
    });
  });

  afterAll(async () => {
    expect(await product?.stop()).toBe(0);
    await sandbox?.stop();
    await directory?.remove();
  });

  async function asked(url: string, token: string, body?: object): Promise<Record<string, unknown>> {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const response = await fetch(
      url,
      body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) },
    );
    expect(response.status).toBe(body === undefined ? 200 : 201);
    return (await response.json()) as Record<string, unknown>;
  }

  test('is the same after two rotations, but for its secret', async () => {
    const system = sandbox.system('mercy');
    const made = await asked(system.registrationEndpoint ?? '', await system.initialAccessToken(), byHand);
    const [uri, token] = [String(made['registration_client_uri']), String(made['registration_access_token'])];
    const before = await asked(uri, token);
    expect(before).toMatchObject(byHand);
    await api.ok('POST', '/v1/tenants', {
      tenantId: 'mercy',
      name: 'Mercy',
      registrations: [
        { applicationId: 'portal', environment: 'sandbox', fhirBaseUrl: system.fhirBaseUrl, method: 'adopt' },
      ],
    });
    await api.until(registrationId, 'waits', ({ phase }) => phase === 'manual_required');
    await api.ok('POST', `/v1/registrations/${registrationId}/credential`, {
      clientId: made['client_id'],
      clientSecret: made['client_secret'],
      tokenEndpointAuthMethod: byHand.token_endpoint_auth_method,
      expiresAt: new Date(Number(made['client_secret_expires_at']) * 1000).toISOString(),
      registrationAccessToken: token,
      registrationClientUri: uri,
    });
    await rotatedTwice(api, registrationId, 240_000);
    const found = differences(before, await asked(uri, token));
    expect(found.filter((one) => !belongsToSecret(one))).toEqual([]);
    // It did change: two secrets were issued since.
    expect(found.filter(belongsToSecret)).not.toEqual([]);
    const [client] = system.ledger().clients;
    expect(client?.secrets.length).toBeGreaterThanOrEqual(3);
  });
});
