import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ownTokenRule } from '../../../../domain/reasons/tokens.ts';
import type { ServerCredential } from '../../../../domain/servers/authorizationServer.ts';
import { Peer } from '../peer.ts';
import { storedIn, World } from '../world.ts';

/** Service accounts and software statements at a peer that can misbehave; the judge is what the peer received. */
let world: World;
beforeAll(async () => {
  world = await World.open();
});
beforeEach(() => world.begin());
afterEach(() => world.end());
afterAll(() => world.close());

const secret = 'service+secret/of the tests';
const bearer = 'bearer-of-the-service-account';

function putCredential(changes: Partial<ServerCredential> = {}): Promise<string> {
  return world.putServerCredential({
    kind: 'service',
    clientId: 'registrar',
    clientSecret: secret,
    tokenEndpoint: `${world.peer.url}/service-token`,
    authMethod: 'client_secret_basic',
    scope: 'clients',
    origins: [world.peer.url],
    ...changes,
  });
}

type Whim = (request: IncomingMessage, response: ServerResponse) => boolean;

function answering(status: number, body: unknown, seen: string[] = []): Whim {
  return (request, response) => {
    seen.push(request.headers.authorization ?? '');
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    return true;
  };
}

const granting = (seen?: string[]) =>
  answering(200, { access_token: bearer, token_type: 'Bearer', expires_in: 3600 }, seen);

describe('a service account', () => {
  it('registers with a bearer of its own, asked for by client credentials and kept in memory', async () => {
    await putCredential();
    const asked: string[] = [];
    const sent: string[] = [];
    world.peer.whims.set('POST /service-token', granting(asked));
    world.peer.whims.set('POST /register', (request) => {
      sent.push(request.headers.authorization ?? '');
      return false;
    });
    for (const _ of [1, 2]) {
      const request = world.request();
      expect(storedIn(await world.activities.register(request)).clientId).toMatch(/^client-/);
    }
    const pair = `registrar:${new URLSearchParams({ '': secret }).toString().slice(1)}`;
    expect(asked).toEqual([`Basic ${Buffer.from(pair).toString('base64')}`]);
    expect(sent).toEqual([`Bearer ${bearer}`, `Bearer ${bearer}`]);
  });

  it('comes after a token that somebody supplied', async () => {
    await putCredential();
    const operationId = randomUUID();
    const { registrationId } = world;
    await world.records.putEnteringSecret({
      operationId,
      registrationId,
      kind: 'initial-access-token',
      value: 'given',
    });
    const sent: string[] = [];
    world.peer.whims.set('POST /register', (request) => {
      sent.push(request.headers.authorization ?? '');
      return false;
    });
    await world.activities.register({ ...world.request(), initialAccessTokenRef: operationId });
    expect(sent).toEqual(['Bearer given']);
    expect(world.times('POST /service-token')).toBe(0);
  });

  it('whose secret is refused is a reason of its own, and nothing is registered', async () => {
    await putCredential();
    world.peer.whims.set('POST /service-token', answering(401, { error: 'invalid_client' }));
    const { outcome } = await world.activities.register(world.request());
    expect(outcome).toMatchObject({ kind: 'refused', failure: { reason: 'ServiceAccountRejected' } });
    expect(world.times('POST /register')).toBe(0);
  });

  it('that cannot be asked now is tried again later, with nothing sent', async () => {
    await putCredential();
    world.peer.whims.set('POST /service-token', answering(503, {}));
    const { outcome } = await world.activities.register(world.request());
    expect(outcome).toMatchObject({ kind: 'not-sent', failure: { retryClass: 'transient' } });
    expect(world.times('POST /register')).toBe(0);
  });

  it.each([
    [401, 'ServiceAccountRejected'],
    [403, 'ServiceAccountForbidden'],
  ] as const)(
    'that the registration endpoint answers %s to is %s, and its bearer is asked for anew',
    async (status, reason) => {
      await putCredential();
      world.peer.whims.set('POST /service-token', granting());
      world.peer.whims.set(
        'POST /register',
        answering(status, { error: 'insufficient_scope', error_description: `not with ${bearer}` }),
      );
      for (const _ of [1, 2]) {
        const { outcome } = await world.activities.register(world.request());
        expect(outcome).toMatchObject({ kind: 'refused', failure: { reason } });
        expect(JSON.stringify(outcome)).not.toContain(bearer);
      }
      expect(world.times('POST /service-token')).toBe(2);
    },
  );

  it('is never sent beyond its origins, whatever a document names', async () => {
    await putCredential({ origins: ['https://auth.example'], tokenEndpoint: `${world.peer.url}/service-token` });
    world.peer.whims.set('POST /service-token', granting());
    const elsewhere = await world.activities.register(world.request());
    // Not usable for this registration endpoint: outside production it is tried without a token.
    expect(elsewhere.outcome.kind).toBe('stored');
    expect(world.times('POST /service-token')).toBe(0);
  });

  it('sealed to the registration endpoint only is not sent to another token endpoint', async () => {
    const seen: string[] = [];
    const other = new Peer(seen);
    await other.listen();
    try {
      await world.end();
      await world.begin({}, [other.host]);
      await putCredential({ tokenEndpoint: `${other.url}/service-token`, origins: [world.peer.url] });
      const { outcome } = await world.activities.register(world.request());
      expect(outcome).toMatchObject({ kind: 'refused', failure: { reason: 'AudienceRefused' } });
      expect(seen).toEqual([]);
      expect(world.times('POST /register')).toBe(0);
    } finally {
      await other.close();
    }
  });

  it('that takes too long to give a token is not used: the step may be given up while it is sent', async () => {
    await putCredential();
    world.peer.whims.set('POST /service-token', (request, response) => {
      world.clock.move(world.requestStep / 2);
      return granting()(request, response);
    });
    const { outcome } = await world.activities.register(world.request());
    expect(outcome).toMatchObject({ kind: 'not-sent', failure: { reason: 'PeerNotAnswering' } });
    expect(world.times('POST /register')).toBe(0);
  });

  it('is told by discovery, so that nobody waits for a token', async () => {
    world.peer.whims.set('GET /fhir', (_request, response) => {
      const { endpoints } = world;
      const document = {
        token_endpoint: endpoints.tokenEndpoint,
        authorization_endpoint: endpoints.authorizationEndpoint,
        registration_endpoint: endpoints.registrationEndpoint,
        grant_types_supported: ['authorization_code'],
        capabilities: [],
        code_challenge_methods_supported: ['S256'],
      };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document));
      return true;
    });
    const { registrationId } = world;
    expect(await world.activities.discover({ registrationId })).not.toHaveProperty('serverCredential');
    await putCredential();
    expect(await world.activities.discover({ registrationId })).toMatchObject({ serverCredential: 'service' });
  });
});

