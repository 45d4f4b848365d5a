import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { burstOf } from '../../../../domain/servers/budget.ts';
import { createBudgets } from '../../../../stores/records/budgets/budgets.ts';
import { World } from '../world.ts';

/** What a vendor publishes (athenahealth: 50 token calls a minute), over all workers. */
const perMinute = 50;

let world: World;
let budgets = 0;
beforeAll(async () => {
  world = await World.open();
});
beforeEach(() => world.begin());
afterEach(() => world.end());
afterAll(() => world.close());

function limit(): void {
  budgets += 1;
  const budget = `group:${budgets}`;
  world.budgets = createBudgets(world.db, () => ({ budget, perMinute, source: 'test' }));
}

it('two workers together ask a server no more often than it allows, and put off the rest before anything is sent', async () => {
  const current = await world.active();
  limit();
  const { registrationId, endpoints } = world;
  const argument = { registrationId, endpoints, current, pending: null };
  const workers = [world.activities, (await world.anotherWorker()).activities];
  const proofs = Array.from({ length: 20 }, (_, index) => workers[index % 2]!.prove(argument));
  const outcomes = await Promise.allSettled(proofs);
  const putOff = outcomes.filter((outcome) => outcome.status === 'rejected');
  expect(world.times('POST /token')).toBeLessThanOrEqual(burstOf({ perMinute }) + 2);
  expect(putOff.length).toBeGreaterThan(10);
  for (const { reason } of putOff) expect(reason).toMatchObject({ reason: 'TurnNotYet', retryClass: 'transient' });
});

it('a registration that has no turn leaves no request behind', async () => {
  limit();
  await world.budgets.pause(world.endpoints.tokenEndpoint!, 60);
  const request = world.request();
  await expect(world.activities.register(request)).rejects.toMatchObject({ reason: 'TurnNotYet' });
  expect(world.times('POST /register')).toBe(0);
  const intents = await world.db.selectFrom('intents').selectAll().where('intent_id', '=', request.intentId).execute();
  expect(intents).toEqual([]);
});

it('a pause that the server asks for is kept by all', async () => {
  limit();
  world.peer.whims.set('POST /register', (_request: unknown, response: ServerResponse) => {
    response.writeHead(429, { 'retry-after': '30' }).end();
    return true;
  });
  const refused = await world.activities.register(world.request());
  expect(refused.outcome).toMatchObject({ kind: 'refused', failure: { status: 429, retryAfterSeconds: 30 } });
  const { activities } = await world.anotherWorker();
  const later = await activities.discover({ registrationId: world.registrationId }).catch((error: unknown) => error);
  expect(later).toMatchObject({ reason: 'TurnNotYet' });
  expect((later as { retryAfterSeconds: number }).retryAfterSeconds).toBeGreaterThan(25);
});

it('asks nobody for a turn where there is nobody to ask', async () => {
  limit();
  await world.budgets.pause(world.endpoints.tokenEndpoint!, 60);
  const argument = {
    registrationId: world.registrationId,
    endpoints: null,
    credential: null,
    mayBeDeleted: false,
    findsOut: false,
  };
  expect(await world.activities.retire(argument)).toMatchObject({ kind: 'none' });
});
