import { describe, expect, it } from 'vitest';
import { afterDiscovery, afterDiscoveryFailure } from '../../../../domain/entity/after/discovery.ts';
import { beginOperation, refusalOf } from '../../../../domain/entity/operations.ts';
import { type EntityState, initialState, type Operation } from '../../../../domain/entity/state.ts';
import { viewOf } from '../../../../domain/entity/view.ts';
import { attentionOf } from '../../../../domain/people/attention.ts';
import { clientAvailable, type DiscoveryView, type EndpointApproval } from '../../../../domain/registration/view.ts';
import { defaultTimePolicy } from '../../../../domain/time/policy.ts';
import { application, credentialOf, discoveryOf, stateOf, t0 } from '../../../support/entity.ts';

const endpoint = 'https://auth.example.org/register';
const hash = (letter: string) => letter.repeat(64);
const candidate = {
  registrationEndpoint: endpoint,
  source: 'openid-configuration',
  evidenceHash: hash('a'),
  sameSite: true,
} as const;
const finding = { code: 'registration-endpoint-needs-approval', severity: 'warning', message: 'waits' } as const;

/** A reading in which only the issuer names a registration endpoint. */
function waiting(patch: Partial<typeof candidate> | { readonly [Name in keyof typeof candidate]?: unknown } = {}) {
  return discoveryOf({
    registrationEndpoint: null,
    registrationSource: 'none',
    candidate: { ...candidate, ...patch } as NonNullable<DiscoveryView['candidate']>,
    findings: [finding],
    sourceHash: hash('s'),
  });
}
const nothing = discoveryOf({ registrationEndpoint: null, registrationSource: 'none', sourceHash: hash('s') });
const trusted = (registrationEndpoint: string, registrationHash = hash('s')) =>
  discoveryOf({ registrationEndpoint, registrationHash, sourceHash: hash('s') });

const approval = (patch: Partial<EndpointApproval> = {}): Operation<'approveEndpoint'> => ({
  operationId: 'op',
  kind: 'approveEndpoint',
  actor: 'key:admin',
  reason: null,
  details: { registrationEndpoint: endpoint, evidenceHash: hash('a'), ...patch },
});
const discover: Operation<'discover'> = { operationId: 'asked', kind: 'discover', actor: 'key:k', reason: null };

const read = (state: EntityState, found: DiscoveryView) => afterDiscovery(state, found, t0);
const approve = (state: EntityState, patch: Partial<EndpointApproval> = {}) =>
  beginOperation(state, approval(patch), t0);
const types = ({ transitions }: ReturnType<typeof read>) => transitions.map(({ type }) => type);
const reasonOf = (state: EntityState) => attentionOf(state)?.reason ?? null;
const policies = (patch: Partial<typeof application.policies>) => ({ policies: { ...application.policies, ...patch } });

