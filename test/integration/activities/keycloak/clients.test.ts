import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { KeycloakAuthentication, KeycloakClientResult } from '../../../../domain/servers/keycloakClients.ts';
import { describeWith } from '../../../support/describeWith.ts';
import { KeycloakWorld } from './world.ts';

const callback = { redirectUris: ['https://app.example.org/cb'] };
const stored: KeycloakAuthentication = { kind: 'registration-access-token', token: null };
const descriptor = (entityId: string) => `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"
  entityID="${entityId}"><SPSSODescriptor AuthnRequestsSigned="false"
  protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><AssertionConsumerService index="1"
  Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://sp.example.org/acs"/></SPSSODescriptor>
</EntityDescriptor>`;

describeWith('keycloak', 'clients of a Keycloak realm, kept by hand', ({ keycloak }) => {
  let world: KeycloakWorld;
  let accounts: Record<'service-account' | 'user' | 'bearer', () => Promise<KeycloakAuthentication>>;
  let count = 0;

  beforeAll(async () => {
    world = await KeycloakWorld.open(keycloak);
    await world.realm.removePolicies();
    const clientSecret = await world.realm.serviceAccount('registrar');
    const password = await world.realm.user('ann');
    const form = { grant_type: 'client_credentials', client_id: 'registrar', client_secret: clientSecret };
    accounts = {
      'service-account': async () => ({ kind: 'service-account', clientId: 'registrar', clientSecret }),
      user: async () => ({ kind: 'user', clientId: 'admin-cli', username: 'ann', password }),
      bearer: async () => ({ kind: 'bearer', token: await world.realm.bearer(form) }),
    };
  });
  afterEach(() => {
    world.proxy.gate = null;
  });
  afterAll(() => world.close());

  const newId = () => `client-${++count}`;
  const isOidc = (provider: string) => provider === 'openid-connect';
  const bodyOf = (provider: string, clientId: string) =>
    isOidc(provider)
      ? { client_name: clientId, redirect_uris: callback.redirectUris }
      : { clientId, name: clientId, ...callback };

  async function askerOf(kind: string): Promise<KeycloakAuthentication> {
    if (kind === 'anonymous') return { kind };
    if (kind === 'initial-access-token') return await world.token();
    if (kind === 'registration-access-token') return stored;
    return await accounts[kind as keyof typeof accounts]();
  }

  async function make(provider: 'default' | 'openid-connect' = 'default'): Promise<KeycloakClientResult> {
    const clientId = newId();
    const asked = isOidc(provider) ? {} : { clientId };
    const client = bodyOf(provider, clientId);
    return await world.carryOut({
      operation: 'create',
      provider,
      client,
      ...asked,
      authentication: await world.token(),
    });
  }

  const creators = ['anonymous', 'initial-access-token', 'bearer', 'service-account', 'user'];
  const keepers = ['registration-access-token', 'bearer', 'service-account', 'user'];
  const providers = ['default', 'openid-connect'] as const;

  describe('create', () => {
    test.each(providers.flatMap((provider) => creators.map((kind) => [provider, kind] as const)))(
      '%s, %s: secret and token are in the secret store, and only there',
      async (provider, kind) => {
        const clientId = newId();
        const authentication = await askerOf(kind);
        const client = bodyOf(provider, clientId);
        const made = await world.carryOut({ operation: 'create', provider, client, authentication });
        expect(made).toMatchObject({ operation: 'create', provider, issuer: world.realm.issuer });
        const secret = await world.realm.secret(made.clientId);
        expect(await world.read(made.clientRef)).toMatchObject({ client_id: made.clientId, client_secret: secret });
        const management = await world.read(made.managementRef);
        expect(management).toMatchObject({ client_id: made.clientId, audience: [world.realm.url] });
        const text = JSON.stringify(made);
        expect(text).not.toContain(secret);
        expect(text).not.toContain(String(management['registration_access_token']));
        expect(made.clientRef?.name).toMatch(/^keycloak\/[a-z0-9-]+\/[a-z0-9-]+\/[a-z0-9-]+\/client$/);
      },
    );

    test.each(creators)('saml2-entity-descriptor, %s', async (kind) => {
      const entityId = `https://sp.example.org/${newId()}`;
      const made = await world.carryOut({
        operation: 'create',
        provider: 'saml2-entity-descriptor',
        descriptor: descriptor(entityId),
        authentication: await askerOf(kind),
      });
      expect(made.clientId).toBe(entityId);
      expect(await world.realm.client(entityId)).toMatchObject({ protocol: 'saml' });
      const read = await world.carryOut({ operation: 'get', clientId: entityId, authentication: stored });
      expect(read.client).toMatchObject({ clientId: entityId, protocol: 'saml' });
    });

    test('a client id that is taken, and a descriptor that is none', async () => {
      const { clientId } = await make();
      const again = { operation: 'create', clientId, client: { clientId } } as const;
      expect(await world.refusal({ ...again, authentication: await world.token() })).toMatchObject({
        reason: 'RegistrationRejected',
        message: expect.stringContaining('Client Identifier in use'),
      });
      expect(
        await world.refusal({
          ...{ operation: 'create', provider: 'saml2-entity-descriptor', descriptor: '<x/>' },
          authentication: await world.token(),
        }),
      ).toMatchObject({ reason: 'RegistrationRejected' });
    });
  });

  describe('get', () => {
    test.each(providers.flatMap((provider) => keepers.map((kind) => [provider, kind] as const)))(
      '%s, %s',
      async (provider, kind) => {
        const { clientId } = await make(provider);
        const read = await world.carryOut({
          operation: 'get',
          provider,
          clientId,
          authentication: await askerOf(kind),
        });
        expect(read.clientId).toBe(clientId);
        const secret = await world.realm.secret(clientId);
        expect(await world.read(read.clientRef)).toMatchObject({ client_secret: secret });
        expect(JSON.stringify(read)).not.toContain(secret);
      },
    );

    test.each([...keepers, 'client'])('install, %s: what the adapter needs', async (kind) => {
      const made = await make();
      const { clientId } = made;
      const authentication = kind === 'client' ? ({ kind, clientSecret: null } as const) : await askerOf(kind);
      const read = await world.carryOut({ operation: 'get', provider: 'install', clientId, authentication });
      expect(read.client).toMatchObject({ realm: world.realm.name, resource: clientId });
      expect(read.clientRef).toEqual(made.clientRef);
    });

    test('a token that was handed in and works is kept', async () => {
      const made = await make();
      const { clientId } = made;
      const token = String((await world.read(made.managementRef))['registration_access_token']);
      await world.secrets.remove(made.managementRef?.name ?? '');
      const authentication: KeycloakAuthentication = { kind: 'registration-access-token', token };
      expect(await world.refusal({ operation: 'get', clientId, authentication: stored })).toMatchObject({
        reason: 'OperationNotPossible',
      });
      const read = await world.carryOut({ operation: 'get', clientId, authentication });
      expect(await world.read(read.managementRef)).toMatchObject({ registration_access_token: token });
    });

    test('a secret that an administrator regenerated replaces the stored one', async () => {
      const made = await make();
      const { clientId } = made;
      const uuid = (await world.realm.client(clientId))?.['id'];
      await world.realm.must('POST', `/clients/${uuid}/client-secret`);
      const read = await world.carryOut({ operation: 'get', clientId, authentication: stored });
      expect(read.clientRef?.versionId).not.toBe(made.clientRef?.versionId);
      expect(await world.read(read.clientRef)).toMatchObject({ client_secret: await world.realm.secret(clientId) });
    });
  });

  describe('update', () => {
    test.each(providers.flatMap((provider) => keepers.map((kind) => [provider, kind] as const)))(
      '%s, %s: some members',
      async (provider, kind) => {
        const made = await make(provider);
        const { clientId } = made;
        const client = isOidc(provider) ? { client_name: 'Renamed' } : { name: 'Renamed' };
        const authentication = await askerOf(kind);
        const changed = await world.carryOut({
          operation: 'update',
          provider,
          clientId,
          client,
          merge: true,
          authentication,
        });
        expect(await world.realm.client(clientId)).toMatchObject({ name: 'Renamed', ...callback });
        expect(await world.read(made.clientRef)).toMatchObject({ client_secret: await world.realm.secret(clientId) });
        // Keycloak renews the token of whoever used it; an account's request leaves it alone.
        const isOwn = kind === 'registration-access-token';
        expect(changed.managementRef === null).toBe(!isOwn);
        if (isOwn) expect(changed.managementRef?.versionId).not.toBe(made.managementRef?.versionId);
        expect(await world.carryOut({ operation: 'get', provider, clientId, authentication: stored })).toMatchObject({
          clientId,
        });
      },
    );

    test('all of it', async () => {
      const { clientId } = await make();
      const client = { clientId, name: 'Whole', redirectUris: ['https://other.example.org/cb'] };
      await world.carryOut({ operation: 'update', clientId, client, authentication: stored });
      expect(await world.realm.client(clientId)).toMatchObject(client);
    });

    test('the token of another client is refused', async () => {
      const [{ clientId }, other] = [await make(), await make()];
      const token = String((await world.read(other.managementRef))['registration_access_token']);
      const authentication: KeycloakAuthentication = { kind: 'registration-access-token', token };
      const refused = await world.refusal({ operation: 'update', clientId, client: { clientId }, authentication });
      expect(refused.reason).toBe('ManagementRejected');
      expect(refused.message).not.toContain(token);
    });
  });

  describe('delete', () => {
    test.each(providers.flatMap((provider) => keepers.map((kind) => [provider, kind] as const)))(
      '%s, %s: the client and its secrets are gone',
      async (provider, kind) => {
        const made = await make(provider);
        const { clientId } = made;
        await world.carryOut({ operation: 'delete', provider, clientId, authentication: await askerOf(kind) });
        expect(await world.realm.client(clientId)).toBeNull();
        for (const half of ['clientRef', 'managementRef'] as const)
          expect(await world.secrets.get(made[half]?.name ?? '', { stage: 'current' })).toBeNull();
      },
    );

    test('a client that is not there', async () => {
      const authentication = await askerOf('service-account');
      expect(await world.refusal({ operation: 'delete', clientId: 'nobody', authentication })).toMatchObject({
        reason: 'ClientUnknown',
      });
    });
  });

  describe('update-token', () => {
    test.each([...keepers])('%s: the old one is dead, the new one is stored', async (kind) => {
      const made = await make();
      const { clientId } = made;
      const old = String((await world.read(made.managementRef))['registration_access_token']);
      const renewed = await world.carryOut({
        operation: 'update-token',
        clientId,
        authentication: await askerOf(kind),
      });
      const now = String((await world.read(renewed.managementRef))['registration_access_token']);
      expect(now).not.toBe(old);
      const read = (token: string) =>
        fetch(`${world.realm.issuer}/clients-registrations/default/${clientId}`, {
          headers: { authorization: `Bearer ${token}` },
        }).then(({ status }) => status);
      expect([await read(old), await read(now)]).toEqual([401, 200]);
      expect(JSON.stringify(renewed)).not.toContain(now);
    });

    test('a client of the admin console gets its first one', async () => {
      await world.realm.must('POST', '/clients', { clientId: 'console', ...callback });
      const authentication = await askerOf('service-account');
      await world.carryOut({ operation: 'update-token', clientId: 'console', authentication });
      const read = await world.carryOut({ operation: 'get', clientId: 'console', authentication: stored });
      expect(read).toMatchObject({ clientId: 'console', enabled: true });
    });
  });

  describe('nothing is lost', () => {
    const isWrite = ({ method, path }: { method: string; path: string }) =>
      (method === 'POST' || method === 'PUT') && path.includes('/clients-registrations/');

    test.each(['create', 'update'] as const)(
      '%s whose answer is lost is listed, with what was sent',
      async (operation) => {
        const clientId = operation === 'create' ? newId() : (await make()).clientId;
        const client = { clientId, name: 'Lost one', ...callback };
        const authentication = operation === 'create' ? await world.token() : stored;
        world.proxy.gate = async (exchange, point) => (isWrite(exchange) && point === 'after' ? 'drop' : 'go-on');
        const request = world.request({ operation, clientId, client, authentication });
        const lost = await world.clients.carryOut(request).catch((error: { reason: string }) => error.reason);
        expect(lost).toBe('KeycloakRequestUnanswered');
        world.proxy.gate = null;
        expect(await world.orphans()).toContainEqual(
          expect.objectContaining({
            orphanId: request.operationId,
            clientId,
            clientName: 'Lost one',
            reason: 'KeycloakRequestUnanswered',
            hasManagementToken: false,
          }),
        );
        // Asked again under the same operation it is not sent again.
        const sent = world.proxy.exchanges.filter(isWrite).length;
        expect(await world.clients.carryOut(request).catch((error: { reason: string }) => error.reason)).toBe(lost);
        expect(world.proxy.exchanges.filter(isWrite)).toHaveLength(sent);
        // And the way out: an account gets the token anew.
        const asker = await askerOf('service-account');
        await world.carryOut({ operation: 'update-token', clientId, authentication: asker });
        await world.carryOut({ operation: 'delete', clientId, authentication: stored });
      },
    );

    test('a process that dies with the stored answer: the next round puts it away', async () => {
      const clientId = newId();
      const request = world.request({
        operation: 'create',
        clientId,
        client: { clientId, ...callback },
        authentication: await world.token(),
      });
      const away = new Error('the process died');
      const put = world.secrets.put;
      world.secrets.put = () => Promise.reject(away);
      await expect(world.clients.carryOut(request)).rejects.toBe(away);
      world.secrets.put = put;
      expect(await world.clients.settleAbandoned()).toBe(0);
      world.fixture.clock.move(600_000);
      expect(await world.clients.settleAbandoned()).toBe(1);
      const read = await world.carryOut({ operation: 'get', clientId, authentication: stored });
      expect(await world.read(read.clientRef)).toMatchObject({ client_secret: await world.realm.secret(clientId) });
      // The same request again answers what came of it.
      expect(await world.clients.carryOut(request)).toMatchObject({ clientId, clientRef: read.clientRef });
    });

    test('a process that dies while it waits: the client is listed', async () => {
      const { operationId } = world.request({ operation: 'create', authentication: { kind: 'anonymous' } });
      const { records } = world.deps;
      const intent = await records.prepareIntent({
        intentId: operationId,
        registrationId: `keycloak/server/realm/${operationId}`,
        operationId,
        kind: 'register',
        endpoint: `${world.realm.issuer}/clients-registrations/default`,
        clientName: 'Died',
        clientId: 'died',
      });
      await records.markSending(operationId, intent.fence, 30_000);
      world.fixture.clock.move(600_000);
      expect(await world.clients.settleAbandoned()).toBe(1);
      expect(await world.orphans()).toContainEqual(
        expect.objectContaining({ orphanId: operationId, clientId: 'died' }),
      );
    });

    test('while the database is away the answer waits in the spool', async () => {
      const clientId = newId();
      const { storeAnswer } = world.deps.records;
      let isAway = true;
      world.deps.records.storeAnswer = (...given) =>
        isAway ? Promise.reject(new Error('away')) : storeAnswer.apply(world.deps.records, given);
      const client = { clientId, ...callback };
      const { drainSpool } = world.deps;
      const request = world.request({ operation: 'create', clientId, client, authentication: await world.token() });
      Object.assign(world.deps, {
        drainSpool: async () => {
          isAway = false;
          await drainSpool();
        },
      });
      const made = await world.clients.carryOut(request);
      Object.assign(world.deps, { drainSpool });
      world.deps.records.storeAnswer = storeAnswer;
      expect(await world.read(made.clientRef)).toMatchObject({ client_secret: await world.realm.secret(clientId) });
    });
  });

  describe('initial access tokens', () => {
    test('a used one and none', async () => {
      const authentication = await world.token();
      await world.carryOut({ operation: 'create', client: { clientId: newId() }, authentication });
      const again = { operation: 'create', client: { clientId: newId() }, authentication } as const;
      const refused = await world.refusal(again);
      expect(refused).toMatchObject({ reason: 'InitialAccessTokenExhausted' });
      expect(refused.message).toContain('No remaining count');
      if (authentication.kind === 'initial-access-token') expect(refused.message).not.toContain(authentication.token);
    });

    test('the secret of a stored service account is found by its name', async () => {
      const clientId = newId();
      const client = { clientId, serviceAccountsEnabled: true, publicClient: false };
      await world.carryOut({ operation: 'create', client, clientId, authentication: await world.token() });
      const authentication: KeycloakAuthentication = { kind: 'service-account', clientId, clientSecret: null };
      // It authenticates, and may do nothing.
      expect(await world.refusal({ operation: 'get', clientId: 'registrar', authentication })).toMatchObject({
        reason: 'ServiceAccountForbidden',
      });
    });
  });
});
