import {
  allowInsecureRequests,
  Configuration,
  clientCredentialsGrant,
  customFetch,
  PrivateKeyJwt,
} from 'openid-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { generateClientKey, type PrivateJwk } from '../../../../protocols/oauth/clientKeys.ts';
import { probeCredential } from '../../../../protocols/oauth/probe.ts';
import { type HealthSystem, type Sandbox, startSandbox } from '../../../../sandbox/sandbox.ts';
import { describeWith } from '../../../support/describeWith.ts';
import { type FhirBase, keycloakSmartDocument, startFhirBase } from '../../../support/fhirBase.ts';
import { keycloakAdmin } from '../../../support/keycloakAdmin.ts';
import { type KindsWorld, openKindsWorld, type Registered } from './kindsWorld.ts';

const metadata = {
  client_name: 'Kinds of clients',
  redirect_uris: ['https://app.example/callback'],
  scope: 'openid launch patient/Observation.rs offline_access',
};

async function publishedKeys(world: KindsWorld, { registrationId }: Registered) {
  const url = `${world.ownUrl}/jwks/${await world.records.jwksIdOf(registrationId)}`;
  const response = await fetch(url);
  return { url, response, body: (await response.json()) as { keys?: Record<string, unknown>[] } };
}

/** What the token endpoint says about another key than the registered one. */
async function probeWithAnotherKey(world: KindsWorld, { endpoints, document }: Registered) {
  const tokenEndpoint = endpoints.tokenEndpoint ?? '';
  const registered = document['private_key_jwk'] as PrivateJwk;
  return await probeCredential(world.client, {
    tokenEndpoint,
    clientId: String(document['client_id']),
    clientSecret: null,
    privateKey: {
      jwk: { ...(await generateClientKey('ES384')), kid: registered.kid },
      audience: [new URL(tokenEndpoint).origin],
    },
    authMethod: 'private_key_jwt',
    redirectUri: metadata.redirect_uris[0] ?? null,
    knowledge: {},
    allowControl: false,
    clock: { now: Date.now },
  });
}

/** Every private number of the keys is in the secret store and nowhere else that an operator may see. */
async function expectNoPrivateKey(world: KindsWorld, client: Registered, ...shown: unknown[]) {
  const stored = (await world.keysOf(client.registrationId))?.value['keys'] as PrivateJwk[];
  const told = JSON.stringify([client.result, client.credential, ...shown]);
  for (const key of stored)
    for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi'])
      if (key[member] !== undefined) expect(told).not.toContain(String(key[member]));
}

