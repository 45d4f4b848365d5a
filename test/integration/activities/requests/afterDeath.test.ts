import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CredentialState } from '../../../../domain/ports/activities.ts';
import { storedIn, World } from '../world.ts';

/** What a process left behind that died between two of its calls, as the next one finds it (DESIGN section 5). */
let world: World;
beforeAll(async () => {
  world = await World.open();
});
beforeEach(() => world.begin());
afterEach(() => world.end());
afterAll(() => world.close());

const dead = () => Promise.reject(new Error('the process died here'));

/** The next call of a method fails, as when the process dies in it; the one after goes through. */
function dieOnceIn<Target extends object>(target: Target, method: keyof Target & string): void {
  Object.assign(target, {
    [method]: () => {
      delete target[method as keyof Target];
      return dead();
    },
  });
}

describe('an answer', () => {
  it('that comes after its request was given up is an orphan with its token, and never pending', async () => {
    const { activities, records, peer, secrets, managementSecret } = world;
    const request = world.request();
    world.insteadOfRecords.storeAnswer = async (store, ...given) => {
      await world.answersAreLate();
      await activities.settle({ ...request, request: 'register', current: null });
      return store(...given);
    };
    await expect(activities.register(request)).rejects.toMatchObject({ reason: 'PeerNotAnswering' });
    const orphans = await world.orphans();
    expect(orphans.map(({ clientId, reason, hasManagementToken }) => [clientId, reason, hasManagementToken])).toEqual(
      expect.arrayContaining([
        [null, 'PeerNotAnswering', false],
        [peer.client.id, 'AnswerLate', true],
      ]),
    );
    expect(await secrets.get(managementSecret, { stage: 'current' })).toBeNull();
    expect(await records.intent(request.intentId)).toMatchObject({ state: 'settled', settlement: 'unanswered' });
  });

  it.each(['spendEnteringSecret', 'settleIntent'] as const)(
    'is judged again after a death in %s, and spends the initial access token',
    async (step) => {
      const { activities, registrationId, peer, records } = world;
      const operationId = randomUUID();
      await records.putEnteringSecret({ operationId, registrationId, kind: 'initial-access-token', value: 'iat' });
      const request = { ...world.request(), initialAccessTokenRef: operationId };
      dieOnceIn(world.insteadOfRecords, step);
      await expect(activities.register(request)).rejects.toThrow('died here');
      const settled = await activities.settle({ ...request, request: 'register', current: null });
      expect(storedIn(settled).clientId).toBe(peer.client.id);
      expect(await records.claimEnteringSecret(operationId, registrationId)).toBeNull();
      expect(world.times('POST /register')).toBe(1);
    },
  );

  it('to one initial access token spends those that came before it too, and no other', async () => {
    const { activities, registrationId, records } = world;
    const [replaced, used, later] = [randomUUID(), randomUUID(), randomUUID()];
    for (const operationId of [replaced, used, later])
      await records.putEnteringSecret({ operationId, registrationId, kind: 'initial-access-token', value: 'iat' });
    await records.claimEnteringSecret(replaced, registrationId);
    await activities.register({ ...world.request(), initialAccessTokenRef: used });
    const kept = await Promise.all(
      [replaced, used, later].map((id) => records.claimEnteringSecret(id, registrationId)),
    );
    expect(kept).toEqual([null, null, 'iat']);
  });

  it('with a new secret stays sealed while the secret that it belongs to is missing', async () => {
    const current = await world.active();
    await world.secrets.remove(world.clientSecret);
    const request = world.request();
    await expect(world.activities.update({ ...request, current })).rejects.toMatchObject({
      reason: 'SecretStoreRefused',
    });
    expect(await world.records.intent(request.intentId)).toMatchObject({ state: 'answered' });
    expect(await world.records.readAnswer(request.intentId)).toMatchObject({ status: 200 });
    expect((await world.records.managementTokens(world.registrationId))[0]?.token).toBe(world.peer.client.token);
  });
});

