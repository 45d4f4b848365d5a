import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StoredAnswer } from '../../../../domain/operations/intent.ts';
import {
  parseBearerResponse,
  parseClientLookupResponse,
  parseIssuedTokenResponse,
  parseReissueResponse,
  parseRevocationResponse,
  parseTokenListResponse,
} from '../../../../protocols/keycloak/adminAnswers.ts';
import {
  type Authorization,
  type ClientContext,
  extractKeycloakToken,
  parseClientAnswer,
} from '../../../../protocols/keycloak/clientAnswers.ts';
import { type KeycloakRealm, keycloakRealmOf } from '../../../../protocols/keycloak/realm.ts';
import { withholdSecrets } from '../../../../protocols/keycloak/withheld.ts';

const realm = keycloakRealmOf('https://id.example.org/realms/smart') as KeycloakRealm;
const now = Date.parse('2026-11-21T12:00:00Z');

function answer(status: number, body: unknown, headers: Record<string, string> = {}): StoredAnswer {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: text, receivedAt: now };
}

const context = (changes: Partial<ClientContext> = {}): ClientContext => ({
  realm,
  provider: 'default',
  operation: 'create',
  clientId: 'chart-app',
  authorization: 'initial-access-token',
  asked: {},
  now,
  secretsInPlay: ['the-initial-access-token'],
  ...changes,
});

