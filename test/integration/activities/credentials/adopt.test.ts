import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SuppliedCredential } from '../../../../domain/credential/supplied.ts';
import type { CredentialState, SupplyArguments, SupplyResult } from '../../../../domain/ports/activities.ts';
import { SecretStoreError } from '../../../../domain/ports/secretStore.ts';
import { World } from '../world.ts';

/** What becomes of a credential that a person supplied, on real records, secret store and HTTP client. */
let world: World;
beforeAll(async () => {
  world = await World.open();
});
beforeEach(() => world.begin());
afterEach(() => world.end());
afterAll(() => world.close());

const secret = 'supplied-secret';

/** A client that somebody made at the server. */
function existing(id = `by-hand-${randomUUID()}`, token = 'by-hand-token') {
  world.peer.clients.set(id, { id, secret, token, metadata: { redirect_uris: ['https://app.example/callback'] } });
  return id;
}

async function supplied(
  clientId: string,
  given: {
    secrets?: Record<string, string>;
    current?: CredentialState;
    pending?: CredentialState;
  } & Partial<SuppliedCredential> = {},
): Promise<SupplyArguments> {
  const { secrets = { clientSecret: secret }, current = null, pending = null, ...words } = given;
  const { registrationId, endpoints } = world;
  const operationId = randomUUID();
  await world.records.putEnteringSecret({
    operationId,
    registrationId,
    kind: 'credential',
    value: JSON.stringify(secrets),
  });
  world.trace.length = 0;
  const details = { authMethod: null, issuedAt: null, expiresAt: null, expiryKnown: false, clientExpiresAt: null };
  return { registrationId, operationId, endpoints, supplied: { clientId, ...details, ...words }, current, pending };
}

function credentialIn({ outcome }: SupplyResult): CredentialState {
  if (outcome.kind !== 'stored') throw new Error(`not stored: ${JSON.stringify(outcome)}`);
  return outcome.credential;
}

const isSpent = async ({ operationId, registrationId }: SupplyArguments) =>
  (await world.records.claimEnteringSecret(operationId, registrationId)) === null;
const journalled = async () => (await world.records.managementTokens(world.registrationId)).map(({ token }) => token);