describe('in class production', () => {
  beforeEach(async () => {
    await world.end();
    await world.begin({ environment: 'production' });
  });

  it('nothing is registered without a token, unless the policy allows it', async () => {
    const { outcome } = await world.activities.register(world.request());
    expect(outcome).toMatchObject({
      kind: 'refused',
      failure: { reason: 'InitialAccessTokenNeeded', message: expect.stringContaining(ownTokenRule) },
    });
    expect(world.times('POST /register')).toBe(0);
    await world.allowAnonymous();
    expect((await world.activities.register(world.request())).outcome.kind).toBe('stored');
  });

  it('a service account registers', async () => {
    await putCredential();
    world.peer.whims.set('POST /service-token', granting());
    expect((await world.activities.register(world.request())).outcome.kind).toBe('stored');
  });
});

describe('a software statement', () => {
  const statement = ['{"alg":"RS384"}', '{"iss":"vendor"}', 'signed']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');

  it.each([
    ['invalid_software_statement', 'SoftwareStatementRejected'],
    ['unapproved_software_statement', 'SoftwareStatementNotApproved'],
  ])('that is answered %s is %s, and not repeated to people', async (error, reason) => {
    const received: unknown[] = [];
    await world.giveMetadata({ software_statement: statement });
    world.peer.bodies.on('POST /register', (body) => received.push(JSON.parse(body)));
    world.peer.whims.set('POST /register', answering(400, { error, error_description: `refused ${statement}` }));
    const { outcome } = await world.activities.register(world.request());
    expect(received[0]).toMatchObject({ software_statement: statement });
    expect(outcome).toMatchObject({ kind: 'refused', failure: { reason } });
    expect(JSON.stringify(outcome)).not.toContain(statement);
  });

  it('that is accepted registers the client', async () => {
    await world.giveMetadata({ software_statement: statement });
    const received: unknown[] = [];
    world.peer.bodies.on('POST /register', (body) => received.push(JSON.parse(body)));
    expect(storedIn(await world.activities.register(world.request())).clientId).toMatch(/^client-/);
    expect(received[0]).toMatchObject({ software_statement: statement });
  });
});
