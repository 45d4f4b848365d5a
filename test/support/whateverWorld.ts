import type { Operation } from '../../domain/entity/state.ts';
import type { OperationKind } from '../../domain/operations/details.ts';
import type {
  ConflictOutcome,
  CredentialState,
  DeleteOutcome,
  Failure,
  ProofOutcome,
  RequestOutcome,
  SupplyOutcome,
} from '../../domain/ports/activities.ts';
import type { Reason } from '../../domain/reasons/index.ts';
import { configOf, credentialOf, discoveryOf, readOutcomeOf } from './entity.ts';
import { Fail, type World } from './simulation.ts';

const day = 86_400_000;
const waysOut = ['acceptCurrent', 'overwrite'] as const;

/** Draws one of several. */
export type Draw = <Of>(...of: readonly Of[]) => Of;

/** The same draws for the same seed. */
export function drawFrom(seed: number): Draw {
  let state = seed >>> 0;
  return <Of>(...of: readonly Of[]): Of => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return of[(state >>> 8) % of.length] as Of;
  };
}

/** A world whose servers, stores and network do whatever is drawn, as far as a step can answer it. */
export function whateverWorld(draw: Draw): World {
  let versions = 0;
  const issue = (now: number, patch: Partial<CredentialState> = {}) => {
    versions += 1;
    const expiresAt = draw(now + 90 * day, now + day, null);
    return credentialOf({ issuedAt: now, expiresAt, versionId: `v${versions}`, provedAt: null, ...patch });
  };
  const failing = (...more: readonly Partial<Failure>[]): never => {
    throw new Fail(draw<Partial<Failure>>({}, { reason: 'HasSharers', retryClass: 'input' }, ...more));
  };
  const request: World['request'] = (kind, state, now) => {
    const { current } = state;
    const target = state.request?.metadata;
    const applied =
      target === undefined || current === null
        ? {}
        : { metadata: { target, conditions: [], scopes: noScopes, current } };
    const stored = (): RequestOutcome => ({
      kind: 'stored',
      credential: issue(now, kind === 'register' ? { place: 'management' } : {}),
      conditions: [],
      scopes: null,
      revision: 1,
      tokenReceived: true,
      notes: [],
      ...applied,
    });
    const unchanged = (): RequestOutcome => ({
      kind: 'unchanged',
      expiresAt: current?.expiresAt ?? null,
      expiryKnown: true,
      manageable: draw(true, false),
      tokenReceived: true,
      ...applied,
    });
    return draw<() => RequestOutcome>(
      stored,
      kind === 'register' ? stored : unchanged,
      () => ({ kind: 'refused', failure: failureOf(draw) }),
      () => ({ kind: 'not-sent', failure: failureOf(draw) }),
      () => ({ kind: 'unanswered', failure: new Fail().failure }),
      () => ({ kind: 'management-rejected', failure: new Fail({ reason: 'ManagementRejected' }).failure }),
      () => heldElsewhere(current?.clientId ?? 'client-1'),
      () => failing({ reason: 'AnswerSpooled', spooledAt: 'instance-1' }, { reason: 'RotationPaced', reads: 2 }),
    )();
  };
  return {
    discover: () =>
      draw(
        () => discoveryOf(),
        () => discoveryOf({ registrationEndpoint: null, registrationSource: 'none' }),
        () => discoveryOf({ tokenEndpoint: 'https://other.example.org/token' }),
        () => failing({ reason: 'DiscoveryFailed', retryClass: 'input' }),
      )(),
    request,
    settle: (open, state, now) => request(open.kind, state, now),
    read: ({ current }, now) => {
      const clientId = current?.clientId ?? 'client-1';
      return draw<() => RequestOutcome>(
        () => readOutcomeOf(clientId, { at: now }),
        () => readOutcomeOf(clientId, { at: now, metadata: null }),
        () => ({ kind: 'refused', failure: failureOf(draw) }),
        () => heldElsewhere(clientId),
        () => failing(),
      )();
    },
    plan: () => {
      const wanted = draw(null, configOf({ revision: 2 }));
      return { wanted, members: draw<string[]>([], ['scope'], ['client_name']) };
    },
    prove: (state, now) => {
      const { current, pending, config } = state;
      if (draw(0, 1, 2, 3, 4, 5) === 0) return failing({ reason: 'HolderNotReady' });
      // What a sharer proves is its holder's, and never in conflict.
      if (config.holderRegistrationId !== null) return draw(...proofsOf(issue(now), null, now));
      const proofs = proofsOf(current, state.hold?.reason === 'SecretStoreConflict' ? null : pending, now);
      const conflict = { stored: draw('s1', 's2'), known: current?.versionId ?? '', waysOut };
      const decision = { action: 'keep', reason: 'SecretStoreConflict' } as const;
      return current === null
        ? draw(...proofs)
        : draw(...proofs, { decision, current, pending, message: 'told', conflict });
    },
    probeSetAside: ({ setAside }) => ({ good: draw(null, setAside.at(-1) ?? null), probed: [] }),
    settleConflict: (_operation, { current }) => {
      if (current === null) throw new Error('nothing is current');
      const conflict = { stored: draw('s1', 's2'), known: current.versionId, waysOut };
      return draw<() => ConflictOutcome>(
        () => ({ kind: 'settled' as const, current, proved: draw(true, false), message: 'told' }),
        () => ({ kind: 'refused' as const, reason: 'CredentialRejected' as const, message: 'told' }),
        () => ({
          kind: 'refused' as const,
          reason: 'SecretStoreConflict' as const,
          message: 'told',
          conflict,
        }),
        () => failing(),
      )();
    },
    storeSupplied: (_operation, _state, now) =>
      draw<() => SupplyOutcome>(
        () => ({
          kind: 'stored' as const,
          credential: issue(now, { supplied: true }),
          tokenReceived: draw(true, false),
        }),
        () => ({ kind: 'refused' as const, failure: failureOf(draw) }),
        () => failing(),
      )(),
    retire: () =>
      draw<() => DeleteOutcome>(
        () => ({ kind: 'deleted' as const, message: 'deleted' }),
        () => ({ kind: 'listed' as const, reason: 'RetireNotSupported' as const, message: 'listed' }),
        () => failing(),
      )(),
  };
}

