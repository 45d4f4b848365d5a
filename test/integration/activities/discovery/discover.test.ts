import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RegistrarFailure } from '../../../../domain/failure.ts';
import { World } from '../world.ts';

const value = 'planted-header-value-77aa';
let world: World;

beforeAll(async () => {
  world = await World.open();
});
beforeEach(() => world.begin());
afterEach(() => world.end());
afterAll(() => world.close());

/** Answers discovery with the header that came, wherever a server can put it. */
function echoing(status: number): (string | undefined)[] {
  const came: (string | undefined)[] = [];
  world.peer.whims.set('GET /fhir', (request, response) => {
    const header = String(request.headers['x-ehr-client']);
    came.push(request.headers['x-ehr-client'] as string | undefined);
    const isDocument = status === 200 && request.url?.endsWith('/smart-configuration') === true;
    response.writeHead(isDocument ? 200 : status === 200 ? 404 : status, {
      'content-type': 'application/json',
      etag: `"${header}"`,
      'last-modified': header,
    });
    const { url } = world.peer;
    const document = {
      authorization_endpoint: `${url}/authorize`,
      token_endpoint: `${url}/token`,
      registration_endpoint: `${url}/register`,
      issuer: `https://${header}/#${header}`,
      scopes_supported: ['openid', header],
      capabilities: ['launch-ehr', `for-${header}`],
      token_endpoint_auth_methods_supported: ['client_secret_basic', header],
      code_challenge_methods_supported: ['S256'],
    };
    response.end(JSON.stringify(isDocument ? document : { error: header }));
    return true;
  });
  return came;
}

describe('discovery with headers', () => {
  it('sends what is stored, and tells nothing of it', async () => {
    await world.records.putDiscoveryHeaders(world.registrationId, { 'X-EHR-Client': value });
    const came = echoing(200);
    const view = await world.activities.discover({ registrationId: world.registrationId });
    expect(came).toEqual([value]);
    expect(view).toMatchObject({ scopesSupported: ['openid'], capabilities: ['launch-ehr'] });
    const { issuer: _, ...rest } = view;
    expect(JSON.stringify(rest)).not.toContain(value);
  });

  it('tells nothing of it when nothing is found either', async () => {
    await world.records.putDiscoveryHeaders(world.registrationId, { 'X-EHR-Client': value });
    echoing(404);
    const failure = await world.activities.discover({ registrationId: world.registrationId }).catch((error) => error);
    expect(failure).toBeInstanceOf(RegistrarFailure);
    expect(failure).toMatchObject({ reason: 'DiscoveryFailed' });
    expect(JSON.stringify([failure, failure.message, failure.stack])).not.toContain(value);
  });

  it('sends what was stored last, and nothing once that was removed', async () => {
    const came = echoing(200);
    for (const headers of [{ 'X-EHR-Client': 'first-value' }, { 'X-EHR-Client': 'second-value' }, {}]) {
      await world.records.putDiscoveryHeaders(world.registrationId, headers);
      await world.activities.discover({ registrationId: world.registrationId });
    }
    expect(came).toEqual(['first-value', 'second-value', undefined]);
  });

  it('keeps a value that is found everywhere by chance from hiding anything', async () => {
    await world.records.putDiscoveryHeaders(world.registrationId, { 'X-EHR-Client': 'open' });
    echoing(200);
    const view = await world.activities.discover({ registrationId: world.registrationId });
    expect(view.scopesSupported).toEqual(['openid', 'open']);
  });

  it('forgets the headers of a retired registration', async () => {
    await world.records.putDiscoveryHeaders(world.registrationId, { 'X-EHR-Client': value });
    const argument = {
      registrationId: world.registrationId,
      endpoints: null,
      credential: null,
      mayBeDeleted: false,
      findsOut: false,
    };
    await world.activities.retire(argument);
    expect(await world.records.discoveryHeaders(world.registrationId)).toEqual({});
  });
});

describe('a document of thousands of long scopes', () => {
  it('becomes a snapshot of bounded size, with those that are asked for', async () => {
    const { url } = world.peer;
    const many = Array.from({ length: 1_900 }, (_, index) => `https://vendor.example/${index}/${'x'.repeat(480)}`);
    const document = {
      authorization_endpoint: `${url}/authorize`,
      token_endpoint: `${url}/token`,
      registration_endpoint: `${url}/register`,
      scopes_supported: [...many, 'patient/*.rs', 'openid'],
      capabilities: ['permission-v2'],
      code_challenge_methods_supported: ['S256'],
    };
    world.peer.whims.set('GET /fhir', (request, response) => {
      const isDocument = request.url?.endsWith('/smart-configuration') === true;
      response.writeHead(isDocument ? 200 : 404, { 'content-type': 'application/json' });
      response.end(JSON.stringify(isDocument ? document : {}));
      return true;
    });
    const view = await world.activities.discover({ registrationId: world.registrationId });
    // What an activity answers goes into the history: Temporal takes 2 MB, and DESIGN section 5 allows 100 kB.
    expect(Buffer.byteLength(JSON.stringify(view))).toBeLessThan(30_000);
    expect(view.scopesSupported).toEqual(expect.arrayContaining(['openid']));
    expect(view.findings).toContainEqual(
      expect.objectContaining({ code: 'scopes-cut', message: expect.stringContaining('1902 scopes') }),
    );
  });
});
