import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RequestResult } from '../../../../domain/ports/activities.ts';
import { World } from '../world.ts';

/** What a registration request says, and that it is not sent with an error. The judge is what the peer was asked. */
let world: World;
beforeAll(async () => {
  world = await World.open();
});
beforeEach(() => world.begin());
afterEach(() => world.end());
afterAll(() => world.close());

const hour = 3_600_000;
const failureOf = ({ outcome }: RequestResult) => (outcome.kind === 'refused' ? outcome.failure : null);

describe('metadata with an error', () => {
  it('keeps the token until the application is corrected', async () => {
    const value = 'planted-initial-access-token';
    const initialAccessTokenRef = await world.token(value);
    await world.revise({ scope: 'launch patient/observation.rs', token_endpoint_auth_method: 'private_key_jwt' });
    const refused = failureOf(await world.activities.register({ ...world.request(), initialAccessTokenRef }));
    expect(refused).toMatchObject({ reason: 'ClientMetadataNotAcceptable', retryClass: 'input' });
    expect(refused?.message).toContain('scope-not-smart at /scope: "patient/observation.rs" is no SMART scope');
    expect(refused?.message).not.toContain(value);
    expect(world.peer.asked).toEqual([]);
    expect(world.trace).not.toContain('records.prepareIntent');
    expect(world.trace).not.toContain('records.spendEnteringSecret');

    // A person needs longer than what an unclaimed token is kept for.
    world.pass(3 * hour);
    await world.records.sweepEnteringSecrets();
    await world.revise({});
    const { outcome } = await world.activities.register({ ...world.request(), initialAccessTokenRef });
    expect(outcome.kind).toBe('stored');
    expect(world.peer.asked.map(({ authorization }) => authorization)).toEqual([`Bearer ${value}`]);
  });

  it('is not sent to a vendor that wants more than RFC 7591 does', async () => {
    await world.revise({ redirect_uris: ['com.example.app:/callback'] });
    const request = world.request();
    const endpoints = { ...request.endpoints, issuer: 'https://api.healthtogo.me' };
    const refused = failureOf(await world.activities.register({ ...request, endpoints }));
    expect(refused?.message).toMatch(/profile-member-missing at \/client_uri: EMR Direct .* And 1 more\.$/);
    expect(world.peer.asked).toEqual([]);
  });

  it('that is a warning only is sent', async () => {
    await world.revise({ redirect_uris: ['http://localhost/callback'] });
    expect((await world.activities.register(world.request())).outcome.kind).toBe('stored');
  });
});

describe('scopes', () => {
  const asked = 'launch openid patient/Observation.rs patient/Condition.c';
  const register = async (offer: { capabilities: string[] | null; scopesSupported: string[] | null }) => {
    const request = world.request();
    const { outcome } = await world.activities.register({
      ...request,
      endpoints: { ...request.endpoints, ...offer },
    });
    if (outcome.kind !== 'stored') throw new Error(JSON.stringify(outcome));
    return outcome;
  };
  const stored = async () => (await world.secrets.get(world.clientSecret, { stage: 'current' }))?.value['scope'];

  it('are said in v1 to a server of v1, and judged as they were sent', async () => {
    await world.revise({ scope: asked });
    const sent = 'launch openid patient/Observation.read patient/Condition.c';
    const { scopes, conditions } = await register({ capabilities: ['permission-v1'], scopesSupported: null });
    expect(world.peer.asked[0]?.metadata['scope']).toBe(sent);
    expect(await stored()).toBe(sent);
    expect(scopes).toMatchObject({ requested: asked.split(' '), sent: sent.split(' '), registered: sent.split(' ') });
    expect(scopes?.differences.map(({ kind, scope }) => `${kind} ${scope}`)).toEqual([
      'translated patient/Observation.rs',
      'not-in-dialect patient/Condition.c',
    ]);
    expect(conditions).toContainEqual(expect.objectContaining({ type: 'ScopesRegistered', status: 'True' }));
  });

  it('are sent as asked to a server of v2', async () => {
    await world.revise({ scope: asked });
    const { scopes } = await register({ capabilities: ['permission-v2'], scopesSupported: ['launch'] });
    expect(world.peer.asked[0]?.metadata['scope']).toBe(asked);
    expect(scopes?.differences.map(({ kind }) => kind)).toEqual(['not-advertised', 'not-advertised', 'not-advertised']);
  });

  it('that are not advertised are left out where the policy says so', async () => {
    await world.revise({ scope: asked }, { policies: { trimScopes: true } });
    const { scopes, conditions } = await register({
      capabilities: ['permission-v2'],
      scopesSupported: ['launch', 'patient/Observation.rs'],
    });
    expect(world.peer.asked[0]?.metadata['scope']).toBe('launch patient/Observation.rs');
    expect(scopes?.differences.map(({ kind, scope }) => `${kind} ${scope}`)).toEqual([
      'trimmed openid',
      'trimmed patient/Condition.c',
    ]);
    expect(conditions).toContainEqual(expect.objectContaining({ type: 'ScopesRegistered', status: 'True' }));
  });

  it('of which nothing is left are not sent at all', async () => {
    await world.revise({ scope: 'launch' }, { policies: { trimScopes: true } });
    const request = world.request();
    const endpoints = { ...request.endpoints, scopesSupported: ['openid'] };
    const refused = failureOf(await world.activities.register({ ...request, endpoints }));
    expect(refused?.message).toContain('scope-missing');
    expect(world.peer.asked).toEqual([]);
  });

  it('say the same when the client is updated', async () => {
    await world.revise({ scope: asked });
    const request = world.request();
    const endpoints = { ...request.endpoints, capabilities: ['permission-v1'] };
    const current = (await world.activities.register({ ...request, endpoints })).proof?.current;
    if (!current) throw new Error('not proved');
    const updated: unknown[] = [];
    world.peer.whims.set('PUT /register', (_request, _response, body) => {
      updated.push((JSON.parse(body) as { scope: string }).scope);
      return false;
    });
    await world.activities.update({ ...world.request(), endpoints, current });
    expect(updated).toEqual([world.peer.asked[0]?.metadata['scope']]);
  });
});
