import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { probeSetAside } from '../../../../activities/proof/setAside.ts';
import type { CredentialState } from '../../../../domain/ports/activities.ts';
import { World } from '../world.ts';

/** What a proof concludes, and what it never sends (DESIGN section 6, FACTS section 6). */
let world: World;
beforeAll(async () => {
  world = await World.open();
});
beforeEach(() => world.begin());
afterEach(() => world.end());
afterAll(() => world.close());

const day = 24 * 3600 * 1000;

function answer(response: ServerResponse, status: number, error: string, more: object = {}): true {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify({ error, ...more }));
  return true;
}

/** Lets each request to the token endpoint be answered so, in order; further ones as the last. */
function tokenAnswers(...answers: readonly (readonly [status: number, error: string])[]): void {
  let asked = 0;
  world.peer.whims.set('POST /token', (_request, response) => {
    const [status, error] = answers[Math.min(asked, answers.length - 1)] ?? [500, 'server_error'];
    asked += 1;
    return answer(response, status, error);
  });
}

/** A second version of the client's secret in the store, with a secret of its own. */
async function another(current: CredentialState, secret: string, members: Partial<CredentialState> = {}, more = {}) {
  const versionId = `${secret}-${'v'.repeat(32)}`.slice(0, 40);
  const before = await world.secrets.get(world.clientSecret, { versionId: current.versionId });
  await world.secrets.put(world.clientSecret, versionId, { ...before?.value, client_secret: secret, ...more });
  return { ...current, versionId, provedAt: null, ...members };
}

function prove(current: CredentialState | null, pending: CredentialState | null = null) {
  return world.activities.prove({ registrationId: world.registrationId, endpoints: world.endpoints, current, pending });
}

describe('a control', () => {
  it('that a firewall answers proves nothing', async () => {
    tokenAnswers([400, 'invalid_grant'], [403, 'request_blocked']);
    const { proof } = await world.activities.register(world.request());
    expect(proof).toMatchObject({ decision: { action: 'keep', reason: 'ProofInconclusive' } });
  });

  it('is sent once in a verification, of two credentials too', async () => {
    const current = await world.active();
    const pending = await another(current, 'other');
    // Knowledge is a month old, so that a control is wanted.
    world.pass(31 * day);
    const controls: string[] = [];
    const known = new Set([world.peer.client.secret, 'other']);
    world.peer.whims.set('POST /token', (request, response) => {
      const given =
        Buffer.from(request.headers.authorization?.slice(6) ?? '', 'base64')
          .toString()
          .split(':')[1] ?? '';
      if (!known.has(given)) controls.push(given);
      // Of both alike, which teaches nothing.
      return answer(response, 401, 'unauthorized_client');
    });
    await prove({ ...current, provedAt: null }, pending);
    expect(controls).toHaveLength(1);
  });
});

describe('in production, a server that begins to answer invalid_grant to anybody', () => {
  async function turned(age: number) {
    await world.end();
    await world.begin({ environment: 'production' });
    await world.allowAnonymous();
    const current = await world.active();
    world.pass(age);
    const asked: string[] = [];
    world.peer.whims.set('POST /token', (request, response) => {
      asked.push(request.headers.authorization ?? '');
      return answer(response, 400, 'invalid_grant');
    });
    const { registrationId, endpoints } = world;
    const proving = (more: { purpose?: 'asked'; afresh?: boolean } = {}) =>
      world.activities.prove({ registrationId, endpoints, current, pending: null, ...more });
    return { proving, asked };
  }
  const afresh = { purpose: 'asked', afresh: true } as const;

  it('is found when a person asks, by a control of the same day', async () => {
    const { proving, asked } = await turned(2 * day);
    expect(await proving(afresh)).toMatchObject({ decision: { action: 'keep', reason: 'ProofInconclusive' } });
    expect(new Set(asked).size).toBe(2);
  });

  it('is believed by what Registrar asks of itself, which sends no control, until what was known is too old', async () => {
    const young = await turned(2 * day);
    expect(await young.proving()).toMatchObject({ decision: { reason: 'ProofSucceeded' } });
    expect(await young.proving({ purpose: 'asked' })).toMatchObject({ decision: { reason: 'ProofSucceeded' } });
    expect(new Set(young.asked).size).toBe(1);
    world.pass(89 * day);
    expect(await young.proving()).toMatchObject({ decision: { reason: 'ProofInconclusive' } });
    expect(new Set(young.asked).size).toBe(1);
  });

  it('gets one control a day, however often a person asks', async () => {
    await world.end();
    await world.begin({ environment: 'production' });
    await world.allowAnonymous();
    const current = await world.active();
    const { registrationId, endpoints } = world;
    world.pass(2 * day);
    const asked: string[] = [];
    world.peer.whims.set('POST /token', (request) => {
      asked.push(request.headers.authorization ?? '');
      return false;
    });
    for (let count = 0; count < 3; count += 1) {
      const argument = { registrationId, endpoints, current, pending: null, ...afresh };
      expect(await world.activities.prove(argument)).toMatchObject({ decision: { reason: 'ProofSucceeded' } });
      world.pass(day / 4);
    }
    expect(new Set(asked).size).toBe(2);
  });
});

