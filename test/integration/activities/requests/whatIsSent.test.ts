import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AppliedMembers } from '../../../../domain/client/applied.ts';
import type { CredentialState, KnownClient, RequestResult, ShownClient } from '../../../../domain/ports/activities.ts';
import { World } from '../world.ts';

/** What is sent is what the client has (DESIGN section 6; RFC 7592 section 2.2 replaces everything). */
let world: World;
beforeAll(async () => {
  world = await World.open();
});
beforeEach(() => world.begin());
afterEach(() => world.end());
afterAll(() => world.close());

const known = (metadata: AppliedMembers | null, wholeIn: string | null = null): KnownClient => ({ metadata, wholeIn });

function shown({ outcome }: RequestResult): ShownClient {
  const client = 'client' in outcome ? outcome.client : undefined;
  if (client === undefined) throw new Error(`nothing shown: ${JSON.stringify(outcome)}`);
  return client;
}

/** Bodies of the updates, as they were sent. */
function updates(): Record<string, unknown>[] {
  const bodies: Record<string, unknown>[] = [];
  world.peer.bodies.on('PUT /register', (body) => bodies.push(JSON.parse(body)));
  return bodies;
}

/** A person registered it, with more than the application asks for. */
async function adopted(): Promise<{ current: CredentialState; has: AppliedMembers }> {
  const current: CredentialState = { ...(await world.active()), supplied: true };
  world.pass(1000);
  const has = {
    client_name: 'Portal of Mercy, ask Ms Ortiz',
    redirect_uris: ['https://a.example/1', 'https://a.example/2', 'https://a.example/3'],
    grant_types: ['authorization_code', 'password'],
    scope: 'openid profile',
    contacts: ['ortiz@mercy.example'],
    require_auth_time: true,
  };
  world.peer.client.metadata = { ...has, token_endpoint_auth_method: 'client_secret_basic' };
  return { current, has };
}

describe('a registration', () => {
  it('answers what was sent, overlaid by what is shown, without any secret', async () => {
    world.peer.whims.set('POST /register', (_, response, body) => {
      const asked = JSON.parse(body) as Record<string, unknown>;
      const answer = {
        client_id: 'c1',
        client_secret: 'a-secret-of-the-client',
        registration_access_token: 'a-token-of-the-client',
        registration_client_uri: `${world.peer.url}/register/c1`,
        client_id_issued_at: 1,
        client_name: asked['client_name'],
        scope: 'openid',
        note: 'it is a-secret-of-the-client',
        require_auth_time: true,
      };
      response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
      return true;
    });
    const client = shown(await world.activities.register(world.request()));
    expect(client.metadata).toMatchObject({ scope: 'openid', require_auth_time: true, response_types: ['code'] });
    expect(client.metadata?.['redirect_uris']).toEqual(
      world.peer.asked[0]?.metadata['redirect_uris'] ?? expect.any(Array),
    );
    expect(Object.keys(client.metadata ?? {})).not.toContain('note');
    expect(JSON.stringify(client)).not.toMatch(/a-secret-of|a-token-of|client_id_issued_at|registration_client_uri/);
  });
});

