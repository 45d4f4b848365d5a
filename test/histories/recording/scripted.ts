import { setTimeout as delay } from 'node:timers/promises';
import { isNotYet } from '../../../domain/entity/after/turn.ts';
import { endpointsOf } from '../../../domain/entity/endpoints.ts';
import { judgeOnboarding } from '../../../domain/entity/onboarding.ts';
import type { EntityState } from '../../../domain/entity/state.ts';
import { RegistrarFailure } from '../../../domain/failure.ts';
import type {
  CredentialState,
  Failure,
  PeerActivities,
  PeerSteps,
  ProofOutcome,
  RequestResult,
  SupplyResult,
} from '../../../domain/ports/activities.ts';
import type { Decision, RecordAnswer, WakeArguments, Woken } from '../../../domain/ports/entityState.ts';
import type { EntityActivities, Onboarding } from '../../../domain/ports/onboarding.ts';
import { RecordsError } from '../../../domain/ports/recordsError.ts';
import { type Reason, reasons } from '../../../domain/reasons/index.ts';
import type { RegistrationConfig } from '../../../domain/registration/config.ts';
import type { DiscoveryView, EndpointApproval, Transition } from '../../../domain/registration/view.ts';
import type { TimePolicy } from '../../../domain/time/policy.ts';
import { credentialOf, discoveryOf, shownClientOf } from '../../support/entity.ts';
import { MemoryRecords, type Row, scriptedConfig } from './memoryRecords.ts';

/** Answers of one activity, one a call; the last one for all further calls. */
type Answers<Name extends keyof PeerSteps> = readonly ((
  ...given: Parameters<PeerActivities[Name]>
) => Awaited<ReturnType<PeerSteps[Name]>> | ReturnType<PeerSteps[Name]>)[];

/** What the records answer instead, one a call and after these as they do; `real` is what they would. */
type Instead<Argument, Answer> = readonly ((argument: Argument, real: () => Answer) => Answer | Promise<Answer>)[];

/** What the world answers to one registration, where it differs from a world in which everything goes well. */
export type Script = {
  readonly config?: Partial<RegistrationConfig>;
  readonly policy?: Partial<TimePolicy>;
  readonly wake?: Instead<WakeArguments, Woken | null>;
  readonly record?: Instead<Decision, RecordAnswer>;
} & {
  readonly [Name in keyof PeerSteps]?: Answers<Name>;
};

const second = 1000;

/** A client or a secret that is stored, and proved at once; lives 90 days unless told. */
export function stored(seconds = 90 * 86_400): RequestResult {
  const credential = issuedFor(seconds);
  return { ...storing(credential), proof: proved({ pending: credential, current: null }) };
}

/** A secret without an end, stored and proved at once. */
export function storedForever(): RequestResult {
  const credential: CredentialState = { ...issuedFor(0), expiresAt: null, expiryKnown: true };
  return { ...storing(credential), proof: proved({ pending: credential, current: null }) };
}

/** A credential that a person supplied, stored and proved at once. */
export function suppliedAndProved(clientId: string): SupplyResult {
  const credential: CredentialState = { ...issuedFor(90 * 86_400), clientId, manageable: false, supplied: true };
  return {
    outcome: { kind: 'stored', credential, tokenReceived: false },
    proof: proved({ pending: credential, current: null }),
  };
}

/** What is stored, and was not proved with it. */
export function storedOnly(): RequestResult {
  return storing(issuedFor(90 * 86_400));
}

/** What is stored, and refused by the token endpoint so far. */
export function storedRefused(): RequestResult {
  const credential = issuedFor(90 * 86_400);
  return { ...storing(credential), proof: rejected({ pending: credential, current: null }) };
}

/** A client that signs with a key, not proved with its registration. */
export function storedWithKey(): RequestResult {
  const { versionId, issuedAt } = issuedFor(0);
  const credential = { place: 'management', provedAt: null, expiresAt: null, expiryKnown: true } as const;
  return storing(credentialOf({ ...credential, versionId, issuedAt, authMethod: 'private_key_jwt' }));
}

function issuedFor(seconds: number): CredentialState {
  const issuedAt = Date.now();
  return credentialOf({
    place: 'management',
    issuedAt,
    expiresAt: issuedAt + seconds * second,
    provedAt: null,
    versionId: crypto.randomUUID().replaceAll('-', ''),
  });
}

function storing(credential: CredentialState): RequestResult {
  const client = shownClientOf(credential.clientId);
  const rest = { conditions: [], scopes: null, revision: 1, tokenReceived: true, notes: [], client };
  return { outcome: { kind: 'stored', credential, ...rest }, proof: null };
}

export function tooEarly(seconds: number): RequestResult {
  const expiresAt = Date.now() + seconds * second;
  return {
    outcome: { kind: 'unchanged', expiresAt, expiryKnown: true, manageable: true, tokenReceived: true },
    proof: null,
  };
}

