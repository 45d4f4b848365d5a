import type { AppliedMetadata, CredentialState, Failure, RequestOutcome } from '../../ports/activities.ts';
import { explain, type Reason } from '../../reasons/index.ts';
import type { TimePolicy } from '../../time/policy.ts';
import { delay } from '../backOff.ts';
import type { Draft } from '../draft.ts';
import { judgedAnswer, judgedFresh } from '../rotation/fresh.ts';
import { keptCredential } from '../rotation/kept.ts';
import type { EntityState, OpenRequest } from '../state.ts';
import { closeMetadataTask, openMetadataTask } from '../task.ts';
import { failChange } from './plan.ts';

/** Times that a server may answer an update with 500: Keycloak does so for good to a `scope` of some clients. */
const serverErrorLimit = 2;

/** Whether a request changes metadata. One found in the records says so by its outcome only. */
export function changesMetadata(request: OpenRequest, outcome: RequestOutcome): boolean {
  return request.metadata !== undefined || appliedBy(outcome) !== undefined;
}

function appliedBy(outcome: RequestOutcome): AppliedMetadata | undefined {
  return outcome.kind === 'stored' || outcome.kind === 'unchanged' ? outcome.metadata : undefined;
}

/** What follows from an update that was to change the client's metadata. */
export function afterChange(
  draft: Draft,
  request: OpenRequest,
  outcome: RequestOutcome,
  now: number,
  policy: TimePolicy,
): void {
  const { operationId } = request;
  const applied = appliedBy(outcome);
  if (applied !== undefined) {
    taken(draft, request, outcome, applied, policy);
    return;
  }
  switch (outcome.kind) {
    case 'stored':
      // A lost update had issued a secret and left the metadata as they were: they are sent again.
      draft.succeeded();
      draft.set({ pending: judgedFresh(outcome.credential, policy), rejectedSince: null });
      draft.event({
        type: 'request.settled',
        operationId,
        message: `The server issued a new secret; it is stored as version ${outcome.credential.versionId} and proved next.`,
      });
      return;
    case 'management-rejected':
    case 'held-elsewhere':
      draft.attention('management', outcome.failure.reason, outcome.failure.message);
      failChange(draft, outcome.failure.reason, outcome.failure.message, operationId);
      return;
    case 'refused':
    case 'not-sent':
    case 'unanswered':
      notTaken(draft, outcome, operationId, now, policy);
      return;
    case 'unchanged':
      throw new Error('an update of metadata that was taken says what it applied');
  }
}

function taken(
  draft: Draft,
  request: OpenRequest,
  outcome: RequestOutcome,
  applied: AppliedMetadata,
  policy: TimePolicy,
): void {
  const { activeOperation, appliedRevision, config } = draft.state;
  const change = changeOf(draft.state);
  const { revision, ownRevision } = applied.target;
  draft.succeeded();
  draft.clearAttention('management', 'metadata');
  closeMetadataTask(draft);
  draft.set({
    config: change?.config ?? { ...config, revision, ownRevision },
    current: currentAfter(outcome, judgedAnswer(applied.current, draft.state.current, policy), draft.now, policy),
    scopes: applied.scopes,
    appliedRevision: revision,
    appliedOwnRevision: ownRevision,
    change: null,
    activeOperation: activeOperation?.kind === 'changeMetadata' ? null : activeOperation,
    ...(outcome.kind === 'stored' ? { pending: judgedFresh(outcome.credential, policy), rejectedSince: null } : {}),
  });
  for (const { type, status, reason, message } of applied.conditions) draft.condition(type, status, reason, message);
  const renewed = outcome.kind === 'stored' ? ' It issued a new secret, which is proved next.' : '';
  const what = change === null ? '' : ` Changed: ${change.members.join(', ')}.`;
  draft.event({
    type: 'registration.metadata-changed',
    reason: 'MetadataApplied',
    message: `${explain('MetadataApplied')}${what}${renewed}`,
    operationId: request.operationId,
    changes: {
      ...(appliedRevision === revision ? {} : { appliedRevision: { from: appliedRevision, to: revision } }),
      ...(change === null ? {} : { members: { from: null, to: [...change.members] } }),
    },
  });
}

function currentAfter(
  outcome: RequestOutcome,
  current: CredentialState,
  now: number,
  policy: TimePolicy,
): CredentialState {
  return outcome.kind === 'unchanged' ? keptCredential(current, outcome, now, policy) : current;
}

function notTaken(
  draft: Draft,
  { kind, failure }: Extract<RequestOutcome, { kind: 'refused' | 'not-sent' | 'unanswered' }>,
  operationId: string,
  now: number,
  policy: TimePolicy,
): void {
  if (failure.reason === 'RotationNotSupported') {
    cannotManage(draft);
    const change = changeOf(draft.state);
    failChange(draft, 'MetadataByHand', told(draft.state, 'MetadataByHand', failure), operationId);
    if (change !== null) {
      const { config, members } = change;
      openMetadataTask(draft, { revision: config.revision, ownRevision: config.ownRevision, members });
    }
    return;
  }
  if (failure.retryClass !== 'transient') {
    const reason = kind === 'refused' && failure.reason === 'UpdateRejected' ? 'MetadataRejected' : failure.reason;
    failChange(draft, reason, told(draft.state, reason, failure), operationId);
    return;
  }
  const serverErrors = failure.status === 500 ? (changeOf(draft.state)?.serverErrors ?? 0) + 1 : 0;
  if (serverErrors >= serverErrorLimit) {
    failChange(draft, 'MetadataRejected', told(draft.state, 'MetadataRejected', failure), operationId);
    return;
  }
  const { change, failingSince } = draft.state;
  if (failingSince !== null && now - failingSince >= policy.attentionAfter) {
    // Nothing else of the registration may wait for it any longer.
    const reason = 'MetadataUpdateUnavailable';
    failChange(draft, reason, told(draft.state, reason, failure), operationId);
    return;
  }
  if (change != null) draft.set({ change: { ...change, serverErrors } });
  delay(draft, failure, now, policy);
}

function changeOf(state: EntityState): NonNullable<EntityState['change']> | null {
  return state.change ?? null;
}

function told(state: EntityState, reason: Reason, failure: Failure): string {
  const members = changeOf(state)?.members ?? [];
  const what = members.length === 0 ? '' : ` To change: ${members.join(', ')}.`;
  const said = failure.status === null ? failure.message : `The server: ${failure.message}`;
  // Some failures explain themselves.
  return said.startsWith(explain(reason)) ? `${said}${what}` : `${explain(reason)}${what} ${said}`;
}

/** The server has no RFC 7592 for this client, whatever it gave at the registration. */
export function cannotManage(draft: Draft): void {
  const { current } = draft.state;
  if (current !== null) draft.set({ current: { ...current, manageable: false } });
}
