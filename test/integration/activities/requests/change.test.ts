import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { MetadataTarget } from '../../../../domain/operations/intent.ts';
import type { CredentialState, RequestResult } from '../../../../domain/ports/activities.ts';
import { World } from '../world.ts';

/** Updates that change the metadata of a client, judged by what the server holds. */
let world: World;
beforeAll(async () => {
  world = await World.open();
});
beforeEach(() => world.begin());
afterEach(() => world.end());
afterAll(() => world.close());

const moved = ['https://app.example/moved'];
const changed: MetadataTarget = { revision: 1, ownRevision: 1 };

/** A client, and settings of its registration that it does not have yet. */
async function wanting(clientMetadata: Record<string, unknown> = { redirect_uris: moved }): Promise<CredentialState> {
  const current = await world.active();
  await world.putOwnSettings({ clientMetadata });
  return current;
}

/** The peer as a server that keeps the secret on PUT. */
function keepSecret(): void {
  world.peer.whims.set('PUT /register', (_request, _response) => {
    const { client } = world.peer;
    const { secret } = client;
    Object.defineProperty(client, 'secret', { get: () => secret, set: () => undefined, configurable: true });
    return false;
  });
}

const change = (current: CredentialState) => ({ ...world.request(), current, metadata: changed });

function appliedIn({ outcome }: RequestResult) {
  if ((outcome.kind !== 'unchanged' && outcome.kind !== 'stored') || outcome.metadata === undefined)
    throw new Error(`not applied: ${JSON.stringify(outcome)}`);
  return outcome.metadata;
}

describe('a change of metadata', () => {
  it('is planned by what the client has and what is wanted', async () => {
    const { registrationId } = world;
    await wanting({ redirect_uris: moved, software_id: 'x' });
    const applied = { revision: 1, ownRevision: 0 };
    const argument = { registrationId, applied, revision: null, authMethod: 'client_secret_basic' } as const;
    const plan = await world.activities.planMetadata(argument);
    expect(plan).toMatchObject({ members: ['redirect_uris', 'software_id'], wanted: changed });
    expect((await world.activities.planMetadata({ ...argument, applied: changed })).members).toEqual([]);
    expect((await world.activities.planMetadata({ ...argument, revision: 7 })).wanted).toBeNull();
  });

  it('sends the whole metadata, with the rotated token kept for the next one', async () => {
    const current = await wanting();
    keepSecret();
    const before = { ...world.peer.client.metadata };
    const applied = appliedIn(await world.activities.update(change(current)));
    expect(world.peer.client.metadata).toEqual({ ...before, redirect_uris: moved, client_id: current.clientId });
    expect(applied.target).toEqual(changed);
    expect(applied.conditions).toContainEqual(
      expect.objectContaining({ type: 'RedirectUrisRegistered', status: 'True' }),
    );
    const management = await world.secrets.get(world.managementSecret, { stage: 'current' });
    expect(management?.value).toMatchObject({ registration_access_token: world.peer.client.token });
  });

  it('is told to the application at once, beside the same secret', async () => {
    const current = await wanting();
    keepSecret();
    const applied = appliedIn(await world.activities.update(change(current)));
    const told = await world.secrets.get(world.clientSecret, { stage: 'current' });
    expect(told?.value).toMatchObject({ redirect_uris: moved, client_secret: world.peer.client.secret });
    expect(told?.versionId).toBe(applied.current.versionId);
    expect(world.times('POST /token')).toBe(0);
  });

  it('that came with a new secret is told with it, once it is proved', async () => {
    const current = await wanting();
    const result = await world.activities.update(change(current));
    expect(appliedIn(result).target).toEqual(changed);
    expect(result.proof?.decision).toMatchObject({ action: 'promote' });
    const told = await world.secrets.get(world.clientSecret, { stage: 'current' });
    expect(told?.value).toMatchObject({ redirect_uris: moved, client_secret: world.peer.client.secret });
  });

  it('is not rolled out by a rotation', async () => {
    const current = await wanting();
    await world.activities.update({ ...world.request(), current });
    expect(world.peer.client.metadata['redirect_uris']).toEqual(['https://app.example/callback']);
  });

  it.each([
    ['after the server carried it out', true],
    ['before the server carried it out', false],
  ])('whose answer was lost %s is settled by reading the client', async (_, carriedOut) => {
    const current = await wanting();
    keepSecret();
    world.peer.whims.set('PUT /register', (_request, response) => {
      if (carriedOut) world.peer.client.metadata = { ...world.peer.client.metadata, redirect_uris: moved };
      response.destroy();
      return true;
    });
    const argument = change(current);
    await expect(world.activities.update(argument)).rejects.toMatchObject({ reason: 'PeerNotAnswering' });
    world.peer.whims.delete('PUT /register');
    await world.answersAreLate();
    const settled = await world.activities.settle({ ...argument, request: 'update' });
    if (carriedOut) expect(appliedIn(settled).target).toEqual(changed);
    else expect(settled.outcome).toMatchObject({ kind: 'not-sent' });
    const { settlement } = (await world.records.intent(argument.intentId)) ?? {};
    expect(settlement).toBe(carriedOut ? 'applied' : 'unanswered');
    expect(world.times('PUT /register')).toBe(1);
  });

  it.each(['promote', 'put'] as const)('is told once, though the process died in %s', async (method) => {
    const current = await wanting();
    keepSecret();
    const argument = change(current);
    world.insteadOfSecrets[method] = () => {
      delete world.insteadOfSecrets[method];
      return Promise.reject(new Error('the process died here'));
    };
    await expect(world.activities.update(argument)).rejects.toThrow('died here');
    const applied = appliedIn(await world.activities.settle({ ...argument, request: 'update' }));
    expect(await world.versionAt(world.clientSecret, 'current')).toBe(applied.current.versionId);
    expect(world.times('PUT /register')).toBe(1);
  });

  it.each([
    [405, 'RotationNotSupported'],
    [404, 'RotationNotSupported'],
    [400, 'UpdateRejected'],
  ])('answered with %i, by a server that shows the client, is refused: %s', async (status, reason) => {
    const current = await wanting();
    world.peer.whims.set('PUT /register', (_request, response) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: 'invalid_redirect_uri', error_description: 'not this one' }));
      return true;
    });
    const { outcome } = await world.activities.update(change(current));
    expect(outcome).toMatchObject({ kind: 'refused', failure: { reason, status, retryClass: 'input' } });
    expect(await world.versionAt(world.clientSecret, 'current')).toBe(current.versionId);
  });

  it('that no server should be sent is not sent', async () => {
    const current = await wanting({ redirect_uris: ['https://app.example/moved#fragment'] });
    const { outcome } = await world.activities.update(change(current));
    expect(outcome).toMatchObject({
      kind: 'refused',
      failure: { reason: 'ClientMetadataNotAcceptable', status: null },
    });
    expect(world.times('PUT /register')).toBe(0);
  });

  it('answered with 204 counts as taken, and what the server registered as not shown', async () => {
    const current = await wanting();
    world.peer.whims.set('PUT /register', (_request, response) => {
      response.writeHead(204).end();
      return true;
    });
    const applied = appliedIn(await world.activities.update(change(current)));
    expect(applied.conditions.map(({ status }) => status)).toEqual(['Unknown', 'Unknown']);
    const told = await world.secrets.get(world.clientSecret, { stage: 'current' });
    expect(told?.value).toMatchObject({ redirect_uris: moved });
  });
});