/** A client that shows the token that it was read with. */
function wasRead({ clientId }: CredentialState): RequestResult {
  const scopes = { requested: [], advertised: null, registered: null, granted: null, differences: [] };
  const client = shownClientOf(clientId);
  return {
    outcome: { kind: 'read', client, keptToken: true, manageable: true, conditions: [], scopes },
    proof: null,
  };
}

/** A change of metadata that the server took, with the secret as it was. */
export function changed(): RequestResult {
  return {
    outcome: {
      kind: 'unchanged',
      expiresAt: null,
      expiryKnown: false,
      manageable: true,
      tokenReceived: true,
      metadata: {
        target: { revision: 2, ownRevision: 0 },
        conditions: [],
        scopes: { requested: [], advertised: null, registered: null, granted: null, differences: [] },
        current: issuedFor(90 * 86_400),
      },
    },
    proof: null,
  };
}

export function refused(reason: Reason, retryClass: Failure['retryClass']): RequestResult {
  return { outcome: { kind: 'refused', failure: failureOf(reason, retryClass) }, proof: null };
}

export const unanswered: RequestResult = {
  outcome: { kind: 'unanswered', failure: failureOf('PeerNotAnswering', 'transient') },
  proof: null,
};

function failureOf(reason: Reason, retryClass: Failure['retryClass']): Failure {
  return { reason, retryClass, status: null, retryAfterSeconds: null, message: reasons[reason].sentence };
}

/** Anything else is a mistake of the script. */
function ofFailure(error: unknown): Failure {
  if (!(error instanceof RegistrarFailure)) throw error;
  const { reason, retryClass, status, retryAfterSeconds, message } = error;
  return { reason, retryClass, status, retryAfterSeconds, message };
}

export function lostAnswer(): never {
  throw new RegistrarFailure({ reason: 'PeerNotAnswering', retryClass: 'transient', message: 'The answer was lost.' });
}

/** The server has no room for the step before a second is over: nothing of it began. */
export function notYet(): never {
  throw new RegistrarFailure({
    reason: 'TurnNotYet',
    retryClass: 'transient',
    retryAfterSeconds: 1,
    message: reasons.TurnNotYet.sentence,
  });
}

/** The credential of a holder, proved where a sharer uses it. */
export function provedHeld(): ProofOutcome {
  const held = { ...issuedFor(90 * 86_400), place: 'client', manageable: false, provedAt: Date.now() } as const;
  return { decision: { action: 'keep', reason: 'ProofSucceeded' }, current: held, pending: null, message: 'good' };
}

/** The records are not reached. */
export function recordsAway(): never {
  throw new RecordsError('unavailable', 'The database does not answer; try again.');
}

/** The decision is written, and the answer lost: as when a workflow task dies between the two. */
export function recordedTwice(_: Decision, real: () => RecordAnswer): never {
  real();
  return recordsAway();
}

/** Longer than the start-to-close of a path that loses an answer so, in milliseconds. */
const tooLong = 10_000;

export async function notInTime(): Promise<never> {
  await delay(tooLong);
  lostAnswer();
}

/** What a proof says of a key that somebody else holds. */
export function unprovable({ pending, current }: Proved): ProofOutcome {
  const taken = pending === null ? current : ({ ...pending, place: 'client', provedAt: null } as const);
  const decision = { action: pending === null ? 'keep' : 'promote', reason: 'KeyHeldElsewhere' } as const;
  return { decision, current: taken, pending: null, message: reasons.KeyHeldElsewhere.sentence };
}

type Proved = Pick<ProofOutcome, 'pending' | 'current'>;

/** Promotes what is pending; what is current proves good. */
export function proved({ pending, current }: Proved): ProofOutcome {
  const message = 'The credential authenticates.';
  if (pending === null) return { decision: { action: 'keep', reason: 'ProofSucceeded' }, current, pending, message };
  return {
    decision: { action: 'promote', reason: 'ProofSucceeded' },
    current: { ...pending, place: 'client', provedAt: Date.now() },
    pending: null,
    message,
  };
}

/** Nothing that is pending is taken yet. */
export function rejected({ pending, current }: Proved): ProofOutcome {
  const message = 'The client is refused.';
  return { decision: { action: 'keep', reason: 'CredentialRejected' }, current, pending, message };
}

/** What an entity recorded so far, in order. */
export type Timeline = readonly Transition[];

export interface ScriptedWorld {
  readonly activities: EntityActivities;
  timeline(registrationId: string): Timeline;
  /** What the records hold; a test may write into it. */
  row(registrationId: string): Row;
}

