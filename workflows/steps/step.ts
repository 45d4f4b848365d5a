import { uuid4 } from '@temporalio/workflow';
import { afterDiscovery, afterDiscoveryFailure } from '../../domain/entity/after/discovery.ts';
import { afterPlan } from '../../domain/entity/after/plan.ts';
import { afterFailure, afterProof, afterRetire } from '../../domain/entity/after/proof.ts';
import { afterRequest, afterRequestFailure } from '../../domain/entity/after/request.ts';
import { afterSupply } from '../../domain/entity/after/supply.ts';
import { mayBeDeleted } from '../../domain/entity/deletion.ts';
import { type Applied, followedBy } from '../../domain/entity/draft.ts';
import type { Step } from '../../domain/entity/nextStep.ts';
import { beginOperation, beginRotation, noteHealth } from '../../domain/entity/operations.ts';
import type { EntityState, MetadataChange, OpenRequest, Operation } from '../../domain/entity/state.ts';
import { tellOfTask } from '../../domain/entity/task.ts';
import type { Endpoints, Failure, RequestArguments, RequestResult } from '../../domain/ports/activities.ts';
import type { TimePolicy } from '../../domain/time/policy.ts';
import type { Stubs } from '../activities.ts';
import { failureOf } from '../failure.ts';

/** What a finished step does to the state as it is then: updates may have come in while it ran. */
export type Apply = (state: EntityState, now: number) => Applied;

/** A step that does something; waiting and finishing are the loop's. */
export type WorkStep = Exclude<Step, { do: 'wait' } | { do: 'finish' }>;

/** Carries out one bounded step and returns what follows from it. */
export async function takeStep(
  step: WorkStep,
  state: EntityState,
  activities: Stubs,
  policy: TimePolicy,
): Promise<Apply> {
  switch (step.do) {
    case 'note-health':
      return noteHealth;
    case 'tell-of-task':
      return (latest, now) => tellOfTask(latest, now, policy);
    case 'begin-operation':
      return (latest, now) => beginOperation(latest, step.operation, now);
    case 'begin-rotation': {
      const operationId = uuid4();
      return (latest, now) => beginRotation(latest, operationId, now);
    }
    case 'discover':
      return await discover(state, activities, policy);
    case 'register':
      return await register(state, activities, policy);
    case 'plan-change':
      return await planChange(step.operation, state, activities);
    case 'change':
      return await change(step.change, state, activities, policy);
    case 'update':
      return await update(state, activities, policy);
    case 'settle':
      return await settle(step.request, state, activities, policy);
    case 'store-supplied':
      return await storeSupplied(step.operation, state, activities, policy);
    case 'prove':
      return await prove(state, activities, policy);
    case 'retire':
      return await retire(state, activities, policy);
  }
}

async function discover(state: EntityState, activities: Stubs, policy: TimePolicy): Promise<Apply> {
  return await attempt(
    () => activities.discover({ registrationId: state.registrationId }),
    (found) => (latest, now) => afterDiscovery(latest, found, now),
    (failure) => (latest, now) => afterDiscoveryFailure(latest, failure, now, policy),
  );
}

async function register(state: EntityState, activities: Stubs, policy: TimePolicy): Promise<Apply> {
  const request: OpenRequest = { intentId: uuid4(), kind: 'register', operationId: uuid4() };
  return await requestStep(request, policy, () => activities.register(requestArguments(state, request)));
}

async function update(state: EntityState, activities: Stubs, policy: TimePolicy): Promise<Apply> {
  const { current, rotation } = state;
  if (current === null || rotation === null) throw new Error('an update needs a current credential and a rotation');
  const request: OpenRequest = { intentId: uuid4(), kind: 'update', operationId: rotation.operationId };
  return await requestStep(request, policy, () => activities.update({ ...requestArguments(state, request), current }));
}

async function planChange(
  operation: Operation<'changeMetadata'>,
  state: EntityState,
  activities: Stubs,
): Promise<Apply> {
  const { registrationId, appliedRevision: revision, appliedOwnRevision } = state;
  const plan = await activities.planMetadata({
    registrationId,
    revision: operation.details?.revision ?? null,
    applied: revision === null ? null : { revision, ownRevision: appliedOwnRevision ?? 0 },
    authMethod: (state.current ?? state.pending)?.authMethod ?? null,
  });
  return (latest, now) => afterPlan(latest, plan, now);
}

