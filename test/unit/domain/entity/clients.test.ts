import { describe, expect, it } from 'vitest';
import { afterRequest } from '../../../../domain/entity/after/request.ts';
import { afterRequestNotYet } from '../../../../domain/entity/after/turn.ts';
import { clientOf, firstReadAt, listedClients, readsFirst, roleOf } from '../../../../domain/entity/clients/known.ts';
import { nextStep } from '../../../../domain/entity/nextStep.ts';
import { refusalOf } from '../../../../domain/entity/operations.ts';
import { rotationStart } from '../../../../domain/entity/rotation/attempt.ts';
import type { ClientState, EntityState, OpenRequest } from '../../../../domain/entity/state.ts';
import type { Failure, RequestOutcome } from '../../../../domain/ports/activities.ts';
import { defaultTimePolicy as policy } from '../../../../domain/time/policy.ts';
import { credentialOf, discoveryOf, readOutcomeOf, shownClientOf, stateOf, t0 } from '../../../support/entity.ts';
import { Fail, run, type World } from '../../../support/simulation.ts';
import { operationOf } from '../../../support/whateverWorld.ts';

const day = 86_400_000;
const current = credentialOf({ provedAt: t0, expiresAt: t0 + 90 * day, manageable: true, supplied: true });
const { clientId } = current;
const nothing: ClientState = {
  clientId,
  appliedMetadata: null,
  appliedAt: null,
  endsAt: null,
  lastRead: null,
  heldBy: null,
};
const active = (client: Partial<ClientState> = {}, patch: Partial<EntityState> = {}) =>
  stateOf({
    phase: 'active',
    discovery: discoveryOf(),
    discoveredAt: t0,
    current,
    credentialHealth: 'healthy',
    clients: [{ ...nothing, ...client }],
    ...patch,
  });

const failing = (patch: Partial<Failure> = {}): RequestOutcome => ({
  kind: 'refused',
  failure: {
    reason: 'UpdateRejected',
    retryClass: 'input',
    status: 404,
    retryAfterSeconds: null,
    message: 'no',
    ...patch,
  },
});

function worldOf(read: () => RequestOutcome, sent: string[] = []): World {
  return {
    discover: () => discoveryOf(),
    request: (kind) => {
      sent.push(kind);
      return { kind: 'unchanged', expiresAt: null, expiryKnown: false, manageable: true, tokenReceived: false };
    },
    read,
    settle: () => failing(),
    prove: (state) => ({
      decision: { action: 'keep', reason: 'ProofSucceeded' },
      current: state.current ?? current,
      pending: null,
      message: 'good',
    }),
    retire: () => ({ kind: 'deleted', message: '' }),
  };
}

describe('the list of clients', () => {
  const pending = credentialOf({ clientId: 'next', clientExpiresAt: t0 + day });
  it('has those of the credentials in use, with their own ends, and forgets the others', () => {
    const state = { ...active(), pending };
    expect(listedClients(state)).toEqual([nothing, { ...nothing, clientId: 'next', endsAt: t0 + day }]);
    expect(listedClients({ ...state, current: pending, pending: null })).toMatchObject([{ clientId: 'next' }]);
  });

  it('tells their roles from the credentials', () => {
    const roles = [clientId, 'next', 'former'].map((id) => roleOf({ current, pending }, id));
    expect(roles).toEqual(['current', 'pending', 'draining']);
  });

  it('is empty where the client is shared', () => {
    const shared = stateOf({ current, clients: [nothing] }, { holderRegistrationId: 'holder.app.sandbox.main' });
    expect(listedClients(shared)).toEqual([]);
  });
});

