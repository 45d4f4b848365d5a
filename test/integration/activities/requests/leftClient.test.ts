import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { World } from '../world.ts';

/** An answer that is no registration may have made a client all the same (DESIGN section 5: never discarded). */
let world: World;
beforeAll(async () => {
  world = await World.open();
});
beforeEach(() => world.begin());
afterEach(() => world.end());
afterAll(() => world.close());

const json = { 'content-type': 'application/json' };

it.each<[what: string, answer: (response: ServerResponse) => void, clientId: string | null]>([
  ['303 with its address', (response) => response.writeHead(303, { location: '/register/c1' }).end(), null],
  ['201 with a page', (response) => response.writeHead(201, { 'content-type': 'text/html' }).end('<p>Made'), null],
  ['409 with the client', (response) => response.writeHead(409, json).end('{"client_id":"c1"}'), 'c1'],
])('%s is listed with its sealed answer', async (what, answer, clientId) => {
  world.peer.whims.set('POST /register', (_, response) => {
    answer(response);
    return true;
  });
  const { outcome } = await world.activities.register(world.request());
  expect(outcome).toMatchObject({ kind: 'unanswered', failure: { reason: 'RegistrationAnswerNotUsable' } });
  expect(await world.orphans()).toMatchObject([{ clientId, reason: 'RegistrationAnswerNotUsable' }]);
  if (what.startsWith('303')) expect(JSON.stringify(outcome)).toContain('with the location /register/c1');
});