describe('an endpoint that only an administrator can approve', () => {
  it.each(['auto', 'dynamic'] as const)('holds a registration of method %s', (method) => {
    const { state, transitions } = read(stateOf({}, { method }), waiting());
    expect(state).toMatchObject({ phase: 'awaiting_approval', discovery: { registrationEndpoint: null } });
    expect(attentionOf(state)).toMatchObject({
      reason: 'EndpointApprovalNeeded',
      action: expect.stringContaining('approve-endpoint'),
      message: `The OpenID configuration (SHA-256 ${hash('a')}) names ${endpoint}.`,
    });
    expect(transitions.at(-1)).toMatchObject({
      type: 'registration.awaiting-approval',
      changes: { candidate: { from: null, to: { registrationEndpoint: endpoint, evidenceHash: hash('a') } } },
    });
  });

  it.each(['manual', 'adopt'] as const)('never holds one of method %s', (method) => {
    expect(read(stateOf({}, { method }), waiting()).state.phase).toBe('manual_required');
  });

  it.each([
    ['on the site of the FHIR base URL', {}, 'registering'],
    ['not on another site', { sameSite: false }, 'awaiting_approval'],
    [
      'not where a FHIR document names it on another site',
      { source: 'smart-configuration', sameSite: false },
      'awaiting_approval',
    ],
  ])('passes by policy %s', (_name, patch, phase) => {
    expect(read(stateOf({}, policies({ allowIssuerEndpoint: true })), waiting(patch)).state.phase).toBe(phase);
  });

  it('is used once approved, with the administrator in the timeline', () => {
    const { state, transitions } = approve(read(stateOf(), waiting()).state);
    expect(state).toMatchObject({
      phase: 'registering',
      discovery: {
        registrationEndpoint: endpoint,
        registrationSource: 'openid-configuration',
        approval: { registrationEndpoint: endpoint, evidenceHash: hash('a') },
        findings: [],
      },
    });
    expect(state.discovery).not.toHaveProperty('candidate');
    expect(reasonOf(state)).toBeNull();
    expect(transitions[0]).toMatchObject({
      type: 'registration.endpoint-approved',
      actor: 'key:admin',
      operationId: 'op',
      changes: { registrationEndpoint: { from: null, to: endpoint }, evidenceHash: { from: null, to: hash('a') } },
    });
  });

  it('goes to a token where one is needed', () => {
    const state = read(stateOf({}, { environmentClass: 'production' }), waiting()).state;
    expect(approve(state).state).toMatchObject({ phase: 'awaiting_token' });
  });

  it.each<[string, EntityState, Partial<EndpointApproval>, RegExp | null]>([
    ['the pair that waits', read(stateOf(), waiting()).state, {}, null],
    ['another endpoint', read(stateOf(), waiting()).state, { registrationEndpoint: `${endpoint}2` }, /another one/],
    ['another document', read(stateOf(), waiting()).state, { evidenceHash: hash('b') }, /another one/],
    ['none', read(stateOf(), waiting()).state, { registrationEndpoint: null }, /another one/],
    ['where nothing waits', read(stateOf(), trusted(endpoint)).state, {}, /No registration endpoint waits/],
    ['before anything was read', stateOf(), {}, /No registration endpoint waits/],
  ])('approval of %s', (_name, state, patch, refusal) => {
    const told = refusalOf(state, approval(patch));
    if (refusal === null) expect(told).toBeNull();
    else expect(told).toMatch(refusal);
  });

  it('is refused when it changed between the validator and its turn', () => {
    const state = read(read(stateOf(), waiting()).state, waiting({ evidenceHash: hash('b') })).state;
    const after = approve(state);
    expect(types(after)).toEqual(['operation.refused']);
    expect(after.state.phase).toBe('awaiting_approval');
  });
});

describe('an approval', () => {
  const approvedState = approve(read(stateOf(), waiting()).state).state;
  const awaitingToken = { ...approvedState, phase: 'awaiting_token' } as const;

  it('stays while endpoint and document stay, without a word', () => {
    const after = read(awaitingToken, waiting());
    expect(types(after)).toEqual([]);
    expect(after.state).toMatchObject({ phase: 'awaiting_token', discovery: { registrationEndpoint: endpoint } });
  });

  it.each([
    ['endpoint', { registrationEndpoint: 'https://auth.example.org/other' }],
    ['document', { evidenceHash: hash('b') }],
  ])('is void when the %s changes', (_name, patch) => {
    const after = read(awaitingToken, waiting(patch));
    expect(after.state).toMatchObject({
      phase: 'awaiting_approval',
      discovery: { registrationEndpoint: null, candidate: patch },
    });
    expect(after.state.discovery).not.toHaveProperty('approval');
    expect(reasonOf(after.state)).toBe('EndpointApprovalNeeded');
  });

  it('is not needed any more when a FHIR document names the endpoint itself', () => {
    const after = read(awaitingToken, trusted(endpoint));
    expect(after.state).toMatchObject({ phase: 'awaiting_token', discovery: { registrationEndpoint: endpoint } });
    expect(after.state.discovery).not.toHaveProperty('approval');
  });

  it('does not help where nobody names the endpoint any more', () => {
    expect(read(awaitingToken, nothing).state).toMatchObject({
      phase: 'manual_required',
      discovery: { registrationEndpoint: null },
    });
  });
});

