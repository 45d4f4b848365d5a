import { affordable } from '../../domain/credential/pace/bucket.ts';
import { afterProof } from '../../domain/entity/after/proof.ts';
import { afterRequest, afterRequestFailure } from '../../domain/entity/after/request.ts';
import { afterNotYet, afterRequestNotYet } from '../../domain/entity/after/turn.ts';
import { knownOf } from '../../domain/entity/clients/known.ts';
import { followedBy } from '../../domain/entity/draft.ts';
import { endpointsOf } from '../../domain/entity/endpoints.ts';
import type { EntityState, OpenRequest } from '../../domain/entity/state.ts';
import type { RequestArguments, RequestResult } from '../../domain/ports/activities.ts';
import type { TimePolicy } from '../../domain/time/policy.ts';
import type { Asking } from '../activities.ts';
import { type Apply, attempt } from './attempt.ts';

/** Sends a request that was opened and recorded, and that nobody was given before. */
export async function sendRequest(
  request: OpenRequest,
  state: EntityState,
  { peers, decided, policy }: Asking,
): Promise<Apply> {
  const argument = { ...argumentsOf(state, request, policy), ...decided };
  return await requestStep(request, policy, true, () => {
    if (request.kind === 'register') return peers.register(argument);
    const { current } = state;
    if (current === null) throw new Error('an update needs a current credential');
    const { metadata } = request;
    const known = knownOf(state);
    if (request.kind === 'read') return peers.read({ ...argument, current, known });
    return peers.update({ ...argument, current, known, ...(metadata === undefined ? {} : { metadata }) });
  });
}

/** Finds out what became of a request. */
export async function settleRequest(
  request: OpenRequest,
  state: EntityState,
  { peers, decided, policy }: Asking,
): Promise<Apply> {
  const { current } = state;
  const { spooledAt = null, givenUp: giveUp = false } = request;
  return await requestStep(request, policy, false, () =>
    peers.settle({
      ...argumentsOf(state, request, policy),
      request: request.kind,
      current,
      spooledAt,
      giveUp,
      known: knownOf(state),
      ...decided,
    }),
  );
}

/**
 * A request whose step fails stays open until the settlement ladder says what became of it.
 *
 * @param unsent nothing of it left before this step.
 */
async function requestStep(
  request: OpenRequest,
  policy: TimePolicy,
  unsent: boolean,
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
    (failure) => (latest, now) =>
      unsent ? afterRequestNotYet(latest, failure, now, policy) : afterNotYet(latest, failure, now),
  );
}

function argumentsOf(state: EntityState, request: OpenRequest, policy: TimePolicy): RequestArguments {
  const { registrationId, initialAccessTokenRef, rotationPace } = state;
  const mostReads = affordable(rotationPace.bucket, Date.now(), policy);
  const { intentId, operationId } = request;
  return { registrationId, intentId, operationId, endpoints: endpointsOf(state), initialAccessTokenRef, mostReads };
}
