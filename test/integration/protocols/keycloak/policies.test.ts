import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { StoredAnswer } from '../../../../domain/operations/intent.ts';
import { explain, type Reason, reasons } from '../../../../domain/reasons/index.ts';
import { audienceSecret } from '../../../../protocols/http/audience.ts';
import { createGuardedClient, type GuardedClient, type GuardedRequest } from '../../../../protocols/http/client.ts';
import { parseClientAnswer } from '../../../../protocols/keycloak/clientAnswers.ts';
import {
  type ClientAuthentication,
  type ClientOperation,
  createClientRequest,
  deleteClientRequest,
  readClientRequest,
  updateClientRequest,
} from '../../../../protocols/keycloak/clients.ts';
import { type KeycloakProvider, type KeycloakRealm, keycloakRealmOf } from '../../../../protocols/keycloak/realm.ts';
import { parseDeleteResponse, parseUpdateResponse } from '../../../../protocols/oauth/management.ts';
import { parseRegistrationResponse, registrationRequest } from '../../../../protocols/oauth/registration.ts';
import { describeWith } from '../../../support/describeWith.ts';
import { KeycloakRealmForTest } from '../../../support/keycloakRealm.ts';

type Sub = 'anonymous' | 'authenticated';
type Refusing = readonly [operation: 'create' | 'update' | 'delete', body: object];

interface Policy {
  readonly provider: string;
  readonly config: Record<string, string[]>;
  readonly reason: Reason;
  /** In Keycloak's own words. */
  readonly detail: RegExp;
  readonly refuses: readonly Refusing[];
  /** The client that is changed is made while the policy holds already. */
  readonly madeUnder?: true;
}

const callback = { redirectUris: ['https://good.example.org/cb'] };
const mapper = { name: 'm', protocol: 'openid-connect', protocolMapper: 'oidc-hardcoded-claim-mapper', config: {} };

/** Every client registration policy of Keycloak 26.7, with the requests that it refuses. */
const policies: Readonly<Record<string, Policy>> = {
  'Trusted Hosts, by sender': {
    provider: 'trusted-hosts',
    config: { 'host-sending-registration-request-must-match': ['true'], 'client-uris-must-match': ['true'] },
    reason: 'TrustedHostsPolicyRefused',
    detail: /Host not trusted/,
    refuses: [
      ['create', callback],
      ['update', callback],
      ['delete', {}],
    ],
  },
  'Trusted Hosts, by redirect URI': {
    provider: 'trusted-hosts',
    config: {
      'host-sending-registration-request-must-match': ['false'],
      'client-uris-must-match': ['true'],
      'trusted-hosts': ['good.example.org'],
    },
    reason: 'TrustedHostsPolicyRefused',
    detail: /URI doesn't match any trusted host/,
    refuses: [
      ['create', { redirectUris: ['https://evil.example.org/cb'] }],
      ['update', { redirectUris: ['https://evil.example.org/cb'] }],
    ],
  },
  'Consent Required': {
    provider: 'consent-required',
    config: {},
    reason: 'ConsentRequiredPolicyRefused',
    detail: /consentRequired/,
    refuses: [['update', { consentRequired: false }]],
    madeUnder: true,
  },
  'Allowed Protocol Mapper Types': {
    provider: 'allowed-protocol-mappers',
    config: { 'allowed-protocol-mapper-types': ['oidc-address-mapper'] },
    reason: 'ProtocolMappersPolicyRefused',
    detail: /ProtocolMapper type not allowed|Missing id for mapper/,
    refuses: [
      ['create', { protocolMappers: [mapper] }],
      ['update', { protocolMappers: [mapper] }],
    ],
  },
  'Allowed Client Scopes': {
    provider: 'allowed-client-templates',
    config: { 'allow-default-scopes': ['true'] },
    reason: 'ClientScopesPolicyRefused',
    detail: /Not permitted to use specified clientScope/,
    refuses: [
      ['create', { optionalClientScopes: ['patient/Observation.rs'] }],
      ['update', { optionalClientScopes: ['patient/Observation.rs'] }],
    ],
  },
  'Full Scope Disabled': {
    provider: 'scope',
    config: {},
    reason: 'FullScopePolicyRefused',
    detail: /fullScopeAllowed/,
    refuses: [['update', { fullScopeAllowed: true }]],
    madeUnder: true,
  },
  'Max Clients': {
    provider: 'max-clients',
    config: { 'max-clients': ['1'] },
    reason: 'MaxClientsPolicyRefused',
    detail: /max 1 clients/,
    refuses: [['create', callback]],
  },
};

