import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { audienceSecret } from '../../../../protocols/http/audience.ts';
import { parseRegistrationResponse, registrationRequest } from '../../../../protocols/oauth/registration.ts';
import { answerOf, anyAnswer, receivedAt } from './answers.ts';

const endpoint = 'https://as.example/register';
const context = {
  now: receivedAt,
  managementOrigins: ['https://as.example'],
  secretsInPlay: [],
  askedAuthMethod: 'client_secret_basic' as const,
  tokenSent: true,
};
const secret = 'S3cr3t-value-of-the-client-0123456789';
const rat = 'rat-0123456789-abcdefghijklmnop';

const trustedHosts =
  "Policy 'Trusted Hosts' rejected request to client-registration service. Details: Host not trusted.";

describe('RFC 7591 section 3.1: the request', () => {
  it('posts the metadata as JSON with the initial access token', () => {
    const token = audienceSecret('iat', [endpoint]);
    const request = registrationRequest({
      endpoint,
      metadata: { client_name: 'App', redirect_uris: ['https://a.example/'] },
      token,
    });
    expect(request).toMatchObject({
      method: 'POST',
      url: endpoint,
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      credential: { secret: token, scheme: 'bearer' },
      maxBytes: 65_536,
      followRedirects: false,
    });
    expect(JSON.parse(request.body ?? '')).toEqual({ client_name: 'App', redirect_uris: ['https://a.example/'] });
  });

  it('leaves out what only the server sets, and the credential when there is none', () => {
    const metadata = {
      client_id: 'x',
      client_secret: 'x',
      client_secret_expires_at: 0,
      client_id_issued_at: 1,
      registration_access_token: 'x',
      registration_client_uri: 'x',
      logo_uri: null,
      scope: 'launch',
    };
    const request = registrationRequest({ endpoint, metadata, token: null });
    expect(JSON.parse(request.body ?? '')).toEqual({ scope: 'launch' });
    expect(request).not.toHaveProperty('credential');
  });
});

describe('a secret of a client that does not authenticate with it', () => {
  it.each(['none', 'private_key_jwt'])('%s: is kept, noted, and gives the credential no end', (method) => {
    const answer = answerOf(201, {
      client_id: 'c1',
      client_secret: secret,
      client_secret_expires_at: receivedAt / 1000 + 3600,
      token_endpoint_auth_method: method,
    });
    expect(parseRegistrationResponse(answer, context)).toMatchObject({
      clientSecret: secret,
      secretExpiresAt: null,
      expiryKnown: true,
      findings: expect.arrayContaining([
        expect.objectContaining({ code: 'client-secret-not-used', severity: 'warning' }),
      ]),
    });
  });

  it.each(['none', 'private_key_jwt'])('%s: nothing is noted when there is none', (method) => {
    const parsed = parseRegistrationResponse(
      answerOf(201, { client_id: 'c1', token_endpoint_auth_method: method }),
      context,
    );
    expect(parsed).toMatchObject({ clientSecret: null, secretExpiresAt: null, expiryKnown: true });
    expect(JSON.stringify(parsed)).not.toContain('client-secret-not-used');
  });
});

