import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { afterProof } from '../../../../domain/entity/after/proof.ts';
import { afterRequest } from '../../../../domain/entity/after/request.ts';
import { afterSupply } from '../../../../domain/entity/after/supply.ts';
import { nextAttemptOf } from '../../../../domain/entity/rotation/attempt.ts';
import type { EntityState, OpenRequest } from '../../../../domain/entity/state.ts';
import { clientSecretName } from '../../../../domain/ids.ts';
import type { CredentialState, RequestResult } from '../../../../domain/ports/activities.ts';
import { defaultTimePolicy } from '../../../../domain/time/policy.ts';
import { configOf, stateOf } from '../../../support/entity.ts';
import { World } from '../world.ts';

/** What a server says of a secret's end, and what the application is told of it. */
let world: World;
beforeAll(async () => {
  world = await World.open();
});
beforeEach(() => world.begin());
afterEach(() => world.end());
afterAll(() => world.close());

const day = 86_400;

type PeerClient = typeof world.peer.client;

function shown(client: PeerClient, expiresAt: number) {
  return {
    ...client.metadata,
    client_id: client.id,
    client_secret: client.secret,
    client_secret_expires_at: expiresAt,
    token_endpoint_auth_method: 'client_secret_basic',
    registration_access_token: client.token,
  };
}

/** The peer answers an update so; the secret stays unless another is given. */
function answering(expiresAt: number, secret?: string): void {
  world.peer.whims.set('PUT /register', (_request, response) => {
    const { client } = world.peer;
    client.secret = secret ?? client.secret;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(shown(client, expiresAt)));
    return true;
  });
}

const secondsNow = () => Math.floor(world.dependencies.clock.now() / 1000);

async function told(versionId: string): Promise<Record<string, unknown> | undefined> {
  const name = clientSecretName({ ...configOf(), ...(await world.records.config(world.registrationId)) });
  return (await world.dependencies.secrets.get(name, { versionId }))?.value;
}

async function update(current: CredentialState) {
  return (await world.activities.update({ ...world.request(), current })).outcome;
}

describe('the end of a secret', () => {
  it('that is new and cannot be used is not told to the application', async () => {
    const current = await world.active();
    answering(day, 'another');
    const outcome = await update(current);
    if (outcome.kind !== 'stored') throw new Error(outcome.kind);
    expect(outcome.credential.expiresAt).toBe(day * 1000);
    expect(await told(outcome.credential.versionId)).toMatchObject({ client_secret: 'another' });
    expect(await told(outcome.credential.versionId)).not.toHaveProperty('expires_at');
  });

  it('that is kept and moved is told at once, in a version of its own', async () => {
    const current = await world.active();
    const expiresAt = secondsNow() + 90 * day;
    answering(expiresAt);
    const outcome = await update({ ...current, expiresAt: (expiresAt - 80 * day) * 1000, expiryKnown: true });
    if (outcome.kind !== 'unchanged') throw new Error(outcome.kind);
    expect(outcome).toMatchObject({ expiresAt: expiresAt * 1000, versionId: expect.any(String) });
    expect(outcome.versionId).not.toBe(current.versionId);
    expect(await told(outcome.versionId ?? '')).toMatchObject({ expires_at: expiresAt });
  });

  it('that is kept under an earlier one is not told', async () => {
    const current = await world.active();
    answering(secondsNow() + 10 * day);
    const outcome = await update({ ...current, expiresAt: (secondsNow() + 80 * day) * 1000, expiryKnown: true });
    expect(outcome).toMatchObject({ kind: 'unchanged' });
    expect(outcome).not.toHaveProperty('versionId');
  });
});

describe('a settlement ladder', () => {
  const deadToken = () => {
    for (const what of ['PUT /register', 'GET /register'])
      world.peer.whims.set(what, (_request, response) => {
        response.writeHead(401, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ error: 'invalid_token' }));
        return true;
      });
  };

  it('says how many reads it sent', async () => {
    const current = await world.active();
    deadToken();
    expect(await update(current)).toMatchObject({ kind: 'management-rejected', reads: 1 });
    expect(world.times('GET /register')).toBe(1);
  });

  it('sends none that the ceiling of requests does not allow, and is climbed again later', async () => {
    const current = await world.active();
    deadToken();
    const asked = world.activities.update({ ...world.request(), current, mostReads: 0 });
    await expect(asked).rejects.toMatchObject({ reason: 'RotationPaced', retryClass: 'transient', reads: 0 });
    expect(world.times('GET /register')).toBe(0);
  });
});

