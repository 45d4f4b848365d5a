import { toldMembers } from '../../client/applied.ts';
import type { Failure, RequestOutcome } from '../../ports/activities.ts';
import { explain } from '../../reasons/index.ts';
import type { TimePolicy } from '../../time/policy.ts';
import { currentClient } from '../clients/known.ts';
import { noteClient, noteFailedRead, noteShown } from '../clients/shown.ts';
import type { Draft } from '../draft.ts';
import { answered } from '../rotation/failed.ts';
import type { OpenRequest } from '../state.ts';
import { afterChange } from './change.ts';
import { afterUpdate } from './update.ts';

type Failed = Extract<RequestOutcome, { readonly failure: Failure }>;

/** What follows from reading the client: what it was read for goes on by itself. */
export function afterRead(
  draft: Draft,
  request: OpenRequest,
  outcome: RequestOutcome,
  now: number,
  policy: TimePolicy,
): void {
  const { current } = draft.state;
  if (current === null) return;
  if (outcome.kind !== 'read') {
    noteFailedRead(draft, current.clientId, request.operationId);
    if ('failure' in outcome) failed(draft, request, outcome, now, policy);
    return;
  }
  const { client, keptToken, manageable, conditions, scopes } = outcome;
  const { metadata, tooLarge = false, differs } = client;
  const wholeIn = tooLarge ? request.intentId : null;
  const before = currentClient(draft.state)?.lastRead?.keptToken ?? true;
  draft.set({ current: { ...current, manageable } });
  noteShown(draft, client);
  const { operationId } = request;
  noteClient(draft, client.clientId, {
    lastRead: { at: client.at, keptToken: keptToken && before, wholeIn, operationId },
  });
  if (metadata === null && !tooLarge) {
    failed(draft, request, { kind: 'refused', failure: unknown('The answer shows too little of it.') }, now, policy);
    return;
  }
  answered(draft);
  draft.set({ scopes });
  for (const { type, status, reason, message } of conditions) draft.condition(type, status, reason, message);
  const size = tooLarge ? ` ${explain('ClientMetadataTooLarge')}` : '';
  const others = differs.length === 0 ? '' : ` Other than the application asks for: ${toldMembers(differs)}.`;
  draft.event({
    type: 'request.settled',
    reason: differs.length === 0 ? undefined : 'ClientMetadataDiffer',
    operationId: request.operationId,
    message: `The client was read.${others}${size}`,
  });
}

/** Where it is known what the client has, a refused read keeps nothing from being sent. */
function failed(draft: Draft, request: OpenRequest, outcome: Failed, now: number, policy: TimePolicy): void {
  const { rotation, activeOperation } = draft.state;
  const held = outcome.kind === 'held-elsewhere';
  if (!held && currentClient(draft.state)?.appliedMetadata != null) return;
  const told = outcome.kind === 'refused' && outcome.failure.retryClass !== 'transient' ? named(outcome) : outcome;
  if (activeOperation?.kind === 'changeMetadata') afterChange(draft, request, told, now, policy);
  else if (rotation !== null || held) afterUpdate(draft, request, told, now, policy);
  else {
    const { reason, message } = told.failure;
    draft.event({ type: 'step.delayed', reason, message, operationId: request.operationId });
  }
}

function named(outcome: Extract<Failed, { kind: 'refused' }>): Failed {
  const { failure } = outcome;
  return { ...outcome, failure: { ...failure, ...unknown(failure.message), status: failure.status } };
}

function unknown(why: string): Failure {
  const reason = 'ClientMetadataUnknown';
  const message = why.startsWith(explain(reason)) ? why : `${explain(reason)} ${why}`;
  return { reason, retryClass: 'input', status: null, retryAfterSeconds: null, message };
}