describe('a proof that comes with its request', () => {
  it.each<['before' | 'after', string]>([
    ['before', 'promotes'],
    ['after', 'finds promoted'],
  ])('is made again after a death %s the promotion, and %s what was stored', async (when) => {
    const current = await world.active();
    const { activities, clientSecret, insteadOfSecrets } = world;
    insteadOfSecrets.promote = async (promote, name, ...rest) => {
      if (name !== clientSecret) return promote(name, ...rest);
      delete insteadOfSecrets.promote;
      if (when === 'after') await promote(name, ...rest);
      await dead();
    };
    const request = world.request();
    // Nobody hears of its result.
    await activities.update({ ...request, current });
    const settled = await activities.settle({ ...request, request: 'update', current });
    const { versionId } = storedIn(settled);
    expect(settled.proof).toMatchObject({ decision: { action: 'promote' }, current: { versionId }, pending: null });
    expect(await world.versionAt(clientSecret, 'current')).toBe(versionId);
    expect(await world.versionAt(clientSecret, 'previous')).toBe(current.versionId);
    expect(world.times('PUT /register')).toBe(1);
  });

  it.each(['before', 'after'] as const)(
    'of a first client is made again after a death %s its first version',
    async (when) => {
      const { activities, clientSecret, insteadOfSecrets } = world;
      insteadOfSecrets.put = async (put, name, ...rest) => {
        if (name !== clientSecret) return put(name, ...rest);
        delete insteadOfSecrets.put;
        if (when === 'after') await put(name, ...rest);
        return await dead();
      };
      const request = world.request();
      // Nobody hears of its result.
      await activities.register(request);
      const settled = await activities.settle({ ...request, request: 'register', current: null });
      expect(settled.proof).toMatchObject({ decision: { action: 'promote' }, pending: null });
      expect(await world.versionAt(clientSecret, 'current')).toBe(settled.proof?.current?.versionId);
      expect(world.times('POST /register')).toBe(1);
    },
  );
});

