import { affordable } from '../../domain/credential/pace/bucket.ts';
import { afterConflict } from '../../domain/entity/after/conflict.ts';
import { afterDiscovery, afterDiscoveryFailure } from '../../domain/entity/after/discovery.ts';
import { afterPlan } from '../../domain/entity/after/plan.ts';
import { afterFailure, afterProof } from '../../domain/entity/after/proof.ts';
import { afterRetire, afterRetireFailure } from '../../domain/entity/after/retire.ts';
import { afterShownEndpoints } from '../../domain/entity/after/shownEndpoints.ts';
import { afterSupply } from '../../domain/entity/after/supply.ts';
import { afterReadingNotYet } from '../../domain/entity/after/turn.ts';
import { findsOutDeletion, mayBeDeleted } from '../../domain/entity/deletion.ts';
import { followedBy } from '../../domain/entity/draft.ts';
import { bareEndpointsOf } from '../../domain/entity/endpoints.ts';
import { toBeProved } from '../../domain/entity/holding.ts';
import type { Step } from '../../domain/entity/nextStep.ts';
import { newerThan } from '../../domain/entity/rotation/newer.ts';
import { afterSetAside, afterSetAsideFailure } from '../../domain/entity/rotation/setAside.ts';
import type { EntityState, Operation } from '../../domain/entity/state.ts';
import { type Asking, own } from '../activities.ts';
import { type Apply, attempt } from './attempt.ts';
import { settleRequest } from './request.ts';

/** A step that is an activity. */
export type WorkStep = Extract<
  Step,
  {
    do:
      | 'discover'
      | 'plan-change'
      | 'probe-set-aside'
      | 'settle'
      | 'settle-conflict'
      | 'store-supplied'
      | 'show-endpoints'
      | 'prove'
      | 'retire';
  }
>;

/** Carries out one bounded step and returns what follows from it. */
export async function takeStep(step: WorkStep, state: EntityState, asking: Asking): Promise<Apply> {
  switch (step.do) {
    case 'discover':
      return await discover(state, asking);
    case 'plan-change':
      return await planChange(step.operation, state, asking);
    case 'probe-set-aside':
      return await probeSetAside(state, asking);
    case 'settle':
      return await settleRequest(step.request, state, asking);
    case 'store-supplied':
      return await storeSupplied(step.operation, state, asking);
    case 'settle-conflict':
      return await settleConflict(step.operation, state, asking);
    case 'show-endpoints':
      return await showEndpoints(state, asking);
    case 'prove':
      return await prove(state, asking);
    case 'retire':
      return await retire(state, asking);
  }
}

async function discover({ registrationId }: EntityState, { peers, decided, policy }: Asking): Promise<Apply> {
  return await attempt(
    () => peers.discover({ registrationId, ...decided }),
    (found) => (latest, now) => afterDiscovery(latest, found, now),
    (failure) => (latest, now) => afterDiscoveryFailure(latest, failure, now, policy),
    (failure) => (latest, now) => afterReadingNotYet(latest, failure, now),
  );
}

async function planChange(
  operation: Operation<'changeMetadata'>,
  state: EntityState,
  { policy }: Asking,
): Promise<Apply> {
  const { registrationId, appliedRevision: revision, appliedOwnRevision } = state;
  return await attempt(
    () =>
      own.planMetadata({
        registrationId,
        revision: operation.details?.revision ?? null,
        applied: revision === null ? null : { revision, ownRevision: appliedOwnRevision ?? 0 },
        authMethod: (state.current ?? state.pending)?.authMethod ?? null,
      }),
    (plan) => (latest, now) => afterPlan(latest, plan, now),
    (failure) => (latest, now) => afterFailure(latest, failure, now, policy),
  );
}

