import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { CredentialState, Endpoints, RequestArguments } from '../../../../domain/ports/activities.ts';
import type { ServerCredential } from '../../../../domain/servers/authorizationServer.ts';
import { describeWith } from '../../../support/describeWith.ts';
import { discoveryOf } from '../../../support/entity.ts';
import { KeycloakRealmForTest } from '../../../support/keycloakRealm.ts';
import { everything } from '../../stores/records/fixture.ts';
import { storedIn, World } from '../world.ts';

/** Service accounts and administrators at a real Keycloak; the judge is the realm's own list of clients and tokens. */
describeWith('keycloak', 'tokens of a Keycloak realm', ({ keycloak }) => {
  let realm: KeycloakRealmForTest;
  let world: World;
  let endpoints: Endpoints;
  let secret: string;

  beforeAll(async () => {
    world = await World.open();
    world.clock.move(Date.now() - world.clock.now());
    realm = await KeycloakRealmForTest.open(keycloak);
    const oauth = `${realm.issuer}/protocol/openid-connect`;
    endpoints = discoveryOf({
      registrationEndpoint: `${realm.issuer}/clients-registrations/openid-connect`,
      tokenEndpoint: `${oauth}/token`,
      authorizationEndpoint: `${oauth}/auth`,
      issuer: realm.issuer,
    });
    secret = await realm.serviceAccount('registrar');
    await realm.removePolicies();
    // Each update brings a new secret.
    const periods = { 'expiration-period': 3600, 'rotated-expiration-period': 60, 'remaining-rotation-period': 3600 };
    await realm.must('PUT', '/client-policies/profiles', {
      profiles: [{ name: 'rotating', executors: [{ executor: 'secret-rotation', configuration: periods }] }],
    });
    const condition = { condition: 'client-access-type', configuration: { type: ['confidential'] } };
    await realm.must('PUT', '/client-policies/policies', {
      policies: [{ name: 'rotating', enabled: true, conditions: [condition], profiles: ['rotating'] }],
    });
  });
  beforeEach(async () => {
    await world.begin({}, [realm.host]);
    await world.giveMetadata({ scope: 'openid profile', client_name: `Chart ${randomUUID()}` });
  });
  afterEach(() => world.end());
  afterAll(async () => {
    await realm.remove();
    await world.close();
  });

  const request = (): RequestArguments => ({ ...world.request(), endpoints });

  function credential(changes: Partial<ServerCredential> = {}): ServerCredential {
    return {
      kind: 'service',
      clientId: 'registrar',
      clientSecret: secret,
      tokenEndpoint: endpoints.tokenEndpoint ?? '',
      authMethod: 'client_secret_basic',
      scope: null,
      origins: [realm.url],
      ...changes,
    };
  }

  const put = (changes: Partial<ServerCredential>) => world.putServerCredential(credential(changes), endpoints);
  const removed = async (serverId: string, kind: ServerCredential['kind']) =>
    await world.everyRecord.removeServerCredential(serverId, kind, 'key:test');
  const unusedTokens = async () =>
    (await realm.initialAccessTokens()).filter(({ remainingCount }) => remainingCount > 0);
  const inventory = async () => {
    const { items } = await world.everyRecord.initialAccessTokens(everything, { limit: 500 });
    return items.filter(({ registrationId }) => registrationId === world.registrationId);
  };

  /** A client that was registered with the service account, proved and current. */
  async function active(): Promise<CredentialState> {
    await put({});
    const result = await world.activities.register(request());
    if (!result.proof?.current) throw new Error(`the client was not proved: ${JSON.stringify(result)}`);
    return result.proof.current;
  }

  /** The stored registration access token dies. */
  async function killToken(clientId: string): Promise<void> {
    const client = await realm.client(clientId);
    await realm.must('POST', `/clients/${client?.['id']}/registration-access-token`);
  }

  test('a service account with the role create-client registers', async () => {
    const serverId = await put({});
    const result = await world.activities.register(request());
    expect(await realm.client(storedIn(result).clientId)).toMatchObject({ enabled: true });
    expect(result.proof).toMatchObject({ decision: { action: 'promote' } });
    expect(await inventory()).toEqual([]);
    await removed(serverId, 'service');
  });

  test('a service account without the role is a reason of its own, and nothing is registered', async () => {
    const powerless = await realm.serviceAccount(`powerless-${randomUUID().slice(0, 8)}`, ['view-users']);
    const clients = async () => ((await realm.must('GET', '/clients?max=1000')) as unknown[]).length;
    const before = await clients();
    const found = (await realm.must('GET', '/clients?max=1000')) as { clientId: string }[];
    const clientId = found.find(({ clientId: id }) => id.startsWith('powerless-'))?.clientId ?? '';
    const serverId = await put({ clientId, clientSecret: powerless });
    const { outcome } = await world.activities.register(request());
    expect(outcome).toMatchObject({ kind: 'refused', failure: { reason: 'ServiceAccountForbidden' } });
    expect(await clients()).toBe(before);
    await removed(serverId, 'service');
  });

  test('an administrator issues a token for one registration, and nothing unused is left', async () => {
    const serverId = await put({ kind: 'administrator' });
    const client = storedIn(await world.activities.register(request()));
    expect(await realm.client(client.clientId)).not.toBeNull();
    const listed = await realm.initialAccessTokens();
    expect(listed).toContainEqual(expect.objectContaining({ count: 1, remainingCount: 0 }));
    for (const { expiration } of listed) expect(expiration).toBeLessThanOrEqual(900);
    expect(await unusedTokens()).toEqual([]);
    expect(await inventory()).toMatchObject([
      { source: 'keycloak-admin', state: 'spent', remainingCount: 0, authorizationServerId: serverId },
    ]);
    expect(await world.sweepIssuedTokens()).toBe(0);
    await removed(serverId, 'administrator');
  });

  test('a token whose registration is refused is revoked at once', async () => {
    const serverId = await put({ kind: 'administrator' });
    await realm.addPolicy('allowed-client-templates', 'authenticated', {});
    const { outcome } = await world.activities.register(request());
    await realm.removePolicies();
    expect(outcome).toMatchObject({ kind: 'refused', failure: { reason: 'ClientScopesPolicyRefused' } });
    expect(await unusedTokens()).toEqual([]);
    expect(await inventory()).toMatchObject([{ state: 'revoked' }]);
    await removed(serverId, 'administrator');
  });

  test.each(['recordIssuedToken', 'prepareIntent'] as const)(
    'a token that a crash before %s left behind is revoked by the sweep',
    async (step) => {
      const serverId = await put({ kind: 'administrator' });
      Object.assign(world.insteadOfRecords, { [step]: () => Promise.reject(new Error('the process died')) });
      await expect(world.activities.register(request())).rejects.toThrow('the process died');
      delete world.insteadOfRecords[step];
      expect(await unusedTokens()).toHaveLength(1);
      expect(await world.sweepIssuedTokens()).toBe(0);
      world.clock.move(2 * world.requestStep + 1);
      expect(await world.sweepIssuedTokens()).toBe(1);
      expect(await unusedTokens()).toEqual([]);
      expect(await inventory()).toMatchObject([{ state: 'revoked' }]);
      await removed(serverId, 'administrator');
    },
  );

  test('a registration access token that died is re-issued, and then the secret is rotated', async () => {
    const current = await active();
    await put({ kind: 'administrator' });
    await killToken(current.clientId);
    const first = { ...request(), current };
    const climbed = await world.activities.update(first);
    expect(climbed.outcome).toMatchObject({ kind: 'not-sent', failure: { retryClass: 'transient' } });
    const [journalled] = await world.records.managementTokens(world.registrationId);
    expect(journalled).toMatchObject({ clientId: current.clientId, audience: [realm.url] });
    const rotated = await world.activities.update({ ...request(), current });
    expect(rotated).toMatchObject({ proof: { decision: { action: 'promote', reason: 'ProofSucceeded' } } });
    const stored = await world.secrets.get(world.clientSecret, { stage: 'current' });
    expect(stored?.value['client_secret']).toBe(await realm.secret(current.clientId));
  });

  test('without an administrator a dead token stays rejected', async () => {
    const current = await active();
    const { items } = await world.everyRecord.authorizationServers(everything, { limit: 500 });
    for (const { serverId } of items) await removed(serverId, 'administrator');
    await killToken(current.clientId);
    const { outcome } = await world.activities.update({ ...request(), current });
    expect(outcome).toMatchObject({ kind: 'management-rejected', failure: { reason: 'ManagementRejected' } });
  });

  test('a client that was made in the admin console gets a token with its proof, and is rotated then', async () => {
    const clientId = `console-${randomUUID().slice(0, 8)}`;
    await realm.must('POST', '/clients', { clientId, publicClient: false, redirectUris: ['https://app.example/*'] });
    const versionId = randomUUID();
    await world.secrets.put(world.clientSecret, versionId, {
      client_id: clientId,
      client_secret: await realm.secret(clientId),
      token_endpoint_auth_method: 'client_secret_basic',
      redirect_uris: ['https://app.example/callback'],
      audience: [realm.url],
    });
    const adopted: CredentialState = {
      clientId,
      authMethod: 'client_secret_basic',
      store: 'database',
      place: 'client',
      versionId,
      issuedAt: world.clock.now(),
      expiresAt: null,
      expiryKnown: false,
      provedAt: null,
      manageable: false,
    };
    await put({ kind: 'administrator' });
    const { registrationId } = world;
    const proof = await world.activities.prove({ registrationId, endpoints, current: adopted, pending: null });
    expect(proof).toMatchObject({ decision: { reason: 'ProofSucceeded' }, current: { manageable: true } });
    expect((await world.secrets.get(world.managementSecret, { stage: 'current' }))?.value).toMatchObject({
      registration_access_token: expect.any(String),
      audience: [realm.url],
    });
    // Keycloak 26.7 fails at the `scope` of a client that it did not register; without it the scopes stay.
    const current = proof.current ?? adopted;
    const read = await world.activities.read({ ...request(), current });
    const metadata = read.outcome.kind === 'read' ? (read.outcome.client?.metadata ?? null) : null;
    const known = { metadata, wholeIn: null };
    const first = await world.activities.update({ ...request(), current, known });
    expect(first.outcome).toMatchObject({ kind: 'not-sent', failure: { status: 500, retryClass: 'transient' } });
    const rotated = await world.activities.update({ ...request(), current, known });
    expect(rotated).toMatchObject({ proof: { decision: { action: 'promote', reason: 'ProofSucceeded' } } });
    const stored = await world.secrets.get(world.clientSecret, { stage: 'current' });
    expect(stored?.value['client_secret']).toBe(await realm.secret(clientId));
  });

  test('a client whose token died is deleted with one that is re-issued, and a client that is gone is gone', async () => {
    const credentialOf = await active();
    await put({ kind: 'administrator' });
    await killToken(credentialOf.clientId);
    const argument = {
      registrationId: world.registrationId,
      endpoints,
      credential: credentialOf,
      mayBeDeleted: false,
      findsOut: false,
    };
    expect(await world.activities.retire(argument)).toMatchObject({ kind: 'deleted' });
    expect(await realm.client(credentialOf.clientId)).toBeNull();
    expect(await world.activities.retire(argument)).toMatchObject({ kind: 'deleted' });
    expect(await world.orphans()).toEqual([]);
  });
});