describe('a backend service', () => {
  it('asks for the system scopes that it has registered, and is proved by them on any day', async () => {
    await world.end();
    await world.begin({ environment: 'production' });
    await world.allowAnonymous();
    const registered = await world.active();
    // As one that a person brought: a secret, and client credentials only.
    await world.giveMetadata({ grant_types: ['client_credentials'], response_types: [] });
    const scope = 'launch system/Patient.rs system/Observation.rs';
    const backend = await another(registered, 'backend', {}, { scope });
    const asked: (string | null)[] = [];
    world.peer.whims.set('POST /token', (_request, response, body) => {
      const given = new URLSearchParams(body).get('scope');
      asked.push(given);
      if (given === null) return answer(response, 400, 'invalid_scope');
      response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(JSON.stringify({ access_token: 'at', token_type: 'bearer', expires_in: 60 }));
      return true;
    });
    const { current } = await prove(registered, backend);
    expect(current).toMatchObject({ versionId: backend.versionId });
    world.pass(day);
    expect(await prove(current)).toMatchObject({ decision: { reason: 'ProofSucceeded' } });
    expect(asked).toEqual(Array(2).fill('system/Patient.rs system/Observation.rs'));
  });
});

describe('two credentials', () => {
  it('an expired current one gives way to a new one that nothing is known of', async () => {
    const current = await world.active();
    const pending = await another(current, 'other');
    tokenAnswers([503, 'server_error']);
    const expired = { ...current, expiresAt: world.clock.now() - 1000, expiryKnown: true };
    const outcome = await prove(expired, pending);
    expect(outcome).toMatchObject({ decision: { action: 'promote', reason: 'PromotedUnproved' } });
    expect(await world.versionAt(world.clientSecret, 'current')).toBe(pending.versionId);
  });

  it('both rejected are both kept, and told apart by their versions', async () => {
    const current = await world.active();
    const pending = await another(current, 'other');
    tokenAnswers([401, 'invalid_client']);
    const outcome = await prove(current, pending);
    expect(outcome).toMatchObject({ decision: { action: 'keep', reason: 'BothCredentialsRejected' } });
    expect(outcome.message).toContain(`The new one (version ${pending.versionId})`);
    expect(outcome.message).toContain(`The current one (version ${current.versionId})`);
    expect(await world.versionAt(world.clientSecret, 'current')).toBe(current.versionId);
  });
});

describe('what consumers read is not what the entity knows', () => {
  /** Somebody made another version current in the secrets manager. */
  async function edited(secret: string): Promise<{ current: CredentialState; versionId: string }> {
    const current = await world.active();
    const { versionId } = await another(current, secret);
    await world.secrets.promote(world.clientSecret, versionId, current.versionId);
    return { current, versionId };
  }

  it('a good one is adopted by its version', async () => {
    const { versionId, current } = await edited('edited-by-hand');
    world.peer.client.secret = 'edited-by-hand';
    expect(await prove(current)).toMatchObject({
      decision: { action: 'keep', reason: 'ProofSucceeded' },
      current: { versionId, clientId: current.clientId },
      adopted: { from: current.versionId, to: versionId },
    });
  });

  it('one that is refused is a conflict with both ways out', async () => {
    const { versionId, current } = await edited('edited-wrongly');
    expect(await prove(current)).toMatchObject({
      decision: { action: 'keep', reason: 'SecretStoreConflict' },
      current: { versionId: current.versionId },
      conflict: {
        stored: versionId,
        known: current.versionId,
        waysOut: ['acceptCurrent', 'overwrite'],
        verdict: 'rejected',
      },
    });
  });
});

