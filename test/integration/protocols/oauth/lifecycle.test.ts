import { hash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { judgeRegistrationAnswer } from '../../../../domain/client/answer.ts';
import { audienceSecret } from '../../../../protocols/http/audience.ts';
import type { GuardedClient } from '../../../../protocols/http/client.ts';
import { HttpGuardError } from '../../../../protocols/http/httpGuardError.ts';
import type { ClientInformation } from '../../../../protocols/oauth/clientInformation.ts';
import {
  deleteRequest,
  parseDeleteResponse,
  parseReadResponse,
  parseUpdateResponse,
  readRequest,
  updateRequest,
} from '../../../../protocols/oauth/management.ts';
import { extractManagementToken } from '../../../../protocols/oauth/managementToken.ts';
import { probeCredential } from '../../../../protocols/oauth/probe.ts';
import { parseRegistrationResponse, registrationRequest } from '../../../../protocols/oauth/registration.ts';
import { discover } from '../../../../protocols/smart/discover.ts';
import { type HealthSystem, type Sandbox, startSandbox } from '../../../../sandbox/sandbox.ts';
import { describeWith } from '../../../support/describeWith.ts';
import { clientFor, metadata, send } from './support.ts';

let sandbox: Sandbox;
let client: GuardedClient;
let isAllowedUrl: (url: string) => boolean;

beforeAll(async () => {
  sandbox = await startSandbox({
    systems: [
      { name: 'always-renews', kind: 'rotating', secretLifetime: 600, renewalShare: 1.1 },
      { name: 'keeps-token', kind: 'rotating', secretLifetime: 600, renewalShare: 1.1, keepsManagementToken: true },
      { name: 'too-early', kind: 'rotating', secretLifetime: 600, renewalShare: 0.1 },
      { name: 'open', kind: 'open' },
      { name: 'one-token', kind: 'initial-access-token' },
      { name: 'by-hand', kind: 'no-registration' },
    ],
  });
  ({ client, isAllowedUrl } = clientFor(sandbox.systems));
});

afterAll(async () => {
  await client?.close();
  await sandbox?.stop();
});

async function register(system: HealthSystem, token: string | null, more: Record<string, unknown> = {}) {
  const view = await discover(client, { fhirBaseUrl: system.fhirBaseUrl, isAllowedUrl });
  const endpoint = view.registrationEndpoint ?? '';
  const audience = [new URL(endpoint).origin];
  const sealed = token === null ? null : audienceSecret(token, audience);
  const answer = await send(
    client,
    registrationRequest({ endpoint, metadata: { ...metadata, ...more }, token: sealed }),
  );
  const context = { now: Date.now(), managementOrigins: audience, secretsInPlay: [], tokenSent: token !== null };
  return { answer, parsed: parseRegistrationResponse(answer, context), context, audience, view };
}

async function registered(system: HealthSystem, token: string | null, more: Record<string, unknown> = {}) {
  const { parsed, ...rest } = await register(system, token, more);
  if (parsed.kind !== 'client') throw new Error(parsed.message);
  return { ...rest, parsed };
}

function probe(system: HealthSystem, information: ClientInformation, secret = information.clientSecret) {
  return probeCredential(client, {
    tokenEndpoint: system.tokenEndpoint,
    clientId: information.clientId,
    clientSecret: secret === null ? null : audienceSecret(secret, [system.tokenEndpoint]),
    authMethod: information.authMethod,
    redirectUri: metadata.redirect_uris[0] ?? '',
    knowledge: {},
    allowControl: true,
    clock: { now: Date.now },
  });
}

const clientIn = (system: HealthSystem, clientId: string) =>
  system.ledger().clients.find((one) => one.clientId === clientId);

describeWith('oidc-provider', 'discovery', () => {
  it('reads the SMART configuration only, where it names all', async () => {
    const system = sandbox.system('open');
    const view = await discover(client, { fhirBaseUrl: `${system.fhirBaseUrl}/`, isAllowedUrl });
    expect(view).toMatchObject({
      source: 'smart-configuration',
      registrationEndpoint: system.registrationEndpoint,
      tokenEndpoint: system.tokenEndpoint,
      issuer: system.issuer,
    });
    expect(view.evidence.map(({ url, status }) => [url, status])).toEqual([
      [`${system.fhirBaseUrl}/.well-known/smart-configuration`, 200],
    ]);
  });

  it('reads all documents, one after the other, where no registration endpoint is named', async () => {
    const system = sandbox.system('by-hand');
    const view = await discover(client, { fhirBaseUrl: system.fhirBaseUrl, isAllowedUrl });
    expect(view).toMatchObject({
      registrationEndpoint: null,
      registrationSource: 'none',
      tokenEndpoint: system.tokenEndpoint,
    });
    expect(system.ledger().requests.map(({ path }) => path)).toEqual([
      '/fhir/.well-known/smart-configuration',
      '/fhir/metadata',
      '/.well-known/oauth-authorization-server',
      '/fhir/.well-known/udap',
    ]);
  });

  it('goes nowhere that the guard does not allow', async () => {
    const stranger = clientFor([]);
    const { fhirBaseUrl } = sandbox.system('open');
    await expect(discover(stranger.client, { fhirBaseUrl, isAllowedUrl: stranger.isAllowedUrl })).rejects.toMatchObject(
      {
        name: 'RegistrarFailure',
        reason: 'AddressNotAllowed',
      },
    );
    await stranger.client.close();
  });
});

describeWith('oidc-provider', 'the life of a client whose secret is replaced', () => {
  it.each([
    ['always-renews', 'brings a new registration access token', true],
    ['keeps-token', 'keeps the registration access token', false],
  ])('registers, proves, updates, proves both secrets, and deletes at %s, which %s', async (name, _what, renews) => {
    const system = sandbox.system(name);
    const { answer, parsed, context, audience, view } = await registered(system, await system.initialAccessToken());
    expect(parsed.expiryKnown && parsed.secretExpiresAt).toBeGreaterThan(Date.now());
    expect(extractManagementToken(answer, { audience })?.token).toBe(parsed.registrationAccessToken);
    const judged = judgeRegistrationAnswer({
      asked: metadata,
      registered: { redirectUris: parsed.redirectUris, scopes: parsed.scope },
      offer: view,
    });
    expect(judged.conditions.map(({ status }) => status)).toEqual(['True', 'True']);
    expect(await probe(system, parsed)).toMatchObject({
      verdict: 'good',
      answer: { status: 400, error: 'invalid_grant' },
      learned: { authorization_code: { controlDiffers: true, controlAnswer: '401 invalid_client' } },
    });
    expect(await probe(system, parsed, 'a-wrong-secret')).toMatchObject({ verdict: 'rejected' });

    const access = (information: ClientInformation) => ({
      clientUri: information.registrationClientUri ?? '',
      token: audienceSecret(information.registrationAccessToken ?? '', audience),
    });
    const management = { ...context, clientId: parsed.clientId };
    const put = updateRequest({ ...access(parsed), clientId: parsed.clientId, metadata });
    const updated = parseUpdateResponse(await send(client, put), management);
    if (updated.kind !== 'client') throw new Error(updated.kind);
    expect(updated.clientSecret).not.toBe(parsed.clientSecret);
    expect(updated.registrationAccessToken === parsed.registrationAccessToken).toBe(!renews);
    expect(await probe(system, updated)).toMatchObject({ verdict: 'good' });
    expect(await probe(system, parsed)).toMatchObject({ verdict: 'good' });

    const stale = parseReadResponse(await send(client, readRequest(access(parsed))), management);
    if (renews) expect(stale).toMatchObject({ kind: 'refused', reason: 'ManagementRejected', status: 401 });
    else expect(stale).toMatchObject({ kind: 'client', clientSecret: updated.clientSecret });
    const read = parseReadResponse(await send(client, readRequest(access(updated))), management);
    expect(read).toMatchObject({ kind: 'client', clientSecret: updated.clientSecret });

    const removed = parseDeleteResponse(await send(client, deleteRequest(access(updated))), management);
    expect(removed).toEqual({ kind: 'deleted' });
    expect(await probe(system, updated)).toMatchObject({ verdict: 'rejected' });
    expect(clientIn(system, parsed.clientId)).toMatchObject({
      clientName: metadata.client_name,
      deletedAt: expect.any(Number),
      updates: 1,
      secrets: [parsed, updated].map(({ clientSecret }) =>
        expect.objectContaining({ sha256: hash('sha256', clientSecret ?? '') }),
      ),
    });
  });

  it('keeps the secret on an update that comes too early, and replaces the token all the same', async () => {
    const system = sandbox.system('too-early');
    const { parsed, context, audience } = await registered(system, await system.initialAccessToken());
    const token = audienceSecret(parsed.registrationAccessToken ?? '', audience);
    const put = updateRequest({
      clientUri: parsed.registrationClientUri ?? '',
      token,
      clientId: parsed.clientId,
      metadata,
    });
    const updated = parseUpdateResponse(await send(client, put), { ...context, clientId: parsed.clientId });
    expect(updated).toMatchObject({
      kind: 'client',
      clientSecret: parsed.clientSecret,
      secretExpiresAt: parsed.secretExpiresAt,
    });
    expect(updated).not.toMatchObject({ registrationAccessToken: parsed.registrationAccessToken });
  });
});

describeWith('oidc-provider', 'other servers', () => {
  it.each(['client_secret_basic', 'client_secret_post', 'none'])(
    'registers openly and proves by %s',
    async (method) => {
      const system = sandbox.system('open');
      const { parsed } = await registered(system, null, { token_endpoint_auth_method: method });
      expect(parsed).toMatchObject({
        authMethod: method,
        registrationAccessToken: null,
        registrationClientUri: null,
        secretExpiresAt: null,
        expiryKnown: true,
      });
      expect(await probe(system, parsed)).toMatchObject({ verdict: 'good' });
    },
  );

  it('is refused without, with a wrong and with a spent initial access token', async () => {
    const system = sandbox.system('one-token');
    const none = await register(system, null);
    expect(none.parsed).toMatchObject({ kind: 'refused', reason: 'InitialAccessTokenNeeded', retryClass: 'token' });
    const wrong = await register(system, 'wrong');
    expect(wrong.parsed).toMatchObject({ kind: 'refused', reason: 'InitialAccessTokenRejected' });
    const token = await system.initialAccessToken();
    const invalid = await register(system, token, { scope: 'patient/Nothing.rs' });
    expect(invalid.parsed).toMatchObject({
      kind: 'refused',
      reason: 'RegistrationRejected',
      error: 'invalid_client_metadata',
      clientMayExist: false,
    });
    await registered(system, token);
    expect((await register(system, token)).parsed).toMatchObject({
      kind: 'refused',
      reason: 'InitialAccessTokenRejected',
    });
    expect(system.ledger().clients).toHaveLength(1);
  });

  it('has no registration to offer', async () => {
    const system = sandbox.system('by-hand');
    const answer = await send(client, registrationRequest({ endpoint: `${system.issuer}/reg`, metadata, token: null }));
    const context = { now: Date.now(), managementOrigins: [system.issuer], secretsInPlay: [], tokenSent: false };
    expect(parseRegistrationResponse(answer, context)).toMatchObject({
      kind: 'refused',
      reason: 'RegistrationEndpointNotUsable',
    });
    await expect(system.initialAccessToken()).rejects.toThrow('no-registration');
  });
});

it('sends a secret to no origin but its own', async () => {
  const [mine, other] = [sandbox.system('open'), sandbox.system('one-token')];
  const { parsed } = await registered(mine, null);
  const before = other.ledger().requests.length;
  const proved = await probeCredential(client, {
    tokenEndpoint: other.tokenEndpoint,
    clientId: parsed.clientId,
    clientSecret: audienceSecret(parsed.clientSecret ?? '', [mine.tokenEndpoint]),
    authMethod: parsed.authMethod,
    redirectUri: null,
    knowledge: {},
    allowControl: true,
    clock: { now: Date.now },
  });
  expect(proved).toMatchObject({ verdict: 'inconclusive', answer: null });
  const request = registrationRequest({
    endpoint: `${other.issuer}/reg`,
    metadata,
    token: audienceSecret('iat', [mine.issuer]),
  });
  await expect(client.request(request)).rejects.toBeInstanceOf(HttpGuardError);
  expect(other.ledger().requests).toHaveLength(before);
});