describe('a retirement', () => {
  const retire = (credential: CredentialState, mayBeDeleted: boolean, findsOut = mayBeDeleted) => {
    const { activities, registrationId, endpoints } = world;
    return activities.retire({ registrationId, endpoints, credential, mayBeDeleted, findsOut });
  };

  it('that died after its deletion ends as deleted', async () => {
    const credential = await world.active();
    dieOnceIn(world.insteadOfSecrets, 'remove');
    await expect(retire(credential, false)).rejects.toThrow('died here');
    expect(await retire(credential, true)).toMatchObject({ kind: 'deleted' });
    expect(await world.secrets.get(world.clientSecret, { stage: 'current' })).toBeNull();
    expect(await world.orphans()).toEqual([]);
  });

  it('that died between its two secrets ends as deleted, and removes the second', async () => {
    const credential = await world.active();
    world.insteadOfSecrets.remove = (remove, name) => (name === world.managementSecret ? dead() : remove(name));
    await expect(retire(credential, false)).rejects.toThrow('died here');
    delete world.insteadOfSecrets.remove;
    expect(await retire(credential, true)).toMatchObject({ kind: 'deleted' });
    expect(await world.secrets.get(world.managementSecret, { stage: 'current' })).toBeNull();
  });

  it('in production ends as deleted, whatever the schedule may still present', async () => {
    await world.end();
    await world.begin({ environment: 'production' });
    await world.allowAnonymous();
    const credential = await world.active();
    const client = { tokenEndpoint: world.endpoints.tokenEndpoint ?? '', clientId: credential.clientId };
    // The control of the first proof is all that a day has there.
    expect(await world.records.authenticationFailures(client, 'schedule', 0)).toMatchObject({
      first: expect.any(Number),
    });
    dieOnceIn(world.insteadOfSecrets, 'remove');
    await expect(retire(credential, false)).rejects.toThrow('died here');
    expect(await retire(credential, true)).toMatchObject({ kind: 'deleted' });
    expect(await world.orphans()).toEqual([]);
    expect(await world.secrets.get(world.clientSecret, { stage: 'current' })).toBeNull();
  });

  it.each([
    ['may not be presented again', 'refused'],
    ['is not judged, as the token endpoint is away', 'away'],
  ])('that may have deleted waits while its credential %s, and lists nothing', async (_, hindrance) => {
    const credential = await world.active();
    dieOnceIn(world.insteadOfSecrets, 'remove');
    await expect(retire(credential, false)).rejects.toThrow('died here');
    const { clientId } = credential;
    const client = { tokenEndpoint: world.endpoints.tokenEndpoint ?? '', clientId };
    if (hindrance === 'refused') await world.records.countAuthenticationFailures(client, 'asked', 5, world.clock.now());
    else world.peer.whims.set('POST /token', (_request, response) => !!response.writeHead(503).end());
    await expect(retire(credential, true)).rejects.toMatchObject({ retryClass: 'transient' });
    expect(await world.orphans()).toEqual([]);
    world.peer.whims.clear();
    world.pass(24 * 3600 * 1000);
    expect(await retire(credential, true)).toMatchObject({ kind: 'deleted' });
  });

  it('tells with its failure what it sent to the client, its reads too', async () => {
    const credential = await world.active();
    // Some servers answer 404 to a method that they do not have; whether the client is there is read then.
    world.peer.whims.set('DELETE /register', (_request, response) => !!response.writeHead(404).end());
    world.peer.whims.set('GET /register', (_request, response) => !!response.writeHead(503).end());
    await expect(retire(credential, false)).rejects.toMatchObject({ retryClass: 'transient', reads: 2 });
    expect(world.times('DELETE /register') + world.times('GET /register')).toBe(2);
  });

  it('sends no more than can be paid for, and says so', async () => {
    const credential = await world.active();
    world.peer.whims.set('DELETE /register', (_request, response) => !!response.writeHead(404).end());
    const { activities, registrationId, endpoints } = world;
    const argument = { registrationId, endpoints, credential, mayBeDeleted: false, findsOut: false };
    const paced = { reason: 'RotationPaced', reads: 1 };
    await expect(activities.retire({ ...argument, mostRequests: 1 })).rejects.toMatchObject(paced);
    expect(world.times('GET /register')).toBe(0);
  });

  it('reads nothing to learn whether a deletion got through: it knows that no token is taken', async () => {
    const credential = await world.active();
    dieOnceIn(world.insteadOfSecrets, 'remove');
    await expect(retire(credential, false)).rejects.toThrow('died here');
    expect(await retire(credential, true)).toMatchObject({ kind: 'deleted' });
    expect(world.times('GET /register')).toBe(0);
  });

  it('that may have deleted is not waited for for ever: the client is listed', async () => {
    const credential = await world.active();
    world.peer.client.token = 'another-token';
    world.peer.whims.set('POST /token', (_request, response) => !!response.writeHead(503).end());
    expect(await retire(credential, true, false)).toMatchObject({ kind: 'listed' });
    expect(await world.orphans()).toMatchObject([{ clientId: credential.clientId }]);
  });

  it.each([
    ['at the first try', false, 'anew'],
    ['after its secret expired', true, 'expired'],
  ])('does not take a refused token for a deletion %s: the client is listed', async (_, mayBeDeleted, secret) => {
    const credential = await world.active();
    const { client } = world.peer;
    client.token = 'another-token';
    client.secret = 'another-secret';
    const expiresAt = secret === 'expired' ? credential.issuedAt - 1000 : credential.expiresAt;
    const outcome = await retire({ ...credential, expiresAt }, mayBeDeleted);
    expect(outcome).toMatchObject({ kind: 'listed' });
    expect(await world.orphans()).toMatchObject([{ clientId: client.id }]);
    expect(await world.secrets.get(world.clientSecret, { stage: 'current' })).not.toBeNull();
  });
});
