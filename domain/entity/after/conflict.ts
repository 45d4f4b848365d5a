import type { ConflictOutcome, ProofOutcome } from '../../ports/activities.ts';
import { explain } from '../../reasons/index.ts';
import type { TimePolicy } from '../../time/policy.ts';
import { type Applied, Draft, followedBy } from '../draft.ts';
import { askedRotation, tellOtherRotation } from '../givenUp.ts';
import { judgedAnswer } from '../rotation/fresh.ts';
import { setPendingAside } from '../rotation/setAside.ts';
import type { EntityState, Operation } from '../state.ts';
import { afterProof } from './proof.ts';

type Settled = Extract<ConflictOutcome, { kind: 'settled' }>;
type Choice = Operation<'acceptCurrent' | 'overwrite'>;

/** What follows from a person's choice between what consumers read and the version of Registrar. */
export function afterConflict(
  before: EntityState,
  operation: Choice,
  outcome: ConflictOutcome,
  now: number,
  policy: TimePolicy,
): Applied {
  const draft = new Draft({ ...before, activeOperation: null }, now);
  if (outcome.kind === 'refused') {
    refused(draft, operation, outcome);
    return draft.finish();
  }
  draft.succeeded();
  draft.set({ hold: null, conflict: null });
  draft.clearAttention('credential');
  const promotes = operation.kind === 'overwrite' && before.pending !== null;
  if (!promotes) becomesCurrent(draft, outcome, policy);
  draft.event({
    type: 'credential.conflict-settled',
    operationId: operation.operationId,
    actor: operation.actor,
    message: `${toldOf[operation.kind]} ${outcome.message}`.trim(),
    changes: { versionId: versionsOf(before, operation, outcome) },
  });
  const settled = draft.finish();
  return promotes ? followedBy(settled, afterProof(settled.state, promotionOf(outcome), now, policy)) : settled;
}

const toldOf: Readonly<Record<Choice['kind'], string>> = {
  acceptCurrent: 'What applications read was accepted; it is the current version.',
  overwrite: 'The version of Registrar is what applications read.',
};

/** From what was in the way of what is current now. */
function versionsOf({ current, conflict }: EntityState, { kind }: Choice, outcome: Settled) {
  const from = kind === 'acceptCurrent' ? current?.versionId : conflict?.stored;
  return { from: from ?? null, to: outcome.current.versionId };
}

function becomesCurrent(draft: Draft, { current, proved, message }: Settled, policy: TimePolicy): void {
  const judged = judgedAnswer(current, draft.state.current, policy);
  draft.set({ current: judged, rejectedSince: null, currentRejected: false });
  giveUpPending(draft, policy);
  if (!proved) {
    draft.condition('CredentialProved', 'Unknown', 'ProofInconclusive', message);
    return;
  }
  draft.set({ unproved: undefined, doubtedSince: undefined });
  draft.condition('CredentialProved', 'True', 'ProofSucceeded', message);
}

/** Whoever takes what others made current does not want the version that was to replace it; a server's is kept. */
function giveUpPending(draft: Draft, policy: TimePolicy): void {
  const { pending, supply } = draft.state;
  if (pending === null) return;
  const said = 'The version that applications read was accepted instead.';
  if (supply === null) {
    setPendingAside(draft, said, policy);
    return;
  }
  tellOtherRotation(draft, askedRotation(draft.state), supply.operationId, said);
  draft.set({ pending: null, supply: null, rotation: null });
  const reason = 'SecretStoreConflict';
  draft.event({
    type: 'credential.rotation-failed',
    reason,
    operationId: supply.operationId,
    message: `${explain(reason)} ${said}`,
  });
}

/** The new secret is current: whatever brought it ends as it would have without the conflict. */
function promotionOf({ current, proved, message }: Settled): ProofOutcome {
  const reason = proved ? 'ProofSucceeded' : 'PromotedUnproved';
  return { decision: { action: 'promote', reason }, current, pending: null, message };
}

/** Nothing was changed, and it goes on being held: for what is read now, where that is another version. */
function refused(draft: Draft, operation: Choice, outcome: Extract<ConflictOutcome, { kind: 'refused' }>): void {
  const { reason, message, conflict } = outcome;
  draft.set({ attempts: 0, failingSince: null, nextAttemptAt: null });
  if (conflict !== undefined) {
    draft.set({ conflict, hold: { reason: 'SecretStoreConflict', since: draft.now } });
    draft.attention('credential', 'SecretStoreConflict', message);
  }
  const { operationId, actor } = operation;
  draft.event({ type: 'operation.refused', reason, message, operationId, actor });
}
