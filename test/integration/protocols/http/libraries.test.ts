import { inspect } from 'node:util';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { describe, expect, it } from 'vitest';
import { fhirClientFor } from '../../../../protocols/http/fhirClient.ts';
import { clientFor, peer } from './peer.ts';

describe('fhir-kit-client through the guard', () => {
  it('asks for the document with custom headers and answers raw text, status and evidence', async () => {
    const server = await peer((_hit, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"issuer":null}'),
    );
    const fhir = fhirClientFor(clientFor([server.host]), `${server.url}/fhir/R4/`, { 'Epic-Client-ID': 'abc' });
    const answer = await fhir.get('.well-known/smart-configuration', 'application/json');
    expect(answer).toMatchObject({
      status: 200,
      body: '{"issuer":null}',
      headers: { 'content-type': 'application/json' },
    });
    expect(server.hits).toMatchObject([
      {
        method: 'GET',
        path: '/fhir/R4/.well-known/smart-configuration',
        headers: { accept: 'application/json', 'epic-client-id': 'abc', 'accept-encoding': 'identity' },
      },
    ]);
  });

  it.each([
    [404, '{"resourceType":"OperationOutcome"}'],
    [200, '<html>soft 404</html>'],
    [500, ''],
    [204, ''],
  ])('answers %i %j as it is', async (status, body) => {
    const server = await peer((_hit, response) => response.writeHead(status).end(body));
    expect(
      await fhirClientFor(clientFor([server.host]), server.url).get('metadata', 'application/fhir+json'),
    ).toMatchObject({ status, body });
  });

  it('keeps answers of parallel requests apart', async () => {
    const server = await peer((hit, response) => response.end(JSON.stringify({ path: hit.path })));
    const fhir = fhirClientFor(clientFor([server.host]), server.url);
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map((path) => fhir.get(path, 'application/json')));
    expect(answers.map((answer) => answer.body)).toEqual(['a', 'b', 'c', 'd'].map((path) => `{"path":"/${path}"}`));
  });

  it('follows redirects only as the guard does', async () => {
    const other = await peer((_hit, response) => response.end('{}'));
    const server = await peer((_hit, response) => response.writeHead(302, { location: `${other.url}/moved` }).end());
    const fhir = fhirClientFor(clientFor([server.host, other.host]), server.url, { 'X-Api-Key': 'key' });
    expect(await fhir.get('metadata', 'application/json')).toMatchObject({
      url: `${other.url}/moved`,
      redirects: [`${server.url}/metadata`],
    });
    expect(other.hits[0]?.headers).not.toHaveProperty('x-api-key');
  });

  it.each([
    ['http', 'https://10.0.0.1/fhir', 'address-not-allowed'],
    ['another notation', 'https://0x7f.1/fhir', 'address-not-allowed'],
    ['plain http', 'http://ehr.test/fhir', 'url-not-allowed'],
  ])('refuses a base as the guard does: %s', async (_name, base, code) => {
    await expect(fhirClientFor(clientFor([]), base).get('metadata', 'application/json')).rejects.toMatchObject({
      code,
      requestSent: false,
    });
  });

  it('refuses compressed and oversize documents, and a path that leads elsewhere', async () => {
    const server = await peer((hit, response) =>
      hit.path === '/gzip'
        ? response.writeHead(200, { 'content-encoding': 'gzip' }).end('x')
        : response.end('x'.repeat(2000)),
    );
    const fhir = fhirClientFor(clientFor([server.host]), server.url);
    await expect(fhir.get('gzip', 'application/json')).rejects.toMatchObject({ code: 'encoding-refused' });
    await expect(fhir.get('metadata', 'application/json', { maxBytes: 1000 })).rejects.toMatchObject({
      code: 'body-too-large',
    });
    for (const path of ['https://evil.test/', '//evil.test/', 'HTTP://evil.test/'])
      await expect(fhir.get(path, 'application/json')).rejects.toMatchObject({ code: 'url-not-allowed' });
    await expect(fhir.get('metadata', 'a\nzzz')).rejects.toMatchObject({
      code: 'header-not-allowed',
      message: expect.not.stringContaining('zzz'),
    });
  });

  it('gives up with the caller', async () => {
    const server = await peer(() => undefined);
    const abort = new AbortController();
    const running = fhirClientFor(clientFor([server.host]), server.url).get('metadata', 'application/json', {
      signal: abort.signal,
    });
    abort.abort();
    await expect(running).rejects.toMatchObject({ code: 'aborted' });
  });
});