describeWith('oidc-provider', 'kinds of clients at oidc-provider', () => {
  let sandbox: Sandbox;
  let system: HealthSystem;
  let world: KindsWorld;

  beforeAll(async () => {
    sandbox = await startSandbox({
      systems: [
        { name: 'mercy', kind: 'rotating', secretLifetime: 600 },
        { name: 'by-hand', kind: 'no-registration' },
      ],
    });
    system = sandbox.system('mercy');
    world = await openKindsWorld(sandbox.systems.map(({ host }) => host));
  });

  afterAll(async () => {
    await world?.close();
    await sandbox?.stop();
  });

  const known = (clientId: string) => system.ledger().clients.find((client) => client.clientId === clientId);

  it.each(['url', 'value'] as const)('private_key_jwt with keys by %s: registered, proved, retired', async (keysBy) => {
    const before = world.keysAsked();
    const client = await world.register(
      system.fhirBaseUrl,
      { ...metadata, token_endpoint_auth_method: 'private_key_jwt' },
      await system.initialAccessToken(),
      keysBy,
    );
    const { document, credential, result } = client;
    expect(result.proof?.decision).toEqual({ action: 'promote', reason: 'ProofSucceeded' });
    expect(result.proof?.message).toContain('a wrong key gets another answer');
    expect(credential).toMatchObject({
      authMethod: 'private_key_jwt',
      place: 'client',
      expiresAt: null,
      expiryKnown: true,
    });
    expect(known(credential.clientId)).toMatchObject({ authMethod: 'private_key_jwt', deletedAt: null });
    expect(document).not.toHaveProperty('client_secret');
    expect(document).toMatchObject({
      client_id: credential.clientId,
      token_endpoint_auth_method: 'private_key_jwt',
      kid: (document['private_key_jwk'] as PrivateJwk).kid,
      private_key_jwk: { alg: 'ES384', d: expect.any(String) },
    });
    if (keysBy === 'url') expect(world.keysAsked()).toBeGreaterThan(before);
    else expect(world.keysAsked()).toBe(before);

    expect(await probeWithAnotherKey(world, client)).toMatchObject({ verdict: 'rejected' });
    const again = await world.prove(client);
    expect(again.decision).toEqual({ action: 'keep', reason: 'ProofSucceeded' });

    const published = await publishedKeys(world, client);
    expect(published.response.headers.get('content-type')).toBe('application/jwk-set+json');
    expect(published.response.headers.get('cache-control')).toBe('public, max-age=300');
    expect(published.body.keys?.map(({ alg }) => alg)).toEqual(['ES384', 'RS384']);
    expect(JSON.stringify(published.body)).not.toMatch(/"(?:d|p|q|dp|dq|qi)":/);
    expect(published.url).not.toContain(client.registrationId.split('.')[0]);
    await expectNoPrivateKey(
      world,
      client,
      again,
      published.body,
      await world.records.entityStart(client.registrationId),
    );

    expect(await world.retire(client)).toMatchObject({ kind: 'deleted' });
    expect(known(credential.clientId)?.deletedAt).toEqual(expect.any(Number));
    expect((await fetch(published.url)).status).toBe(404);
    expect(await world.keysOf(client.registrationId)).toBeNull();
  });

  it('private_key_jwt of a backend service: client credentials prove it, and its application gets a token', async () => {
    const client = await world.register(
      system.fhirBaseUrl,
      {
        ...metadata,
        scope: 'openid',
        grant_types: ['client_credentials'],
        response_types: [],
        redirect_uris: ['https://app.example/unused'],
        token_endpoint_auth_method: 'private_key_jwt',
      },
      await system.initialAccessToken(),
    );
    expect(client.result.proof).toMatchObject({ decision: { action: 'promote', reason: 'ProofSucceeded' } });

    // As an application does it, with another library and nothing but its document.
    const { document } = client;
    const jwk = document['private_key_jwk'] as PrivateJwk;
    const key = await crypto.subtle.importKey('jwk', { ...jwk }, { name: 'ECDSA', namedCurve: 'P-384' }, false, [
      'sign',
    ]);
    const configuration = new Configuration(
      { issuer: system.issuer, token_endpoint: String(document['token_endpoint']) },
      String(document['client_id']),
      { token_endpoint_auth_method: 'private_key_jwt' },
      PrivateKeyJwt({ key, kid: String(document['kid']) }),
    );
    allowInsecureRequests(configuration);
    configuration[customFetch] = (url, options) => fetch(url, options as RequestInit);
    const tokens = await clientCredentialsGrant(configuration);
    expect(tokens.access_token).toEqual(expect.any(String));
  });

  it('none: registered without a secret, proved by a random client id, retired', async () => {
    const client = await world.register(
      system.fhirBaseUrl,
      { ...metadata, token_endpoint_auth_method: 'none' },
      await system.initialAccessToken(),
    );
    const { document, credential, result } = client;
    expect(result.proof?.decision).toEqual({ action: 'promote', reason: 'ProofSucceeded' });
    expect(result.proof?.message).toContain('an unknown client id');
    expect(credential).toMatchObject({ authMethod: 'none', expiresAt: null, expiryKnown: true });
    expect(document).toMatchObject({ client_id: credential.clientId, token_endpoint_auth_method: 'none' });
    for (const member of ['client_secret', 'private_key_jwk', 'kid']) expect(document).not.toHaveProperty(member);
    expect((await world.prove(client)).decision).toEqual({ action: 'keep', reason: 'ProofSucceeded' });
    expect(await world.keysOf(client.registrationId)).toBeNull();
    expect(await world.retire(client)).toMatchObject({ kind: 'deleted' });
    expect(known(credential.clientId)?.deletedAt).toEqual(expect.any(Number));
    expect(await world.prove(client).catch((error: Error) => error.message)).toContain('is not there');
  });

  it('private_key_jwt where a person registers the client: the keys are there for them, once', async () => {
    const asymmetric = { ...metadata, token_endpoint_auth_method: 'private_key_jwt' };
    const { fhirBaseUrl } = sandbox.system('by-hand');
    const { registrationId } = await world.onboard(fhirBaseUrl, asymmetric, null);
    const ids = [];
    for (const _again of [1, 2]) {
      await world.activities.url.discover({ registrationId });
      ids.push(await world.records.jwksIdOf(registrationId));
    }
    expect(ids).toEqual([expect.any(String), ids[0]]);
    const { keys } = (await (await fetch(`${world.ownUrl}/jwks/${ids[0]}`)).json()) as { keys: unknown[] };
    expect(keys).toHaveLength(2);

    const withSecret = await world.onboard(fhirBaseUrl, metadata, null);
    await world.activities.url.discover({ registrationId: withSecret.registrationId });
    expect(await world.keysOf(withSecret.registrationId)).toBeNull();
  });

  it('keys of somebody else: registered, and said to be proved by nothing', async () => {
    const { kid, kty, crv, x, y } = (await generateClientKey('ES384')) as PrivateJwk & Record<string, string>;
    const jwks = { keys: [{ kid, kty, crv, x, y }] };
    const client = await world.register(
      system.fhirBaseUrl,
      { ...metadata, token_endpoint_auth_method: 'private_key_jwt', jwks },
      await system.initialAccessToken(),
    );
    expect(client.result.proof).toMatchObject({
      decision: { action: 'promote', reason: 'KeyHeldElsewhere' },
      current: { place: 'client', provedAt: null },
    });
    expect(client.document).toMatchObject({ client_id: client.credential.clientId });
    expect(client.document).not.toHaveProperty('private_key_jwk');
    expect((await world.prove(client)).decision).toEqual({ action: 'keep', reason: 'KeyHeldElsewhere' });
    expect(await world.keysOf(client.registrationId)).toBeNull();
    // Nobody asked the token endpoint what it cannot tell.
    expect(
      system.ledger().requests.filter(({ clientId }) => clientId === client.credential.clientId),
    ).not.toContainEqual(expect.objectContaining({ path: '/token' }));
    await world.retire(client);
  });
});

