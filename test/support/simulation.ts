import { afterConflict } from '../../domain/entity/after/conflict.ts';
import { afterDiscovery, afterDiscoveryFailure } from '../../domain/entity/after/discovery.ts';
import { afterPlan } from '../../domain/entity/after/plan.ts';
import { afterFailure, afterProof } from '../../domain/entity/after/proof.ts';
import { afterRequest, afterRequestFailure } from '../../domain/entity/after/request.ts';
import { afterRetire, afterRetireFailure } from '../../domain/entity/after/retire.ts';
import { afterShownEndpoints } from '../../domain/entity/after/shownEndpoints.ts';
import { afterSupply } from '../../domain/entity/after/supply.ts';
import { type Applied, followedBy } from '../../domain/entity/draft.ts';
import { nextStep, type Step } from '../../domain/entity/nextStep.ts';
import { openRequest, type RequestStep } from '../../domain/entity/openRequest.ts';
import { beginOperation, beginRotation, noteHealth } from '../../domain/entity/operations.ts';
import { afterSetAside, afterSetAsideFailure } from '../../domain/entity/rotation/setAside.ts';
import { giveUpAnswer } from '../../domain/entity/spooledAnswer.ts';
import type { EntityState, OpenRequest, Operation } from '../../domain/entity/state.ts';
import { tellOfTask } from '../../domain/entity/task.ts';
import type {
  ConflictOutcome,
  CredentialState,
  DeleteOutcome,
  Failure,
  MetadataPlan,
  ProofOutcome,
  RequestOutcome,
  SetAsideOutcome,
  SupplyOutcome,
} from '../../domain/ports/activities.ts';
import type { DiscoveryView, Transition } from '../../domain/registration/view.ts';
import type { TimePolicy } from '../../domain/time/policy.ts';
import { readOutcomeOf, shownClientOf } from './entity.ts';

/** Answers of the world to the steps of an entity; a thrown {@link Fail} is a failed activity. */
export interface World {
  discover(now: number): DiscoveryView;
  request(kind: OpenRequest['kind'], state: EntityState, now: number): RequestOutcome;
  /** Nothing is known of the wanted revision where absent. */
  plan?(state: EntityState, now: number): MetadataPlan;
  /** A client that has what was asked for where absent. */
  read?(state: EntityState, now: number): RequestOutcome;
  /** The version that the application is shown then. */
  showEndpoints?(state: EntityState, now: number): string;
  settle(request: OpenRequest, state: EntityState, now: number): RequestOutcome;
  prove(state: EntityState, now: number): ProofOutcome;
  /**
   * The proof that comes with what a step stored, on the state after it; none when absent, or null. As there, it is made
   * with the credential that the step answered, which the entity has not judged.
   */
  proveAtOnce?(state: EntityState, now: number, stored: CredentialState): ProofOutcome | null;
  /** What becomes of a choice between two versions of the secret. */
  settleConflict?(
    operation: Operation<'acceptCurrent' | 'overwrite'>,
    state: EntityState,
    now: number,
  ): ConflictOutcome;
  retire(state: EntityState, now: number): DeleteOutcome;
  /** Those that were set aside; none is good where absent. */
  probeSetAside?(state: EntityState, now: number): SetAsideOutcome;
  /** Is told each decision with the state that it was made on. */
  decided?(before: EntityState, applied: Applied): void;
  /** What becomes of a credential that a person supplied. */
  storeSupplied?(operation: Operation<'supplyCredential'>, state: EntityState, now: number): SupplyOutcome;
}

export class Fail extends Error {
  readonly failure: Failure;
  constructor(failure: Partial<Failure> = {}) {
    super('failed');
    this.failure = {
      reason: 'PeerNotAnswering',
      retryClass: 'transient',
      status: null,
      retryAfterSeconds: null,
      message: 'away',
      ...failure,
    };
  }
}

export interface Simulation {
  state: EntityState;
  now: number;
  readonly transitions: Transition[];
  readonly steps: string[];
}

/**
 * Runs the loop of the entity without Temporal until it waits for a person, ends, or the time is up. Throws when it
 * takes more than `stepLimit` steps, as a loop that spins would.
 */
export function run(
  start: EntityState,
  world: World,
  from: number,
  until: number,
  policy: TimePolicy,
  stepLimit = 1000,
): Simulation {
  const simulation: Simulation = { state: start, now: from, transitions: [], steps: [] };
  for (let count = 0; ; count += 1) {
    if (count > stepLimit) throw new Error(`more than ${stepLimit} steps: ${simulation.steps.slice(-10).join(', ')}`);
    const step = nextStep(simulation.state, simulation.now, policy);
    if (step.do === 'finish') return simulation;
    if (step.do === 'wait') {
      if (step.until === null || step.until > until) return simulation;
      simulation.now = step.until;
      continue;
    }
    simulation.steps.push(step.do);
    const applied = take(step, simulation.state, world, simulation.now, policy);
    world.decided?.(simulation.state, applied);
    simulation.state = applied.state;
    simulation.transitions.push(...applied.transitions);
  }
}