describe('a registration that a person carries out', () => {
  const manual = read(stateOf({}, { method: 'manual' }), nothing).state;

  it('is offered a registration endpoint that appears, and keeps its work', () => {
    const after = read(manual, trusted(endpoint));
    expect(after.state).toMatchObject({
      phase: 'manual_required',
      task: { kind: 'registration' },
      discovery: { registrationEndpoint: null, candidate: { registrationEndpoint: endpoint, evidenceHash: hash('s') } },
    });
    expect(attentionOf(after.state)).toMatchObject({
      reason: 'RegistrationEndpointAppeared',
      action: expect.stringContaining('approve-endpoint'),
    });
    expect(after.transitions).toMatchObject([
      {
        type: 'registration.attention',
        reason: 'RegistrationEndpointAppeared',
        changes: { registrationEndpoint: { from: null, to: endpoint } },
      },
    ]);
  });

  it.each([
    ['again and again', () => trusted(endpoint)],
    ['only the issuer names', () => waiting()],
  ])('is told once of one that %s', (_name, found) => {
    const offered = read(manual, found()).state;
    const again = read(offered, found());
    expect(types(again)).toEqual([]);
    expect(reasonOf(again.state)).toBe('RegistrationEndpointAppeared');
  });

  it('is not offered it any more when it disappears', () => {
    const after = read(read(manual, trusted(endpoint)).state, nothing);
    expect(reasonOf(after.state)).toBe('ManualMethod');
    expect(types(after)).toEqual(['registration.discovered']);
    expect(after.state.discovery).not.toHaveProperty('candidate');
  });

  it('is not offered what was there when a person was chosen', () => {
    const chosen = read(stateOf({}, { method: 'manual' }), trusted(endpoint)).state;
    const after = read(chosen, trusted(endpoint));
    expect(types(after)).toEqual([]);
    expect(reasonOf(after.state)).toBe('ManualMethod');
  });

  it.each(['manual_required', 'submitted'] as const)('becomes dynamic by the approval in %s', (phase) => {
    const offered = { ...read(manual, trusted(endpoint)).state, phase };
    const { state, transitions } = approve(offered, { evidenceHash: hash('s') });
    expect(state).toMatchObject({ phase: 'registering', config: { method: 'dynamic' }, task: null });
    expect(transitions[0]?.changes).toMatchObject({ method: { from: 'manual', to: 'dynamic' } });
    expect(transitions.at(-1)?.view).toMatchObject({ method: 'dynamic' });
    expect(reasonOf(state)).toBeNull();
  });

  it('is given back to Registrar by somebody who asks for discovery, where the method leaves it open', () => {
    const without = read(stateOf(), nothing).state;
    expect(without.phase).toBe('manual_required');
    expect(read(without, trusted(endpoint)).state.phase).toBe('manual_required');
    expect(read({ ...without, activeOperation: discover }, trusted(endpoint)).state.phase).toBe('registering');
  });
});

