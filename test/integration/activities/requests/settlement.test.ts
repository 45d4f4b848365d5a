import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { storedIn, World } from '../world.ts';

/** When a request is settled, by whom, and what is kept whatever comes (DESIGN section 5). */
let world: World;
beforeAll(async () => {
  world = await World.open();
});
beforeEach(() => world.begin());
afterEach(() => world.end());
afterAll(() => world.close());

const away = () => Promise.reject(new Error('the database is away'));

describe('two workers with a data directory each', () => {
  /** The first one sends; the database is cut at one call of it. */
  const cuts: readonly (readonly [name: string, cut: () => void])[] = [
    ['before the answer is kept', () => Object.assign(world.insteadOfRecords, { storeAnswer: away })],
    [
      'before the answer is kept, and for noting where it is',
      () => Object.assign(world.insteadOfRecords, { storeAnswer: away, markSpooled: away }),
    ],
    [
      'after the answer was kept, unseen',
      () => {
        world.insteadOfRecords.storeAnswer = async (store, ...given) => {
          await store(...given);
          return await away();
        };
      },
    ],
    ['before the request is settled', () => Object.assign(world.insteadOfRecords, { settleIntent: away })],
  ];
  const heal = () => {
    for (const name of ['storeAnswer', 'markSpooled', 'settleIntent'] as const) delete world.insteadOfRecords[name];
  };

  it.each(cuts)('end with one client each while both come back: cut %s', async (_, cut) => {
    const other = await world.anotherWorker();
    const request = world.request();
    cut();
    await expect(world.activities.register(request)).rejects.toThrow();
    heal();
    const settling = { ...request, request: 'register' as const, current: null };
    // The other worker is asked at once, and again once the first one brought its answers.
    const early = await other.activities.settle(settling).catch((error: unknown) => error);
    if (early instanceof Error) expect(early).toMatchObject({ retryClass: 'transient' });
    await world.dependencies.drainSpool();
    expect(storedIn(await other.activities.settle(settling)).clientId).toBe(world.peer.client.id);
    expect(world.times('POST /register')).toBe(1);
    expect(await world.orphans()).toEqual([]);
  });

  it('end with one client and one listed orphan with its token where the first one does not come back', async () => {
    const other = await world.anotherWorker();
    const request = world.request();
    world.insteadOfRecords.storeAnswer = away;
    await expect(world.activities.register(request)).rejects.toMatchObject({ reason: 'AnswerSpooled' });
    heal();
    const settling = { ...request, request: 'register' as const, current: null };
    await world.answersAreLate();
    await expect(other.activities.settle(settling)).rejects.toMatchObject({ reason: 'AnswerSpooled' });
    const given = await other.activities.settle({ ...settling, giveUp: true });
    expect(given.outcome).toMatchObject({ kind: 'unanswered' });
    const second = storedIn(await other.activities.register(world.request()));
    // It comes back after all.
    await world.dependencies.drainSpool();
    const lost = [...world.peer.clients.keys()].find((id) => id !== second.clientId);
    expect(await world.orphans()).toEqual(
      expect.arrayContaining([expect.objectContaining({ clientId: lost, hasManagementToken: true })]),
    );
  });
});

describe('a request without answer', () => {
  it('is not settled before its answer could have been collected twice, by the clock of the database', async () => {
    const { peer, activities } = world;
    peer.whims.set('POST /register', (request) => {
      request.socket.destroy();
      return true;
    });
    const request = world.request();
    await expect(activities.register(request)).rejects.toMatchObject({ reason: 'PeerNotAnswering' });
    const settle = () => activities.settle({ ...request, request: 'register', current: null });
    await expect(settle()).rejects.toMatchObject({ reason: 'AnswerAwaited', retryClass: 'transient' });
    expect(await world.records.intent(request.intentId)).toMatchObject({ state: 'sending' });
    await world.answersAreLate();
    expect((await settle()).outcome).toMatchObject({ kind: 'unanswered' });
  });

  it('that was never prepared is settled for good: an attempt that comes late sends nothing', async () => {
    const request = world.request();
    const settled = await world.activities.settle({ ...request, request: 'register', current: null });
    expect(settled.outcome).toMatchObject({ kind: 'not-sent' });
    await expect(world.activities.register(request)).rejects.toMatchObject({ reason: 'PeerNotAnswering' });
    expect(world.times('POST /register')).toBe(0);
  });

  it('is not sent when less of the step is left than the request and the keeping of its answer may take', async () => {
    world.requestStep = world.requestTimes.httpTotal + world.requestTimes.keepAnswer - 1;
    const request = world.request();
    expect((await world.activities.register(request)).outcome).toMatchObject({ kind: 'not-sent' });
    expect(world.times('POST /register')).toBe(0);
    expect(await world.records.intent(request.intentId)).toMatchObject({ state: 'settled', settlement: 'not-sent' });
  });

  it('is not sent at another sequence than it was decided at, nor in another life', async () => {
    for (const decided of [
      { decidedAt: world.view.sequence + 1 },
      { decidedAt: world.view.sequence, incarnation: 2 },
    ]) {
      const request = { ...world.request(), ...decided };
      await expect(world.activities.register(request)).rejects.toMatchObject({ reason: 'DecisionOutdated' });
    }
    expect(world.times('POST /register')).toBe(0);
  });
});