const noScopes = { requested: [], advertised: null, registered: null, granted: null, differences: [] };

function failureOf(draw: Draw): Failure {
  return new Fail({
    reason: draw<Reason>(
      'PeerNotAnswering',
      'RegistrationRejected',
      'RotationNotSupported',
      'InitialAccessTokenNeeded',
    ),
    retryClass: draw('transient', 'input', 'token'),
    status: draw(null, 500, 400),
  }).failure;
}

function heldElsewhere(clientId: string): RequestOutcome {
  const failure = new Fail({ reason: 'ClientHeldElsewhere', retryClass: 'input' }).failure;
  return { kind: 'held-elsewhere', clientId, holderRegistrationId: holder, failure };
}

const holder = 'north.app.sandbox.main';

function proofsOf(current: CredentialState | null, pending: CredentialState | null, now: number): ProofOutcome[] {
  const told = { current, pending, message: 'told' };
  const keep = (reason: ProofOutcome['decision']['reason']): ProofOutcome => ({
    ...told,
    decision: { action: 'keep', reason },
  });
  const promote = (reason: 'ProofSucceeded' | 'PromotedUnproved'): ProofOutcome => ({
    ...told,
    decision: { action: 'promote', reason },
    current: pending === null ? null : { ...pending, place: 'client', provedAt: now },
    pending: null,
  });
  return [
    keep('CredentialRejected'),
    keep('ProofInconclusive'),
    { ...keep('ProofInconclusive'), putOff: { until: now + day / 24 } },
    ...(pending === null
      ? [keep('ProofSucceeded'), keep('KeyHeldElsewhere')]
      : [promote('ProofSucceeded'), promote('ProofSucceeded'), promote('PromotedUnproved')]),
    ...(pending === null || current === null ? [] : [keep('BothCredentialsRejected')]),
  ];
}

/** One operation of a kind, as the API would hand it over. */
export function operationOf(kind: OperationKind, operationId: string, actor: string, now: number): Operation {
  const details: Partial<Record<OperationKind, unknown>> = {
    approveEndpoint: { registrationEndpoint: 'https://auth.example.org/register', evidenceHash: 'a'.repeat(64) },
    changeMetadata: { revision: null },
    reportLaunch: { outcome: 'success', mode: 'ehr', error: null, grantedScopes: null },
    shareClient: { holderRegistrationId: holder },
    supplyCredential: {
      clientId: 'client-1',
      authMethod: null,
      issuedAt: now,
      expiresAt: null,
      expiryKnown: false,
      clientExpiresAt: null,
    },
    updateTask: { state: 'submitted', vendor: null },
  };
  return { operationId, kind, actor, reason: null, details: details[kind] } as Operation;
}