describe('RFC 7591 section 3.2.1: a client', () => {
  const good = {
    client_id: 'c1',
    client_secret: secret,
    client_secret_expires_at: receivedAt / 1000 + 3600,
    client_id_issued_at: receivedAt / 1000,
    registration_access_token: rat,
    registration_client_uri: 'https://as.example/register/c1',
    token_endpoint_auth_method: 'client_secret_post',
    redirect_uris: ['https://a.example/cb'],
    scope: 'launch openid',
    client_name: 'App',
  };

  it.each([200, 201])('is read with %i', (status) => {
    const parsed = parseRegistrationResponse(answerOf(status, good), context);
    expect(parsed).toMatchObject({
      kind: 'client',
      clientId: 'c1',
      clientSecret: secret,
      secretExpiresAt: receivedAt + 3_600_000,
      expiryKnown: true,
      issuedAt: receivedAt,
      registrationAccessToken: rat,
      registrationClientUri: 'https://as.example/register/c1',
      authMethod: 'client_secret_post',
      redirectUris: ['https://a.example/cb'],
      scope: ['launch', 'openid'],
    });
    expect(JSON.stringify(parsed.kind === 'client' ? parsed.metadata : null)).not.toContain(secret);
  });

  it.each([
    ['zero: never', 0, null, true, []],
    ['a string', String(receivedAt / 1000 + 60), receivedAt + 60_000, true, []],
    ['missing: unknown', undefined, null, false, []],
    ['null: unknown', null, null, false, []],
    ['milliseconds', receivedAt + 60_000, receivedAt + 60_000, true, ['secret-expiry-in-milliseconds']],
    ['in the past, as it is stated', receivedAt / 1000 - 1, receivedAt - 1000, true, []],
    ['negative', -1, null, false, ['secret-expiry-not-readable']],
    ['a word', 'never', null, false, ['secret-expiry-not-readable']],
    ['beyond time', 1e300, null, false, ['secret-expiry-not-readable']],
    ['the end of the year 9999', 253_402_300_799, 253_402_300_799_000, true, []],
    ['that in milliseconds', 253_402_300_799_000, 253_402_300_799_000, true, ['secret-expiry-in-milliseconds']],
    ['the year 10000 in milliseconds', 253_402_300_800_000, null, false, ['secret-expiry-not-readable']],
  ])('with client_secret_expires_at %s', (_name, value, secretExpiresAt, expiryKnown, codes) => {
    const parsed = parseRegistrationResponse(
      answerOf(201, { ...good, client_secret_expires_at: value, token_endpoint_auth_method: 'client_secret_basic' }),
      context,
    );
    expect(parsed).toMatchObject({ secretExpiresAt, expiryKnown });
    expect(parsed.kind === 'client' && parsed.findings.map(({ code }) => code)).toEqual(codes);
  });

  it.each([
    ['on another origin', 'https://evil.example/register/c1'],
    ['with user information', 'https://u:p@as.example/register/c1'],
    ['by http', 'http://as.example/register/c1'],
    ['relative', '/register/c1'],
    ['not a text', 7],
  ])('does not take a registration_client_uri %s', (_name, registration_client_uri) => {
    const parsed = parseRegistrationResponse(answerOf(201, { ...good, registration_client_uri }), context);
    expect(parsed).toMatchObject({ registrationClientUri: null });
    expect(parsed.kind === 'client' && parsed.findings.map(({ code }) => code)).toContain(
      'registration-client-uri-not-usable',
    );
  });

  it('takes the Location of a 201 where the member is missing', () => {
    const { registration_client_uri: _gone, ...rest } = good;
    const location = 'https://as.example/register/c1';
    expect(parseRegistrationResponse(answerOf(201, rest, { location }), context)).toMatchObject({
      registrationClientUri: location,
    });
    expect(parseRegistrationResponse(answerOf(200, rest, { location }), context)).toMatchObject({
      registrationClientUri: null,
    });
  });

  it('reads mislabelled JSON with a byte order mark, a numeric client id, a list as scope', () => {
    const text = `\uFEFF${JSON.stringify({ client_id: 42, scope: ['launch', 'openid'], redirect_uris: 'https://a.example/' })}`;
    const answer = answerOf(200, text, { 'content-type': 'text/html' });
    expect(parseRegistrationResponse(answer, { ...context, askedAuthMethod: 'none' })).toMatchObject({
      kind: 'client',
      clientId: '42',
      scope: ['launch', 'openid'],
      redirectUris: ['https://a.example/'],
      authMethod: 'none',
      expiryKnown: true,
    });
  });

  it('leaves out of a list what is no text', () => {
    const body = '{"client_id":"c1","scope":["launch",{"toString":5},null],"redirect_uris":[{"toString":5}]}';
    const parsed = parseRegistrationResponse(answerOf(201, body), context);
    expect(parsed).toMatchObject({ scope: ['launch'], redirectUris: [] });
    expect(parsed.kind === 'client' && parsed.findings.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['scope-partly-not-readable', 'redirect-uris-partly-not-readable']),
    );
  });

  it('shows no list item that repeats a secret', () => {
    const echo = { ...good, redirect_uris: [`https://a.example/?${btoa(secret)}`], scope: `launch ${rat}` };
    const parsed = parseRegistrationResponse(answerOf(201, echo), context);
    expect(parsed).toMatchObject({ redirectUris: [], scope: ['launch'] });
  });
});