describe('a new secret that would take the place of what another hand made current', () => {
  async function rotating(edited: string) {
    const current = await world.active();
    const pending = await another(current, 'new-by-rotation');
    const { versionId } = await another(current, edited);
    await world.secrets.promote(world.clientSecret, versionId, current.versionId);
    return { current, pending, versionId };
  }

  it('waits for a person where that is not good', async () => {
    const { current, pending, versionId } = await rotating('edited-wrongly');
    world.peer.client.secret = 'new-by-rotation';
    expect(await prove(current, pending)).toMatchObject({
      decision: { action: 'keep', reason: 'SecretStoreConflict' },
      current: { versionId: current.versionId },
      pending: { versionId: pending.versionId },
      conflict: { stored: versionId, known: current.versionId },
    });
    expect(await world.versionAt(world.clientSecret, 'current')).toBe(versionId);
  });

  it('takes it where that is good too, by its version', async () => {
    const { current, pending, versionId } = await rotating('edited-by-hand');
    // The server takes both.
    let asked = 0;
    world.peer.whims.set('POST /token', () => {
      world.peer.client.secret = asked === 1 ? 'edited-by-hand' : 'new-by-rotation';
      asked += 1;
      return false;
    });
    const adopting = await prove(current, pending);
    expect(adopting).toMatchObject({
      decision: { action: 'keep', reason: 'ProofSucceeded' },
      adopted: { from: current.versionId, to: versionId },
      pending: { versionId: pending.versionId },
    });
    expect(await prove(adopting.current, pending)).toMatchObject({ decision: { action: 'promote' } });
    expect(await world.versionAt(world.clientSecret, 'current')).toBe(pending.versionId);
  });
});

describe('a conflict ends by a person', () => {
  async function conflicting(pendingSecret: string | null = null) {
    const current = await world.active();
    const { versionId } = await another(current, 'edited-by-hand');
    const pending = pendingSecret === null ? null : await another(current, pendingSecret);
    await world.secrets.promote(world.clientSecret, versionId, current.versionId);
    const { conflict } = await prove(current);
    if (conflict === undefined) throw new Error('no conflict');
    const choose = (choice: 'acceptCurrent' | 'overwrite') =>
      world.activities.settleConflict({
        registrationId: world.registrationId,
        endpoints: world.endpoints,
        choice,
        conflict,
        current,
        pending,
      });
    return { current, conflict, pending, choose };
  }
  const read = () => world.versionAt(world.clientSecret, 'current');

  it('who accepts what is read, once it is good', async () => {
    const { conflict, choose } = await conflicting();
    expect(await choose('acceptCurrent')).toMatchObject({ kind: 'refused', reason: 'CredentialRejected' });
    world.peer.client.secret = 'edited-by-hand';
    const accepted = { kind: 'settled', proved: true, current: { versionId: conflict.stored } };
    expect(await choose('acceptCurrent')).toMatchObject(accepted);
    expect(await choose('acceptCurrent')).toMatchObject(accepted);
    expect(await read()).toBe(conflict.stored);
  });

  it.each([null, 'new-by-rotation'])('who overwrites it, with %s as the newer one', async (secret) => {
    const { current, pending, choose } = await conflicting(secret);
    if (secret !== null) world.peer.client.secret = secret;
    const { versionId } = pending ?? current;
    const settled = { kind: 'settled', proved: true, current: { versionId } };
    expect(await choose('overwrite')).toMatchObject(settled);
    expect(await choose('overwrite')).toMatchObject(settled);
    expect(await read()).toBe(versionId);
  });

  it('but not by a version that the token endpoint refuses', async () => {
    const { conflict, choose } = await conflicting();
    world.peer.client.secret = 'something-else';
    expect(await choose('overwrite')).toMatchObject({ kind: 'refused', reason: 'CredentialRejected' });
    expect(await read()).toBe(conflict.stored);
  });

  it.each(['acceptCurrent', 'overwrite'] as const)('but not by %s where a fourth one is read now', async (choice) => {
    const { current, conflict, choose } = await conflicting();
    const { versionId } = await another(current, 'edited-again');
    await world.secrets.promote(world.clientSecret, versionId, conflict.stored);
    expect(await choose(choice)).toMatchObject({
      kind: 'refused',
      reason: 'SecretStoreConflict',
      conflict: { stored: versionId, known: current.versionId },
    });
    expect(await read()).toBe(versionId);
  });

  it('but not by accepting what is of another client', async () => {
    const current = await world.active();
    const { versionId } = await another(current, 'of-another', {}, { client_id: 'another-client' });
    await world.secrets.promote(world.clientSecret, versionId, current.versionId);
    const outcome = await world.activities.settleConflict({
      registrationId: world.registrationId,
      endpoints: world.endpoints,
      choice: 'acceptCurrent',
      conflict: { stored: versionId, known: current.versionId, waysOut: ['acceptCurrent', 'overwrite'] },
      current,
      pending: null,
    });
    expect(outcome).toMatchObject({ kind: 'refused', message: expect.stringContaining('another-client') });
  });
});

