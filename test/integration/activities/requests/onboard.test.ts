import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Dependencies } from '../../../../activities/dependencies.ts';
import { onboard } from '../../../../activities/requests/onboard.ts';
import { endpointsOf } from '../../../../domain/entity/endpoints.ts';
import { type EntityState, initialState } from '../../../../domain/entity/state.ts';
import { RegistrarFailure } from '../../../../domain/failure.ts';
import type { Endpoints } from '../../../../domain/ports/activities.ts';
import type { Decided } from '../../../../domain/ports/entityState.ts';
import type { OnboardArguments, OnboardFacts } from '../../../../domain/ports/onboarding.ts';
import { defaultTimePolicy } from '../../../../domain/time/policy.ts';
import { World } from '../world.ts';

let world: World;
beforeAll(async () => {
  world = await World.open();
});
beforeEach(async () => {
  await world.begin();
  documents({});
});
afterEach(() => world.end());
afterAll(() => world.close());

/** What the peer says at its well-known address; members given replace the usual ones. */
function documents(members: Record<string, unknown>): void {
  const { url } = world.peer;
  world.peer.whims.set('GET /fhir', (_, response) => {
    const smart = {
      registration_endpoint: `${url}/register`,
      token_endpoint: `${url}/token`,
      authorization_endpoint: `${url}/authorize`,
      capabilities: ['launch-standalone', 'client-confidential-symmetric'],
      grant_types_supported: ['authorization_code'],
      code_challenge_methods_supported: ['S256'],
      ...members,
    };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(smart));
    return true;
  });
}

async function asked(): Promise<OnboardArguments & Decided> {
  const { registrationId } = world;
  const chain = 'chain-1';
  const claimed = await world.everyRecord.claim({ registrationId, incarnation: null, chain });
  const start = await world.everyRecord.entityStart(registrationId);
  if (claimed === null || start === null) throw new Error('no such registration');
  const { incarnation, sequence: decidedAt } = claimed;
  const ids = { intentId: randomUUID(), operationId: randomUUID() };
  const state = initialState(start);
  return { registrationId, chain, incarnation, decidedAt, rules: 1, state, policy: defaultTimePolicy, ...ids };
}

/** Its turn at the server that it found. */
const atOnce = async (_endpoints: Endpoints): Promise<void> => undefined;

async function run(argument: OnboardArguments & Decided, deps: Dependencies = world.dependencies, turnAt = atOnce) {
  const startedAt = deps.clock.now();
  const budget = { startedAt, endsAt: startedAt + defaultTimePolicy.requestStep };
  return await onboard(deps, argument, budget, turnAt);
}

/** As the records hold it; null = nothing was recorded. */
async function recorded(): Promise<EntityState | null> {
  const { registrationId } = world;
  const claimed = await world.everyRecord.claim({ registrationId, incarnation: null, chain: 'chain-1' });
  return claimed?.state as EntityState | null;
}