describe('a client is read before it is updated', () => {
  const metadata = { redirect_uris: ['https://a.example/cb'] };
  const read = (patch: Partial<NonNullable<ClientState['lastRead']>>) => ({
    lastRead: { at: t0, keptToken: true, wholeIn: null, ...patch },
  });
  const old = { appliedMetadata: metadata, appliedAt: t0 };
  it.each<[what: string, client: Partial<ClientState>, after: number, expected: boolean]>([
    ['nothing is known', {}, 0, true],
    ['nothing is known, and it was not read', read({ keptToken: null }), 1, true],
    ['it is known', old, 29 * day, false],
    ['it is old, and nobody saw what reads do', old, 31 * day, false],
    ['it is old, and reads renew the token', { ...old, ...read({ keptToken: false }) }, 31 * day, false],
    ['it is old, and reads keep the token', { ...old, ...read({}) }, 31 * day, true],
    ['it is old, and was not read just now', { ...old, ...read({ at: t0 + 31 * day }) }, 31 * day + 1, false],
    ['a row holds what was read', read({ wholeIn: 'intent' }), 1000, false],
    ['a row holds what was read long ago', read({ wholeIn: 'intent' }), day, true],
  ])('where it is so: %s', (_, client, after, expected) => {
    const ours = active(client, { current: { ...current, supplied: undefined } as never });
    expect(readsFirst(ours, t0 + after, policy)).toBe(expected);
  });

  it.each<[what: string, lastRead: Partial<NonNullable<ClientState['lastRead']>>, sentAt: number | null, boolean]>([
    ['was not read for this rotation', {}, null, true],
    ['was read for this rotation', { operationId: 'r' }, null, false],
    ['was read for another one', { operationId: 'former' }, null, true],
    ['was read before the last request of this rotation', { operationId: 'r' }, t0 + 1, true],
    ['was read after the last request of this rotation', { operationId: 'r' }, t0, false],
    ['renews its token when it is read', { keptToken: false }, null, false],
    ['may renew its token when it is read', { keptToken: null }, null, false],
  ])('each time where a person registered it and it %s', (_, lastRead, sentAt, expected) => {
    const rotation = { operationId: 'r', actor: 'system', ...(sentAt === null ? {} : { sentAt }) };
    expect(readsFirst(active({ ...old, ...read(lastRead) }, { rotation }), t0 + 2, policy)).toBe(expected);
  });
});

/** A change goes before a rotation that waits; what is read for it is read once. */
it.each([
  ['for the change', 'c', false],
  ['for the rotation before', 'r', true],
])(
  'a client that was read %s (%s) is read once more for a change beside a rotation: %s',
  (_, operationId, expected) => {
    const rotation = { operationId: 'r', actor: 'key:a', waits: true as const, sentAt: t0 + 5 };
    const activeOperation = { ...operationOf('changeMetadata', 'c', 'key:a', t0), operationId: 'c' };
    const lastRead = { at: t0 + 2, keptToken: true, wholeIn: null, operationId };
    const supplied = { ...current, supplied: true as const };
    const client = { appliedMetadata: { client_name: 'Theirs' }, appliedAt: t0, lastRead };
    expect(readsFirst(active(client, { current: supplied, rotation, activeOperation }), t0 + 9, policy)).toBe(expected);
  },
);

it('an update whose turn has not come needs no other read', () => {
  const rotation = { operationId: 'r', actor: 'key:a', sentAt: t0 + 5 };
  const { state } = afterRequestNotYet(active({}, { rotation }), { retryAfterSeconds: 60 }, t0 + 6, policy);
  expect(state.rotation).toEqual({ operationId: 'r', actor: 'key:a', delayed: true });
});

