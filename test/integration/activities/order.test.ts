import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SecretStoreError } from '../../../domain/secretStore.ts';
import { nextEvent } from '../stores/records/fixture.ts';
import { storedIn, World } from './world.ts';

/** In which order the activities do things, and what they never do (DESIGN sections 5 and 6). */
let world: World;
beforeAll(async () => {
  world = await World.open();
});
beforeEach(() => world.begin());
afterEach(() => world.end());
afterAll(() => world.close());

describe('a registration', () => {
  it('is sent once, whatever becomes of its answer', async () => {
    const { peer, activities } = world;
    peer.whims.set('POST /register', (request) => {
      request.socket.destroy();
      return true;
    });
    const request = world.request();
    await expect(activities.register(request)).rejects.toMatchObject({ reason: 'PeerNotAnswering' });
    await expect(activities.register(request)).rejects.toMatchObject({ reason: 'PeerNotAnswering' });
    expect(world.times('POST /register')).toBe(1);
    expect(await world.records.intent(request.intentId)).toMatchObject({ state: 'sending' });
  });

  it('has its intent committed as sending before the first byte', async () => {
    const request = world.request();
    const seen: unknown[] = [];
    world.peer.whims.set('POST /register', async () => {
      seen.push((await world.records.intent(request.intentId))?.state);
      return false;
    });
    await world.activities.register(request);
    expect(seen).toEqual(['sending']);
  });

  it.each(['prepareIntent', 'markSending'] as const)('is not sent when %s fails', async (step) => {
    const away = () => Promise.reject(new Error('the database is away'));
    Object.assign(world.insteadOfRecords, { [step]: away });
    await expect(world.activities.register(world.request())).rejects.toThrow('the database is away');
    expect(world.times('POST /register')).toBe(0);
  });

  it('is not sent by an attempt that another one overtook', async () => {
    world.insteadOfRecords.prepareIntent = async (prepare, given) => {
      const mine = await prepare(given);
      await prepare(given);
      return mine;
    };
    const request = world.request();
    await expect(world.activities.register(request)).rejects.toMatchObject({ reason: 'PeerNotAnswering' });
    expect(world.times('POST /register')).toBe(0);
  });

  it.each([
    ['a client', null],
    ['a refusal', { status: 400, body: '{"error":"invalid_redirect_uri"}' }],
    ['a failure', { status: 502, body: '<html>Bad Gateway</html>' }],
    ['nonsense', { status: 201, body: '{"client_id":' }],
  ])('has its answer stored before it is judged: %s', async (_, answer) => {
    if (answer !== null)
      world.peer.whims.set('POST /register', (_request, response) => {
        response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
        return true;
      });
    await world.activities.register(world.request());
    const after = world.trace.slice(world.at('POST /register') + 1);
    expect(after[0]).toBe('records.storeAnswer');
    expect(after).toContain('records.settleIntent');
  });

  it('keeps its answer in the spool at once when the database is away', async () => {
    world.insteadOfRecords.storeAnswer = () => Promise.reject(new Error('the database is away'));
    const request = world.request();
    await expect(world.activities.register(request)).rejects.toMatchObject({ reason: 'PeerNotAnswering' });
    delete world.insteadOfRecords.storeAnswer;
    const settled = await world.activities.settle({ ...request, request: 'register', current: null });
    expect(storedIn(settled).clientId).toBe(world.peer.client.id);
    expect(world.times('POST /register')).toBe(1);
  });

  it('keeps its answer when the secret store is away, and stores it later under the same version', async () => {
    world.insteadOfSecrets.put = () => Promise.reject(new SecretStoreError('unavailable', 'away'));
    const request = world.request();
    await expect(world.activities.register(request)).rejects.toMatchObject({ code: 'unavailable' });
    delete world.insteadOfSecrets.put;
    const settle = () => world.activities.settle({ ...request, request: 'register', current: null });
    const [first, second] = [await settle(), await settle()];
    expect(storedIn(second).versionId).toBe(storedIn(first).versionId);
    expect(world.times('POST /register')).toBe(1);
  });

  it('is not sent on a decision that the records refuse', async () => {
    const { view } = world;
    await world.records.recordTransition(nextEvent(view, { phase: 'registering' }));
    const other = nextEvent(view, { phase: 'awaiting_token' });
    await expect(world.activities.register(world.request(), [other])).rejects.toMatchObject({
      code: 'sequence-conflict',
    });
    expect(world.times('POST /register')).toBe(0);
  });
});

