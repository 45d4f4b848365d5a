import type { Failure, RequestOutcome } from '../../ports/activities.ts';
import { explain, policyReasons, type Reason } from '../../reasons/index.ts';
import type { TimePolicy } from '../../time/policy.ts';
import { delay, holdForPerson } from '../backOff.ts';
import { noteClient, noteShown, tellDifferences } from '../clients/shown.ts';
import { type Applied, Draft } from '../draft.ts';
import { askedRotation, tellOtherRotation } from '../givenUp.ts';
import { ladderPaidAt, spending, unspent } from '../rotation/attempt.ts';
import { judgedFresh } from '../rotation/fresh.ts';
import type { EntityState, OpenRequest } from '../state.ts';
import { openTask } from '../task.ts';
import { afterChange, changesMetadata } from './change.ts';
import { afterRead } from './read.ts';
import { foundAgain, noteSpooled } from './spooled.ts';
import { afterUpdate } from './update.ts';
import { awaitToken } from './wayOn.ts';

/** Unanswered POSTs of one registering after which a person decides (DESIGN section 5). */
const unansweredLimit = 2;

type Outcome<Kind extends RequestOutcome['kind']> = Extract<RequestOutcome, { kind: Kind }>;

/** What follows from a request, answered or settled. */
export function afterRequest(
  asked: EntityState,
  request: OpenRequest,
  outcome: RequestOutcome,
  now: number,
  policy: TimePolicy,
): Applied {
  const { reads } = outcome;
  const before = foundAgain(asked, now);
  const settled = outcome.kind === 'not-sent' && reads === undefined ? unspent(before, now, policy) : before;
  const draft = new Draft({ ...spending(settled, reads ?? 0, now, policy), request: null }, now);
  if (request.kind === 'register') afterRegister(draft, request, outcome, now, policy);
  else if (request.kind === 'read') afterRead(draft, request, outcome, now, policy);
  else if (changesMetadata(request, outcome)) afterChange(draft, request, outcome, now, policy);
  else afterUpdate(draft, request, outcome, now, policy);
  noteAnswer(draft, request, outcome);
  if (request.kind === 'update' && leavesDoubt(outcome)) draft.set({ doubtedSince: now });
  return draft.finish();
}

/** Whether the server may have replaced the secret and told nobody the new one: the stored one is dead then. */
function leavesDoubt(outcome: RequestOutcome): boolean {
  if (outcome.kind === 'refused') return outcome.failure.retryClass === 'transient';
  return outcome.kind === 'unanswered' || outcome.kind === 'management-rejected';
}

/** What the answer says of the client itself. */
function noteAnswer(draft: Draft, request: OpenRequest, outcome: RequestOutcome): void {
  if ((outcome.kind === 'stored' || outcome.kind === 'unchanged') && outcome.client !== undefined) {
    noteShown(draft, outcome.client);
    if (request.kind === 'update') tellDifferences(draft, outcome.client, request.operationId);
  }
  if (outcome.kind === 'held-elsewhere') {
    noteClient(draft, outcome.clientId, { heldBy: outcome.holderRegistrationId });
    if (request.kind !== 'register') endRotation(draft, request, outcome);
  }
}

/** Also of one that waits while something else was asked of the server. */
function endRotation(draft: Draft, { operationId }: OpenRequest, { failure }: Outcome<'held-elsewhere'>): void {
  tellOtherRotation(draft, askedRotation(draft.state), operationId, failure.message);
  draft.set({ rotation: null, rotationObstacle: 'ClientHeldElsewhere' });
}

/**
 * The step of a request failed, so that nobody knows whether it was sent: it is settled, after the back-off.
 * The request stays open.
 */
export function afterRequestFailure(
  before: EntityState,
  request: OpenRequest,
  failure: Failure,
  now: number,
  policy: TimePolicy,
): Applied {
  const spent = spending(before, failure.reads ?? 0, now, policy);
  const draft = new Draft({ ...spent, request: { ...request, unsettled: true } }, now);
  noteSpooled(draft, failure);
  if (request.unsettled !== true) {
    draft.set({ nextAttemptAt: null });
    draft.event({
      type: 'request.unsettled',
      reason: failure.reason,
      operationId: request.operationId,
      message: `Whether the ${request.kind} request was sent is being found out. ${failure.message}`,
    });
  } else {
    delay(draft, failure, now, policy);
  }
  // Each climb begins at the first rung: it waits until all of them can be paid for.
  if (failure.reason === 'RotationPaced') draft.set({ nextAttemptAt: ladderPaidAt(draft.state, now, policy) });
  return draft.finish();
}