describe('a rotation of an adopted client', () => {
  it('sends what a read showed, and nothing of the application', async () => {
    const { current, has } = await adopted();
    const bodies = updates();
    const read = await world.activities.read({ ...world.request(), current, known: known(null) });
    expect(read.outcome).toMatchObject({ kind: 'read', keptToken: true, manageable: true });
    expect(shown(read).differs).toEqual(
      expect.arrayContaining(['client_name', 'grant_types', 'redirect_uris', 'scope']),
    );
    const { metadata } = shown(read);
    expect(metadata).toEqual({ ...has, token_endpoint_auth_method: 'client_secret_basic' });
    const updated = await world.activities.update({ ...world.request(), current, known: known(metadata) });
    expect(bodies).toEqual([{ client_id: current.clientId, ...metadata }]);
    expect(shown(updated)).toMatchObject({ metadata, differs: [] });
  });

  it('names what a read shows and is not kept, and sends no value of it', async () => {
    const { current } = await adopted();
    const more = {
      secret_rotation_policy: 'manual',
      refresh_token: 'rotating',
      password_policy: { min: 12 },
      apikey: 'value-of-a-key',
    };
    world.peer.client.metadata = { ...world.peer.client.metadata, ...more };
    const request = world.request();
    const read = await world.activities.read({ ...request, current, known: known(null) });
    expect(shown(read).differs).toEqual(expect.arrayContaining(Object.keys(more)));
    const row = await world.records.intent(request.intentId);
    expect(JSON.stringify([read, row])).not.toMatch(/"manual"|rotating|"min"|value-of-a-key/);
  });

  it('sends nothing where it is not known what the client has', async () => {
    const { current } = await adopted();
    for (const nothing of [known(null), known(null, '6b1c2c47-8f3e-4a5e-9f0a-000000000000')]) {
      const { outcome } = await world.activities.update({ ...world.request(), current, known: nothing });
      expect(outcome).toMatchObject({ kind: 'refused', failure: { reason: 'ClientMetadataUnknown' } });
    }
    expect(world.times('PUT /register')).toBe(0);
  });

  it('does not believe a read that shows next to nothing', async () => {
    const { current } = await adopted();
    world.peer.client.metadata = { client_name: 'Portal' };
    const read = await world.activities.read({ ...world.request(), current, known: known(null) });
    expect(shown(read)).toMatchObject({ metadata: null });
  });

  it('sends what is more than a state keeps from the row of the read', async () => {
    const { current } = await adopted();
    const bodies = updates();
    const large = { ...world.peer.client.metadata, contacts: ['x'.repeat(20_000)] };
    world.peer.client.metadata = large;
    const request = world.request();
    const read = await world.activities.read({ ...request, current, known: known(null) });
    expect(shown(read)).toMatchObject({ metadata: null, tooLarge: true });
    expect(JSON.stringify(read)).not.toContain('xxx');
    await world.activities.update({ ...world.request(), current, known: known(null, request.intentId) });
    expect(bodies).toEqual([{ client_id: current.clientId, ...large }]);
  });

  it('tells what the answer shows otherwise than it was sent', async () => {
    const { current, has } = await adopted();
    world.peer.whims.set('PUT /register', (_, response) => {
      const { id, token } = world.peer.client;
      const answer = {
        ...has,
        client_name: 'Renamed',
        client_id: id,
        client_secret: 'another-secret',
        registration_access_token: token,
      };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
      return true;
    });
    const updated = await world.activities.update({ ...world.request(), current, known: known(has) });
    expect(shown(updated)).toMatchObject({ differs: ['client_name'], metadata: { ...has, client_name: 'Renamed' } });
  });

  it.each(['PUT', 'GET'] as const)('keeps the answer to %s sealed whose secret it cannot use', async (method) => {
    const { current, has } = await adopted();
    world.peer.whims.set(`${method} /register`, (_, response) => {
      const answer = { ...has, client_id: world.peer.client.id, client_secret: 471147114711 };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
      return true;
    });
    const request = { ...world.request(), current, known: known(has) };
    await (method === 'PUT' ? world.activities.update(request) : world.activities.read(request));
    const kept = await world.db
      .selectFrom('late_answers')
      .select('sealed_answer')
      .where('intent_id', '=', request.intentId)
      .execute();
    expect(kept).toHaveLength(1);
  });

  it('changes only what a changed revision changes', async () => {
    const { current, has } = await adopted();
    const bodies = updates();
    await world.putOwnSettings({ clientMetadata: { logo_uri: 'https://a.example/logo' } } as never);
    const target = { revision: 1, ownRevision: 1 };
    await world.activities.update({ ...world.request(), current, known: known(has), metadata: target });
    expect(bodies).toEqual([{ client_id: current.clientId, ...has, logo_uri: 'https://a.example/logo' }]);
  });
});

describe('a read', () => {
  it('tells that it renewed the token, and keeps the new one', async () => {
    const { current } = await adopted();
    world.peer.whims.set('GET /register', (request) => {
      world.peer.client.token = 'renewed-by-the-read';
      request.headers.authorization = 'Bearer renewed-by-the-read';
      return false;
    });
    const read = await world.activities.read({ ...world.request(), current });
    expect(read.outcome).toMatchObject({ kind: 'read', keptToken: false });
    const stored = (await world.secrets.get(world.managementSecret, { stage: 'current' }))?.value;
    expect(stored?.['registration_access_token']).toBe('renewed-by-the-read');
  });

  it.each([
    [404, 'refused'],
    [503, 'refused'],
  ])('that is answered with %i is %s', async (status, kind) => {
    const { current } = await adopted();
    world.peer.whims.set('GET /register', (_, response) => {
      response.writeHead(status).end();
      return true;
    });
    expect((await world.activities.read({ ...world.request(), current })).outcome).toMatchObject({ kind });
  });

  it('with a dead token tries the older ones', async () => {
    const { current } = await adopted();
    const { records, registrationId, peer } = world;
    await records.journalManagementToken(registrationId, {
      token: 'living',
      clientUri: `${peer.url}/register/${current.clientId}`,
      clientId: current.clientId,
      audience: [peer.url],
      receivedAt: world.clock.now(),
    });
    peer.client.token = 'living';
    const first = await world.activities.read({ ...world.request(), current });
    expect(first.outcome).toMatchObject({ kind: 'not-sent' });
    expect((await world.activities.read({ ...world.request(), current })).outcome).toMatchObject({ kind: 'read' });
  });
});

describe('a client that another registration holds', () => {
  const holder = 'holder.app.production.main';

  it('is neither read, updated nor promoted, though its token endpoint is told with a query', async () => {
    const { current, has } = await adopted();
    const { records, registrationId, endpoints } = world;
    await records.releaseClients(registrationId, []);
    await records.holdClient(`${endpoints.tokenEndpoint}?tenant=1`, current.clientId, holder);
    const request = () => ({ ...world.request(), current, known: known(has) });
    const expected = {
      kind: 'held-elsewhere',
      holderRegistrationId: holder,
      failure: { reason: 'ClientHeldElsewhere' },
    };
    expect((await world.activities.update(request())).outcome).toMatchObject(expected);
    expect((await world.activities.read(request())).outcome).toMatchObject(expected);
    const proving = { registrationId, endpoints, current: null, pending: current };
    await expect(world.activities.prove(proving)).rejects.toMatchObject({ reason: 'ClientHeldElsewhere' });
    expect(world.trace.filter((entry) => / \/register/.test(entry))).toEqual([]);
    expect(world.times('secrets.promote')).toBe(0);
  });
});