function take(step: Step, state: EntityState, world: World, now: number, policy: TimePolicy): Applied {
  switch (step.do) {
    case 'note-health':
      return noteHealth(state, now);
    case 'tell-of-task':
      return tellOfTask(state, now, policy);
    case 'begin-operation':
      return beginOperation(state, step.operation, now);
    case 'begin-rotation':
      return beginRotation(state, `operation-${now}`, now, policy);
    case 'give-up-answer':
      return giveUpAnswer(state, now);
    case 'discover':
      return guarded(
        () => afterDiscovery(state, world.discover(now), now),
        (failure) => afterDiscoveryFailure(state, failure, now, policy),
      );
    case 'register':
    case 'update':
    case 'change':
    case 'read':
      return sent(step, state, world, now, policy);
    case 'show-endpoints':
      return guarded(
        () => afterShownEndpoints(state, shownAs(state, world.showEndpoints?.(state, now)), now),
        (failure) => afterFailure(state, failure, now, policy),
      );
    case 'probe-set-aside':
      return guarded(
        () => afterSetAside(state, world.probeSetAside?.(state, now) ?? { good: null, probed: [] }, now),
        (failure) => afterSetAsideFailure(state, failure, now, policy),
      );
    case 'plan-change':
      return afterPlan(state, world.plan?.(state, now) ?? { wanted: null, members: [] }, now);
    case 'settle':
      return guarded(
        () => requested(step.request, world.settle(step.request, state, now), state, world, now, policy),
        (failure) => afterRequestFailure(state, step.request, failure, now, policy),
      );
    case 'prove':
      return guarded(
        () => afterProof(state, world.prove(state, now), now, policy),
        (failure) => afterFailure(state, failure, now, policy),
      );
    case 'settle-conflict':
      return guarded(
        () => {
          if (world.settleConflict === undefined) throw new Error('nothing is in conflict in this world');
          const outcome = world.settleConflict(step.operation, state, now);
          return afterConflict(state, step.operation, outcome, now, policy);
        },
        (failure) => afterFailure(state, failure, now, policy),
      );
    case 'store-supplied':
      return guarded(
        () => supplied(step.operation, state, world, now, policy),
        (failure) => afterFailure(state, failure, now, policy),
      );
    case 'retire':
      return guarded(
        () => afterRetire(state, world.retire(state, now), now),
        (failure) => afterRetireFailure(state, failure, now, policy),
      );
    default:
      throw new Error(`not a step that does something: ${step.do}`);
  }
}

/** The request is opened as the workflow does, and answered on the state that it was opened in. */
function sent(step: RequestStep, state: EntityState, world: World, now: number, policy: TimePolicy): Applied {
  const ids = { intentId: `intent-${now}`, operationId: `op-${now}` };
  const opened = openRequest(state, step, ids, now, policy);
  const request = opened.request as OpenRequest;
  return guarded(
    () => requested(request, answerOf(request, opened, world, now), opened, world, now, policy),
    (failure) => afterRequestFailure(opened, request, failure, now, policy),
  );
}

function supplied(
  operation: Operation<'supplyCredential'>,
  state: EntityState,
  world: World,
  now: number,
  policy: TimePolicy,
): Applied {
  if (world.storeSupplied === undefined) throw new Error('nothing is supplied in this world');
  const outcome = world.storeSupplied(operation, state, now);
  const applied = afterSupply(state, operation, outcome, now, policy);
  const proof =
    outcome.kind === 'stored' ? (world.proveAtOnce?.(applied.state, now, outcome.credential) ?? null) : null;
  return proof === null ? applied : followedBy(applied, afterProof(applied.state, proof, now, policy));
}

function answerOf(request: OpenRequest, state: EntityState, world: World, now: number): RequestOutcome {
  if (request.kind !== 'read') return world.request(request.kind, state, now);
  return world.read?.(state, now) ?? readOutcomeOf(state.current?.clientId ?? '', { at: now });
}

function shownAs({ current }: EntityState, versionId: string | undefined) {
  if (current === null) throw new Error('nothing is current');
  return { ...current, versionId: versionId ?? current.versionId };
}

/** What is stored was answered with what was asked for, unless the world says what was shown. */
function withClient(outcome: RequestOutcome, state: EntityState, now: number): RequestOutcome {
  if (outcome.kind !== 'stored' && outcome.kind !== 'unchanged') return outcome;
  const clientId = outcome.kind === 'stored' ? outcome.credential.clientId : (state.current?.clientId ?? '');
  return { client: shownClientOf(clientId, { at: now }), ...outcome };
}

function requested(
  request: OpenRequest,
  answer: RequestOutcome,
  state: EntityState,
  world: World,
  now: number,
  policy: TimePolicy,
): Applied {
  const outcome = withClient(answer, state, now);
  const applied = afterRequest(state, request, outcome, now, policy);
  const proof =
    outcome.kind === 'stored' ? (world.proveAtOnce?.(applied.state, now, outcome.credential) ?? null) : null;
  return proof === null ? applied : followedBy(applied, afterProof(applied.state, proof, now, policy));
}

function guarded(run: () => Applied, onFailure: (failure: Failure) => Applied): Applied {
  try {
    return run();
  } catch (error) {
    if (error instanceof Fail) return onFailure(error.failure);
    throw error;
  }
}