async function prove(state: EntityState, { peers, decided, policy }: Asking): Promise<Apply> {
  const { registrationId, activeOperation, rotationPace } = state;
  const mostReads = affordable(rotationPace.bucket, Date.now(), policy);
  const argument = { registrationId, endpoints: bareEndpointsOf(state), ...toBeProved(state), mostReads };
  const asked =
    activeOperation?.kind === 'verify'
      ? ({ purpose: 'asked', afresh: activeOperation.actor !== 'system' } as const)
      : {};
  return await attempt(
    () => peers.prove({ ...argument, ...asked, ...decided }),
    (outcome) => (latest, now) => afterProof(latest, outcome, now, policy),
    (failure) => (latest, now) => afterFailure(latest, failure, now, policy),
  );
}

/** Before the server is asked for another secret, those that were set aside are tried again. */
async function probeSetAside(state: EntityState, { peers, decided, policy }: Asking): Promise<Apply> {
  const { registrationId, current } = state;
  const setAside = newerThan(state.setAside, current);
  return await attempt(
    () => peers.probeSetAside({ registrationId, endpoints: bareEndpointsOf(state), setAside, ...decided }),
    (outcome) => (latest, now) => afterSetAside(latest, outcome, now),
    (failure) => (latest, now) => afterSetAsideFailure(latest, failure, now, policy),
  );
}

async function settleConflict(
  operation: Operation<'acceptCurrent' | 'overwrite'>,
  state: EntityState,
  { peers, decided, policy }: Asking,
): Promise<Apply> {
  const { registrationId, current, pending, conflict } = state;
  if (current === null || conflict === null) throw new Error('a choice between two versions needs both');
  const choice = operation.kind;
  const argument = { registrationId, endpoints: bareEndpointsOf(state), choice, conflict, current, pending };
  return await attempt(
    () => peers.settleConflict({ ...argument, ...decided }),
    (outcome) => (latest, now) => afterConflict(latest, operation, outcome, now, policy),
    (failure) => (latest, now) => afterFailure(latest, failure, now, policy),
  );
}

/** Stores what a person supplied; the proof comes with it. */
async function storeSupplied(
  operation: Operation<'supplyCredential'>,
  state: EntityState,
  { peers, decided, policy }: Asking,
): Promise<Apply> {
  const { registrationId, current, pending } = state;
  const { operationId, details: supplied } = operation;
  if (supplied === undefined) throw new Error('a supplied credential has details');
  const endpoints = bareEndpointsOf(state);
  return await attempt(
    () => peers.storeSupplied({ registrationId, operationId, endpoints, supplied, current, pending, ...decided }),
    ({ outcome, proof }) =>
      (latest, now) => {
        const stored = afterSupply(latest, operation, outcome, now, policy);
        return proof === null ? stored : followedBy(stored, afterProof(stored.state, proof, now, policy));
      },
    (failure) => (latest, now) => afterFailure(latest, failure, now, policy),
  );
}

async function showEndpoints(state: EntityState, { peers, decided, policy }: Asking): Promise<Apply> {
  const { registrationId, current } = state;
  if (current === null) throw new Error('only a current credential is shown');
  return await attempt(
    () => peers.showEndpoints({ registrationId, endpoints: bareEndpointsOf(state), current, ...decided }),
    (shown) => (latest, now) => afterShownEndpoints(latest, shown, now),
    (failure) => (latest, now) => afterFailure(latest, failure, now, policy),
  );
}

async function retire(state: EntityState, { peers, decided, policy }: Asking): Promise<Apply> {
  const { registrationId, rotationPace } = state;
  const endpoints = state.discovery === null ? null : bareEndpointsOf(state);
  const mostRequests = affordable(rotationPace.bucket, Date.now(), policy);
  const credential = state.current ?? state.pending;
  const findsOut = findsOutDeletion(state, Date.now(), policy);
  const client = { registrationId, endpoints, credential };
  const argument = { ...client, mayBeDeleted: mayBeDeleted(state), findsOut, mostRequests };
  return await attempt(
    () => peers.retire({ ...argument, ...decided }),
    (outcome) => (latest, now) => afterRetire(latest, outcome, now),
    (failure) => (latest, now) => afterRetireFailure(latest, failure, now, policy),
  );
}