describe('fetchFor under the OAuth libraries', () => {
  const insecure = { [oauth.allowInsecureRequests]: true };

  it('openid-client: client credentials at the approved token endpoint', async () => {
    const server = await peer((_hit, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"access_token":"t","token_type":"bearer"}'),
    );
    const client = clientFor([server.host]);
    let sent = 0;
    const configuration = new openid.Configuration(
      { issuer: server.url, token_endpoint: `${server.url}/token` },
      'client-1',
      undefined,
      openid.ClientSecretBasic('secret'),
    );
    openid.allowInsecureRequests(configuration);
    configuration[openid.customFetch] = client.fetchFor({ audience: [server.url], onSend: () => (sent += 1) });
    expect(await openid.clientCredentialsGrant(configuration)).toMatchObject({ access_token: 't' });
    expect(sent).toBe(1);
    expect(server.hits[0]).toMatchObject({
      method: 'POST',
      path: '/token',
      headers: { authorization: `Basic ${Buffer.from('client%2D1:secret').toString('base64')}` },
      body: 'grant_type=client_credentials',
    });
  });

  it('openid-client: a token endpoint outside the audience gets nothing, and the error holds no secret', async () => {
    const server = await peer((_hit, response) => response.end());
    const configuration = new openid.Configuration(
      { issuer: server.url, token_endpoint: `${server.url}/token` },
      'client-1',
      undefined,
      openid.ClientSecretPost('s3cret-value'),
    );
    openid.allowInsecureRequests(configuration);
    configuration[openid.customFetch] = clientFor([server.host]).fetchFor({ audience: ['https://as.test'] });
    const failure = await openid.clientCredentialsGrant(configuration).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    expect(server.connections()).toBe(0);
    expect(inspect(failure, { depth: 9, showHidden: true })).not.toContain('s3cret-value');
  });

  it('oauth4webapi: discovery, and dynamic registration with an initial access token', async () => {
    const server = await peer((hit, response) => {
      response.setHeader('content-type', 'application/json');
      if (hit.method === 'GET')
        response.end(JSON.stringify({ issuer: server.url, registration_endpoint: `${server.url}/register` }));
      else response.writeHead(201).end('{"client_id":"c"}');
    });
    const options = { [oauth.customFetch]: clientFor([server.host]).fetchFor({ audience: [server.url] }), ...insecure };
    const issuer = new URL(server.url);
    const as = await oauth
      .processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options))
      .catch(() => ({
        issuer: server.url,
        registration_endpoint: `${server.url}/register`,
      }));
    const response = await oauth.dynamicClientRegistrationRequest(
      as,
      { client_name: 'App' },
      { ...options, initialAccessToken: 'iat' },
    );
    expect(response.status).toBe(201);
    expect(await response.json()).toEqual({ client_id: 'c' });
    expect(server.hits[1]).toMatchObject({
      headers: { authorization: 'Bearer iat', 'content-type': 'application/json' },
      body: '{"client_name":"App"}',
    });
  });

  it('never follows a redirect, and returns it', async () => {
    const server = await peer((_hit, response) => response.writeHead(307, { location: 'https://evil.test/' }).end());
    const response = await clientFor([server.host]).fetchFor({ audience: [server.url] })(server.url, {
      method: 'POST',
      body: 'a=b',
      redirect: 'follow',
    });
    expect([response.status, response.headers.get('location'), response.url]).toEqual([
      307,
      'https://evil.test/',
      `${server.url}/`,
    ]);
    expect(server.hits).toHaveLength(1);
  });

  it.each([
    ['a body', { method: 'POST', body: 'a=b' }],
    ['an empty form', { method: 'POST', body: new URLSearchParams() }],
    ['Authorization', { headers: { authorization: 'Bearer x' } }],
  ])('sends %s to the audience only', async (_name, init) => {
    const server = await peer((_hit, response) => response.end('ok'));
    const client = clientFor([server.host]);
    await expect(client.fetchFor({ audience: ['https://as.test'] })(server.url, init)).rejects.toMatchObject({
      code: 'audience-refused',
      requestSent: false,
    });
    expect(server.connections()).toBe(0);
    expect(await (await client.fetchFor({ audience: [server.url] })(server.url, init)).text()).toBe('ok');
  });

  it('a plain GET needs no audience', async () => {
    const server = await peer((_hit, response) => response.end('public'));
    expect(await (await clientFor([server.host]).fetchFor({ audience: [] })(new URL(server.url))).text()).toBe(
      'public',
    );
  });

  it('caps the body, takes answers without one, and never repeats a malformed header', async () => {
    const server = await peer((hit, response) =>
      hit.path === '/none' ? response.writeHead(204).end() : response.end('x'.repeat(100)),
    );
    const guarded = clientFor([server.host]).fetchFor({ audience: [server.url], maxBytes: 99 });
    await expect(guarded(server.url)).rejects.toMatchObject({ code: 'body-too-large' });
    expect((await guarded(`${server.url}/none`)).body).toBeNull();
    await expect(guarded(server.url, { headers: { authorization: 'Bearer s3cret\nvalue' } })).rejects.toMatchObject({
      code: 'header-not-allowed',
      message: expect.not.stringContaining('s3cret'),
    });
    await expect(guarded(server.url, { headers: { cookie: 'a=b' } })).rejects.toMatchObject({
      code: 'header-not-allowed',
    });
  });
});