describe('a first credential', () => {
  it('is stored, read back, spent, proved and current, and nothing is registered', async () => {
    const argument = await supplied(existing());
    const result = await world.activities.storeSupplied(argument);
    expect(credentialIn(result)).toMatchObject({ place: 'management', supplied: true, manageable: false });
    expect(result.proof).toMatchObject({ decision: { action: 'promote', reason: 'ProofSucceeded' } });
    expect(await isSpent(argument)).toBe(true);
    const current = await world.secrets.get(world.clientSecret, { stage: 'current' });
    expect(current?.value).toMatchObject({ client_secret: secret, token_endpoint_auth_method: 'client_secret_basic' });
    expect(world.times('POST /register')).toBe(0);
  });

  it('is spent only once what is stored was read back', async () => {
    const argument = await supplied(existing());
    await world.activities.storeSupplied(argument);
    const spent = world.at('records.spendEnteringSecret');
    expect(world.trace.indexOf('secrets.put')).toBeLessThan(spent);
    expect(world.trace.slice(world.at('secrets.put'), spent)).toContain('secrets.get');
    expect(spent).toBeLessThan(world.at('POST /token'));
  });

  it('is not spent when it cannot be read back', async () => {
    const argument = await supplied(existing());
    world.insteadOfSecrets.get = async (get, name, which) => ('versionId' in which ? null : get(name, which));
    await expect(world.activities.storeSupplied(argument)).rejects.toMatchObject({ retryClass: 'transient' });
    delete world.insteadOfSecrets.get;
    expect(await isSpent(argument)).toBe(false);
    expect(credentialIn(await world.activities.storeSupplied(argument)).clientId).toBe(argument.supplied.clientId);
  });

  it('with a registration access token has it journalled before anything is stored, and can be managed', async () => {
    const clientId = existing();
    const registrationClientUri = `${world.peer.url}/register/${clientId}`;
    const argument = await supplied(clientId, {
      secrets: { clientSecret: secret, registrationAccessToken: 'by-hand-token', registrationClientUri },
    });
    const { outcome, proof } = await world.activities.storeSupplied(argument);
    expect(outcome).toMatchObject({ credential: { manageable: true }, tokenReceived: true });
    expect(world.at('records.journalManagementToken')).toBeLessThan(world.at('secrets.put'));
    if (!proof?.current) throw new Error('not proved');
    // What it has is read first: an update replaces everything.
    await world.activities.read({ ...world.request(), current: proof.current });
    const rotated = await world.activities.update({ ...world.request(), current: proof.current });
    expect(rotated.outcome).toMatchObject({ kind: 'stored', credential: { manageable: true, clientId } });
    expect(rotated.proof).toMatchObject({ decision: { action: 'promote' } });
    expect(world.times('PUT /register')).toBe(1);
    expect(world.times('POST /register')).toBe(0);
  });

  it('that is rejected waits beside its management half, and is not current', async () => {
    const argument = await supplied(existing(), { secrets: { clientSecret: 'wrong' } });
    const { proof } = await world.activities.storeSupplied(argument);
    expect(proof).toMatchObject({ decision: { action: 'keep', reason: 'CredentialRejected' } });
    expect(await world.versionAt(world.clientSecret, 'current')).toBeNull();
  });

  it('of a public client has no secret', async () => {
    const argument = await supplied('public', { secrets: {}, authMethod: 'none' });
    const { outcome } = await world.activities.storeSupplied(argument);
    expect(outcome).toMatchObject({ kind: 'stored', credential: { authMethod: 'none' } });
    const stored = (await world.secrets.get(world.managementSecret, { stage: 'current' }))?.value['client'];
    expect(Object.keys(stored ?? {})).not.toContain('client_secret');
  });

  it('in the place of one that was registered and never worked lists that client, with its token', async () => {
    world.peer.whims.set('POST /token', (_request, response) => {
      response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":"invalid_client"}');
      return true;
    });
    const registered = await world.activities.register(world.request());
    if (registered.outcome.kind !== 'stored') throw new Error('not stored');
    world.peer.whims.clear();
    const pending = registered.outcome.credential;
    const result = await world.activities.storeSupplied(await supplied(existing(), { pending }));
    expect(result.proof).toMatchObject({ decision: { action: 'promote' } });
    expect(await world.orphans()).toMatchObject([
      { clientId: pending.clientId, reason: 'ClientReplaced', hasManagementToken: true },
    ]);
  });
});

describe('a process that dies', () => {
  const dead = () => Promise.reject(new Error('the process died here'));

  it.each([
    ['claiming', 'records', 'claimEnteringSecret'],
    ['holding the client', 'records', 'holdClient'],
    ['storing', 'secrets', 'put'],
    ['reading back', 'secrets', 'get'],
    ['spending', 'records', 'spendEnteringSecret'],
  ] as const)('in %s loses nothing: the next one finishes', async (_what, where, method) => {
    const argument = await supplied(existing());
    const target = (where === 'records' ? world.insteadOfRecords : world.insteadOfSecrets) as Record<string, unknown>;
    target[method] = () => {
      delete target[method];
      return dead();
    };
    await expect(world.activities.storeSupplied(argument)).rejects.toThrow('died here');
    const result = await world.activities.storeSupplied(argument);
    expect(result.proof).toMatchObject({ decision: { action: 'promote' } });
    expect(await isSpent(argument)).toBe(true);
  });

  it('after spending finds what it stored, under the same version', async () => {
    const argument = await supplied(existing());
    const first = await world.activities.storeSupplied(argument);
    const second = await world.activities.storeSupplied(argument);
    expect(credentialIn(second).versionId).toBe(credentialIn(first).versionId);
    expect(second.proof).toMatchObject({ decision: { action: 'promote' } });
  });

  it('before anybody claimed it within an hour is told so', async () => {
    const argument = { ...(await supplied(existing())), operationId: randomUUID() };
    const { outcome } = await world.activities.storeSupplied(argument);
    expect(outcome).toMatchObject({ kind: 'refused', failure: { reason: 'SuppliedCredentialGone' } });
  });

  it('while the secret store is away keeps it sealed', async () => {
    const argument = await supplied(existing());
    world.insteadOfSecrets.put = () => Promise.reject(new SecretStoreError('unavailable', 'away'));
    await expect(world.activities.storeSupplied(argument)).rejects.toMatchObject({ code: 'unavailable' });
    expect(await isSpent(argument)).toBe(false);
  });
});

