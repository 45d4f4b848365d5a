import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { RegistrarFailure } from '../../../domain/failure.ts';
import type { Reason } from '../../../domain/reasons/index.ts';
import type { KeycloakClientRequest, KeycloakClientResult } from '../../../domain/servers/keycloakClients.ts';
import { type Api, type Call, placesOf, problemName, startApi } from './harness.ts';

const secret = 'planted-secret-9f8e7d6c5b4a';
const realmUrl = 'http://127.0.0.1:8080/realms/smart';
const asked: KeycloakClientRequest[] = [];
let failure: { reason: Reason; message: string } | null = null;
let api: Api;

const resultOf = ({ operation, provider, clientId }: KeycloakClientRequest): KeycloakClientResult => ({
  operation,
  provider,
  issuer: realmUrl,
  clientId: clientId ?? 'made',
  enabled: true,
  client: { clientId },
  clientRef: { store: 'database', name: 'keycloak/a/smart/a/client', versionId: 'v' },
  managementRef: null,
  findings: [],
});

beforeAll(async () => {
  api = await startApi({
    keycloak: {
      async carryOut(request) {
        asked.push(request);
        if (failure !== null) throw new RegistrarFailure({ ...failure, retryClass: 'input' });
        return resultOf(request);
      },
    },
  });
});
beforeEach(() => {
  asked.length = 0;
  failure = null;
});
afterAll(() => api.close());

const initial = { kind: 'initial-access-token', token: secret };
const create = (changes: object = {}) => ({ realmUrl, client: { clientId: 'a' }, authentication: initial, ...changes });
const named = (changes: object = {}) => ({ realmUrl, clientId: 'a', ...changes });
const post = (operation: string, body: unknown, more: Call = {}) =>
  api.call('POST', `/v1/keycloak/clients/${operation}`, { key: api.administrator, body, ...more });

describe('what is asked for', () => {
  test('create', async () => {
    const answer = await post('create', create());
    expect(answer).toMatchObject({ status: 201, body: { clientId: 'a', clientRef: { versionId: 'v' } } });
    expect(asked).toMatchObject([
      { operation: 'create', provider: 'default', clientId: 'a', authentication: initial, descriptor: null },
    ]);
  });

  test.each([
    ['get', named({ provider: 'install', authentication: { kind: 'client' } }), { clientSecret: null }],
    ['update', named({ client: { name: 'b' }, merge: true }), { kind: 'registration-access-token', token: null }],
    [
      'delete',
      named({ authentication: { kind: 'service-account', clientId: 's', clientSecret: secret } }),
      { clientId: 's' },
    ],
    [
      'update-token',
      named({ authentication: { kind: 'user', username: 'ann', password: secret } }),
      { clientId: 'admin-cli' },
    ],
  ])('%s', async (operation, body, authentication) => {
    expect((await post(operation, body)).status).toBe(200);
    expect(asked).toMatchObject([{ operation, clientId: 'a', authentication }]);
  });

  test('once per idempotency key', async () => {
    const headers = { 'idempotency-key': 'once' };
    const [first, second] = [await post('create', create(), { headers }), await post('create', create(), { headers })];
    expect(second.body).toEqual(first.body);
    expect(asked).toHaveLength(1);
    expect((await post('create', create({ provider: 'openid-connect' }), { headers })).status).toBe(422);
    // A try that failed goes on under the same operation: what was sent already is not sent again.
    failure = { reason: 'PeerNotAnswering', message: 'no answer' };
    await post('delete', named(), { headers });
    await post('delete', named(), { headers });
    expect(new Set(asked.slice(1).map(({ operationId }) => operationId)).size).toBe(1);
  });
});

describe('what comes back when it fails', () => {
  test.each([
    ['MaxClientsPolicyRefused', 409, 'peer-refused'],
    ['InitialAccessTokenExhausted', 409, 'peer-refused'],
    ['KeycloakRequestUnanswered', 502, 'peer-unavailable'],
    ['PeerNotAnswering', 502, 'peer-unavailable'],
    ['OperationNotPossible', 409, 'operation-refused'],
    ['AddressNotAllowed', 422, 'address-not-allowed'],
    ['SecretStoreUnavailable', 503, 'unavailable'],
  ] as const)('%s', async (reason, status, problem) => {
    failure = { reason, message: 'what is known' };
    const answer = await post('create', create());
    expect([answer.status, problemName(answer)]).toEqual([status, problem]);
    expect(answer.body).toMatchObject({ reason, detail: 'what is known' });
  });
});