describe('an onboarding in one step', () => {
  it('ends with a proved credential, and records its discovery before anything is sent', async () => {
    await world.allowAnonymous();
    const argument = await asked();
    const seen: unknown[] = [];
    world.peer.whims.set('POST /register', async () => {
      seen.push((await recorded())?.request?.intentId, (await world.records.intent(argument.intentId))?.state);
      return false;
    });
    const facts = await run(argument);
    expect(facts).toMatchObject({
      stoppedAt: null,
      found: { registrationEndpoint: `${world.peer.url}/register` },
      request: { kind: 'stored' },
      proof: { decision: { action: 'promote', reason: 'ProofSucceeded' }, current: { place: 'client' } },
    });
    expect(seen).toEqual([argument.intentId, 'sending']);
    expect(await world.records.intent(argument.intentId)).toMatchObject({ state: 'settled', settlement: 'applied' });
    expect(world.times('POST /register')).toBe(1);
    expect(world.times('POST /token')).toBeLessThanOrEqual(2);
  });

  it('says what will be sent with the intent, without secrets', async () => {
    await world.allowAnonymous();
    const argument = await asked();
    world.insteadOfRecords.markSending = () => Promise.reject(new Error('killed'));
    await expect(run(argument)).rejects.toThrow('killed');
    expect(await world.preparedRequest(argument.intentId)).toMatchObject({
      method: 'POST',
      url: `${world.peer.url}/register`,
      body: { redirect_uris: ['https://app.example/callback'] },
    });
  });

  it('stops at documents that cannot be read, and records nothing', async () => {
    world.peer.whims.set('GET /fhir', (request) => {
      request.socket.destroy();
      return true;
    });
    expect(await run(await asked())).toMatchObject({ stoppedAt: 'discovery', failure: { reason: 'PeerNotAnswering' } });
    expect(await recorded()).toBeNull();
  });

  it('stops where another step comes next, and records nothing', async () => {
    documents({ registration_endpoint: undefined });
    expect(await run(await asked())).toMatchObject({ stoppedAt: 'decision' });
    expect(await recorded()).toBeNull();
    expect(world.times('POST /register')).toBe(0);
  });

  it('stops where an endpoint waits for approval', async () => {
    documents({ registration_endpoint: 'https://elsewhere.example/register' });
    expect(await run(await asked())).toMatchObject({ stoppedAt: 'decision' });
    expect(await recorded()).toBeNull();
  });

  it('stops where somebody asked for something meanwhile', async () => {
    await world.allowAnonymous();
    const argument = await asked();
    const operation = { operationId: randomUUID(), kind: 'retire', actor: 'key:1' } as const;
    world.insteadOfRecords.openOperations = async (real, registrationId) => {
      await world.everyRecord.addOperation(registrationId, operation);
      return await real(registrationId);
    };
    expect(await run(argument)).toMatchObject({ stoppedAt: 'operation' });
    expect(world.times('POST /register')).toBe(0);
  });

  it('stops when too little time is left to send', async () => {
    await world.allowAnonymous();
    const argument = await asked();
    world.peer.bodies.on('GET /fhir', () => world.pass(defaultTimePolicy.requestStep - defaultTimePolicy.httpTotal));
    expect(await run(argument)).toMatchObject({ stoppedAt: 'time' });
    expect(world.times('POST /register')).toBe(0);
  });

  it('is refused where the registration has moved on, and sends nothing', async () => {
    await world.allowAnonymous();
    const argument = await asked();
    await world.everyRecord.claim({ registrationId: world.registrationId, incarnation: null, chain: 'chain-2' });
    await expect(run(argument)).rejects.toMatchObject({ reason: 'DecisionOutdated' });
    expect(world.times('POST /register')).toBe(0);
    expect(await world.records.intent(argument.intentId)).toBeNull();
  });

  it('leaves no open request where what was prepared is not sent', async () => {
    const given = await asked();
    const argument = { ...given, state: { ...given.state, initialAccessTokenRef: randomUUID() } };
    expect(await run(argument)).toMatchObject({
      request: { kind: 'refused', failure: { reason: 'InitialAccessTokenNeeded' } },
    });
    expect(await world.records.intent(argument.intentId)).toMatchObject({ state: 'settled', settlement: 'refused' });
  });

  it('tells of a request that nobody answered, and leaves it open', async () => {
    await world.allowAnonymous();
    world.peer.whims.set('POST /register', (request) => {
      request.socket.destroy();
      return true;
    });
    const argument = await asked();
    expect(await run(argument)).toMatchObject({ stoppedAt: null, request: { kind: 'failed' }, proof: null });
    expect(await world.records.intent(argument.intentId)).toMatchObject({ state: 'sending' });
    expect((await recorded())?.request?.intentId).toBe(argument.intentId);
  });

  it('goes on with single proofs where the first says no', async () => {
    await world.allowAnonymous();
    world.peer.whims.set('POST /token', (_, response) => {
      response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":"invalid_client"}');
      return true;
    });
    const facts = await run(await asked());
    expect(facts).toMatchObject({
      request: { kind: 'stored' },
      proof: { decision: { action: 'keep' }, current: null },
    });
    expect(await world.versionAt(world.clientSecret, 'current')).toBeNull();
  });

  it('leaves a proof to a step of its own when the time of this one is over, however long a request may take', async () => {
    await world.allowAnonymous();
    const held = Promise.withResolvers<void>();
    world.peer.whims.set('POST /token', async () => {
      await held.promise;
      return false;
    });
    world.requestTimes = { ...world.requestTimes, httpTotal: 1, keepAnswer: 1 };
    const given = await asked();
    const argument = { ...given, policy: { ...given.policy, httpTotal: 1, secretStore: 1 } };
    const startedAt = world.clock.now();
    const facts = await onboard(world.dependencies, argument, { startedAt, endsAt: startedAt + 2_000 }, atOnce);
    held.resolve();
    expect(facts).toMatchObject({ request: { kind: 'stored' }, proof: null });
  });

  it('asks for its turn at the servers that it found, and leaves the registration to itself where that is far away', async () => {
    await world.allowAnonymous();
    const at: Endpoints[] = [];
    const facts = await run(await asked(), world.dependencies, async (endpoints) => {
      at.push(endpoints);
      throw new RegistrarFailure({ reason: 'TurnNotYet', retryClass: 'transient', message: 'm' });
    });
    expect(facts).toMatchObject({ stoppedAt: 'time', found: { tokenEndpoint: `${world.peer.url}/token` } });
    expect(at).toMatchObject([
      { registrationEndpoint: `${world.peer.url}/register`, tokenEndpoint: `${world.peer.url}/token` },
    ]);
    expect(await recorded()).toBeNull();
    expect(world.times('POST /register')).toBe(0);
  });

  it('counts its calls where they go, and a pause there for whoever asks there', async () => {
    await world.allowAnonymous();
    const { url } = world.peer;
    const counted: unknown[] = [];
    const paused: unknown[] = [];
    world.budgets = {
      reserve: async (...ask) => {
        counted.push(ask);
        return { turn: { kind: 'granted', at: 0 }, now: 0, spacing: 0 };
      },
      pause: async (...pause) => void paused.push(pause),
    };
    world.peer.whims.set('POST /register', (_, response) => {
      response.writeHead(429, { 'retry-after': '30' }).end();
      return true;
    });
    await world.onboard(await asked());
    expect(counted).toEqual([
      [`${url}/fhir`, 2, 'onboarding'],
      [`${url}/register`, 3, 'onboarding'],
    ]);
    expect(paused).toEqual([[`${url}/register`, 30]]);
  });

  it('opens the connections of both requests ahead, and no other', async () => {
    await world.allowAnonymous();
    const facts = await run(await asked());
    expect(facts.stoppedAt).toBeNull();
    expect(world.openedAhead).toEqual([`${world.peer.url}/register`, `${world.peer.url}/token`]);
  });
});

