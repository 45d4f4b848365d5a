import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { managementAccesses } from '../../../../activities/credentials/management.ts';
import { showEndpoints } from '../../../../activities/credentials/showEndpoints.ts';
import { storeManagement } from '../../../../activities/credentials/storeManagement.ts';
import { configOf } from '../../../../activities/dependencies.ts';
import { World } from '../world.ts';

/** The management secret, the journal beside it, and what the application is shown (DESIGN sections 5 and 7). */
let world: World;
beforeAll(async () => {
  world = await World.open();
});
beforeEach(() => world.begin());
afterEach(() => world.end());
afterAll(() => world.close());

const audience = () => [new URL(world.peer.url).origin];
const received = (clientId: string, token: string, receivedAt: number, role: 'current' | 'other' = 'current') => ({
  clientId,
  token,
  clientUri: `${world.peer.url}/register/${clientId}`,
  audience: audience(),
  receivedAt,
  role,
});
const stored = async () => (await world.secrets.get(world.managementSecret, { stage: 'current' }))?.value;

describe('a registration access token', () => {
  it('is current once it is the newest, in whatever order they are stored', async () => {
    const { dependencies } = world;
    const config = await configOf(dependencies, world.registrationId);
    await storeManagement(dependencies, config, received('c1', 'new', 2));
    await storeManagement(dependencies, config, received('c1', 'old', 1));
    expect(await stored()).toMatchObject({ registration_access_token: 'new', client_id: 'c1' });
  });

  it('of another client stands below clients, and takes the top when that one is current', async () => {
    const { dependencies } = world;
    const config = await configOf(dependencies, world.registrationId);
    await storeManagement(dependencies, config, received('c1', 'one', 1));
    await storeManagement(dependencies, config, received('c2', 'two', 2, 'other'));
    expect(await stored()).toMatchObject({
      registration_access_token: 'one',
      clients: { c2: { registration_access_token: 'two' } },
    });
    await storeManagement(dependencies, config, { ...received('c2', 'three', 3), clientUri: null });
    expect(await stored()).toMatchObject({
      registration_access_token: 'three',
      registration_client_uri: `${world.peer.url}/register/c2`,
      clients: { c1: { registration_access_token: 'one' } },
    });
  });

  it('is stored though another writer swaps first, which is not shown', async () => {
    const { dependencies } = world;
    const config = await configOf(dependencies, world.registrationId);
    await storeManagement(dependencies, config, received('c1', 'first', 1));
    world.insteadOfSecrets.promote = async (promote, ...given) => {
      delete world.insteadOfSecrets.promote;
      await storeManagement(dependencies, config, received('c2', 'beside', 2, 'other'));
      return await promote(...given);
    };
    await storeManagement(dependencies, config, received('c1', 'second', 3));
    expect(await stored()).toMatchObject({
      registration_access_token: 'second',
      clients: { c2: { registration_access_token: 'beside' } },
    });
  });

  it('is one of ten of its client in the journal; three are tried after the current one, refused ones never', async () => {
    const { dependencies, records, registrationId } = world;
    const config = await configOf(dependencies, registrationId);
    for (let index = 0; index < 12; index += 1)
      await records.journalManagementToken(registrationId, {
        ...received('c1', `token-${index}`, world.clock.now() + index),
      });
    await records.journalManagementToken(registrationId, received('c2', 'of another', world.clock.now() + 50));
    await storeManagement(dependencies, config, received('c1', 'token-11', world.clock.now() + 11));
    const kept = (await records.managementTokens(registrationId)).map(({ token }) => token);
    expect(kept).toHaveLength(11);
    expect(kept).not.toContain('token-1');
    await records.rejectManagementToken(registrationId, 'token-10');
    const tried = (await managementAccesses(dependencies, config, world.endpoints, 'c1')).map(
      ({ token }) => token.value,
    );
    expect(tried).toEqual(['token-11', 'token-9', 'token-8', 'token-7']);
    await records.journalManagementToken(registrationId, received('c1', 'token-10', world.clock.now() + 60));
    expect((await managementAccesses(dependencies, config, world.endpoints, 'c1'))[1]?.token.value).toBe('token-10');
  });
});

describe('endpoints that moved and were approved', () => {
  it('are shown to the application with the same secret, in a version of their own', async () => {
    const current = await world.active();
    const before = (await world.secrets.get(world.clientSecret, { stage: 'current' }))?.value;
    const endpoints = { ...world.endpoints, tokenEndpoint: `${world.peer.url}/oauth2/token`, issuer: world.peer.url };
    const { registrationId, dependencies } = world;
    const shown = await showEndpoints(dependencies, { registrationId, endpoints, current });
    const after = await world.secrets.get(world.clientSecret, { stage: 'current' });
    expect(after?.versionId).toBe(shown.versionId);
    expect(shown.versionId).not.toBe(current.versionId);
    expect(after?.value).toEqual({ ...before, token_endpoint: endpoints.tokenEndpoint, issuer: endpoints.issuer });
    expect(await showEndpoints(dependencies, { registrationId, endpoints, current: shown })).toEqual(shown);
  });
});