describe('bad input changes nothing', () => {
  type Case = [what: string, operation: string, body: unknown, status: number, problem: string, at?: string];
  const cases: Case[] = [
    ['no realm', 'get', { clientId: 'a' }, 422, 'validation-failed', '/realmUrl'],
    ['no body', 'get', undefined, 422, 'validation-failed', ''],
    ['malformed JSON', 'get', `{"token":"${secret}`, 400, 'malformed-json'],
    ['no Keycloak URL', 'get', named({ realmUrl: 'https://id.example/oauth' }), 422, 'validation-failed', '/realmUrl'],
    ['an http realm', 'get', named({ realmUrl: 'http://id.example/realms/a' }), 422, 'url-not-allowed', '/realmUrl'],
    [
      'a private realm',
      'get',
      named({ realmUrl: 'https://10.0.0.1/realms/a' }),
      422,
      'address-not-allowed',
      '/realmUrl',
    ],
    [
      'metadata service',
      'get',
      named({ realmUrl: 'http://169.254.169.254/realms/a' }),
      422,
      'url-not-allowed',
      '/realmUrl',
    ],
    [
      'user information',
      'get',
      named({ realmUrl: `https://u:${secret}@id.example/realms/a` }),
      422,
      'url-not-allowed',
      '/realmUrl',
    ],
    ['an unknown provider', 'get', named({ provider: 'x' }), 422, 'validation-failed', '/provider'],
    ['a provider that only reads', 'create', create({ provider: 'install' }), 422, 'validation-failed', '/provider'],
    [
      'a provider that only creates',
      'update',
      named({ provider: 'saml2-entity-descriptor', client: {} }),
      422,
      'validation-failed',
      '/provider',
    ],
    ['nobody asks', 'create', create({ authentication: undefined }), 422, 'validation-failed', '/authentication'],
    [
      'who cannot ask',
      'update',
      named({ client: {}, authentication: initial }),
      422,
      'validation-failed',
      '/authentication/kind',
    ],
    [
      'its own secret elsewhere',
      'get',
      named({ authentication: { kind: 'client' } }),
      422,
      'validation-failed',
      '/authentication/kind',
    ],
    [
      'a token with spaces',
      'create',
      create({ authentication: { ...initial, token: 'a b' } }),
      422,
      'validation-failed',
      '/authentication/token',
    ],
    ['an unknown member', 'delete', named({ secret }), 422, 'validation-failed', '/secret'],
    ['no client', 'create', create({ client: undefined }), 422, 'validation-failed', '/client'],
    [
      'no descriptor',
      'create',
      create({ provider: 'saml2-entity-descriptor', client: undefined }),
      422,
      'validation-failed',
      '/descriptor',
    ],
    ['a descriptor too many', 'create', create({ descriptor: '<x/>' }), 422, 'validation-failed', '/descriptor'],
    ['a client id that is a path', 'delete', named({ clientId: '..' }), 422, 'validation-failed', '/clientId'],
    [
      'a client id of control characters',
      'delete',
      named({ clientId: 'a\u001b[2J' }),
      422,
      'validation-failed',
      '/clientId',
    ],
    ['a client that is a list', 'update', named({ client: [] }), 422, 'validation-failed', '/client'],
    ['too much', 'update', named({ client: { a: 'x'.repeat(1_100_000) } }), 413, 'body-too-large'],
  ];

  test.each<Case>(cases)('%s', async (_what, operation, body, status, problem, at) => {
    const before = await api.counts();
    const answer = await post(operation, body);
    expect([answer.status, problemName(answer)]).toEqual([status, problem]);
    if (at !== undefined) expect(placesOf(answer)[0]).toBe(at);
    expect(answer.text).not.toContain(secret);
    expect(asked).toEqual([]);
    expect(await api.counts()).toEqual(before);
  });

  test.each(['viewer', 'operator'] as const)('a %s may not', async (role) => {
    const answer = await post('get', named(), { key: api[role] });
    expect([answer.status, problemName(answer)]).toEqual([403, 'role-insufficient']);
  });

  test('nor a bound administrator, nor nobody', async () => {
    const { key } = await api.newKey('administrator', { tenantIds: ['clinic'] });
    expect(problemName(await post('get', named(), { key }))).toBe('key-bound');
    const answer = await api.call('POST', '/v1/keycloak/clients/get', { body: named() });
    expect(answer.status).toBe(401);
    expect(asked).toEqual([]);
  });
});