describe('an adopted client', () => {
  it('is read once it is active, and its differences are reported, without calling anybody', () => {
    const differs = ['client_name', 'redirect_uris'];
    const { state, steps, transitions } = run(
      active(),
      worldOf(() => ({ ...readOutcomeOf(clientId, { differs }) })),
      t0,
      t0 + 1000,
      policy,
    );
    expect(steps).toEqual(['read']);
    expect(clientOf(state, clientId)).toMatchObject({
      appliedMetadata: shownClientOf(clientId).metadata,
      lastRead: { keptToken: true },
    });
    expect(transitions).toMatchObject([
      {
        type: 'request.settled',
        reason: 'ClientMetadataDiffer',
        message: expect.stringContaining('client_name, redirect_uris'),
      },
    ]);
    expect(state.attentions).toEqual([]);
  });

  it('that cannot be read is tried again a day later, and proved all the same', () => {
    const { steps } = run(
      active(),
      worldOf(() => failing()),
      t0,
      t0 + 2.5 * day,
      policy,
    );
    expect(steps.filter((step) => step === 'read')).toHaveLength(3);
    expect(firstReadAt(active({ lastRead: { at: t0, keptToken: null, wholeIn: null } }), policy)).toBe(t0 + day);
  });

  const due = (client: Partial<ClientState> = {}) =>
    active(client, { current: { ...current, expiresAt: t0 + 3 * day, issuedAt: t0 - 87 * day } });

  it.each<[what: string, read: () => RequestOutcome]>([
    ['is refused', () => failing()],
    ['shows next to nothing', () => readOutcomeOf(clientId, { metadata: null })],
    ['fails', () => failing({ retryClass: 'transient', status: 503 })],
    [
      'finds the token dead',
      () =>
        ({
          ...failing({ reason: 'ManagementRejected', retryClass: 'token' }),
          kind: 'management-rejected',
        }) as RequestOutcome,
    ],
  ])('is never overwritten by a rotation where the read %s', (_, read) => {
    const sent: string[] = [];
    const { state, steps } = run(due(), worldOf(read, sent), t0, t0 + day, policy);
    expect(sent).toEqual([]);
    expect(steps).toContain('begin-rotation');
    expect(steps).not.toContain('update');
    expect(state.rotationPace.failures).toBeGreaterThan(0);
    expect(state.attentions.map(({ topic }) => topic)).not.toEqual([]);
  });

  it('is updated once it was read, and a refused read keeps nothing from it that is known', () => {
    const first = run(
      due(),
      worldOf(() => readOutcomeOf(clientId)),
      t0,
      t0 + 1000,
      policy,
    );
    expect(first.steps.slice(1, 4)).toEqual(['begin-rotation', 'read', 'update']);
    const old = {
      appliedMetadata: { redirect_uris: ['https://a.example/cb'] },
      appliedAt: t0 - 31 * day,
      lastRead: { at: t0 - 31 * day, keptToken: true, wholeIn: null },
    };
    const second = run(
      due(old),
      worldOf(() => failing()),
      t0,
      t0 + 1000,
      policy,
    );
    expect(second.steps.slice(1, 4)).toEqual(['begin-rotation', 'read', 'update']);
  });

  it('is read again before the next update, where reads keep its token, and a rotation reads it once', () => {
    const world = worldOf(() => readOutcomeOf(clientId));
    const { steps } = run(due(), world, t0, t0 + 2 * day, policy);
    const sent = steps.filter((step) => step === 'read' || step === 'update');
    expect(sent.length).toBeGreaterThan(3);
    expect(sent).toEqual(sent.map((_, index) => (index % 2 === 0 ? 'read' : 'update')));
  });

  it('is told where an update is answered with other metadata than were sent', () => {
    const request: OpenRequest = { intentId: 'i', kind: 'update', operationId: 'o' };
    const outcome: RequestOutcome = {
      kind: 'unchanged',
      expiresAt: null,
      expiryKnown: false,
      manageable: true,
      tokenReceived: false,
      client: shownClientOf(clientId, { differs: ['scope'] }),
    };
    const { state, transitions } = afterRequest(active({}, { request }), request, outcome, t0, policy);
    expect(state.attentions).toContainEqual(
      expect.objectContaining({ topic: 'metadata', reason: 'ClientMetadataDiffer' }),
    );
    expect(transitions.at(-1)).toMatchObject({ message: expect.stringContaining('scope') });
  });
});