/** Every call that leaves the process, numbered; from the given one on the process is dead. */
function dying(deps: Dependencies, at: number, lastIsDone: boolean): { deps: Dependencies; calls: () => number } {
  let calls = 0;
  const mortal = <Target extends object>(target: Target): Target =>
    new Proxy(target, {
      get(from, name) {
        const real: unknown = Reflect.get(from, name);
        if (typeof real !== 'function' || name === 'openAhead') return real;
        if (name === 'fetchFor')
          return (...given: unknown[]) => {
            calls += 1;
            if (calls < at) return real.apply(from, given);
            throw new Error('killed');
          };
        return async (...given: unknown[]) => {
          calls += 1;
          const mine = calls;
          if (mine < at) return await (real.apply(from, given) as Promise<unknown>);
          if (mine === at && lastIsDone) await (real.apply(from, given) as Promise<unknown>);
          throw new Error('killed');
        };
      },
    });
  const { records, secrets, spool, client } = deps;
  const mine = { records: mortal(records), secrets: mortal(secrets), spool: mortal(spool), client: mortal(client) };
  return { deps: { ...deps, ...mine }, calls: () => calls };
}

describe('a worker that dies in it', () => {
  async function calls(): Promise<number> {
    const counted = dying(world.dependencies, Number.POSITIVE_INFINITY, false);
    await run(await asked(), counted.deps);
    return counted.calls();
  }

  /** Whoever starts from the records: settles what is open, or begins again. */
  async function goOn(argument: OnboardArguments & Decided): Promise<OnboardFacts | null> {
    const state = await recorded();
    if (state === null) return await run({ ...argument, intentId: randomUUID() });
    if (state.request === null) throw new Error('what was recorded has no open request');
    const { registrationId, initialAccessTokenRef } = state;
    const { intentId, operationId } = state.request;
    await world.answersAreLate();
    await world.activities.settle({
      registrationId,
      intentId,
      operationId,
      endpoints: endpointsOf(state),
      initialAccessTokenRef,
      request: 'register',
      current: null,
    });
    return null;
  }

  it.each([false, true])('loses no client at any call of it (the last one done: %s)', async (lastIsDone) => {
    await world.allowAnonymous();
    const total = await calls();
    expect(total).toBeGreaterThan(15);
    for (let at = 1; at <= total; at += 1) {
      await world.end();
      await world.begin();
      documents({});
      await world.allowAnonymous();
      const argument = await asked();
      await run(argument, dying(world.dependencies, at, lastIsDone).deps).catch(() => null);
      const posts = world.times('POST /register');
      expect(posts).toBeLessThanOrEqual(1);
      if (posts === 1) {
        expect((await recorded())?.request?.intentId).toBe(argument.intentId);
        expect((await world.records.intent(argument.intentId))?.state).not.toBe('prepared');
      }
      await goOn(argument);
      expect(world.times('POST /register')).toBeLessThanOrEqual(1);
      await accountedFor(at);
    }
  });

  /** Each client at the peer is the one in the store, or listed for a person. */
  async function accountedFor(at: number): Promise<void> {
    const stored = await world.secrets.get(world.managementSecret, { stage: 'current' });
    const current = await world.secrets.get(world.clientSecret, { stage: 'current' });
    const known = JSON.stringify([stored?.value ?? null, current?.value ?? null]);
    const listed = await world.orphans();
    for (const id of world.peer.clients.keys())
      expect({ at, known: known.includes(id) || listed.length > 0 }).toEqual({ at, known: true });
  }
});
