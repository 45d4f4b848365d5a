import { decideRollout } from '../../client/rollout.ts';
import type { MetadataTarget } from '../../operations/intent.ts';
import type { MetadataPlan } from '../../ports/activities.ts';
import { explain, type Reason } from '../../reasons/index.ts';
import type { RegistrationConfig } from '../../registration/config.ts';
import { isSameJson } from '../../text/sameJson.ts';
import { type Applied, Draft } from '../draft.ts';
import { releaseHold } from '../holding.ts';
import type { EntityState } from '../state.ts';
import { closeMetadataTask, openMetadataTask } from '../task.ts';
import { followRotationPolicy } from '../waking/awaken.ts';
import { tokenIsNeeded } from './wayOn.ts';

/** What follows from knowing what a `changeMetadata` changes: policies count at once, metadata where the client can be changed. */
export function afterPlan(before: EntityState, { wanted, members }: MetadataPlan, now: number): Applied {
  const draft = new Draft(before, now);
  if (wanted === null) {
    failChange(draft, 'OperationNotPossible', 'There is no such revision of the application.');
    return draft.finish();
  }
  followPolicies(draft, wanted);
  const client = before.current ?? before.pending;
  if (client === null) {
    forFirstClient(draft, before, wanted);
    return draft.finish();
  }
  const own = wanted.metadata['token_endpoint_auth_method'];
  const decision = decideRollout({
    method: wanted.method,
    phase: before.phase,
    clientBinding: 'own',
    client,
    canRegister: before.discovery?.registrationEndpoint != null,
    authMethod: typeof own === 'string' ? own : null,
    members,
  });
  if (decision.class === 'unchanged') nothingToSend(draft, wanted);
  else if (decision.class !== 'automatic') {
    failChange(draft, decision.reason, toChange(decision.reason, members, wanted));
    if (decision.class === 'task') openMetadataTask(draft, { ...targetOf(wanted), members });
  } else if (before.current === null || before.pending !== null)
    failChange(draft, 'ClientNotProved', toChange('ClientNotProved', members, wanted));
  else draft.set({ change: { config: wanted, members, serverErrors: 0 } });
  return draft.finish();
}

/** All but the metadata, which the client has to take first. */
function followPolicies(draft: Draft, wanted: RegistrationConfig): void {
  const { config } = draft.state;
  const { revision, ownRevision, metadata, holderRegistrationId } = config;
  draft.set({ config: { ...wanted, revision, ownRevision, metadata, holderRegistrationId } });
  if (!isSameJson(config.rotationPolicy, wanted.rotationPolicy)) followRotationPolicy(draft);
}

/** Registering uses the newest metadata by itself; a policy may have been what it waited for. */
function forFirstClient(draft: Draft, before: EntityState, wanted: RegistrationConfig): void {
  const { activeOperation, phase } = before;
  const goesOn = phase === 'awaiting_token' && tokenIsNeeded(before) && !tokenIsNeeded(draft.state);
  if (activeOperation !== null) releaseHold(draft, activeOperation.kind);
  draft.set({ activeOperation: null, config: wanted, ...(goesOn ? { phase: 'registering' as const } : {}) });
  if (goesOn) draft.clearAttention('registration');
  draft.event({
    type: 'registration.metadata-changed',
    reason: 'MetadataForFirstClient',
    message: explain('MetadataForFirstClient'),
    operationId: activeOperation?.operationId,
    changes: goesOn ? { phase: { from: phase, to: 'registering' } } : undefined,
  });
}

function nothingToSend(draft: Draft, wanted: RegistrationConfig): void {
  const { activeOperation, appliedRevision } = draft.state;
  const { revision, ownRevision } = wanted;
  draft.clearAttention('metadata');
  closeMetadataTask(draft);
  draft.set({ activeOperation: null, config: wanted, appliedRevision: revision, appliedOwnRevision: ownRevision });
  draft.event({
    type: 'registration.metadata-changed',
    reason: 'MetadataUnchanged',
    message: explain('MetadataUnchanged'),
    operationId: activeOperation?.operationId,
    changes: appliedRevision === revision ? undefined : { appliedRevision: { from: appliedRevision, to: revision } },
  });
}

function targetOf({ revision, ownRevision }: RegistrationConfig): MetadataTarget {
  return { revision, ownRevision };
}

/** A sentence that names what a person has to change. */
function toChange(reason: Reason, members: readonly string[], { revision }: RegistrationConfig): string {
  return `${explain(reason)} To change: ${members.join(', ')} (revision ${revision} of the application).`;
}

/** The client keeps the metadata that it has; what was wanted goes on to be shown as wanted. */
export function failChange(draft: Draft, reason: Reason, message: string, operationId?: string): void {
  const { activeOperation, appliedRevision, change } = draft.state;
  draft.set({ activeOperation: null, change: null, attempts: 0, failingSince: null, nextAttemptAt: null });
  draft.attention('metadata', reason, message);
  draft.event({
    type: 'registration.metadata-failed',
    reason,
    message,
    operationId: operationId ?? activeOperation?.operationId,
    changes:
      change == null
        ? undefined
        : {
            revision: { from: appliedRevision, to: change.config.revision },
            members: { from: null, to: [...change.members] },
          },
  });
}
