import { requestedMetadata } from '../../domain/client/requested.ts';
import { endpointsOf } from '../../domain/entity/endpoints.ts';
import { type Judgement, judgeOnboarding } from '../../domain/entity/onboarding.ts';
import type { EntityState } from '../../domain/entity/state.ts';
import { RegistrarFailure } from '../../domain/failure.ts';
import type { Endpoints, Failure, RequestOutcome, StepBudget } from '../../domain/ports/activities.ts';
import type { Decided, Prepared } from '../../domain/ports/entityState.ts';
import type { OnboardArguments, OnboardFacts } from '../../domain/ports/onboarding.ts';
import { explain } from '../../domain/reasons/index.ts';
import type { RegistrationConfig } from '../../domain/registration/config.ts';
import { configOf, type Dependencies } from '../dependencies.ts';
import { discover } from '../discovery/discover.ts';
import { provingStored } from '../proof/proveStored.ts';
import { registrationEndpointOf } from '../servers/audience.ts';
import { register } from './register.ts';

type Sent = Pick<Extract<OnboardFacts, { stoppedAt: null }>, 'request' | 'proof'>;

const registered = provingStored(register);

/**
 * One step for what nobody has to decide: discovers, judges by the entity's own functions, and where registering comes
 * next records that together with the prepared request, sends it, stores the answer and proves it once. What was
 * recorded and then failed is settled like any open request. Rejects where it is not known what was recorded.
 *
 * @param turnAt takes the turn of the registration at the servers that were found.
 */
export async function onboard(
  deps: Dependencies,
  argument: OnboardArguments & Decided,
  budget: StepBudget,
  turnAt: (endpoints: Endpoints) => Promise<void>,
): Promise<OnboardFacts> {
  const read = await reading(() => discover(deps, argument));
  if ('failure' in read) return { stoppedAt: 'discovery', failure: read.failure };
  const { found } = read;
  const { registrationId, policy } = argument;
  const now = deps.clock.now();
  const judged = judgeOnboarding(argument.state as EntityState, found, argument, now, policy);
  if (judged.kind === 'stops') return { stoppedAt: judged.at, found };
  if (budget.endsAt - now < policy.httpTotal + policy.secretStore) return { stoppedAt: 'time', found };
  const { state } = judged.applied;
  const endpoints = endpointsOf(state);
  // Judged: nobody has to approve it. The handshake goes on while the database commits.
  openAhead(deps, endpoints.registrationEndpoint);
  if (!(await hasTurn(() => turnAt(endpoints)))) return { stoppedAt: 'time', found };
  if ((await deps.records.openOperations(registrationId)).length > 0) return { stoppedAt: 'operation', found };
  await record(deps, argument, judged, endpoints);
  return { stoppedAt: null, found, recordedAt: now, ...(await send(deps, argument, state, endpoints, budget)) };
}

/** False where it is further away: the registration is then a step of its own, and waits for it. */
async function hasTurn(take: () => Promise<void>): Promise<boolean> {
  try {
    await take();
    return true;
  } catch (error) {
    if (error instanceof RegistrarFailure && error.reason === 'TurnNotYet') return false;
    throw error;
  }
}

/** Both or neither, and only where nobody has gone on from the sequence that was given. */
async function record(
  deps: Dependencies,
  argument: OnboardArguments & Decided,
  { applied: { state, transitions }, wakeAt }: Extract<Judgement, { kind: 'registers' }>,
  endpoints: Endpoints,
): Promise<void> {
  const { registrationId, chain, incarnation, rules, decidedAt, intentId, operationId } = argument;
  const config = await configOf(deps, registrationId);
  const answer = await deps.records.recordDecision({
    registrationId,
    incarnation,
    chain,
    afterSequence: decidedAt,
    transitions,
    state,
    rules,
    wakeAt,
    endedOperations: [],
    prepares: { ...willBeSent(config, endpoints), intentId, operationId },
  });
  if (answer.kind === 'recorded') return;
  const reason = 'DecisionOutdated';
  throw new RegistrarFailure({ reason, retryClass: 'input', message: explain(reason) });
}

/** For whoever finds the request without an answer; the keys of the client are not made yet. */
function willBeSent(config: RegistrationConfig, endpoints: Endpoints): Omit<Prepared, 'intentId' | 'operationId'> {
  const endpoint = registrationEndpointOf(endpoints);
  const { software_statement: _, ...metadata } = requestedMetadata(config, endpoints, null);
  const clientName = String(metadata['client_name'] ?? '');
  return { kind: 'register', endpoint, clientName, request: { method: 'POST', url: endpoint, body: metadata } };
}

async function send(
  deps: Dependencies,
  { registrationId, intentId, operationId }: OnboardArguments,
  { initialAccessTokenRef }: EntityState,
  endpoints: Endpoints,
  budget: StepBudget,
): Promise<Sent> {
  openAhead(deps, endpoints.tokenEndpoint);
  try {
    const request = { registrationId, intentId, operationId, endpoints, initialAccessTokenRef };
    const { outcome, proof } = await registered(deps, request, budget);
    await settleUnsent(deps, intentId, outcome);
    return { request: outcome, proof };
  } catch (error) {
    if (!(error instanceof RegistrarFailure)) throw error;
    return { request: { kind: 'failed', failure: failureOf(error) }, proof: null };
  }
}

/** What was prepared and is not sent after all, for its metadata or for want of a token, must not stay open. */
async function settleUnsent(deps: Dependencies, intentId: string, outcome: RequestOutcome): Promise<void> {
  if (outcome.kind === 'refused' || outcome.kind === 'not-sent')
    await deps.records.settleIntent(intentId, outcome.kind, outcome);
}

async function reading<Found>(read: () => Promise<Found>): Promise<{ found: Found } | { failure: Failure }> {
  try {
    return { found: await read() };
  } catch (error) {
    if (!(error instanceof RegistrarFailure)) throw error;
    return { failure: failureOf(error) };
  }
}

function failureOf({ reason, retryClass, status, retryAfterSeconds, message }: RegistrarFailure): Failure {
  return { reason, retryClass, status, retryAfterSeconds, message };
}

function openAhead({ client }: Dependencies, url: string | null): void {
  if (url !== null) client.openAhead(url);
}