describe('a rotation', () => {
  it('leaves the old secret current until the new one is proved, and keeps it afterwards', async () => {
    const current = await world.active();
    const { registrationId, endpoints, clientSecret, secrets } = world;
    const pending = storedIn(await world.activities.update({ ...world.request(), current }));
    expect((await secrets.get(clientSecret, { stage: 'current' }))?.versionId).toBe(current.versionId);
    expect((await secrets.get(clientSecret, { stage: 'pending' }))?.versionId).toBe(pending.versionId);
    await world.activities.prove({ registrationId, endpoints, current, pending });
    expect((await secrets.get(clientSecret, { stage: 'current' }))?.versionId).toBe(pending.versionId);
    expect((await secrets.get(clientSecret, { stage: 'previous' }))?.versionId).toBe(current.versionId);
    expect(world.times('secrets.remove')).toBe(0);
  });

  it('is proved before it is promoted', async () => {
    const current = await world.active();
    const { registrationId, endpoints } = world;
    const pending = storedIn(await world.activities.update({ ...world.request(), current }));
    world.trace.length = 0;
    await world.activities.prove({ registrationId, endpoints, current, pending });
    expect(world.at('secrets.promote')).toBeGreaterThan(world.at('POST /token'));
  });

  it('is not promoted when the new secret is rejected', async () => {
    const current = await world.active();
    const before = world.peer.client.secret;
    const { registrationId, endpoints, clientSecret } = world;
    const pending = storedIn(await world.activities.update({ ...world.request(), current }));
    world.peer.client.secret = before;
    await world.activities.prove({ registrationId, endpoints, current, pending });
    expect((await world.secrets.get(clientSecret, { stage: 'current' }))?.versionId).toBe(current.versionId);
  });

  it('keeps the new registration access token although the new secret cannot be stored', async () => {
    const current = await world.active();
    world.insteadOfSecrets.put = (put, name, ...rest) =>
      name === world.clientSecret ? Promise.reject(new SecretStoreError('unavailable', 'away')) : put(name, ...rest);
    await expect(world.activities.update({ ...world.request(), current })).rejects.toMatchObject({
      code: 'unavailable',
    });
    const management = await world.secrets.get(world.managementSecret, { stage: 'current' });
    expect(management?.value['registration_access_token']).toBe(world.peer.client.token);
    expect((await world.records.managementTokens(world.registrationId))[0]?.token).toBe(world.peer.client.token);
  });

  it('journals the new registration access token with the answer, before anything is judged', async () => {
    const current = await world.active();
    world.insteadOfSecrets.put = () => Promise.reject(new SecretStoreError('unavailable', 'away'));
    await expect(world.activities.update({ ...world.request(), current })).rejects.toMatchObject({
      code: 'unavailable',
    });
    expect((await world.records.managementTokens(world.registrationId))[0]?.token).toBe(world.peer.client.token);
  });
});

describe('a retirement', () => {
  it('deletes the client before its secrets', async () => {
    const credential = await world.active();
    const { registrationId, endpoints } = world;
    const outcome = await world.activities.retire({ registrationId, endpoints, credential, mayBeDeleted: false });
    expect(outcome.kind).toBe('deleted');
    expect(world.peer.clients.size).toBe(0);
    expect(world.at('secrets.remove')).toBeGreaterThan(world.at('DELETE /register'));
  });

  it('keeps the secrets of a client that the server does not delete, and lists it', async () => {
    const credential = await world.active();
    const { registrationId, endpoints } = world;
    world.peer.whims.set('DELETE /register', (_, response) => {
      response.writeHead(405).end();
      return true;
    });
    const outcome = await world.activities.retire({ registrationId, endpoints, credential, mayBeDeleted: false });
    expect(outcome).toMatchObject({ kind: 'listed', reason: 'RetireNotSupported' });
    expect(world.times('secrets.remove')).toBe(0);
    expect(world.times('records.addOrphan')).toBe(1);
  });
});

it('a client that is registered anew is stored under a version of its own', async () => {
  const first = storedIn(await world.activities.register(world.request()));
  const second = storedIn(await world.activities.register({ ...world.request(), intentId: randomUUID() }));
  expect(second.versionId).not.toBe(first.versionId);
});