describe('an answer', () => {
  it('is spooled at once when the database takes longer than its limit', async () => {
    world.requestTimes = { ...world.requestTimes, keepAnswer: 200 };
    world.insteadOfRecords.storeAnswer = () => new Promise(() => undefined);
    const request = world.request();
    await expect(world.activities.register(request)).rejects.toMatchObject({ reason: 'AnswerSpooled' });
    delete world.insteadOfRecords.storeAnswer;
    expect(storedIn(await world.activities.settle({ ...request, request: 'register', current: null })).clientId).toBe(
      world.peer.client.id,
    );
  });

  it('to an update that comes late never lists the client in use, and keeps its token', async () => {
    const current = await world.active();
    const request = { ...world.request(), current };
    world.insteadOfRecords.storeAnswer = async (store, ...given) => {
      await world.records.settleIntent(request.intentId, 'unanswered', null);
      return await store(...given);
    };
    await expect(world.activities.update(request)).rejects.toMatchObject({ retryClass: 'transient' });
    expect(await world.orphans()).toEqual([]);
    const [newest] = await world.records.managementTokens(world.registrationId);
    expect(newest?.token).toBe(world.peer.client.token);
    const late = await world.db.selectFrom('late_answers').select(['kind', 'client_id']).execute();
    expect(late).toContainEqual({ kind: 'update', client_id: current.clientId });
  });

  /** Answers as usual but for the last byte, which never comes. */
  const cutAtItsEnd = (what: string) => {
    world.peer.whims.set(what, (_request, response) => {
      response.end = ((body: string) => {
        response.write(body.slice(0, -1), () => setImmediate(() => response.destroy()));
        return response;
      }) as typeof response.end;
      return false;
    });
  };

  it('to a registration that ends early is kept sealed, and its client listed with its token', async () => {
    cutAtItsEnd('POST /register');
    const request = world.request();
    const { outcome } = await world.activities.register(request);
    expect(outcome).toMatchObject({ kind: 'unanswered', failure: { reason: 'PeerNotAnswering' } });
    expect(await world.orphans()).toMatchObject([{ clientId: world.peer.client.id, hasManagementToken: true }]);
    const sealed = world.db.selectFrom('orphans').select('sealed_answer').where('orphan_id', '=', request.intentId);
    expect((await sealed.executeTakeFirst())?.sealed_answer).not.toBeNull();
  });

  it('to an update that ends early brings its token, with which the client is read and updated again', async () => {
    const current = await world.active();
    cutAtItsEnd('PUT /register');
    const { outcome } = await world.activities.update({ ...world.request(), current });
    expect(outcome.kind).not.toBe('management-rejected');
    const stored = (await world.secrets.get(world.managementSecret, { stage: 'current' }))?.value;
    expect(stored?.['registration_access_token']).toBe(world.peer.client.token);
    const late = await world.db.selectFrom('late_answers').select(['kind', 'client_id']).execute();
    expect(late).toContainEqual({ kind: 'update', client_id: current.clientId });
    world.peer.whims.clear();
    const again = await world.activities.update({ ...world.request(), current });
    expect(again.outcome).toMatchObject({ kind: 'stored', tokenReceived: true });
  });

  it('to an update that shows another client lists that one with its token', async () => {
    const current = await world.active();
    world.peer.whims.set('PUT /register', (_request, response, body) => {
      world.peer.clients.clear();
      const other = { client_id: 'renamed', client_secret: 'of-the-renamed', registration_access_token: 'its-token' };
      response.writeHead(200, { 'content-type': 'application/json' });
      return !!response.end(JSON.stringify({ ...JSON.parse(body), ...other }));
    });
    const { outcome } = await world.activities.update({ ...world.request(), current });
    expect(outcome).toMatchObject({ kind: 'management-rejected' });
    const reason = 'RegistrationAnswerNotUsable';
    expect(await world.orphans()).toMatchObject([{ clientId: 'renamed', reason, hasManagementToken: true }]);
  });

  it('to a read that ends early says nothing of its token: the server is asked again', async () => {
    const current = await world.active();
    cutAtItsEnd('GET /register');
    const read = await world.activities.read({ ...world.request(), current });
    expect(read.outcome).toMatchObject({ kind: 'refused', failure: { reason: 'PeerNotAnswering' } });
  });

  it('that is compressed although identity was asked is undone', async () => {
    const body = { client_id: 'gz', client_secret: 's3cret-value', registration_access_token: 'rat' };
    world.peer.whims.set('POST /register', (_request, response) => {
      response.writeHead(201, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      response.end(gzipSync(JSON.stringify(body)));
      return true;
    });
    expect(storedIn(await world.activities.register(world.request())).clientId).toBe('gz');
  });

  it.each([
    ['in a coding nobody knows', { 'content-encoding': 'zzz' }, Buffer.from('opaque')],
    ['cut off at the limit', {}, Buffer.alloc(70_000, 'x')],
    ['HTML', { 'content-type': 'text/html' }, Buffer.from('<html>Welcome</html>')],
    ['with a token that has a space', {}, Buffer.from('{"client_id":"c1","registration_access_token":"a b"}')],
    ['with a secret that is a number', {}, Buffer.from('{"client_id":"c1","client_secret":471147114711}')],
  ])('%s is kept sealed and listed', async (_, headers, body) => {
    world.peer.whims.set('POST /register', (_request, response) => {
      response.writeHead(201, { 'content-type': 'application/json', ...headers }).end(body);
      return true;
    });
    const request = world.request();
    await world.activities.register(request);
    const sealed = await world.db
      .selectFrom('orphans')
      .select('sealed_answer')
      .where('orphan_id', '=', request.intentId)
      .execute();
    const late = await world.db
      .selectFrom('late_answers')
      .select('sealed_answer')
      .where('intent_id', '=', request.intentId)
      .execute();
    expect([...sealed, ...late].filter((row) => row.sealed_answer !== null)).toHaveLength(1);
  });

  it('with a client that another registration holds is no credential, and no text names its holder', async () => {
    const holder = `holder-${randomUUID().slice(0, 8)}.app.production.main`;
    await world.records.holdClient(world.endpoints.tokenEndpoint ?? '', 'shared-1', holder);
    world.peer.whims.set('POST /register', (_request, response) => {
      response.writeHead(201, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ client_id: 'shared-1', client_secret: 'shared-secret' }));
      return true;
    });
    const { outcome, proof } = await world.activities.register(world.request());
    expect(outcome).toMatchObject({ kind: 'held-elsewhere', clientId: 'shared-1', holderRegistrationId: holder });
    // Who sees this registration may not see that one (DESIGN section 7).
    const { failure } = outcome as Extract<typeof outcome, { kind: 'held-elsewhere' }>;
    expect(failure.message).not.toContain(holder.split('.')[0]);
    expect(failure.message).toContain('shared-1');
    expect(proof).toBeNull();
    expect(await world.secrets.get(world.managementSecret, { stage: 'current' })).toBeNull();
  });
});

