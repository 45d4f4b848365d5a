import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { World } from '../world.ts';

/** Answers that no secret store takes: kept sealed and told once, not tried again every hour (DESIGN sections 5 and 6). */
let world: World;
beforeAll(async () => {
  world = await World.open();
});
beforeEach(() => world.begin());
afterEach(() => world.end());
afterAll(() => world.close());

test('a registration whose answer holds more than a secret takes is listed with its token', async () => {
  world.peer.whims.set('POST /register', (_request, response) => {
    response.writeHead(201, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({
        client_id: 'large',
        client_secret: 'secret',
        client_secret_expires_at: 0,
        redirect_uris: Array.from({ length: 400 }, (_, index) => `https://app.example/${index}/${'x'.repeat(80)}`),
        registration_access_token: 'token-of-large',
        registration_client_uri: `${world.peer.url}/register/large`,
      }),
    );
    return true;
  });
  const request = world.request();
  const { outcome } = await world.activities.register(request);
  expect(outcome).toMatchObject({ kind: 'unanswered', failure: { reason: 'SecretTooLarge' } });
  expect(await world.activities.settle({ ...request, request: 'register', current: null })).toMatchObject({ outcome });
  expect(await world.orphans()).toMatchObject([
    { clientId: 'large', reason: 'SecretTooLarge', hasManagementToken: true },
  ]);
});
