import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { clientKeysSecretName } from '../../../../domain/ids.ts';
import { SecretStoreError } from '../../../../domain/ports/secretStore.ts';
import { generateClientKey } from '../../../../protocols/oauth/clientKeys.ts';
import { World } from '../world.ts';

/** Where keys of `private_key_jwt` are made, in which order, and that nothing makes them twice. */
let world: World;
beforeAll(async () => {
  world = await World.open();
});
beforeEach(() => world.begin({ clientMetadata: { token_endpoint_auth_method: 'private_key_jwt' } }));
afterEach(() => world.end());
afterAll(() => world.close());

const storedKeys = async () => (await world.secrets.get(clientKeysSecretName(world.view), { stage: 'current' }))?.value;
const kids = (jwks: unknown) => (jwks as { keys: { kid: string }[] }).keys.map(({ kid }) => kid);

/** Public key ids of each request that reached the peer. */
function watchRequests(): string[][] {
  const sent: string[][] = [];
  world.peer.bodies.on('POST /register', (body) => sent.push(kids((JSON.parse(body) as { jwks: unknown }).jwks)));
  return sent;
}

describe('keys', () => {
  it('are stored and published before the request leaves', async () => {
    await world.activities.register(world.request());
    expect(world.at('secrets.put')).toBeLessThan(world.at('records.publishClientKeys'));
    expect(world.at('records.publishClientKeys')).toBeLessThan(world.at('records.prepareIntent'));
    expect(world.at('records.prepareIntent')).toBeLessThan(world.at('POST /register'));
  });

  it('are the stored ones in every request, however many attempts race', async () => {
    const sent = watchRequests();
    const request = world.request();
    await Promise.allSettled([
      world.activities.register(request),
      world.activities.register(request),
      world.activities.register(world.request()),
    ]);
    await world.activities.register(world.request());
    expect(sent.length).toBeGreaterThan(0);
    for (const each of sent) expect(each).toEqual(kids(await storedKeys()));
  });

  it('that another attempt stored first count', async () => {
    const rival = { jwks_id: 'r'.repeat(43), keys: [await generateClientKey('ES384')] };
    world.insteadOfSecrets.put = async (put, name, versionId, value, tags) => {
      if (name === clientKeysSecretName(world.view)) await put(name, versionId, rival, tags);
      await put(name, versionId, value, tags);
    };
    const sent = watchRequests();
    await world.activities.register(world.request());
    expect(sent).toEqual([kids(rival)]);
    expect(await storedKeys()).toEqual(rival);
  });

  it('are the same after a death between storing and sending', async () => {
    const away = () => Promise.reject(new Error('killed'));
    world.insteadOfRecords.publishClientKeys = away;
    const request = world.request();
    await expect(world.activities.register(request)).rejects.toThrow('killed');
    expect(world.times('POST /register')).toBe(0);
    const before = await storedKeys();
    delete world.insteadOfRecords.publishClientKeys;
    const sent = watchRequests();
    await world.activities.register(request);
    expect(before).toBeDefined();
    expect(await storedKeys()).toEqual(before);
    expect(sent).toEqual([kids(before)]);
  });

  it('that cannot be stored send nothing', async () => {
    world.insteadOfSecrets.put = () => Promise.reject(new SecretStoreError('unavailable', 'away'));
    const request = world.request();
    await expect(world.activities.register(request)).rejects.toThrow('away');
    expect(world.times('POST /register')).toBe(0);
    expect(await world.records.intent(request.intentId)).toBeNull();
  });

  it('in no request are private', async () => {
    const bodies: string[] = [];
    world.peer.bodies.on('POST /register', (body) => bodies.push(body));
    await world.activities.register(world.request());
    const { keys } = (await storedKeys()) as { keys: Record<string, unknown>[] };
    expect(bodies).toHaveLength(1);
    for (const key of keys) {
      for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi'])
        if (key[member] !== undefined) expect(bodies[0]).not.toContain(String(key[member]));
    }
  });
});
