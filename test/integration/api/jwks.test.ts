import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateClientKey, publicKeyOf } from '../../../protocols/oauth/clientKeys.ts';
import { nextEvent, oneRegistration } from '../stores/records/fixture.ts';
import { type Api, startApi } from './harness.ts';

const jwksId = () => Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url');

let api: Api;
beforeAll(async () => {
  api = await startApi({
    checkSecretStore: async () => {
      throw new Error('this process may not read the secret store');
    },
  });
});
afterAll(() => api.close());

async function published() {
  const view = await oneRegistration(api as never);
  const id = jwksId();
  const keys = (await Promise.all([generateClientKey('ES384'), generateClientKey('RS384')])).map(publicKeyOf);
  await api.records.publishClientKeys(view.registrationId, id, keys);
  return { view, id, keys };
}

describe('GET /jwks/{opaque}', () => {
  test('gives the public keys to anybody, for five minutes, and names nobody', async () => {
    const { view, id, keys } = await published();
    const { status, headers, body, text } = await api.call('GET', `/jwks/${id}`);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/jwk-set+json');
    expect(headers['cache-control']).toBe('public, max-age=300');
    expect(body).toEqual({ keys: keys.map(({ jwk }) => jwk) });
    for (const part of [view.tenantId, view.applicationId, view.registrationId]) expect(text).not.toContain(part);
    expect(JSON.stringify(api.lines)).not.toContain(id);
  });

  test('is there for HEAD and without Accept as well', async () => {
    const { id } = await published();
    const head = await api.app.inject({ method: 'HEAD', url: `/jwks/${id}`, headers: { host: 'localhost' } });
    expect([head.statusCode, head.body]).toEqual([200, '']);
  });

  test.each([
    ['an id that nobody has', () => jwksId()],
    ['a registration id', async () => (await published()).view.registrationId],
    ['another case', async () => (await published()).id.replace(/[a-z]/i, (letter) => swapCase(letter))],
    ['too long an id', () => 'x'.repeat(400)],
    ['a wildcard', () => '%25'],
    ['what is no id', () => '%00'],
  ])('%s: 404', async (_what, id) => {
    const answer = await api.call('GET', `/jwks/${await id()}`);
    expect(answer).toMatchObject({ status: 404, body: { type: 'urn:smart-registrar:problem:not-found' } });
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  test('answers to our own names only', async () => {
    const { id } = await published();
    const answer = await api.call('GET', `/jwks/${id}`, { headers: { host: 'evil.example' } });
    expect(answer).toMatchObject({ status: 421, body: { type: 'urn:smart-registrar:problem:wrong-host' } });
  });

  test('takes no query', async () => {
    const { id } = await published();
    expect(await api.call('GET', `/jwks/${id}?kid=1`)).toMatchObject({ status: 422 });
  });

  test('is gone once the registration is retired, even when the client could not be deleted', async () => {
    const { view, id } = await published();
    expect(await api.records.jwksIdOf(view.registrationId)).toBe(id);
    await api.records.recordTransition(nextEvent(view, { phase: 'retired' }));
    expect(await api.call('GET', `/jwks/${id}`)).toMatchObject({ status: 404 });
    expect(await api.records.jwksIdOf(view.registrationId)).toBeNull();
  });
});

function swapCase(letter: string): string {
  return letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
}
