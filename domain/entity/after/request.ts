import { rotationBackOff } from '../../credential/dueTime.ts';
import type { Failure, RequestOutcome } from '../../ports/activities.ts';
import { explain, policyReasons, type Reason } from '../../reasons/index.ts';
import type { TimePolicy } from '../../time/policy.ts';
import { delay, holdForPerson } from '../backOff.ts';
import { type Applied, Draft } from '../draft.ts';
import type { EntityState, OpenRequest } from '../state.ts';
import { openTask } from '../task.ts';
import { afterChange, cannotManage, changesMetadata } from './change.ts';
import { awaitToken } from './wayOn.ts';

/** Unanswered POSTs of one registering after which a person decides (DESIGN section 5). */
const unansweredLimit = 2;

type Outcome<Kind extends RequestOutcome['kind']> = Extract<RequestOutcome, { kind: Kind }>;

/** What follows from a request, answered or settled. */
export function afterRequest(
  before: EntityState,
  request: OpenRequest,
  outcome: RequestOutcome,
  now: number,
  policy: TimePolicy,
): Applied {
  const draft = new Draft({ ...before, request: null }, now);
  if (request.kind === 'register') afterRegister(draft, request, outcome, now, policy);
  else if (changesMetadata(request, outcome)) afterChange(draft, request, outcome, now, policy);
  else afterUpdate(draft, request, outcome, now, policy);
  return draft.finish();
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
  const draft = new Draft({ ...before, request: { ...request, unsettled: true } }, now);
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
      registered(draft, request, outcome);
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
      hold(draft, request, outcome.kind === 'unchanged' ? null : outcome.failure);
      return;
  }
}

function registered(draft: Draft, request: OpenRequest, outcome: Outcome<'stored'>): void {
  draft.succeeded();
  draft.clearAttention('registration');
  draft.set({
    phase: 'verifying',
    pending: outcome.credential,
    rejectedSince: null,
    scopes: outcome.scopes,
    appliedRevision: outcome.revision,
    appliedOwnRevision: outcome.ownRevision ?? 0,
    initialAccessTokenRef: null,
    unansweredPosts: 0,
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
const saysSpent = new Set<Reason>(['InitialAccessTokenRejected', 'InitialAccessTokenExhausted']);
const wantsToken = new Set<Reason>([
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
    draft.set({ phase: 'manual_required' });
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
    message: `The registration request got no usable answer; what was sent is in the orphan ledger. ${failure.message}`,
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
  holdForPerson(draft);
  draft.condition('Registered', 'False', reason, message);
  draft.attention('registration', reason, message);
  draft.event({ type: 'registration.register-failed', reason, message, operationId: request.operationId });
}

function afterUpdate(
  draft: Draft,
  request: OpenRequest,
  outcome: RequestOutcome,
  now: number,
  policy: TimePolicy,
): void {
  switch (outcome.kind) {
    case 'stored':
      draft.succeeded();
      draft.clearAttention('management');
      draft.set({ pending: outcome.credential, rejectedSince: null });
      draft.event({
        type: 'request.settled',
        operationId: request.operationId,
        message: `The server issued a new secret; it is stored as version ${outcome.credential.versionId} and proved next.`,
      });
      return;
    case 'unchanged':
      unchanged(draft, request, outcome, now);
      return;
    case 'refused':
      if (outcome.failure.retryClass === 'transient') {
        delay(draft, outcome.failure, now, policy);
        return;
      }
      putOff(draft, request, updateRefusal(outcome.failure), now, 'rotation');
      if (outcome.failure.reason === 'RotationNotSupported') cannotManage(draft);
      return;
    case 'management-rejected':
      putOff(draft, request, outcome.failure, now, 'management');
      return;
    default:
      delay(draft, outcome.failure, now, policy);
      return;
  }
}

/** The same secret came back: too early. Asked again in the remaining time. */
function unchanged(draft: Draft, request: OpenRequest, outcome: Outcome<'unchanged'>, now: number): void {
  const { current } = draft.state;
  if (current === null) return;
  draft.succeeded();
  draft.clearAttention('management');
  const expiry = outcome.expiryKnown ? { expiresAt: outcome.expiresAt, expiryKnown: true } : {};
  draft.set({ current: { ...current, ...expiry, manageable: outcome.manageable } });
  putOffRotation(draft, now);
  draft.event({
    type: 'credential.rotation-deferred',
    reason: 'RotationTooEarly',
    operationId: request.operationId,
    message: explain('RotationTooEarly'),
  });
}

/** A policy's refusal keeps its name: what helps against it is known. */
function updateRefusal(failure: Failure): Failure {
  const own = policyReasons.has(failure.reason) || failure.reason === 'RotationNotSupported';
  return own ? failure : { ...failure, reason: 'UpdateRejected' };
}

function putOff(
  draft: Draft,
  request: OpenRequest,
  failure: Failure,
  now: number,
  topic: 'rotation' | 'management',
): void {
  putOffRotation(draft, now);
  draft.attention(topic, failure.reason, failure.message);
  draft.event({
    type: 'credential.rotation-failed',
    reason: failure.reason,
    operationId: request.operationId,
    message: failure.message,
  });
}

function putOffRotation(draft: Draft, now: number): void {
  const { current, rotationAttempts } = draft.state;
  const wait = current === null ? 0 : rotationBackOff(rotationAttempts, current, now);
  draft.set({
    rotation: null,
    rotationAttempts: rotationAttempts + 1,
    rotationNotBefore: now + wait,
    attempts: 0,
    failingSince: null,
    nextAttemptAt: null,
  });
}