function afterRegister(
  draft: Draft,
  request: OpenRequest,
  outcome: RequestOutcome,
  now: number,
  policy: TimePolicy,
): void {
  switch (outcome.kind) {
    case 'stored':
      registered(draft, request, outcome, policy);
      return;
    case 'refused':
      registerRefused(draft, request, outcome.failure, now, policy);
      return;
    case 'unanswered':
      registerUnanswered(draft, request, outcome.failure, now, policy);
      return;
    case 'not-sent':
      delay(draft, outcome.failure, now, policy);
      return;
    default:
      hold(draft, request, 'failure' in outcome ? outcome.failure : null);
      return;
  }
}

function registered(draft: Draft, request: OpenRequest, outcome: Outcome<'stored'>, policy: TimePolicy): void {
  draft.succeeded();
  draft.clearAttention('registration');
  draft.set({
    phase: 'verifying',
    pending: judgedFresh(outcome.credential, policy),
    rejectedSince: null,
    scopes: outcome.scopes,
    appliedRevision: outcome.revision,
    appliedOwnRevision: outcome.ownRevision ?? 0,
    initialAccessTokenRef: null,
    unansweredPosts: 0,
    hold: null,
  });
  draft.condition('Registered', 'True', 'ClientRegistered');
  draft.condition('CredentialProved', 'Unknown', 'Pending');
  for (const condition of outcome.conditions)
    draft.condition(condition.type, condition.status, condition.reason, condition.message);
  const notes = outcome.notes.length === 0 ? '' : ` ${outcome.notes.join(' ')}`;
  draft.event({
    type: 'registration.registered',
    reason: 'ClientRegistered',
    operationId: request.operationId,
    message: `Registered as client ${outcome.credential.clientId}.${notes}`,
    changes: { clientId: { from: null, to: outcome.credential.clientId } },
  });
}

/** What a server says of a token that an unanswered request may have used up. */
const saysSpent: ReadonlySet<Reason> = new Set<Reason>(['InitialAccessTokenRejected', 'InitialAccessTokenExhausted']);
const wantsToken: ReadonlySet<Reason> = new Set<Reason>([
  ...saysSpent,
  'InitialAccessTokenNeeded',
  'InitialAccessTokenExpired',
  'InitialAccessTokenRevoked',
  'InitialAccessTokenUnreadable',
  'ServiceAccountRejected',
  'ServiceAccountForbidden',
  'ServiceAccountAnswerNotUsable',
]);

function registerRefused(draft: Draft, request: OpenRequest, failure: Failure, now: number, policy: TimePolicy): void {
  if (failure.retryClass === 'transient') {
    delay(draft, failure, now, policy);
    return;
  }
  const wants = wantsToken.has(failure.reason) || (policyReasons.has(failure.reason) && failure.retryClass === 'token');
  if (wants) {
    const spent = draft.state.unansweredPosts > 0 && saysSpent.has(failure.reason);
    awaitToken(draft, spent ? 'InitialAccessTokenSpent' : failure.reason, spent ? undefined : failure.message);
    return;
  }
  if (failure.reason === 'RegistrationEndpointNotUsable') {
    draft.set({ phase: 'manual_required', hold: null });
    openTask(draft, 'registration');
    draft.condition('Registered', 'False', failure.reason, failure.message);
    draft.attention('registration', failure.reason, failure.message);
    draft.event({
      type: 'registration.manual-required',
      reason: failure.reason,
      message: failure.message,
      operationId: request.operationId,
    });
    return;
  }
  hold(draft, request, failure);
}

function registerUnanswered(
  draft: Draft,
  request: OpenRequest,
  failure: Failure,
  now: number,
  policy: TimePolicy,
): void {
  const unansweredPosts = draft.state.unansweredPosts + 1;
  draft.set({ unansweredPosts });
  draft.event({
    type: 'request.settled',
    reason: failure.reason,
    operationId: request.operationId,
    message: `The registration request got no usable answer; the client that may exist is listed among the orphans (GET /v1/orphans). ${failure.message}`,
  });
  if (unansweredPosts >= unansweredLimit || failure.reason === 'RegistrationAnswerNotUsable') {
    const reason = failure.reason === 'RegistrationAnswerNotUsable' ? failure.reason : 'RegistrationUnanswered';
    hold(draft, request, { ...failure, reason, message: explain(reason) });
    return;
  }
  delay(draft, failure, now, policy);
}

function hold(draft: Draft, request: OpenRequest, failure: Failure | null): void {
  const reason = failure?.reason ?? 'OperationFailed';
  const message = failure?.message ?? explain(reason);
  holdForPerson(draft, reason);
  draft.condition('Registered', 'False', reason, message);
  draft.attention('registration', reason, message);
  draft.event({ type: 'registration.register-failed', reason, message, operationId: request.operationId });
}