describeWith('keycloak', 'client registration policies of Keycloak', ({ keycloak }) => {
  let server: KeycloakRealmForTest;
  let client: GuardedClient;
  let realm: KeycloakRealm;
  let count = 0;

  beforeAll(async () => {
    server = await KeycloakRealmForTest.open(keycloak);
    client = createGuardedClient({ allowedHosts: [server.host], maxPerSecondPerHost: 100 });
    realm = keycloakRealmOf(server.issuer) as KeycloakRealm;
    await server.must('POST', '/client-scopes', { name: 'patient/Observation.rs', protocol: 'openid-connect' });
    await server.removePolicies();
  });
  afterEach(() => server.removePolicies());
  afterAll(async () => {
    await client.close();
    await server.remove();
  });

  const sealed = (token: string): ClientAuthentication => ({
    kind: 'bearer',
    token: audienceSecret(token, [server.url]),
  });

  async function send(request: GuardedRequest): Promise<StoredAnswer> {
    const { status, headers, body } = await client.request(request);
    return { status, headers, body, receivedAt: Date.now() };
  }

  function judge(answer: StoredAnswer, operation: ClientOperation, clientId: string, asked: object, isToken = true) {
    const authorization = isToken ? 'initial-access-token' : 'anonymous';
    const context = { realm, operation, clientId, asked: { ...asked }, now: Date.now(), secretsInPlay: [] };
    return parseClientAnswer(answer, { ...context, provider: 'default', authorization });
  }

  async function initial(sub: Sub): Promise<ClientAuthentication> {
    return sub === 'anonymous' ? { kind: 'anonymous' } : sealed((await server.initialAccessToken()).token);
  }

  /** A client and what manages it. */
  async function make(sub: Sub, body: object = callback, provider: KeycloakProvider = 'default') {
    count += 1;
    const clientId = `client-${count}`;
    const json = { kind: 'json', client: { clientId, ...body } } as const;
    const authentication = await initial(sub);
    const answer = await send(createClientRequest({ realm, provider, authentication, body: json }));
    const made = judge(answer, 'create', clientId, body);
    if (made.kind !== 'client') throw new Error(JSON.stringify(made));
    return { clientId, made, authentication: sealed(made.managementToken?.token ?? '') };
  }

  async function attempt(sub: Sub, [operation, change]: Refusing, policy: Policy) {
    const hold = () => server.addPolicy(policy.provider, sub, policy.config, `Called ${count}`);
    if (policy.madeUnder) await hold();
    const { clientId, authentication } = await make(sub);
    if (!policy.madeUnder) await hold();
    const asking = { realm, provider: 'default' as const, clientId };
    const body = {
      kind: 'json' as const,
      client: { clientId: operation === 'create' ? `${clientId}-2` : clientId, ...change },
    };
    switch (operation) {
      case 'create': {
        const answer = await send(createClientRequest({ ...asking, authentication: await initial(sub), body }));
        return judge(answer, operation, `${clientId}-2`, change, sub === 'authenticated');
      }
      case 'update':
        return judge(await send(updateClientRequest({ ...asking, authentication, body })), operation, clientId, change);
      case 'delete':
        return judge(await send(deleteClientRequest({ ...asking, authentication })), operation, clientId, change);
    }
  }

  const attempts = (['anonymous', 'authenticated'] as const).flatMap((sub) =>
    Object.entries(policies).flatMap(([name, policy]) =>
      policy.refuses.map((refusing) => [name, sub, refusing[0], refusing, policy] as const),
    ),
  );

  test.each(attempts)('%s, %s, on %s', async (_name, sub, _operation, refusing, policy) => {
    const refused = await attempt(sub, refusing, policy);
    expect(refused).toMatchObject({ kind: 'refused', reason: policy.reason, status: 403, clientMayExist: false });
    if (refused.kind !== 'refused') return;
    expect(refused.message).toMatch(policy.detail);
    expect(reasons[policy.reason].action).not.toBeNull();
    expect(explain(policy.reason)).toMatch(/policy/);
  });

  test.each(['anonymous', 'authenticated'] as const)('policies that change a client instead, %s', async (sub) => {
    for (const provider of ['consent-required', 'scope', 'client-disabled']) await server.addPolicy(provider, sub, {});
    const { made } = await make(sub, { ...callback, consentRequired: false, fullScopeAllowed: true, enabled: true });
    expect(made.findings.map(({ reason }) => reason)).toEqual([
      'ClientNotEnabled',
      'ConsentRequiredPolicyRefused',
      'FullScopePolicyRefused',
    ]);
    expect(made.enabled).toBe(false);
  });

  test.each(['anonymous', 'authenticated'] as const)(
    'Client Disabled, %s: the client looks like a deleted one until it is enabled, and may not be enabled by its own token',
    async (sub) => {
      await server.addPolicy('client-disabled', sub, {});
      const { clientId, authentication } = await make(sub);
      const asking = { realm, provider: 'default' as const, clientId, authentication };
      const body = { kind: 'json', client: { clientId, enabled: true } } as const;
      for (const [operation, request] of [
        ['get', readClientRequest(asking)],
        ['update', updateClientRequest({ ...asking, body })],
        ['delete', deleteClientRequest(asking)],
      ] as const)
        expect(judge(await send(request), operation, clientId, {})).toMatchObject({ kind: 'refused', status: 401 });
      await server.updateClient(clientId, { enabled: true });
      expect(judge(await send(readClientRequest(asking)), 'get', clientId, {})).toMatchObject({ enabled: true });
      expect(judge(await send(deleteClientRequest(asking)), 'delete', clientId, {})).toEqual({ kind: 'deleted' });
    },
  );

  describe('Client Disabled, by an account that reaches a disabled client', () => {
    test('refuses to enable it', async () => {
      await server.addPolicy('client-disabled', 'authenticated', {});
      const { clientId } = await make('authenticated');
      const secret = await server.serviceAccount('enabler');
      const token = await server.bearer({
        ...{ grant_type: 'client_credentials', client_id: 'enabler', client_secret: secret },
      });
      const body = { kind: 'json', client: { clientId, enabled: true } } as const;
      const request = updateClientRequest({
        realm,
        provider: 'default',
        clientId,
        authentication: sealed(token),
        body,
      });
      const refused = judge(await send(request), 'update', clientId, {});
      expect(refused).toMatchObject({ reason: 'ClientDisabledPolicyRefused', status: 403 });
    });
  });

  describe('as dynamic registration (RFC 7591, RFC 7592) sees them', () => {
    const metadata = { client_name: 'DCR', redirect_uris: ['https://good.example.org/cb'] };
    const endpoint = () => `${realm.registrations}/openid-connect`;
    const context = (tokenSent: boolean, secretsInPlay: string[] = []) => ({
      ...{ now: Date.now(), managementOrigins: [server.url], secretsInPlay, tokenSent },
    });

    async function register(token: string | null, change: object = {}) {
      const sealedToken = token === null ? null : audienceSecret(token, [server.url]);
      const request = registrationRequest({
        endpoint: endpoint(),
        metadata: { ...metadata, ...change },
        token: sealedToken,
      });
      return parseRegistrationResponse(await send(request), context(token !== null, token === null ? [] : [token]));
    }

    test('an open registration that Trusted Hosts refuses waits for a token', async () => {
      await server.addPolicy('trusted-hosts', 'anonymous', policies['Trusted Hosts, by sender']!.config);
      expect(await register(null)).toMatchObject({ reason: 'TrustedHostsPolicyRefused', retryClass: 'token' });
    });

    test.each([
      ['Allowed Client Scopes', { scope: 'patient/Observation.rs' }],
      ['Max Clients', {}],
      ['Trusted Hosts, by sender', {}],
      ['Trusted Hosts, by redirect URI', { redirect_uris: ['https://evil.example.org/cb'] }],
    ])('%s, with a token, waits for other metadata', async (name, change) => {
      const { provider, config, reason } = policies[name]!;
      await server.addPolicy(provider, 'authenticated', config);
      const { token } = await server.initialAccessToken();
      expect(await register(token, change)).toMatchObject({ reason, retryClass: 'input' });
    });

    test('an update and a deletion that a policy refuses', async () => {
      const { token } = await server.initialAccessToken();
      const made = await register(token);
      if (made.kind !== 'client') throw new Error(JSON.stringify(made));
      await server.addPolicy('trusted-hosts', 'authenticated', policies['Trusted Hosts, by sender']!.config);
      const asking = { realm, provider: 'openid-connect' as const, clientId: made.clientId };
      const authentication = sealed(made.registrationAccessToken ?? '');
      const body = { kind: 'json', client: { client_id: made.clientId, ...metadata } } as const;
      const managed = { ...context(true), clientId: made.clientId };
      const updated = await send(updateClientRequest({ ...asking, authentication, body }));
      expect(parseUpdateResponse(updated, managed)).toMatchObject({ reason: 'TrustedHostsPolicyRefused' });
      const deleted = await send(deleteClientRequest({ ...asking, authentication }));
      expect(parseDeleteResponse(deleted, managed)).toMatchObject({ reason: 'TrustedHostsPolicyRefused' });
    });

    test('each refusal of an initial access token has its own reason', async () => {
      const { token } = await server.initialAccessToken();
      expect(await register(token)).toMatchObject({ kind: 'client' });
      expect(await register(token)).toMatchObject({ reason: 'InitialAccessTokenExhausted', retryClass: 'token' });
      const revoked = await server.initialAccessToken();
      await server.must('DELETE', `/clients-initial-access/${revoked.id}`);
      expect(await register(revoked.token)).toMatchObject({ reason: 'InitialAccessTokenRevoked' });
      expect(await register('no-token-at-all')).toMatchObject({ reason: 'InitialAccessTokenUnreadable' });
      const foreign = await KeycloakRealmForTest.open(keycloak);
      const other = await foreign.initialAccessToken();
      expect(await register(other.token)).toMatchObject({ reason: 'InitialAccessTokenUnreadable' });
      await foreign.remove();
      const short = await server.initialAccessToken(1, 1);
      await expect
        .poll(async () => await register(short.token), { timeout: 20_000, interval: 500 })
        .toMatchObject({ reason: 'InitialAccessTokenExpired', retryClass: 'token' });
    });
  });
});