it('secrets that were set aside are probed newest first, up to a good one', async () => {
  const current = await world.active();
  const oldest = await another(current, 'oldest', { issuedAt: 1 });
  const middle = await another(current, 'middle', { issuedAt: 2 });
  const newest = await another(current, 'newest', { issuedAt: 3 });
  world.peer.client.secret = 'middle';
  const { registrationId, endpoints } = world;
  const setAside = [middle, newest, oldest];
  const outcome = await probeSetAside(world.dependencies, { registrationId, endpoints, setAside });
  expect(outcome).toMatchObject({
    good: middle,
    probed: [
      { versionId: newest.versionId, verdict: 'rejected' },
      { versionId: middle.versionId, verdict: 'good' },
    ],
  });
});

describe('in the secret store, secrets that were set aside', () => {
  const kept = async () =>
    ((await world.secrets.describe(world.clientSecret)) ?? [])
      .filter((version) => version.kept)
      .map(({ versionId }) => versionId);

  it('are kept before another one takes their stage, and let go when they are not wanted any more', async () => {
    const current = await world.active();
    const { registrationId, endpoints } = world;
    const aside = await another(current, 'first', { issuedAt: 1 });
    const older = await another(current, 'second', { issuedAt: 2 });
    const newest = await another(current, 'third', { issuedAt: 3 });
    expect(await kept()).toEqual([aside.versionId, older.versionId]);
    tokenAnswers([401, 'invalid_client']);
    await probeSetAside(world.dependencies, { registrationId, endpoints, setAside: [older, newest] });
    expect(await kept()).toEqual([older.versionId, newest.versionId]);
  });

  it('are given up by the promotion of a newer one, and kept by that of an older one', async () => {
    const current = await world.active();
    const oldest = await another(current, 'oldest', { issuedAt: 1 });
    world.pass(1000);
    const middle = await another(current, 'middle', { issuedAt: 2 });
    world.pass(1000);
    const newest = await another(current, 'newest', { issuedAt: 3 });
    world.pass(1000);
    await world.secrets.keep(world.clientSecret, newest.versionId);
    world.peer.client.secret = 'middle';
    expect(await prove(current, middle)).toMatchObject({ decision: { action: 'promote' } });
    expect(await kept()).toEqual([newest.versionId]);
    expect(oldest.versionId).not.toBe(middle.versionId);
  });

  it('do not hold up a rotation where they are gone', async () => {
    const current = await world.active();
    const { registrationId, endpoints } = world;
    const aside = await another(current, 'there', { issuedAt: 1 });
    const gone = { ...aside, issuedAt: 2, versionId: 'gone'.repeat(8) };
    world.peer.client.secret = 'there';
    expect(
      await probeSetAside(world.dependencies, { registrationId, endpoints, setAside: [aside, gone] }),
    ).toMatchObject({
      good: aside,
      probed: [{ versionId: gone.versionId, verdict: 'inconclusive' }, { versionId: aside.versionId }],
    });
  });
});

describe('failed authentications', () => {
  it('of a new credential keep to their times, and what is put off says until when', async () => {
    tokenAnswers([401, 'invalid_client']);
    const { outcome, proof } = await world.activities.register(world.request());
    if (outcome.kind !== 'stored') throw new Error('not stored');
    expect(proof).toMatchObject({ decision: { reason: 'CredentialRejected' } });
    const first = world.clock.now();
    world.trace.length = 0;
    expect(await prove(null, outcome.credential)).toMatchObject({ putOff: { until: first + 10_000 } });
    expect(world.times('POST /token')).toBe(0);
    world.pass(10_000);
    expect(await prove(null, outcome.credential)).toMatchObject({ decision: { reason: 'CredentialRejected' } });
    expect(world.times('POST /token')).toBe(1);
  });

  it('of a current one are three in a day on our own schedule', async () => {
    const current = await world.active();
    // The control of the first proof is of that day.
    world.pass(day);
    tokenAnswers([401, 'invalid_client']);
    for (let count = 0; count < 3; count += 1) {
      expect(await prove(current)).toMatchObject({ decision: { reason: 'CredentialRejected' } });
      world.pass(3_600_000);
    }
    world.trace.length = 0;
    expect(await prove(current)).toMatchObject({ putOff: { until: world.clock.now() + day - 3 * 3_600_000 } });
    expect(world.times('POST /token')).toBe(0);
  });
});