describe('a fresh end that cannot be used', () => {
  const odd: [name: string, expiresAt: () => number][] = [
    ['a duration', () => day],
    ['now + 1', () => secondsNow() + 1],
    ['an hour ago', () => secondsNow() - 3600],
  ];
  const unknown = { expiresAt: null, expiryKnown: false, expiryReason: 'ExpiryNotUsable' };

  /** As the entity goes on from a step that proved at once what it stored. */
  function entered(before: EntityState, kind: OpenRequest['kind'], { outcome, proof }: RequestResult): EntityState {
    const now = world.dependencies.clock.now();
    const request = { intentId: 'intent', operationId: 'operation', kind };
    const { state } = afterRequest(before, request, outcome, now, defaultTimePolicy);
    if (proof === null) throw new Error('not proved');
    expect(proof.decision).toEqual({ action: 'promote', reason: 'ProofSucceeded' });
    return afterProof(state, proof, now, defaultTimePolicy).state;
  }

  /** Nothing is due by itself, however long it waits. */
  function expectUnknown(state: EntityState): void {
    expect(state.current).toMatchObject({ ...unknown, place: 'client', provedAt: expect.any(Number) });
    expect(nextAttemptOf(state, world.dependencies.clock.now(), defaultTimePolicy).at).toBeNull();
  }

  const active = (current: CredentialState) => stateOf({ phase: 'active', current, discovery: world.discovery });

  it.each(odd)('is unknown after a registration that says %s', async (_name, expiresAt) => {
    sayingAtFirst(expiresAt());
    expectUnknown(
      entered(stateOf({ phase: 'registering' }), 'register', await world.activities.register(world.request())),
    );
  });

  it.each(odd)('is unknown after an update that says %s', async (_name, expiresAt) => {
    const current = await world.active();
    answering(expiresAt(), 'another');
    expectUnknown(entered(active(current), 'update', await world.activities.update({ ...world.request(), current })));
  });

  it.each(odd)('is unknown after an answer that is settled and says %s', async (_name, expiresAt) => {
    sayingAtFirst(expiresAt());
    const request = world.request();
    world.insteadOfRecords.settleIntent = () => Promise.reject(new Error('the database is away'));
    await expect(world.activities.register(request)).rejects.toThrow();
    delete world.insteadOfRecords.settleIntent;
    const settled = await world.activities.settle({ ...request, request: 'register', current: null });
    expectUnknown(entered(stateOf({ phase: 'registering' }), 'register', settled));
  });

  it.each(odd)('is unknown after a supply that says %s', async (_name, expiresAt) => {
    const { registrationId, endpoints } = world;
    const [operationId, clientId, clientSecret] = [randomUUID(), 'by-hand', 'by-hand-secret'];
    world.peer.clients.set(clientId, { id: clientId, secret: clientSecret, token: 'token', metadata: {} });
    const value = JSON.stringify({ clientSecret });
    await world.records.putEnteringSecret({ operationId, registrationId, kind: 'credential', value });
    const said = { authMethod: null, issuedAt: null, expiresAt: expiresAt() * 1000, expiryKnown: true };
    const details = { clientId, ...said, clientExpiresAt: null };
    const step = { registrationId, operationId, endpoints, supplied: details, current: null, pending: null };
    const { outcome, proof } = await world.activities.storeSupplied(step);
    const now = world.dependencies.clock.now();
    const operation = { operationId, kind: 'supplyCredential', actor: 'key:k', reason: null, details } as const;
    const { state } = afterSupply(stateOf(), operation, outcome, now, defaultTimePolicy);
    if (proof === null) throw new Error('not proved');
    expectUnknown(afterProof(state, proof, now, defaultTimePolicy).state);
  });
});

/** The peer answers a registration so. */
function sayingAtFirst(expiresAt: number): void {
  world.peer.whims.set('POST /register', (_request, response, body) => {
    const client = { id: randomUUID(), secret: randomUUID(), token: randomUUID(), metadata: JSON.parse(body) };
    world.peer.clients.set(client.id, client);
    response.writeHead(201, { 'content-type': 'application/json' });
    const uri = `${world.peer.url}/register/${client.id}`;
    response.end(JSON.stringify({ ...shown(client, expiresAt), registration_client_uri: uri }));
    return true;
  });
}