describeWith('keycloak', 'kinds of clients at Keycloak', ({ keycloak }) => {
  const admin = keycloakAdmin(keycloak);
  let fhir: FhirBase;
  let rsaOnly: FhirBase;
  let world: KindsWorld;

  beforeAll(async () => {
    const document = {
      ...keycloakSmartDocument(admin.issuer),
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    };
    fhir = await startFhirBase(document);
    rsaOnly = await startFhirBase({ ...document, token_endpoint_auth_signing_alg_values_supported: ['RS384'] });
    world = await openKindsWorld([fhir.host, rsaOnly.host, new URL(keycloak.url).host]);
  });

  afterAll(async () => {
    await world?.close();
    await Promise.all([fhir?.close(), rsaOnly?.close()]);
  });

  async function lives(method: string, keysBy: 'url' | 'value' = 'url', base = fhir.url) {
    const client = await world.register(
      base,
      { ...metadata, token_endpoint_auth_method: method },
      await admin.initialAccessToken(),
      keysBy,
    );
    expect(client.result.proof?.decision).toEqual({ action: 'promote', reason: 'ProofSucceeded' });
    expect(client.credential).toMatchObject({ authMethod: method, place: 'client', provedAt: expect.any(Number) });
    expect((await world.prove(client)).decision).toEqual({ action: 'keep', reason: 'ProofSucceeded' });
    return client;
  }

  async function ends(client: Registered) {
    expect(await world.retire(client)).toMatchObject({ kind: 'deleted' });
    expect(await admin.client(client.credential.clientId)).toBeNull();
  }

  it.each(['client_secret_basic', 'client_secret_post'])('%s', async (method) => {
    const client = await lives(method);
    expect(client.document).toHaveProperty('client_secret');
    await ends(client);
  });

  it('none', async () => {
    const client = await lives('none');
    expect(client.document).not.toHaveProperty('client_secret');
    expect(await admin.client(client.credential.clientId)).toMatchObject({ publicClient: true });
    await ends(client);
  });

  it('private_key_jwt at a server that lists RS384 only', async () => {
    const client = await lives('private_key_jwt', 'url', rsaOnly.url);
    expect(client.document).toMatchObject({ private_key_jwk: { alg: 'RS384', kty: 'RSA' } });
    await ends(client);
  });

  it.each(['url', 'value'] as const)('private_key_jwt with keys by %s', async (keysBy) => {
    const before = world.keysAsked();
    const client = await lives('private_key_jwt', keysBy);
    expect(client.document).not.toHaveProperty('client_secret');
    expect(await admin.client(client.credential.clientId)).toMatchObject({
      clientAuthenticatorType: 'client-jwt',
      attributes: keysBy === 'url' ? { 'use.jwks.url': 'true' } : { 'use.jwks.string': 'true' },
    });
    if (keysBy === 'url') expect(world.keysAsked()).toBeGreaterThan(before);
    else expect(world.keysAsked()).toBe(before);
    expect(await probeWithAnotherKey(world, client)).not.toMatchObject({ verdict: 'good' });
    await ends(client);
  });
});