describe('a registration whose client lives', () => {
  const live = stateOf({
    phase: 'active',
    discovery: trusted(endpoint),
    current: credentialOf(),
    credentialHealth: 'healthy',
  });
  const moved = trusted('https://new.example.org/register', hash('n'));

  it('says nothing when nothing changed', () => {
    const after = read(live, trusted(endpoint));
    expect(after.transitions).toEqual([]);
    expect(after.state.discoveredAt).toBe(t0);
  });

  it('answers who asked', () => {
    const after = read({ ...live, activeOperation: discover }, trusted(endpoint));
    expect(after.transitions).toMatchObject([{ type: 'registration.discovered', operationId: 'asked' }]);
    expect(after.state.activeOperation).toBeNull();
  });

  it('takes what changed on the same origins, and tells', () => {
    const after = read(live, { ...trusted(endpoint), capabilities: ['permission-v2'] });
    expect(after.transitions).toMatchObject([
      { type: 'registration.discovered', changes: { capabilities: { from: null, to: ['permission-v2'] } } },
    ]);
    expect(reasonOf(after.state)).toBeNull();
  });

  it.each<[string, DiscoveryView, string[], EndpointApproval]>([
    [
      'moves',
      moved,
      ['registrationEndpoint'],
      { registrationEndpoint: moved.registrationEndpoint, evidenceHash: hash('n') },
    ],
    ['is gone', nothing, ['registrationEndpoint'], { registrationEndpoint: null, evidenceHash: hash('s') }],
    [
      'waits for approval now',
      waiting(),
      ['registrationEndpoint'],
      { registrationEndpoint: endpoint, evidenceHash: hash('a') },
    ],
  ])(
    'works on with the old endpoints when the registration endpoint %s, until that is approved',
    (_name, found, changed, pair) => {
      const after = read(live, found);
      expect(after.state.discovery).toMatchObject({ registrationEndpoint: endpoint, proposal: { changed, ...pair } });
      expect(reasonOf(after.state)).toBe('EndpointChanged');
      expect(types(after)).toEqual(['registration.attention']);
      expect(types(read(after.state, found))).toEqual([]);

      const done = approve(after.state, pair);
      expect(types(done)).toEqual(['registration.endpoint-approved']);
      expect(done.state.discovery).not.toHaveProperty('proposal');
      expect(done.state.discovery?.registrationEndpoint).toBe(pair.registrationEndpoint ?? endpoint);
      expect(reasonOf(done.state)).toBeNull();
      expect(done.state.phase).toBe('active');
      const later = read(done.state, found);
      expect(types(later)).toEqual([]);
      expect(later.state.discovery?.registrationEndpoint).toBe(pair.registrationEndpoint ?? endpoint);
    },
  );

  it('forgets a change that is taken back', () => {
    const after = read(read(live, moved).state, trusted(endpoint));
    expect(after.state.discovery).not.toHaveProperty('proposal');
    expect(reasonOf(after.state)).toBeNull();
    expect(types(after)).toEqual(['registration.discovered']);
  });

  it('does not take an approval of what was read before', () => {
    const twice = read(read(live, moved).state, { ...moved, registrationHash: hash('m') }).state;
    expect(
      refusalOf(twice, approval({ registrationEndpoint: moved.registrationEndpoint, evidenceHash: hash('n') })),
    ).toMatch(/another one/);
  });

  it.each(['tokenEndpoint', 'authorizationEndpoint'] as const)(
    'cannot be moved to another origin of the %s',
    (name) => {
      const { state } = read(live, { ...trusted(endpoint), [name]: 'https://new.example.org/x' });
      expect(state.discovery).toMatchObject({ [name]: discoveryOf()[name], proposal: { changed: [name] } });
      expect(refusalOf(state, approval({ evidenceHash: hash('s') }))).toMatch(`Another origin of the ${name} cannot`);
    },
  );

  it('tells when its authentication method is not listed any more, and when it is again', () => {
    const without = { ...trusted(endpoint), tokenEndpointAuthMethods: ['private_key_jwt'] };
    const lost = read(live, without);
    expect(reasonOf(lost.state)).toBe('AuthMethodNotAdvertised');
    expect(lost.transitions).toMatchObject([{ reason: 'AuthMethodNotAdvertised' }]);
    const again = read(lost.state, without);
    expect([types(again), reasonOf(again.state)]).toEqual([[], 'AuthMethodNotAdvertised']);
    expect(reasonOf(read(again.state, trusted(endpoint)).state)).toBeNull();
  });

  it('is void where the document of an approval changes: the old endpoint stays in use', () => {
    const approvedLive = approve(read({ ...live, discovery: nothing }, waiting()).state).state;
    expect(approvedLive.discovery?.registrationEndpoint).toBe(endpoint);
    const after = read(approvedLive, waiting({ evidenceHash: hash('b') }));
    expect(after.state.discovery).toMatchObject({
      registrationEndpoint: endpoint,
      proposal: { evidenceHash: hash('b') },
    });
    expect(reasonOf(after.state)).toBe('EndpointChanged');
  });
});