it.each([
  [303, '/reg/c1?token=t#t', '303 a redirect, with the location /reg/c1'],
  [303, 'https://as.example/reg/rat-4711', '303 a redirect, with the location https://as.example/reg/[redacted]'],
  [201, 'https://as.example/reg/c1', '201 no JSON object, with the location https://as.example/reg/c1'],
])('tells of %i where it says that the client is: %s', (status, location, message) => {
  const answer = answerOf(status, '', location === undefined ? {} : { location });
  const parsed = parseRegistrationResponse(answer, { ...context, secretsInPlay: ['rat-4711'] });
  expect(parsed).toMatchObject({ kind: 'refused', message, clientMayExist: true });
});

describe('RFC 7591 section 3.2.2 and what servers really answer: a refusal', () => {
  const html = '<!doctype html><title>Sign in</title>';
  it.each([
    ['HTML with 200', 200, html, {}, true, 'RegistrationEndpointNotUsable', 'input', false],
    ['HTML with 201', 201, html, {}, true, 'RegistrationAnswerNotUsable', 'input', true],
    ['303 to nowhere', 303, '', {}, true, 'RegistrationEndpointNotUsable', 'input', false],
    ['303 to a sign-in', 303, '', { location: '/u/login?x=1' }, true, 'RegistrationEndpointNotUsable', 'input', false],
    ['409 with the client in it', 409, { client_id: 'c1' }, {}, true, 'RegistrationAnswerNotUsable', 'input', true],
    ['401 with a numeric client in it', 401, { client_id: 7 }, {}, true, 'RegistrationAnswerNotUsable', 'input', true],
    ['404 of a page', 404, html, {}, true, 'RegistrationEndpointNotUsable', 'input', false],
    [
      'a redirect',
      302,
      '',
      { location: 'https://as.example/login' },
      true,
      'RegistrationEndpointNotUsable',
      'input',
      false,
    ],
    ['404', 404, { error: 'not_found' }, {}, true, 'RegistrationEndpointNotUsable', 'input', false],
    ['501', 501, '', {}, true, 'RegistrationEndpointNotUsable', 'input', false],
    ['200 without client_id', 200, { ok: true }, {}, true, 'RegistrationAnswerNotUsable', 'input', true],
    ['201 without body', 201, '', {}, true, 'RegistrationAnswerNotUsable', 'input', true],
    ['invalid_redirect_uri', 400, { error: 'invalid_redirect_uri' }, {}, true, 'RegistrationRejected', 'input', false],
    ['422 of a web framework', 422, { message: 'bad contacts' }, {}, true, 'RegistrationRejected', 'input', false],
    [
      'a policy (Keycloak)',
      403,
      { error: 'insufficient_scope', error_description: "Policy 'Allowed Client Scopes' rejected request" },
      {},
      true,
      'RegistrationForbidden',
      'input',
      false,
    ],
    [
      'a policy without token (Keycloak)',
      403,
      { error: 'insufficient_scope', error_description: "Policy 'Trusted Hosts' rejected" },
      {},
      false,
      'InitialAccessTokenNeeded',
      'token',
      false,
    ],
    [
      '401 with token',
      401,
      { error: 'invalid_token', error_description: 'The token is not valid' },
      {},
      true,
      'InitialAccessTokenRejected',
      'token',
      false,
    ],
    [
      'an expired token at Keycloak',
      401,
      { error: 'invalid_token', error_description: 'Expired initial access token' },
      {},
      true,
      'InitialAccessTokenExpired',
      'token',
      false,
    ],
    [
      'a policy of Keycloak, for open registration',
      403,
      { error: 'insufficient_scope', error_description: trustedHosts },
      {},
      false,
      'TrustedHostsPolicyRefused',
      'token',
      false,
    ],
    [
      'a policy of Keycloak, with token',
      403,
      { error: 'insufficient_scope', error_description: trustedHosts },
      {},
      true,
      'TrustedHostsPolicyRefused',
      'input',
      false,
    ],
    ['401 without token', 401, '', {}, false, 'InitialAccessTokenNeeded', 'token', false],
    [
      '400 that asks for a bearer',
      400,
      { error: 'invalid_request' },
      { 'www-authenticate': 'Bearer realm="x"' },
      false,
      'InitialAccessTokenNeeded',
      'token',
      false,
    ],
    ['500', 500, { error: 'server_error' }, {}, true, 'PeerNotAnswering', 'transient', true],
    ['502 as HTML', 502, html, {}, true, 'PeerNotAnswering', 'transient', true],
    ['429', 429, '', { 'retry-after': '17' }, true, 'PeerNotAnswering', 'transient', false],
  ] as const)('%s', (_name, status, body, headers, tokenSent, reason, retryClass, clientMayExist) => {
    const parsed = parseRegistrationResponse(answerOf(status, body, headers), { ...context, tokenSent });
    expect(parsed).toMatchObject({ kind: 'refused', reason, retryClass, clientMayExist, status });
  });

  it('says what the server said, and how long to wait', () => {
    const body = { error: 'invalid_client_metadata', error_description: 'contacts is wrong' };
    expect(parseRegistrationResponse(answerOf(400, body), context)).toMatchObject({
      message: '400 invalid_client_metadata: contacts is wrong',
      error: 'invalid_client_metadata',
    });
    const date = new Date(receivedAt + 90_000).toUTCString();
    expect(parseRegistrationResponse(answerOf(503, '', { 'retry-after': date }), context)).toMatchObject({
      retryAfterSeconds: 90,
    });
  });

  it('repeats neither the token that was sent nor a secret of the answer', () => {
    const body = { client_secret: secret, error: 'invalid_token', error_description: `no ${rat} and ${secret}` };
    const parsed = parseRegistrationResponse(answerOf(400, body), { ...context, secretsInPlay: [rat] });
    expect(JSON.stringify(parsed)).not.toContain(secret);
    expect(JSON.stringify(parsed)).not.toContain(rat);
  });

  it('repeats no secret of the answer that its JSON escapes', () => {
    const quoted = 'short"and\\sharp/';
    const body = { client_secret: quoted, error: 'server_error', error_description: `lost ${quoted}` };
    expect(parseRegistrationResponse(answerOf(500, body), context)).toMatchObject({
      message: '500 server_error: lost [redacted]',
    });
  });
});

describe('whatever the peer sends', () => {
  it('becomes a client or a refusal, with times that exist and lists that are bounded', () => {
    fc.assert(
      fc.property(anyAnswer, fc.boolean(), (answer, tokenSent) => {
        const parsed = parseRegistrationResponse(answer, { ...context, tokenSent });
        if (parsed.kind === 'client') {
          expect(parsed.clientId).not.toBe('');
          expect(Number.isNaN(new Date(parsed.secretExpiresAt ?? 0).getTime())).toBe(false);
          expect(Number.isNaN(new Date(parsed.clientIdIssuedAt ?? 0).getTime())).toBe(false);
          expect(
            parsed.registrationClientUri === null || parsed.registrationClientUri.startsWith('https://as.example'),
          ).toBe(true);
        } else {
          expect(parsed.message.length).toBeLessThanOrEqual(300);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