describe('a new secret of a client in use', () => {
  async function inUse(clientId = existing()): Promise<CredentialState> {
    const { proof } = await world.activities.storeSupplied(await supplied(clientId));
    if (!proof?.current) throw new Error('not proved');
    return proof.current;
  }

  it('is pending until it is proved, and the old one stays beside it', async () => {
    const current = await inUse();
    const { client } = world.peer;
    client.secret = 'the-next-secret';
    const whileProved: unknown[] = [];
    world.peer.whims.set('POST /token', async () => {
      whileProved.push(await world.versionAt(world.clientSecret, 'current'));
      return false;
    });
    const argument = await supplied(client.id, { current, secrets: { clientSecret: 'the-next-secret' } });
    const result = await world.activities.storeSupplied(argument);
    const { versionId, place } = credentialIn(result);
    expect([place, whileProved[0]]).toEqual(['client', current.versionId]);
    expect(await world.versionAt(world.clientSecret, 'current')).toBe(versionId);
    expect(await world.versionAt(world.clientSecret, 'previous')).toBe(current.versionId);
    expect(world.times('secrets.remove')).toBe(0);
  });

  it('that is rejected leaves the current one alone', async () => {
    const current = await inUse();
    const argument = await supplied(current.clientId, { current, secrets: { clientSecret: 'wrong' } });
    const { proof } = await world.activities.storeSupplied(argument);
    expect(proof).toMatchObject({ decision: { action: 'keep', reason: 'CredentialRejected' }, current });
    expect(await world.versionAt(world.clientSecret, 'current')).toBe(current.versionId);
  });

  it('keeps the registration access token that is there', async () => {
    const registered = await world.active();
    const { client } = world.peer;
    const argument = await supplied(client.id, { current: registered, secrets: { clientSecret: client.secret } });
    expect(credentialIn(await world.activities.storeSupplied(argument)).manageable).toBe(true);
    const management = await world.secrets.get(world.managementSecret, { stage: 'current' });
    expect(management?.value['registration_access_token']).toBe(client.token);
  });

  it('of another client has its token below clients until it is proved, and at the top from then on', async () => {
    const former = await world.active();
    const clientId = existing('another-client', 'its-token');
    const registrationClientUri = `${world.peer.url}/register/${clientId}`;
    const secrets = { clientSecret: 'not-yet', registrationAccessToken: 'its-token', registrationClientUri };
    const result = await world.activities.storeSupplied(await supplied(clientId, { current: former, secrets }));
    const management = async () => (await world.secrets.get(world.managementSecret, { stage: 'current' }))?.value;
    const formers = { client_id: former.clientId, registration_access_token: world.peer.client.token };
    const others = { client_id: clientId, registration_access_token: 'its-token' };
    expect(await management()).toMatchObject({ ...formers, clients: { [clientId]: others } });
    world.peer.clients.set(clientId, { id: clientId, secret: 'not-yet', token: 'its-token', metadata: {} });
    const { registrationId, endpoints } = world;
    const pending = credentialIn(result);
    world.pass(60_000);
    await world.activities.prove({ registrationId, endpoints, current: former, pending, purpose: 'asked' });
    expect(await management()).toMatchObject({ ...others, clients: { [former.clientId]: formers } });
  });

  it('of another client is never managed with the token of the former one, which is listed once it is replaced', async () => {
    const former = await world.active();
    const token = world.peer.client.token;
    const clientId = existing('another-client');
    const result = await world.activities.storeSupplied(await supplied(clientId, { current: former }));
    expect(result.proof).toMatchObject({ decision: { action: 'promote' }, current: { clientId, manageable: false } });
    const management = (await world.secrets.get(world.managementSecret, { stage: 'current' }))?.value;
    expect(management).toMatchObject({
      client_id: clientId,
      clients: { [former.clientId]: { registration_access_token: token } },
    });
    expect(management).not.toHaveProperty('registration_access_token');
    expect(await world.orphans()).toMatchObject([{ clientId: former.clientId, hasManagementToken: true }]);
    expect(await journalled()).toContain(token);
    const { registrationId, endpoints } = world;
    const credential = result.proof?.current ?? null;
    await world.activities.retire({ registrationId, endpoints, credential, mayBeDeleted: false, findsOut: false });
    expect(world.times('DELETE /register')).toBe(0);
  });
});