describe('an entity that starts anew from the records', () => {
  it.each<[string, EntityState]>([
    ['approval', approve(read(stateOf(), waiting()).state).state],
    [
      'proposal',
      read(stateOf({ phase: 'active', discovery: trusted(endpoint), current: credentialOf() }), nothing).state,
    ],
  ])('knows the %s, and when the documents were read', (_name, state) => {
    const evidence = [{ url: 'https://a', sha256: 'b', fetchedAt: '2026-01-01T00:00:00.000Z', status: 200, bytes: 1 }];
    const discovery = state.discovery === null ? null : { ...state.discovery, evidence };
    const view = viewOf({ ...state, discovery }, t0);
    const { config, sequence } = state;
    const anew = initialState({ config, view, sequence, unsettled: null, initialAccessTokenRef: null });
    expect(anew.discovery).toEqual(discovery);
    expect(anew.discoveredAt).toBe(t0);
  });
});

describe('a registration that shares a client', () => {
  const shared = { holderRegistrationId: 'north.app.sandbox.main' };

  it('needs no registration endpoint, and no approval', () => {
    expect(read(stateOf({}, shared), waiting()).state.phase).toBe('verifying');
  });

  it('waits on for its client to be enabled while the documents are read again', () => {
    const state = stateOf(
      { phase: 'awaiting_enablement', discovery: trusted(endpoint), nextAttemptAt: t0 + 1 },
      shared,
    );
    const after = read(state, trusted(endpoint));
    expect(after.transitions).toEqual([]);
    expect(after.state).toMatchObject({ phase: 'awaiting_enablement', nextAttemptAt: t0 + 1 });
  });

  it('gets no client of its own by an approval', () => {
    const state = stateOf({ phase: 'active', discovery: waiting() }, shared);
    expect(approve(state).state).toMatchObject({ phase: 'active', discovery: { registrationEndpoint: endpoint } });
  });
});

describe('a client that could be shared', () => {
  const offer = { code: clientAvailable, severity: 'info', message: 'there is one' } as const;
  it('is told of when it comes, and not any more when it went', () => {
    const manual = read(stateOf({}, { method: 'manual' }), nothing).state;
    const offered = read(manual, { ...nothing, findings: [offer] });
    expect(reasonOf(offered.state)).toBe('SharedClientAvailable');
    expect(types(offered)).toEqual(['registration.discovered']);
    expect(types(read(offered.state, { ...nothing, findings: [offer] }))).toEqual([]);
    expect(reasonOf(read(offered.state, nothing).state)).toBe('ManualMethod');
  });
});

describe('a reading that nobody asked for', () => {
  const held = stateOf({
    phase: 'awaiting_enablement',
    discovery: trusted(endpoint),
    pending: credentialOf(),
    nextAttemptAt: t0 + 5000,
    attempts: 3,
    failingSince: t0 - 1,
  });

  it('leaves alone what waits', () => {
    const { nextAttemptAt, attempts, failingSince } = read(held, trusted(endpoint)).state;
    expect({ nextAttemptAt, attempts, failingSince }).toEqual({
      nextAttemptAt: t0 + 5000,
      attempts: 3,
      failingSince: t0 - 1,
    });
  });

  const failure = {
    reason: 'PeerNotAnswering',
    retryClass: 'transient',
    status: null,
    retryAfterSeconds: null,
    message: 'away',
  } as const;

  it('is tried again quietly the day after', () => {
    const { state, transitions } = afterDiscoveryFailure(held, failure, t0, defaultTimePolicy);
    expect(transitions).toEqual([]);
    expect(state).toMatchObject({
      phase: 'awaiting_enablement',
      nextAttemptAt: t0 + 5000,
      discoveryRetryAt: t0 + 86_400_000,
    });
  });

  it('tells once that the documents are gone, until they are back', () => {
    const gone = { ...failure, reason: 'DiscoveryFailed', retryClass: 'input' } as const;
    const first = afterDiscoveryFailure(held, gone, t0, defaultTimePolicy);
    expect(first.transitions).toMatchObject([{ type: 'registration.attention', reason: 'DiscoveryFailed' }]);
    expect(afterDiscoveryFailure(first.state, gone, t0, defaultTimePolicy).transitions).toEqual([]);
    expect(reasonOf(read(first.state, trusted(endpoint)).state)).toBeNull();
  });
});