describe('a client that another registration holds', () => {
  const holder = 'holder.app.sandbox.main';
  const held: RequestOutcome = {
    kind: 'held-elsewhere',
    clientId,
    holderRegistrationId: holder,
    failure: {
      reason: 'ClientHeldElsewhere',
      retryClass: 'input',
      status: null,
      retryAfterSeconds: null,
      message: 'held',
    },
  };

  it.each(['update', 'read'] as const)('found by an %s, is not asked for again and may be shared', (kind) => {
    const request: OpenRequest = { intentId: 'i', kind, operationId: 'o' };
    const before = active({}, { request, rotation: { operationId: 'o', actor: 'system' } });
    const { state } = afterRequest(before, request, held, t0, policy);
    expect(state.attentions.map(({ reason }) => reason)).toContain('ClientHeldElsewhere');
    expect(clientOf(state, clientId)?.heldBy).toBe(holder);
    expect(rotationStart(state, t0 + 89 * day, policy)).toBeNull();
    const sent: string[] = [];
    const { steps } = run(
      state,
      worldOf(() => readOutcomeOf(clientId), sent),
      t0,
      t0 + 80 * day,
      policy,
    );
    expect([sent, steps.includes('read'), steps.includes('begin-rotation')]).toEqual([[], false, false]);
    expect(refusalOf(state, { kind: 'shareClient', details: { holderRegistrationId: holder } })).toBeNull();
    expect(
      refusalOf(state, { kind: 'shareClient', details: { holderRegistrationId: 'x.app.sandbox.main' } }),
    ).not.toBeNull();
  });

  it('found by a registration, waits for a person, who may share it', () => {
    const request: OpenRequest = { intentId: 'i', kind: 'register', operationId: 'o' };
    const before = stateOf({ phase: 'registering', discovery: discoveryOf(), discoveredAt: t0, request });
    const { state } = afterRequest(before, request, held, t0, policy);
    expect(state.attentions.map(({ reason }) => reason)).toContain('ClientHeldElsewhere');
    expect([state.current, state.pending, nextStep(state, t0, policy)]).toMatchObject([null, null, { do: 'wait' }]);
    const operation = {
      operationId: 's',
      actor: 'key:a',
      reason: null,
      kind: 'shareClient',
      details: { holderRegistrationId: holder },
    } as const;
    const shared = run(
      { ...state, operations: [operation] },
      worldOf(() => failing()),
      t0,
      t0 + 1000,
      policy,
    );
    expect(shared.steps.slice(0, 2)).toEqual(['begin-operation', 'prove']);
    expect(shared.state.config.holderRegistrationId).toBe(holder);
  });
});

describe('an endpoint that the application is shown', () => {
  const known = { appliedMetadata: { redirect_uris: ['https://a.example/cb'] }, appliedAt: t0 };
  const moved = discoveryOf({ tokenEndpoint: 'https://auth.example.org/oauth2/token' });
  const asking = { operationId: 'd', actor: 'key:a', reason: null, kind: 'discover' } as const;
  const world = (found = moved): World => ({
    ...worldOf(() => failing()),
    discover: () => found,
    showEndpoints: () => 'shown',
  });

  it('and that moved is shown anew, once nothing is pending', () => {
    const { steps, state, transitions } = run(active(known, { operations: [asking] }), world(), t0, t0 + 1000, policy);
    expect(steps).toEqual(['begin-operation', 'discover', 'show-endpoints']);
    expect([state.current?.versionId, state.endpointsMoved]).toEqual(['shown', false]);
    expect(transitions.at(-1)).toMatchObject({ reason: 'EndpointsShown', changes: { versionId: { to: 'shown' } } });
    const pending = credentialOf({ versionId: 'next' });
    const waiting = active(known, { endpointsMoved: true, pending, nextAttemptAt: null });
    expect(nextStep({ ...waiting, credentialHealth: 'rotating' }, t0, policy)).toEqual({ do: 'prove' });
  });

  it('is tried again where the store is away, and left alone where nothing moved', () => {
    let tries = 0;
    const away = () => {
      tries += 1;
      if (tries < 3) throw new Fail();
      return 'shown';
    };
    const again = run(
      active(known, { operations: [asking] }),
      { ...world(), showEndpoints: away },
      t0,
      t0 + day / 2,
      policy,
    );
    expect([tries, again.state.endpointsMoved]).toEqual([3, false]);
    const still = run(active(known, { operations: [asking] }), world(discoveryOf()), t0, t0 + 1000, policy);
    expect(still.steps).toEqual(['begin-operation', 'discover']);
  });

  it('and whose issuer is another one waits for an administrator', () => {
    const other = discoveryOf({ issuer: 'https://other.example.org' });
    const { state, steps } = run(active(known, { operations: [asking] }), world(other), t0, t0 + 1000, policy);
    expect(steps).not.toContain('show-endpoints');
    expect(state.discovery?.proposal?.changed).toEqual(['issuer']);
    expect(state.attentions).toContainEqual(expect.objectContaining({ reason: 'EndpointChanged' }));
  });
});