describe('a credential that cannot be taken', () => {
  const wrote = (store: readonly string[]) => store.filter((entry) => entry === 'secrets.put');

  it('is refused and forgotten when another registration holds its client', async () => {
    const clientId = existing();
    const { endpoints, registrationId, records } = world;
    await records.holdClient(endpoints.tokenEndpoint ?? '', clientId, 'other.app.test2.main');
    const argument = await supplied(clientId);
    const { outcome, proof } = await world.activities.storeSupplied(argument);
    expect(outcome).toMatchObject({ kind: 'refused', failure: { reason: 'ClientHeldElsewhere' } });
    expect([proof, wrote(world.trace), await isSpent(argument)]).toEqual([null, [], true]);
    await records.releaseClients('other.app.test2.main', []);
    expect(await records.holdClient(endpoints.tokenEndpoint ?? '', clientId, registrationId)).toBe(true);
  });

  it('is refused when its registration access token would be sent elsewhere', async () => {
    const argument = await supplied(existing(), {
      secrets: {
        clientSecret: secret,
        registrationAccessToken: 'token',
        registrationClientUri: 'https://evil.example/register/1',
      },
    });
    const { outcome } = await world.activities.storeSupplied(argument);
    expect(outcome).toMatchObject({ kind: 'refused', failure: { reason: 'ClientUriNotAllowed' } });
    expect([wrote(world.trace), await journalled()]).toEqual([[], []]);
  });

  it('is not the business of another registration', async () => {
    const { activities } = world;
    const argument = await supplied(existing());
    await world.end();
    await world.begin();
    const { registrationId, endpoints } = world;
    const { outcome } = await activities.storeSupplied({ ...argument, registrationId, endpoints });
    expect(outcome).toMatchObject({ kind: 'refused', failure: { reason: 'SuppliedCredentialGone' } });
  });
});

describe('who holds a client', () => {
  it('is a registration from its registering to its retirement', async () => {
    const credential = await world.active();
    const { registrationId, endpoints, records } = world;
    const tokenEndpoint = endpoints.tokenEndpoint ?? '';
    expect(await records.holdClient(tokenEndpoint, credential.clientId, 'other.app.test2.main')).toBe(false);
    await world.activities.retire({ registrationId, endpoints, credential, mayBeDeleted: false, findsOut: false });
    expect(await records.holdClient(tokenEndpoint, credential.clientId, 'other.app.test2.main')).toBe(true);
  });

  it('may hold the same client id elsewhere', async () => {
    const { records } = world;
    const clientId = randomUUID();
    expect(await records.holdClient('https://one.example/token', clientId, 'one.app.test2.main')).toBe(true);
    expect(await records.holdClient('https://two.example/token', clientId, 'two.app.test2.main')).toBe(true);
    expect(await records.holdClient('https://one.example/token', clientId, 'two.app.test2.main')).toBe(false);
  });
});

describe('a client that used to work', () => {
  const proveCurrent = (current: CredentialState) => {
    const { registrationId, endpoints } = world;
    return world.activities.prove({ registrationId, endpoints, current, pending: null });
  };

  it('looks gone when its secret and every token of it are refused, and is not registered anew', async () => {
    const current = await world.active();
    world.peer.clients.clear();
    expect(await proveCurrent(current)).toMatchObject({
      decision: { action: 'keep', reason: 'CredentialRejected' },
      clientGone: true,
    });
    expect(world.times('POST /register')).toBe(0);
  });

  it('does not when a token still works, and keeps one that a read renews', async () => {
    const current = await world.active();
    const { client } = world.peer;
    client.secret = 'changed by somebody';
    world.peer.whims.set('GET /register', (_request, response) => {
      client.token = 'renewed-by-get';
      const body = {
        client_id: client.id,
        registration_access_token: client.token,
        registration_client_uri: `${world.peer.url}/register/${client.id}`,
      };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      return true;
    });
    const outcome = await proveCurrent(current);
    expect(outcome.decision.reason).toBe('CredentialRejected');
    expect(outcome.clientGone).toBeUndefined();
    expect(await journalled()).toContain('renewed-by-get');
  });

  it('does not while the server is away', async () => {
    const current = await world.active();
    world.peer.client.secret = 'changed by somebody';
    world.peer.whims.set('GET /register', (request) => {
      request.socket.destroy();
      return true;
    });
    expect((await proveCurrent(current)).clientGone).toBeUndefined();
  });
});
