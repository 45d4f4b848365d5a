import { lifeOf } from '../../credential/dueTime.ts';
import { judgeKeptSecret } from '../../credential/keptSecret.ts';
import type { Failure, RequestOutcome } from '../../ports/activities.ts';
import { explain, policyReasons } from '../../reasons/index.ts';
import type { TimePolicy } from '../../time/policy.ts';
import { asksForLong, toldReason } from '../backOff.ts';
import type { Draft } from '../draft.ts';
import { answered, attemptFailed, rotationDelayed } from '../rotation/failed.ts';
import { judgedFresh } from '../rotation/fresh.ts';
import { keptCredential } from '../rotation/kept.ts';
import { tellRotationAnew } from '../rotation/told.ts';
import type { OpenRequest } from '../state.ts';
import { cannotManage } from './change.ts';

type Outcome<Kind extends RequestOutcome['kind']> = Extract<RequestOutcome, { kind: Kind }>;

/** Failures in a row from which a server that is not reached needs attention. */
const tellFrom = 2;

/** What follows from an update that was to bring a new secret: every way that did not bring one is a failed attempt. */
export function afterUpdate(
  draft: Draft,
  request: OpenRequest,
  outcome: RequestOutcome,
  now: number,
  policy: TimePolicy,
): void {
  switch (outcome.kind) {
    case 'stored':
      issued(draft, request, outcome, policy);
      return;
    case 'unchanged':
      kept(draft, request, outcome, now, policy);
      return;
    case 'refused':
      if (outcome.failure.retryClass === 'transient') unreachable(draft, request, outcome.failure, policy);
      else refused(draft, request, updateRefusal(outcome.failure), 'rotation', policy);
      if (outcome.failure.reason === 'RotationNotSupported') cannotManage(draft);
      return;
    case 'management-rejected':
    case 'held-elsewhere':
      refused(draft, request, outcome.failure, 'management', policy);
      return;
    case 'not-sent':
      // Seen by a ladder it was sent, and did nothing.
      if (outcome.reads === undefined) rotationDelayed(draft, outcome.failure, policy);
      else unreachable(draft, request, outcome.failure, policy);
      return;
    case 'unanswered':
      unreachable(draft, request, outcome.failure, policy);
      return;
    case 'read':
      return;
  }
}

function issued(draft: Draft, request: OpenRequest, { credential }: Outcome<'stored'>, policy: TimePolicy): void {
  draft.succeeded();
  draft.clearAttention('management', 'pace');
  draft.set({ pending: judgedFresh(credential, policy), rejectedSince: null });
  draft.event({
    type: 'request.settled',
    operationId: request.operationId,
    message: `The server issued a new secret; it is stored as version ${credential.versionId} and proved next.`,
  });
}

/** The same secret came back: too early, or the server does not rotate. Asked again in the remaining time. */
function kept(
  draft: Draft,
  request: OpenRequest,
  outcome: Outcome<'unchanged'>,
  now: number,
  policy: TimePolicy,
): void {
  const { current } = draft.state;
  if (current === null) return;
  answered(draft);
  const { keptToTheLast: _, ...before } = current;
  const next = keptCredential({ ...before, manageable: outcome.manageable }, outcome, now, policy);
  const lasts = judgeKeptSecret(lifeOf(next), now, 0) === 'does-not-rotate';
  draft.set({ current: lasts ? { ...next, keptToTheLast: true } : next });
  attemptFailed(draft, 'kept', null, policy);
  tellRotationAnew(draft);
  const reason = lasts ? 'ServerDoesNotRotate' : 'RotationTooEarly';
  draft.event({
    type: 'credential.rotation-deferred',
    reason,
    operationId: request.operationId,
    message: explain(reason),
  });
}

/** A policy's refusal keeps its name: what helps against it is known. */
function updateRefusal(failure: Failure): Failure {
  const own =
    policyReasons.has(failure.reason) ||
    failure.reason === 'RotationNotSupported' ||
    failure.reason === 'ClientMetadataUnknown';
  return own ? failure : { ...failure, reason: 'UpdateRejected' };
}

function refused(
  draft: Draft,
  request: OpenRequest,
  failure: Failure,
  topic: 'rotation' | 'management',
  policy: TimePolicy,
): void {
  attemptFailed(draft, 'refused', failure.retryAfterSeconds, policy);
  draft.attention(topic, failure.reason, failure.message);
  tell(draft, request, failure);
}

/** One that a person asked for goes on: it is shown as waiting. */
function unreachable(draft: Draft, request: OpenRequest, failure: Failure, policy: TimePolicy): void {
  attemptFailed(draft, 'unreachable', failure.retryAfterSeconds, policy);
  const { rotation, rotationPace } = draft.state;
  const { reason, message } = failure;
  if (rotationPace.failures >= tellFrom || asksForLong(failure, policy))
    draft.attention('rotation', toldReason(failure), message);
  if (rotation === null) tell(draft, request, failure);
  else draft.event({ type: 'step.delayed', reason, message });
}

function tell(draft: Draft, { operationId }: OpenRequest, { reason, message }: Failure): void {
  draft.event({ type: 'credential.rotation-failed', reason, operationId, message });
}
