import { afterAll, beforeAll, expect, test } from 'vitest';
import { audienceSecret } from '../../../../protocols/http/audience.ts';
import { createGuardedClient, type GuardedClient } from '../../../../protocols/http/client.ts';
import {
  type Bearer,
  createKeycloakAdministrator,
  type KeycloakAdministrator,
  type KeycloakRealm,
  keycloakRealmOf,
} from '../../../../protocols/keycloak/admin.ts';
import { describeWith } from '../../../support/describeWith.ts';
import { KeycloakRealmForTest } from '../../../support/keycloakRealm.ts';

describeWith('keycloak', 'an administrator of a Keycloak realm', ({ keycloak }) => {
  let server: KeycloakRealmForTest;
  let client: GuardedClient;
  let administrator: KeycloakAdministrator;
  let realm: KeycloakRealm;
  let secret: string;
  let bearer: Bearer;

  const sealed = (text: string) => audienceSecret(text, [server.url]);

  beforeAll(async () => {
    server = await KeycloakRealmForTest.open(keycloak);
    client = createGuardedClient({ allowedHosts: [server.host] });
    administrator = createKeycloakAdministrator({ client, clock: { now: Date.now } });
    realm = keycloakRealmOf(`${server.issuer}/clients-registrations/openid-connect`) as KeycloakRealm;
    secret = await server.serviceAccount('registrar');
    bearer = await administrator.bearer(realm, {
      kind: 'service-account',
      clientId: 'registrar',
      secret: sealed(secret),
    });
  });
  afterAll(async () => {
    await client.close();
    await server.remove();
  });

  const rejection = (promise: Promise<unknown>) =>
    promise.then(
      () => null,
      (error: unknown) => error,
    );

  test('a bearer knows its end', () => {
    expect(bearer.token.audience).toEqual([server.url]);
    expect(bearer.expiresAt).toBeGreaterThan(Date.now());
  });

  test('a user gets one by password', async () => {
    const password = await server.user('ann');
    const account = { kind: 'user', username: 'ann', password: sealed(password), clientId: 'admin-cli' } as const;
    const own = await administrator.bearer(realm, account);
    expect(await administrator.findClient(realm, own, 'registrar')).toMatchObject({ clientId: 'registrar' });
  });

  test('an issued initial access token is for one registration and ends within a quarter of an hour', async () => {
    const issued = await administrator.issueInitialAccessToken(realm, bearer, 86_400);
    const listed = (await server.initialAccessTokens()).find(({ id }) => id === issued.id);
    expect(listed).toMatchObject({ count: 1, remainingCount: 1, expiration: 900 });
    expect(issued.expiresAt).toBe(issued.issuedAt + 900_000);
    const answer = await fetch(`${realm.registrations}/default`, {
      method: 'POST',
      headers: { authorization: `Bearer ${issued.token.value}`, 'content-type': 'application/json' },
      body: JSON.stringify({ clientId: 'by-issued-token' }),
    });
    expect(answer.status).toBe(201);
    const used = (await administrator.initialAccessTokens(realm, bearer)).find(({ id }) => id === issued.id);
    expect(used).toMatchObject({ remainingCount: 0 });
  });

  test('a revoked one is gone, and may be revoked again', async () => {
    const issued = await administrator.issueInitialAccessToken(realm, bearer);
    await administrator.revokeInitialAccessToken(realm, bearer, issued.id);
    expect((await server.initialAccessTokens()).map(({ id }) => id)).not.toContain(issued.id);
    await administrator.revokeInitialAccessToken(realm, bearer, issued.id);
  });

  test('a client of the admin console gets a registration access token that manages it', async () => {
    await server.must('POST', '/clients', { clientId: 'by hand/ä', redirectUris: ['https://app.example.org/cb'] });
    const token = await administrator.reissueManagementToken(realm, bearer, 'by hand/ä');
    expect(token).toMatchObject({ clientId: 'by hand/ä', audience: [server.url] });
    const read = await fetch(token.clientUri ?? '', { headers: { authorization: `Bearer ${token.token}` } });
    expect(await read.json()).toMatchObject({ client_id: 'by hand/ä' });
    const next = await administrator.reissueManagementToken(realm, bearer, 'by hand/ä');
    const old = await fetch(token.clientUri ?? '', { headers: { authorization: `Bearer ${token.token}` } });
    expect([old.status, next.token === token.token]).toEqual([401, false]);
  });

  test('tells whether a client is enabled', async () => {
    await server.must('POST', '/clients', { clientId: 'parked', enabled: false });
    expect(await administrator.findClient(realm, bearer, 'parked')).toMatchObject({ enabled: false });
    await server.updateClient('parked', { enabled: true });
    expect(await administrator.findClient(realm, bearer, 'parked')).toMatchObject({ enabled: true });
    expect(await administrator.findClient(realm, bearer, 'par')).toBeNull();
  });

  test('an unknown client has its reason', async () => {
    expect(await rejection(administrator.reissueManagementToken(realm, bearer, 'nobody'))).toMatchObject({
      reason: 'ClientUnknown',
    });
  });

  test('a wrong secret, a weak account and a foreign bearer each have their reason', async () => {
    const account = { kind: 'service-account', clientId: 'registrar' } as const;
    const wrong = await rejection(administrator.bearer(realm, { ...account, secret: sealed('wrong-secret-7a6b5c') }));
    expect(wrong).toMatchObject({ reason: 'ServiceAccountRejected', retryClass: 'token', status: 401 });
    expect(String(wrong)).not.toContain('wrong-secret-7a6b5c');
    const weakSecret = await server.serviceAccount('weak', []);
    const weak = await administrator.bearer(realm, { ...account, clientId: 'weak', secret: sealed(weakSecret) });
    expect(await rejection(administrator.issueInitialAccessToken(realm, weak))).toMatchObject({
      reason: 'ServiceAccountForbidden',
      retryClass: 'input',
    });
    const foreign = { ...bearer, token: sealed('a-bearer-of-nobody') };
    expect(await rejection(administrator.initialAccessTokens(realm, foreign))).toMatchObject({
      reason: 'ServiceAccountRejected',
    });
  });

  test('a secret of another origin is not sent', async () => {
    const elsewhere = audienceSecret(secret, ['https://id.example.org']);
    const account = { kind: 'service-account', clientId: 'registrar', secret: elsewhere } as const;
    expect(await rejection(administrator.bearer(realm, account))).toMatchObject({ reason: 'AudienceRefused' });
    const user = { kind: 'user', username: 'ann', password: elsewhere, clientId: 'admin-cli' } as const;
    expect(await rejection(administrator.bearer(realm, user))).toMatchObject({ reason: 'AudienceRefused' });
  });
});
