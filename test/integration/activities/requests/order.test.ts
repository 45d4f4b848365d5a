import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SecretStoreError } from '../../../../domain/ports/secretStore.ts';
import { waitFor } from '../../../support/waitFor.ts';
import { nextEvent } from '../../stores/records/fixture.ts';
import { storedIn, World } from '../world.ts';

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
    await expect(world.activities.register(request)).rejects.toMatchObject({ reason: 'AnswerSpooled' });
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

  it.each([
    ['a sequence that the registration has gone on from', { decidedAt: 1, incarnation: 1 }],
    ['a sequence that is not recorded', { decidedAt: 3, incarnation: 1 }],
    ['an earlier life of the registration', { decidedAt: 2, incarnation: 0 }],
  ])('is not sent when it was decided at %s', async (_, decided) => {
    await world.records.recordTransition(nextEvent(world.view, { phase: 'registering' }));
    const request = { ...world.request(), ...decided };
    await expect(world.activities.register(request)).rejects.toMatchObject({ reason: 'DecisionOutdated' });
    expect(world.times('POST /register')).toBe(0);
    expect(await world.records.intent(request.intentId)).toBeNull();
  });
});

describe('a rotation', () => {
  it('leaves the old secret current until the new one is proved, and keeps it afterwards', async () => {
    const current = await world.active();
    const { clientSecret } = world;
    const staged = () =>
      Promise.all((['current', 'pending', 'previous'] as const).map((stage) => world.versionAt(clientSecret, stage)));
    const whileProved: unknown[] = [];
    world.peer.whims.set('POST /token', async () => {
      whileProved.push(await staged());
      return false;
    });
    const { versionId } = storedIn(await world.activities.update({ ...world.request(), current }));
    expect(whileProved[0]).toEqual([current.versionId, versionId, null]);
    expect(await staged()).toEqual([versionId, null, current.versionId]);
    expect(world.times('secrets.remove')).toBe(0);
  });

  it('is proved before it is promoted', async () => {
    const current = await world.active();
    // So that nothing but the new secret is promoted.
    world.insteadOfSecrets.put = async (put, name, ...rest) => {
      await put(name, ...rest);
      if (name === world.clientSecret) world.trace.length = 0;
    };
    await world.activities.update({ ...world.request(), current });
    expect(world.at('secrets.promote')).toBeGreaterThan(world.at('POST /token'));
  });

  it('is not promoted when the new secret is rejected', async () => {
    const current = await world.active();
    const before = world.peer.client.secret;
    world.peer.whims.set('POST /token', () => {
      world.peer.client.secret = before;
      return false;
    });
    const result = await world.activities.update({ ...world.request(), current });
    expect(result.proof).toMatchObject({ decision: { action: 'keep', reason: 'CredentialRejected' }, current });
    expect(result.proof?.pending).toEqual(storedIn(result));
    expect(await world.versionAt(world.clientSecret, 'current')).toBe(current.versionId);
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

describe('what a request stored', () => {
  const answering = (status: number, body: string) => (_request: unknown, response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    return true;
  };

  it('of a first client is proved at once, and becomes current after that', async () => {
    const whileProved: unknown[] = [];
    world.peer.whims.set('POST /token', async () => {
      const { managementSecret, clientSecret } = world;
      whileProved.push(await Promise.all([managementSecret, clientSecret].map((n) => world.versionAt(n, 'current'))));
      return false;
    });
    const result = await world.activities.register(world.request());
    const { versionId } = storedIn(result);
    expect(whileProved[0]).toEqual([versionId, null]);
    expect(result.proof).toMatchObject({ decision: { action: 'promote', reason: 'ProofSucceeded' }, pending: null });
    expect(result.proof?.current).toMatchObject({ place: 'client', provedAt: expect.any(Number) });
    expect(await world.versionAt(world.clientSecret, 'current')).toBe(result.proof?.current?.versionId);
  });

  it('is safe, and its intent settled, before the proof is begun', async () => {
    const current = await world.active();
    await world.activities.update({ ...world.request(), current });
    const proof = world.at('POST /token');
    expect(world.at('records.settleIntent')).toBeLessThan(proof);
    expect(world.trace.slice(proof)).not.toContain('secrets.put');
  });

  it.each([
    ['refused', answering(400, '{"error":"invalid_redirect_uri"}')],
    ['unanswered', answering(201, '{"client_id":')],
  ])('is nothing when a registration is %s: there is no proof', async (kind, whim) => {
    world.peer.whims.set('POST /register', whim);
    const result = await world.activities.register(world.request());
    expect(result).toMatchObject({ outcome: { kind }, proof: null });
    expect(world.times('POST /token')).toBe(0);
  });

  it.each([
    ['unchanged', answering(204, '')],
    ['refused', answering(400, '{"error":"invalid_client_metadata"}')],
    ['management-rejected', answering(401, '{"error":"invalid_token"}')],
  ])('is nothing when an update is %s: there is no proof', async (kind, whim) => {
    const current = await world.active();
    for (const what of ['PUT /register', 'GET /register']) world.peer.whims.set(what, whim);
    const result = await world.activities.update({ ...world.request(), current });
    expect(result).toMatchObject({ outcome: { kind }, proof: null });
    expect(world.times('POST /token')).toBe(0);
  });

  it('is nothing when there was no request: there is no proof', async () => {
    const result = await world.activities.settle({ ...world.request(), request: 'register', current: null });
    expect(result).toMatchObject({ outcome: { kind: 'not-sent' }, proof: null });
    expect(world.times('POST /token')).toBe(0);
  });

  it.each<[string, () => void]>([
    [
      'the records are away',
      () => {
        world.insteadOfRecords.probeKnowledge = () => Promise.reject(new Error('the database is away'));
      },
    ],
    [
      'the new secret cannot be promoted',
      () => {
        world.insteadOfSecrets.promote = (promote, name, ...rest) =>
          name === world.clientSecret
            ? Promise.reject(new SecretStoreError('unavailable', 'away'))
            : promote(name, ...rest);
      },
    ],
  ])('is not lost when its proof fails: %s', async (_, fail) => {
    const current = await world.active();
    const { registrationId, endpoints, clientSecret } = world;
    fail();
    const request = world.request();
    const result = await world.activities.update({ ...request, current });
    expect(result.proof).toBeNull();
    const pending = storedIn(result);
    expect(await world.versionAt(clientSecret, 'current')).toBe(current.versionId);
    expect(await world.versionAt(clientSecret, 'pending')).toBe(pending.versionId);
    expect(await world.records.intent(request.intentId)).toMatchObject({ state: 'settled', settlement: 'applied' });
    delete world.insteadOfRecords.probeKnowledge;
    delete world.insteadOfSecrets.promote;
    const proof = await world.activities.prove({ registrationId, endpoints, current, pending });
    expect(proof.current?.versionId).toBe(pending.versionId);
    expect(await world.versionAt(clientSecret, 'current')).toBe(pending.versionId);
    expect(world.times('PUT /register')).toBe(1);
  });

  it('is told in time when its proof takes longer, and may be proved again beside it', async () => {
    const current = await world.active();
    const { registrationId, endpoints, clientSecret } = world;
    const held = Promise.withResolvers<void>();
    world.peer.whims.set('POST /token', async () => {
      if (world.times('POST /token') === 1) await held.promise;
      return false;
    });
    const promotions: Promise<void>[] = [];
    world.insteadOfSecrets.promote = (promote, name, ...rest) => {
      const promotion = promote(name, ...rest);
      if (name === clientSecret) promotions.push(promotion);
      return promotion;
    };
    // A proof has nine tenths of a step.
    world.requestTimes = { ...world.requestTimes, httpTotal: 1, keepAnswer: 1_000 };
    world.requestStep = 1_001;
    const result = await world.activities.update({ ...world.request(), current });
    expect(result.proof).toBeNull();
    const pending = storedIn(result);
    await waitFor(() => world.times('POST /token') === 1, { what: 'the proof to be under way' });
    const beside = await world.activities.prove({ registrationId, endpoints, current, pending });
    expect(beside).toMatchObject({ decision: { action: 'promote' }, pending: null });
    held.resolve();
    await waitFor(() => promotions.length === 2, { what: 'the late proof to end' });
    await Promise.all(promotions);
    expect(await world.versionAt(clientSecret, 'current')).toBe(pending.versionId);
    expect(await world.versionAt(clientSecret, 'previous')).toBe(current.versionId);
  });

  it('of a first client is not made current by a late proof once it was replaced', async () => {
    const { activities, registrationId, endpoints, clientSecret } = world;
    const held = Promise.withResolvers<void>();
    world.peer.whims.set('POST /token', async (request, response) => {
      if (world.times('POST /token') > 1) return false;
      await held.promise;
      return answering(400, '{"error":"invalid_grant"}')(request, response);
    });
    // A proof has nine tenths of a step.
    world.requestTimes = { ...world.requestTimes, httpTotal: 1, keepAnswer: 1_000 };
    world.requestStep = 1_001;
    const registered = await activities.register(world.request());
    expect(registered.proof).toBeNull();
    await waitFor(() => world.times('POST /token') === 1, { what: 'the proof to be under way' });
    const pending = storedIn(registered);
    const { current } = await activities.prove({ registrationId, endpoints, current: null, pending });
    if (current === null) throw new Error('not proved');
    world.requestStep = 60_000;
    const rotated = await activities.update({ ...world.request(), current });
    const late: Promise<void>[] = [];
    world.insteadOfSecrets.promote = (promote, ...given) => {
      const promotion = promote(...given);
      late.push(promotion);
      return promotion;
    };
    held.resolve();
    await waitFor(() => late.length === 1, { what: 'the late proof to end' });
    await expect(late[0]).rejects.toMatchObject({ code: 'conflict' });
    expect(await world.versionAt(clientSecret, 'current')).toBe(storedIn(rotated).versionId);
  });
});

describe('a retirement', () => {
  it('deletes the client before its secrets', async () => {
    const credential = await world.active();
    const { registrationId, endpoints } = world;
    const outcome = await world.activities.retire({
      registrationId,
      endpoints,
      credential,
      mayBeDeleted: false,
      findsOut: false,
    });
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
    const outcome = await world.activities.retire({
      registrationId,
      endpoints,
      credential,
      mayBeDeleted: false,
      findsOut: false,
    });
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