it('an answer stays sealed, and its request open, while the new secret cannot be read back', async () => {
  const current = await world.active();
  const argument = { ...world.request(), current };
  // A store that took nothing, and says that it did.
  world.insteadOfSecrets.put = async (put, name, ...rest) => {
    if (name !== world.clientSecret) await put(name, ...rest);
  };
  await expect(world.activities.update(argument)).rejects.toMatchObject({ reason: 'SecretStoreUnavailable' });
  delete world.insteadOfSecrets.put;
  expect(await world.records.intent(argument.intentId)).toMatchObject({ state: 'answered' });
  const settled = storedIn(await world.activities.settle({ ...argument, request: 'update' }));
  const version = await world.secrets.get(world.clientSecret, { versionId: settled.versionId });
  expect(version?.value['client_secret']).toBe(world.peer.client.secret);
  expect(world.times('PUT /register')).toBe(1);
});

describe('the ladder', () => {
  const lostUpdate = async (current: Awaited<ReturnType<World['active']>>) => {
    world.peer.whims.set('PUT /register', (_request, response) => {
      response.destroy();
      return true;
    });
    const argument = { ...world.request(), current };
    await expect(world.activities.update(argument)).rejects.toMatchObject({ reason: 'PeerNotAnswering' });
    await world.answersAreLate();
    return { ...argument, request: 'update' as const };
  };

  it('goes on past a rung that answers 500, as some servers do to a dead token', async () => {
    const current = await world.active();
    const alive = world.peer.client.token;
    const { registrationId, endpoints } = world;
    const clientUri = `${world.peer.url}/register/${current.clientId}`;
    const audience = [new URL(endpoints.registrationEndpoint ?? '').origin];
    const settling = await lostUpdate(current);
    // A newer token became current and is dead.
    const management = (await world.secrets.get(world.managementSecret, { stage: 'current' }))?.value;
    await world.records.journalManagementToken(registrationId, {
      token: alive,
      clientUri,
      clientId: current.clientId,
      audience,
      receivedAt: world.clock.now() + 1,
    });
    await world.secrets.put(world.managementSecret, randomUUID(), {
      ...management,
      registration_access_token: 'dead-token',
    });
    const versions = await world.secrets.describe(world.managementSecret);
    const pending = versions?.find(({ stages }) => stages.includes('pending'))?.versionId ?? '';
    await world.secrets.promote(
      world.managementSecret,
      pending,
      await world.versionAt(world.managementSecret, 'current'),
    );
    world.peer.whims.set('GET /register', (request, response) => {
      if (request.headers.authorization !== 'Bearer dead-token') return false;
      response.writeHead(500, { 'content-type': 'application/json' }).end('{"error":"unknown_error"}');
      return true;
    });
    expect((await world.activities.settle(settling)).outcome).toMatchObject({ kind: 'not-sent' });
    expect(world.times('GET /register')).toBe(2);
  });

  it('takes a secret that a read shows for a candidate, never for a pending one', async () => {
    const current = await world.active();
    const settling = await lostUpdate(current);
    world.peer.whims.set('GET /register', (_request, response) => {
      const { id, token } = world.peer.client;
      const shown = { client_id: id, client_secret: 'a-hash-of-it', registration_access_token: token };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(shown));
      return true;
    });
    expect((await world.activities.settle(settling)).outcome).toMatchObject({ kind: 'not-sent' });
    expect(await world.versionAt(world.clientSecret, 'pending')).toBeNull();
  });

  it('settles where each read renews the token, after a death at any step', async () => {
    const current = await world.active();
    const settling = await lostUpdate(current);
    world.peer.whims.set('GET /register', (request) => {
      if (request.headers.authorization === `Bearer ${world.peer.client.token}`) {
        world.peer.client.token = `renewed-${randomUUID()}`;
        request.headers.authorization = `Bearer ${world.peer.client.token}`;
      }
      return false;
    });
    world.insteadOfRecords.settleIntent = () => {
      delete world.insteadOfRecords.settleIntent;
      return away();
    };
    await expect(world.activities.settle(settling)).rejects.toThrow('away');
    expect((await world.activities.settle(settling)).outcome).toMatchObject({ kind: 'not-sent' });
    const stored = (await world.secrets.get(world.managementSecret, { stage: 'current' }))?.value;
    expect(stored?.['registration_access_token']).toBe(world.peer.client.token);
  });
});

describe('a retirement', () => {
  it('never deletes a client that another registration holds', async () => {
    const credential = await world.active();
    const { registrationId, endpoints } = world;
    await world.records.releaseClients(registrationId, []);
    await world.records.holdClient(endpoints.tokenEndpoint ?? '', credential.clientId, 'holder.app.production.main');
    const outcome = await world.activities.retire({
      registrationId,
      endpoints,
      credential,
      mayBeDeleted: false,
      findsOut: false,
    });
    expect(outcome).toMatchObject({ kind: 'none', reason: 'ClientHeldElsewhere' });
    expect(outcome.message).not.toContain('holder.app');
    expect(world.times('DELETE /register')).toBe(0);
    expect(await world.orphans()).toEqual([]);
  });
});
