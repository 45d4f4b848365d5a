import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { clientSecretName } from '../../../../domain/ids.ts';
import type { CredentialState } from '../../../../domain/ports/activities.ts';
import { configOf } from '../../../support/entity.ts';
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

/** The peer answers an update so; the secret stays unless another is given. */
function answering(expiresAt: number, secret?: string): void {
  world.peer.whims.set('PUT /register', (_request, response) => {
    const { client } = world.peer;
    client.secret = secret ?? client.secret;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({
        ...client.metadata,
        client_id: client.id,
        client_secret: client.secret,
        client_secret_expires_at: expiresAt,
        token_endpoint_auth_method: 'client_secret_basic',
        registration_access_token: client.token,
      }),
    );
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
