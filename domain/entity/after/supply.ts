import type { CredentialState, Failure, SupplyOutcome } from '../../ports/activities.ts';
import { explain } from '../../reasons/index.ts';
import type { TimePolicy } from '../../time/policy.ts';
import { type Applied, Draft } from '../draft.ts';
import { tellGivenUp } from '../givenUp.ts';
import { releaseHold } from '../holding.ts';
import { judgedFresh } from '../rotation/fresh.ts';
import type { EntityState, Operation } from '../state.ts';

type Supplied = Operation<'supplyCredential'>;

/** What follows from storing a credential that a person supplied: it is proved next, and never registered. */
export function afterSupply(
  before: EntityState,
  operation: Supplied,
  outcome: SupplyOutcome,
  now: number,
  policy: TimePolicy,
): Applied {
  const draft = new Draft({ ...before, activeOperation: null }, now);
  if (outcome.kind === 'refused') refused(draft, operation, outcome.failure);
  else {
    draft.succeeded();
    releaseHold(draft, operation.kind);
    if (outcome.tokenReceived) draft.clearAttention('management');
    const patientUntil = now + patienceOf(before, operation, policy);
    draft.set({
      pending: judgedFresh(outcome.credential, policy),
      rejectedSince: null,
      supply: { operationId: operation.operationId, actor: operation.actor, patientUntil },
    });
    const { supply: former, rotation } = before;
    if (former !== null && former.operationId !== rotation?.operationId)
      tellGivenUp(draft, former, 'Another credential was supplied before this one was proved.');
    if (before.current === null) first(draft, operation, outcome.credential);
    else replacement(draft, operation, outcome.credential, before);
  }
  return draft.finish();
}

/** Milliseconds. A client that lives already needs none; what is fresh may be on its way through the vendor's systems. */
function patienceOf(before: EntityState, { details }: Supplied, policy: TimePolicy): number {
  const lives = before.config.method === 'adopt' && before.current === null;
  return Math.max(policy.replicationLag, details?.distributionTime ?? (lives ? 0 : policy.distributionTime));
}

function first(draft: Draft, operation: Supplied, credential: CredentialState): void {
  const from = draft.state.phase;
  draft.clearAttention('registration', 'credential');
  draft.set({
    phase: 'verifying',
    appliedRevision: draft.state.config.revision,
    initialAccessTokenRef: null,
    unansweredPosts: 0,
  });
  draft.condition('Registered', 'True', 'ClientSupplied');
  draft.condition('CredentialProved', 'Unknown', 'Pending');
  draft.event({
    type: 'credential.supplied',
    reason: 'ClientSupplied',
    operationId: operation.operationId,
    actor: operation.actor,
    message: `The credential of client ${credential.clientId} is stored, and proved next.`,
    changes: {
      clientId: { from: null, to: credential.clientId },
      ...(from === 'verifying' ? {} : { phase: { from, to: 'verifying' } }),
    },
  });
}

/** The current credential stays in use until this one is proved. */
function replacement(draft: Draft, operation: Supplied, credential: CredentialState, before: EntityState): void {
  const { operationId, actor } = operation;
  if (before.rotation !== null) {
    draft.event({
      type: 'credential.rotation-failed',
      operationId: before.rotation.operationId,
      message: 'A credential that was supplied takes the place of the one that was being proved.',
    });
  }
  draft.set({ rotation: { operationId, actor } });
  draft.event({
    type: 'credential.supplied',
    operationId,
    actor,
    message: `A new credential of client ${credential.clientId} is stored as version ${credential.versionId}, and proved next.`,
    changes: { clientId: { from: before.current?.clientId ?? null, to: credential.clientId } },
  });
}

/** Nothing is stored: everything is as it was, also what is held. */
function refused(draft: Draft, operation: Supplied, failure: Failure): void {
  draft.event({
    type: 'operation.refused',
    reason: failure.reason,
    operationId: operation.operationId,
    message: failure.message === '' ? explain(failure.reason) : failure.message,
  });
}
