import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { proveCurrent, readFingerprint } from '../../../../activities/proof/watched.ts';
import type { CredentialState } from '../../../../domain/ports/activities.ts';
import { nextEvent } from '../../stores/records/fixture.ts';
import { World } from '../world.ts';

/** What the watch does at a peer: it proves and reads, and changes nothing. */
let world: World;
beforeAll(async () => {
  world = await World.open();
});
beforeEach(() => world.begin());
afterEach(() => world.end());
afterAll(() => world.close());

async function recorded(): Promise<CredentialState> {
  const current = await world.active();
  await world.records.recordTransition(
    nextEvent(world.view, {
      phase: 'active',
      credentialHealth: 'healthy',
      discovery: world.discovery,
      credential: {
        clientId: current.clientId,
        authMethod: current.authMethod,
        ref: { store: 'database', name: world.clientSecret, versionId: current.versionId },
        issuedAt: new Date(current.issuedAt).toISOString(),
        expiresAt: null,
        expiryKnown: true,
        clientExpiresAt: null,
        rotationDueAt: null,
        strategy: 'update',
        provedAt: new Date(world.clock.now()).toISOString(),
      },
    }),
  );
  world.trace.length = 0;
  return current;
}

const writes = () =>
  world.trace.filter((entry) =>
    /^(secrets\.(put|promote|remove|keep)|records\.recordTransition|(POST|PUT|DELETE) \/register)/.test(entry),
  );

describe('the watch', () => {
  it('proves what is recorded as current, and writes nothing', async () => {
    const { versionId } = await recorded();
    expect(await proveCurrent(world.dependencies, world.registrationId)).toEqual({ versionId, verdict: 'good' });
    expect(world.times('POST /token')).toBeGreaterThan(0);
    expect(writes()).toEqual([]);
  });

  it('finds a secret that the server no longer takes', async () => {
    await recorded();
    for (const client of world.peer.clients.values()) Object.assign(client, { secret: 'another' });
    expect(await proveCurrent(world.dependencies, world.registrationId)).toMatchObject({ verdict: 'rejected' });
    expect(writes()).toEqual([]);
  });

  it('has nothing to prove before there is a credential', async () => {
    expect(await proveCurrent(world.dependencies, world.registrationId)).toBeNull();
  });

  it('tells documents that are gone from a server that is away', async () => {
    world.peer.whims.set('GET /fhir', (_request: unknown, response: ServerResponse) => {
      response.writeHead(503).end();
      return true;
    });
    expect(await readFingerprint(world.dependencies, world.registrationId)).toBeNull();
    world.peer.whims.clear();
    expect(await readFingerprint(world.dependencies, world.registrationId)).toBe('unreadable');
  });
});