/** The product's activities, answered by scripts: no network, no store, the same path whenever it is recorded. */
export function scriptedWorld(scripts: ReadonlyMap<string, Script>, policy: TimePolicy): ScriptedWorld {
  const records = new MemoryRecords();
  const calls = new Map<string, number>();

  function nextCall(registrationId: string, name: string): number {
    const key = `${registrationId}/${name}`;
    const call = calls.get(key) ?? 0;
    calls.set(key, call + 1);
    return call;
  }

  function scripted<Name extends keyof PeerSteps>(name: Name, usual: Answers<Name>[number]): PeerActivities[Name] {
    const answer = async (...given: Parameters<PeerActivities[Name]>) => {
      const [{ registrationId, decidedAt, incarnation }] = given;
      const row = records.row(registrationId);
      if (row.sequence !== decidedAt || row.incarnation !== incarnation)
        throw new RegistrarFailure({ reason: 'DecisionOutdated', retryClass: 'input', message: 'moved on' });
      const script = scripts.get(registrationId)?.[name] as Answers<Name> | undefined;
      const call = nextCall(registrationId, name);
      return await (script?.[Math.min(call, script.length - 1)] ?? usual)(...given);
    };
    return answer as PeerActivities[Name];
  }

  const discover = scripted('discover', () => discoveryOf());
  const register = scripted('register', () => stored());

  /** As the product does it, of what is scripted for its parts. */
  const onboard: Onboarding['onboard'] = async (argument) => {
    const { registrationId, decidedAt, incarnation, rules, chain, intentId, operationId } = argument;
    let found: DiscoveryView;
    try {
      found = await discover({ registrationId, decidedAt, incarnation, rules });
    } catch (error) {
      const failure = ofFailure(error);
      // The turn is the whole step's.
      if (isNotYet(failure)) throw error;
      return { stoppedAt: 'discovery', failure };
    }
    const recordedAt = Date.now();
    const judged = judgeOnboarding(argument.state as EntityState, found, argument, recordedAt, argument.policy);
    if (judged.kind === 'stops') return { stoppedAt: judged.at, found };
    const { state, transitions } = judged.applied;
    const { wakeAt } = judged;
    const about = { registrationId, incarnation, chain, afterSequence: decidedAt, rules, wakeAt };
    const decision: Decision = { ...about, transitions, state, endedOperations: [] };
    const real = () => records.record(decision);
    const answer = await recorded('record', decision, scripts.get(registrationId)?.record, real);
    if (answer.kind !== 'recorded')
      throw new RegistrarFailure({ reason: 'DecisionOutdated', retryClass: 'input', message: 'moved on' });
    try {
      const endpoints = endpointsOf(state);
      const request = { registrationId, intentId, operationId, endpoints, initialAccessTokenRef: null };
      const { outcome, proof } = await register({ ...request, decidedAt: state.sequence, incarnation, rules });
      return { stoppedAt: null, found, recordedAt, request: outcome, proof };
    } catch (error) {
      return {
        stoppedAt: null,
        found,
        recordedAt,
        request: { kind: 'failed', failure: ofFailure(error) },
        proof: null,
      };
    }
  };

  async function recorded<Argument extends { registrationId: string }, Answer>(
    name: string,
    argument: Argument,
    instead: Instead<Argument, Answer> | undefined,
    real: () => Answer,
  ): Promise<Answer> {
    const other = instead?.[nextCall(argument.registrationId, name)];
    return other === undefined ? real() : await other(argument, real);
  }

  return {
    activities: {
      discover,
      onboard,
      register,
      update: scripted('update', () => stored()),
      read: scripted('read', ({ current }) => wasRead(current)),
      settle: scripted('settle', () => unanswered),
      prove: scripted('prove', proved),
      probeSetAside: scripted('probeSetAside', () => ({ good: null, probed: [] })),
      settleConflict: scripted('settleConflict', ({ current }) => ({
        kind: 'settled',
        current,
        proved: true,
        message: 'good',
      })),
      storeSupplied: scripted('storeSupplied', ({ supplied }) => suppliedAndProved(supplied.clientId)),
      showEndpoints: scripted('showEndpoints', ({ current }) => current),
      retire: scripted('retire', () => ({ kind: 'deleted', message: reasons.RetireDeleted.sentence })),
      planMetadata: async ({ registrationId }) => ({
        wanted: { ...scriptedConfig(registrationId), revision: 2 },
        members: ['redirect_uris'],
      }),
      wake: (argument) => {
        const script = scripts.get(argument.registrationId);
        const real = () => records.wake(argument, { ...policy, ...script?.policy }, script?.config);
        return recorded('wake', argument, script?.wake, real);
      },
      record: (decision) =>
        recorded('record', decision, scripts.get(decision.registrationId)?.record, () => records.record(decision)),
    },
    timeline: (registrationId) => records.row(registrationId).timeline,
    row: (registrationId) => records.row(registrationId),
  };
}

const registrationEndpoint = 'https://auth.example.org/register';

/** A reading in which only the issuer's document names a registration endpoint; a letter stands for the document. */
export function candidateOf(letter: string, endpoint = registrationEndpoint): DiscoveryView {
  return discoveryOf({
    registrationEndpoint: null,
    registrationSource: 'none',
    candidate: {
      registrationEndpoint: endpoint,
      source: 'openid-configuration',
      evidenceHash: letter.repeat(64),
      sameSite: true,
    },
  });
}

/** An administrator's word on {@link candidateOf}. */
export function approvalOf(letter: string): EndpointApproval {
  return { registrationEndpoint, evidenceHash: letter.repeat(64) };
}
