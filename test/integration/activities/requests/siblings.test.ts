import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { storeManagement } from '../../../../activities/credentials/storeManagement.ts';
import { configOf } from '../../../../activities/dependencies.ts';
import type { Endpoints, RequestResult } from '../../../../domain/ports/activities.ts';
import type { RegistrationView } from '../../../../domain/registration/view.ts';
import { nextEvent } from '../../stores/records/fixture.ts';
import { Peer } from '../peer.ts';
import { World } from '../world.ts';

/**
 * Registrations that share a token endpoint (DESIGN sections 5 and 9): one of them, whose registration endpoint is
 * somebody else's, answers with the client of another one, and with a token that leads to itself.
 */
let world: World;
let stranger: Peer;
let sibling: RegistrationView;

beforeAll(async () => {
  world = await World.open();
});
beforeEach(async () => {
  stranger = new Peer([]);
  await stranger.listen();
  await world.begin({}, [stranger.host]);
  await world.records.recordTransition(nextEvent(world.view, { discovery: world.discovery }));
  sibling = await world.beside();
});
afterEach(async () => {
  await stranger.close();
  await world.end();
});
afterAll(() => world.close());

/** The sibling registers at a peer, which answers with a client that is there already. */
async function registerSibling(at: Peer, clientId: string, token: string, clientUri: string): Promise<RequestResult> {
  at.whims.set('POST /register', (_request, response) => {
    response.writeHead(201, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({
        client_id: clientId,
        client_secret: 'a-secret-of-the-stranger',
        registration_access_token: token,
        registration_client_uri: clientUri,
      }),
    );
    return true;
  });
  const endpoints: Endpoints = { ...world.endpoints, registrationEndpoint: `${at.url}/register` };
  const { registrationId } = sibling;
  return await world.activities.register({ ...world.request(), registrationId, endpoints });
}

const tokens = async () => (await world.records.managementTokens(world.registrationId)).map(({ token }) => token);
const strange = (clientId: string) => ({
  token: 'of-the-stranger',
  clientUri: `${stranger.url}/register/${clientId}`,
  clientId,
  audience: [stranger.url],
  receivedAt: world.clock.now() + 1000,
});

describe('a sibling that is answered with the client of another registration', () => {
  it('at an endpoint of its own brings the holder no token', async () => {
    const { clientId } = await world.active();
    for (const clientUri of [`${stranger.url}/register/${clientId}`, `${world.peer.url}/register/${clientId}`]) {
      const { outcome } = await registerSibling(stranger, clientId, 'of-the-stranger', clientUri);
      expect(outcome).toMatchObject({ kind: 'held-elsewhere', clientId });
    }
    expect(await tokens()).not.toContain('of-the-stranger');
  });

  it('at the endpoint of the holder brings it the token that the server renewed', async () => {
    const { clientId } = await world.active();
    await registerSibling(world.peer, clientId, 'renewed', `${world.peer.url}/register/${clientId}`);
    expect(await tokens()).toContain('renewed');
  });

  it('brings no token to a holder whose endpoints nobody approved', async () => {
    const { clientId } = await world.active();
    const { registrationId } = world;
    await world.db
      .updateTable('registrations')
      .set({ view: JSON.stringify({ ...world.view, discovery: null }) })
      .where('registration_id', '=', registrationId)
      .execute();
    await registerSibling(world.peer, clientId, 'renewed', `${world.peer.url}/register/${clientId}`);
    expect(await tokens()).not.toContain('renewed');
  });
});

describe('a token in the journal that leads to another origin', () => {
  it('is presented nowhere, believed nowhere, and in nobody’s way', async () => {
    const current = await world.active();
    const believed: string[] = [];
    stranger.whims.set('GET /register', (_request, response) => {
      believed.push('GET');
      response.writeHead(200, { 'content-type': 'application/json' });
      return !!response.end(JSON.stringify({ client_id: current.clientId }));
    });
    await world.records.journalManagementToken(world.registrationId, strange(current.clientId));
    for (const what of ['PUT /register', 'GET /register'])
      world.peer.whims.set(what, (_request, response) => !!response.writeHead(503).end());
    const argument = { ...world.request(), current };
    await expect(world.activities.update(argument)).rejects.toMatchObject({ reason: 'PeerNotAnswering' });
    expect(believed).toEqual([]);
    world.peer.whims.clear();
    const settled = await world.activities.settle({ ...argument, request: 'update' });
    expect(settled.outcome).toMatchObject({ kind: 'not-sent' });
    const again = await world.activities.update({ ...world.request(), current });
    expect(again.outcome).toMatchObject({ kind: 'stored' });
  });
});

describe('the management secret', () => {
  const stored = async () => (await world.secrets.get(world.managementSecret, { stage: 'current' }))?.value;
  const received = (clientUri: string, audience: string) => ({
    clientId: 'c1',
    token: `for ${clientUri}`,
    clientUri,
    audience: [audience],
    receivedAt: world.clock.now(),
    role: 'current' as const,
  });

  it('takes no client URI outside the audience, and no token that is for one', async () => {
    const config = await configOf(world.dependencies, world.registrationId);
    const own = `${world.peer.url}/register/c1`;
    const put = (uri: string) => storeManagement(world.dependencies, config, received(uri, world.peer.url));
    await put(own);
    world.pass(1000);
    await put(`${stranger.url}/register/c1`);
    expect(await stored()).toMatchObject({
      registration_access_token: `for ${own}`,
      registration_client_uri: own,
      audience: [world.peer.url],
    });
  });

  it('takes one at an endpoint that was approved since, with its audience', async () => {
    const config = await configOf(world.dependencies, world.registrationId);
    const moved = `${stranger.url}/register/c1`;
    await storeManagement(world.dependencies, config, received(`${world.peer.url}/register/c1`, world.peer.url));
    world.pass(1000);
    await storeManagement(world.dependencies, config, received(moved, stranger.url));
    expect(await stored()).toMatchObject({ registration_client_uri: moved, audience: [stranger.url] });
  });
});