describe('a client as a provider shows it', () => {
  const representation = {
    id: '1',
    clientId: 'chart-app',
    enabled: true,
    secret: 'the-secret-of-the-client',
    registrationAccessToken: 'the-registration-token',
    description: 'has the-secret-of-the-client and the-initial-access-token in it',
    attributes: { 'client.secret.creation.time': '1795275639', 'saml.signing.private.key': 'MIIEvQIBADANBg' },
  };

  test('secrets are taken out of what is shown, wherever they stand', () => {
    const parsed = parseClientAnswer(answer(201, representation), context());
    expect(parsed).toMatchObject({
      kind: 'client',
      clientId: 'chart-app',
      clientSecret: 'the-secret-of-the-client',
      managementToken: {
        token: 'the-registration-token',
        clientUri: `${realm.registrations}/default/chart-app`,
        audience: ['https://id.example.org'],
      },
      withheld: { '/attributes/saml.signing.private.key': 'MIIEvQIBADANBg' },
      shown: {
        secret: '[withheld]',
        description: '[withheld]',
        attributes: { 'client.secret.creation.time': '1795275639', 'saml.signing.private.key': '[withheld]' },
      },
    });
    if (parsed.kind !== 'client') return;
    expect(JSON.stringify(parsed.shown)).not.toMatch(/the-secret|the-registration|the-initial|MIIEv/);
  });

  test.each([
    ['openid-connect', { client_id: 'chart-app', client_secret: 's3cret', client_secret_expires_at: 1_800_000_000 }],
    ['install', { resource: 'chart-app', credentials: { secret: 's3cret' } }],
  ] as const)('%s', (provider, body) => {
    const operation = provider === 'install' ? 'get' : 'create';
    expect(parseClientAnswer(answer(200, body), context({ provider, operation }))).toMatchObject({
      clientId: 'chart-app',
      clientSecret: 's3cret',
      secretExpiresAt: provider === 'install' ? null : 1_800_000_000_000,
    });
  });

  test('the configuration URI of another origin is not believed', () => {
    const body = { client_id: 'a', registration_access_token: 't', registration_client_uri: 'https://evil.example/x' };
    expect(
      extractKeycloakToken(answer(201, body), { realm, provider: 'openid-connect', clientId: null }),
    ).toMatchObject({
      clientUri: `${realm.registrations}/openid-connect/a`,
    });
  });

  test('an answer that was cut off still gives its token', () => {
    const text = JSON.stringify(representation).slice(0, -40);
    expect(extractKeycloakToken(answer(201, text), context())).toMatchObject({ token: 'the-registration-token' });
  });

  test('the answer about another client is none', () => {
    expect(
      parseClientAnswer(answer(200, { ...representation, clientId: 'other' }), context({ operation: 'get' })),
    ).toMatchObject({ reason: 'RegistrationAnswerNotUsable' });
  });

  test.each<[number, unknown, ClientContext['operation'], Authorization, string, string, boolean]>([
    [401, '', 'create', 'anonymous', 'InitialAccessTokenNeeded', 'token', false],
    [401, '', 'create', 'initial-access-token', 'InitialAccessTokenRejected', 'token', false],
    [401, '', 'create', 'account', 'ServiceAccountRejected', 'token', false],
    [401, '', 'get', 'registration-access-token', 'ManagementRejected', 'token', false],
    [401, '', 'get', 'client', 'CredentialRejected', 'token', false],
    [403, '', 'create', 'initial-access-token', 'RegistrationForbidden', 'input', false],
    [403, '', 'get', 'account', 'ServiceAccountForbidden', 'input', false],
    [404, { error: 'invalid_request' }, 'get', 'account', 'ClientUnknown', 'input', false],
    [404, '<html>', 'get', 'account', 'RegistrationEndpointNotUsable', 'input', false],
    [404, { error: 'Realm does not exist' }, 'create', 'anonymous', 'RegistrationEndpointNotUsable', 'input', false],
    [
      405,
      { error: 'HTTP 405 Method Not Allowed' },
      'update',
      'account',
      'RegistrationEndpointNotUsable',
      'input',
      false,
    ],
    [302, '', 'create', 'anonymous', 'RegistrationEndpointNotUsable', 'input', false],
    [400, { error: 'invalid_client_metadata' }, 'create', 'account', 'RegistrationRejected', 'input', false],
    [400, { error: 'invalid_request' }, 'update', 'account', 'UpdateRejected', 'input', false],
    [429, '', 'create', 'account', 'PeerNotAnswering', 'transient', false],
    [500, '', 'create', 'account', 'PeerNotAnswering', 'transient', true],
    [503, '', 'delete', 'account', 'PeerNotAnswering', 'transient', false],
    [201, '<html>', 'create', 'account', 'RegistrationAnswerNotUsable', 'input', true],
    [200, [], 'get', 'account', 'RegistrationAnswerNotUsable', 'input', true],
  ])('%i %j on %s, %s: %s', (status, body, operation, authorization, reason, retryClass, clientMayExist) => {
    expect(parseClientAnswer(answer(status, body), context({ operation, authorization }))).toMatchObject({
      ...{ kind: 'refused', reason, retryClass, clientMayExist, status },
    });
  });

  test('a refusal repeats no secret', () => {
    const body = { error: 'invalid_token', error_description: 'the-initial-access-token <b>\u001b[2J' };
    const parsed = parseClientAnswer(answer(401, body), context());
    expect(parsed).toMatchObject({ message: '401 invalid_token: [redacted] <b>[2J' });
  });

  test('no answer makes a parser throw', () => {
    const bodies = fc.oneof(
      fc.string(),
      fc.json(),
      fc.jsonValue().map((value) => JSON.stringify({ clientId: 'chart-app', ...(value as object) })),
      fc
        .jsonValue()
        .map((value) => JSON.stringify({ secret: value, registrationAccessToken: value, clientId: 'chart-app' })),
      fc.constant('['.repeat(30_000)),
      fc.constant(`{"clientId":"chart-app","a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`),
      fc.constant(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`),
    );
    const statuses = fc.constantFrom(200, 201, 204, 302, 400, 401, 403, 404, 500);
    const operations = fc.constantFrom('create' as const, 'get' as const, 'update' as const, 'delete' as const);
    fc.assert(
      fc.property(
        bodies,
        statuses,
        operations,
        fc.dictionary(fc.string(), fc.string()),
        (body, status, operation, headers) => {
          const given = { status, headers, body, receivedAt: now };
          parseClientAnswer(given, context({ operation }));
          parseBearerResponse(given, []);
          parseIssuedTokenResponse(given, []);
          parseTokenListResponse(given, []);
          parseRevocationResponse(given, []);
          parseClientLookupResponse(given, 'chart-app', []);
          parseReissueResponse(given, 'chart-app', []);
        },
      ),
    );
  });

  test('nothing withheld is ever shown', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string({ minLength: 12, maxLength: 40 }), (value, secret) => {
        const { shown } = withholdSecrets({ secret, inner: { client_secret: secret, value }, note: `x${secret}y` }, []);
        const { value: free, ...rest } = shown['inner'] as Record<string, unknown>;
        expect(JSON.stringify([shown['secret'], shown['note'], rest])).toBe(
          '["[withheld]","[withheld]",{"client_secret":"[withheld]"}]',
        );
        expect(free === undefined || JSON.stringify(free) !== undefined).toBe(true);
      }),
    );
  });
});

describe('answers to an administrator', () => {
  test('an initial access token, its times in milliseconds', () => {
    const body = { id: 'a-b', token: 'tok', timestamp: 1_795_275_631, expiration: 600, count: 1, remainingCount: 1 };
    expect(parseIssuedTokenResponse(answer(201, body), [])).toEqual({
      kind: 'ok',
      token: 'tok',
      listed: { id: 'a-b', issuedAt: 1_795_275_631_000, expiresAt: 1_795_276_231_000, count: 1, remainingCount: 1 },
    });
    expect(parseTokenListResponse(answer(200, [{ ...body, expiration: 0 }, { id: '../x' }, 7]), [])).toEqual({
      kind: 'ok',
      tokens: [{ id: 'a-b', issuedAt: 1_795_275_631_000, expiresAt: null, count: 1, remainingCount: 1 }],
    });
  });

  test('a lookup answers the client of exactly this id', () => {
    const body = [
      { id: 'u1', clientId: 'chart-app-2', enabled: true },
      { id: 'u2', clientId: 'chart-app', enabled: false, secret: 's' },
    ];
    expect(parseClientLookupResponse(answer(200, body), 'chart-app', [])).toEqual({
      kind: 'ok',
      client: { uuid: 'u2', clientId: 'chart-app', enabled: false },
    });
    expect(parseClientLookupResponse(answer(200, []), 'chart-app', [])).toEqual({ kind: 'ok', client: null });
    const path = [{ id: '../../x', clientId: 'chart-app', enabled: true }];
    expect(parseClientLookupResponse(answer(200, path), 'chart-app', [])).toMatchObject({ kind: 'refused' });
  });

  test('the token of another client is not taken', () => {
    const body = { clientId: 'other', registrationAccessToken: 'tok' };
    expect(parseReissueResponse(answer(200, body), 'chart-app', [])).toMatchObject({
      reason: 'ServiceAccountAnswerNotUsable',
      message: '200 not the expected answer',
    });
  });

  test.each([
    [401, {}, 'ServiceAccountRejected', 'token'],
    [400, { error: 'unauthorized_client' }, 'ServiceAccountRejected', 'input'],
    [403, {}, 'ServiceAccountForbidden', 'input'],
    [404, '<html>', 'ServiceAccountAnswerNotUsable', 'input'],
    [302, '', 'ServiceAccountAnswerNotUsable', 'input'],
    [200, '<html>', 'ServiceAccountAnswerNotUsable', 'input'],
    [503, '', 'PeerNotAnswering', 'transient'],
    [429, '', 'PeerNotAnswering', 'transient'],
  ])('%i %j: %s', (status, body, reason, retryClass) => {
    expect(parseBearerResponse(answer(status, body), [])).toMatchObject({ kind: 'refused', reason, retryClass });
  });
});