async function change(
  { config }: MetadataChange,
  state: EntityState,
  activities: Stubs,
  policy: TimePolicy,
): Promise<Apply> {
  const { current, activeOperation } = state;
  if (current === null || activeOperation === null) throw new Error('a change needs a current credential');
  const { revision, ownRevision } = config;
  const metadata = { revision, ownRevision };
  const { operationId } = activeOperation;
  const request: OpenRequest = { intentId: uuid4(), kind: 'update', operationId, metadata };
  return await requestStep(request, policy, () =>
    activities.update({ ...requestArguments(state, request), current, metadata }),
  );
}

async function settle(request: OpenRequest, state: EntityState, activities: Stubs, policy: TimePolicy): Promise<Apply> {
  const { current } = state;
  return await requestStep(request, policy, () =>
    activities.settle({ ...requestArguments(state, request), request: request.kind, current }),
  );
}

/** A request whose step fails stays open until the settlement ladder says what became of it. */
async function requestStep(
  request: OpenRequest,
  policy: TimePolicy,
  run: () => Promise<RequestResult>,
): Promise<Apply> {
  return await attempt(
    run,
    ({ outcome, proof }) =>
      (latest, now) => {
        const settled = afterRequest(latest, request, outcome, now, policy);
        return proof === null ? settled : followedBy(settled, afterProof(settled.state, proof, now, policy));
      },
    (failure) => (latest, now) => afterRequestFailure(latest, request, failure, now, policy),
  );
}

async function prove(state: EntityState, activities: Stubs, policy: TimePolicy): Promise<Apply> {
  const { registrationId, current, pending } = state;
  return await attempt(
    () => activities.prove({ registrationId, endpoints: endpointsOf(state), current, pending }),
    (outcome) => (latest, now) => afterProof(latest, outcome, now, policy),
    (failure) => (latest, now) => afterFailure(latest, failure, now, policy),
  );
}

/** Stores what a person supplied; the proof comes with it. */
async function storeSupplied(
  operation: Operation<'supplyCredential'>,
  state: EntityState,
  activities: Stubs,
  policy: TimePolicy,
): Promise<Apply> {
  const { registrationId, current, pending } = state;
  const { operationId, details: supplied } = operation;
  if (supplied === undefined) throw new Error('a supplied credential has details');
  return await attempt(
    () =>
      activities.storeSupplied({
        registrationId,
        operationId,
        endpoints: endpointsOf(state),
        supplied,
        current,
        pending,
      }),
    ({ outcome, proof }) =>
      (latest, now) => {
        const stored = afterSupply(latest, operation, outcome, now, policy);
        return proof === null ? stored : followedBy(stored, afterProof(stored.state, proof, now, policy));
      },
    (failure) => (latest, now) => afterFailure(latest, failure, now, policy),
  );
}

async function retire(state: EntityState, activities: Stubs, policy: TimePolicy): Promise<Apply> {
  const endpoints = state.discovery === null ? null : endpointsOf(state);
  const credential = state.current ?? state.pending;
  return await attempt(
    () =>
      activities.retire({
        registrationId: state.registrationId,
        endpoints,
        credential,
        mayBeDeleted: mayBeDeleted(state),
      }),
    (outcome) => (latest, now) => afterRetire(latest, outcome, now),
    (failure) => (latest, now) => afterFailure(latest, failure, now, policy),
  );
}

async function attempt<Result>(
  run: () => Promise<Result>,
  onResult: (result: Result) => Apply,
  onFailure: (failure: Failure) => Apply,
): Promise<Apply> {
  let result: Result;
  try {
    result = await run();
  } catch (error) {
    return onFailure(failureOf(error));
  }
  return onResult(result);
}

function requestArguments(state: EntityState, request: OpenRequest): RequestArguments {
  const { registrationId, initialAccessTokenRef } = state;
  const { intentId, operationId } = request;
  return { registrationId, intentId, operationId, endpoints: endpointsOf(state), initialAccessTokenRef };
}

/** The approved snapshot, reduced to what an activity needs. */
function endpointsOf(state: EntityState): Endpoints {
  const { discovery } = state;
  if (discovery === null) throw new Error('no discovery snapshot');
  const { registrationEndpoint, tokenEndpoint, authorizationEndpoint, issuer, jwksUri } = discovery;
  const { scopesSupported, capabilities, tokenEndpointAuthMethods, tokenEndpointAuthSigningAlgs } = discovery;
  const { introspectionEndpoint, pushedRequestEndpoint } = discovery;
  return {
    registrationEndpoint,
    tokenEndpoint,
    authorizationEndpoint,
    issuer,
    jwksUri,
    scopesSupported,
    capabilities,
    tokenEndpointAuthMethods,
    tokenEndpointAuthSigningAlgs,
    introspectionEndpoint,
    pushedRequestEndpoint,
  };
}