describe('a retirement', () => {
  it('whose deletion is answered 404 while the client can be read leaves the client its secrets, and lists it', async () => {
    const credential = await world.active();
    world.peer.whims.set('DELETE /register', (_request, response) => {
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"invalid_request"}');
      return true;
    });
    const { registrationId, endpoints } = world;
    const outcome = await world.activities.retire({
      registrationId,
      endpoints,
      credential,
      mayBeDeleted: false,
      findsOut: false,
    });
    expect(outcome).toMatchObject({ kind: 'listed', reason: 'RetireNotSupported' });
    expect((await world.orphans()).map(({ clientId }) => clientId)).toEqual([world.peer.client.id]);
    expect(await world.versionAt(world.clientSecret, 'current')).toBe(credential.versionId);
  });

  it.each([
    ['404, as is every read', 404, '{"error":"not_found"}', ['DELETE /register', 'GET /register']],
    ['200 with an error', 200, '{"error":"server_error"}', ['DELETE /register']],
    ['a page with 200', 200, '<html>Sign in</html>', ['DELETE /register']],
  ])('whose deletion is answered %s leaves a client that is still known its secrets, and lists it', async (...row) => {
    const [, status, body, whims] = row;
    const credential = await world.active();
    for (const what of whims)
      world.peer.whims.set(what, (_request, response) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(body);
        return true;
      });
    const { registrationId, endpoints } = world;
    const argument = { registrationId, endpoints, credential, mayBeDeleted: false, findsOut: false };
    expect(await world.activities.retire(argument)).toMatchObject({ kind: 'listed', reason: 'RetireNotSupported' });
    expect(await world.orphans()).toMatchObject([{ clientId: world.peer.client.id, hasManagementToken: true }]);
    expect(await world.versionAt(world.clientSecret, 'current')).toBe(credential.versionId);
    expect(await world.versionAt(world.managementSecret, 'current')).not.toBeNull();
  });

  it('whose deletion is answered 200 with an error is over when the client is known nowhere any more', async () => {
    const credential = await world.active();
    world.peer.clients.clear();
    world.peer.whims.set('DELETE /register', (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"error":"not_found"}');
      return true;
    });
    const { registrationId, endpoints } = world;
    const argument = { registrationId, endpoints, credential, mayBeDeleted: false, findsOut: false };
    expect(await world.activities.retire(argument)).toMatchObject({ kind: 'deleted' });
    expect(await world.orphans()).toEqual([]);
  });

  it('whose deletion is answered 404 when the client is not there any more is over', async () => {
    const credential = await world.active();
    world.peer.clients.clear();
    world.peer.whims.set('DELETE /register', (_request, response) => {
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"invalid_request"}');
      return true;
    });
    const { registrationId, endpoints } = world;
    const outcome = await world.activities.retire({
      registrationId,
      endpoints,
      credential,
      mayBeDeleted: false,
      findsOut: false,
    });
    expect(outcome.kind).toBe('deleted');
  });
});
