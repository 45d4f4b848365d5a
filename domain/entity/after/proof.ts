import { afterChangedPolicy } from '../../credential/pacing.ts';
import { couldNotTell, provedTooLongAgo } from '../../credential/proofSchedule.ts';
import type { Failure, ProofOutcome } from '../../ports/activities.ts';
import { explain, type Reason } from '../../reasons/index.ts';
import { toRfc3339 } from '../../time/clock.ts';
import type { TimePolicy } from '../../time/policy.ts';
import { delay, holdForPerson, waitPatiently } from '../backOff.ts';
import { type Applied, Draft } from '../draft.ts';
import { askedRotation, tellOtherRotation } from '../givenUp.ts';
import { spending } from '../rotation/attempt.ts';
import { judgedAnswer } from '../rotation/fresh.ts';
import { newerThan } from '../rotation/newer.ts';
import { paceAfterPromotion } from '../rotation/promoted.ts';
import { asideAt, setPendingAside } from '../rotation/setAside.ts';
import { tellClientEnd, tellRotationAnew } from '../rotation/told.ts';
import type { EntityState, Supply } from '../state.ts';
import { closeTask } from '../task.ts';
import { takeHeld, tellHeld } from './held.ts';

/** What follows from a proof of the pending or the current credential. */
export function afterProof(before: EntityState, outcome: ProofOutcome, now: number, policy: TimePolicy): Applied {
  const draft = new Draft(spending(before, outcome.reads ?? 0, now, policy), now);
  const { decision } = outcome;
  if (before.config.holderRegistrationId !== null) takeHeld(draft, outcome);
  if (outcome.conflict === undefined && outcome.putOff === undefined) endConflict(draft);
  if (decision.action === 'promote') promoted(draft, outcome, before, policy);
  else if (outcome.putOff !== undefined) putOff(draft, outcome, outcome.putOff.until, now, policy);
  else if (decision.reason === 'SecretStoreConflict') conflicting(draft, outcome);
  else if (decision.reason === 'ProofSucceeded') proved(draft, outcome, now, policy);
  else if (decision.reason === 'KeyHeldElsewhere') unprovable(draft, outcome);
  else if (decision.reason === 'ProofInconclusive') inconclusive(draft, outcome, now, policy);
  else rejected(draft, outcome, now, policy);
  if (draft.state.sequence === before.sequence) tellHeld(draft, before);
  return draft.finish();
}

function promoted(draft: Draft, outcome: ProofOutcome, before: EntityState, policy: TimePolicy): void {
  const operationId = before.rotation?.operationId ?? before.supply?.operationId ?? before.activeOperation?.operationId;
  const first = before.current === null;
  const { reason } = outcome.decision;
  const unproved = reason !== 'ProofSucceeded';
  const current = outcome.current === null ? null : judgedAnswer(outcome.current, before.pending, policy);
  draft.succeeded();
  if (draft.state.task?.kind !== 'metadata') closeTask(draft);
  draft.clearAttention('registration', 'expiry', 'credential', 'pace');
  draft.set({
    phase: 'active',
    current,
    pending: null,
    supply: null,
    rejectedSince: null,
    currentRejected: false,
    doubtedSince: undefined,
    unproved: undefined,
    rotation: null,
    rotationPace: paceAfterPromotion(before, unproved, draft.now, policy),
    rotationObstacle: null,
    setAside: newerThan(before.setAside, current),
    hold: null,
    activeOperation: before.activeOperation?.kind === 'verify' ? null : before.activeOperation,
  });
  draft.condition('CredentialProved', unproved ? 'Unknown' : 'True', outcome.decision.reason, outcome.message);
  if (reason === 'PromotedUnproved') draft.attention('credential', reason);
  tellRotationAnew(draft);
  tellClientEnd(draft);
  draft.event({
    type: first ? 'registration.activated' : 'credential.rotated',
    reason: first || unproved ? outcome.decision.reason : 'Rotated',
    operationId,
    message: first
      ? `The credential ${unproved ? 'is current' : 'was proved and is current'}. ${outcome.message}`
      : `The credential was replaced. ${outcome.message}`,
    changes: {
      versionId: { from: before.current?.versionId ?? null, to: current?.versionId ?? null },
      ...(before.phase === 'active' ? {} : { phase: { from: before.phase, to: 'active' } }),
    },
  });
  // Whoever asked for a proof meanwhile, or supplied what was proved, is answered by this one.
  for (const asked of [before.activeOperation?.kind === 'verify' ? before.activeOperation : null, before.supply])
    if (asked !== null && asked.operationId !== operationId)
      draft.event({
        type: unproved ? 'credential.proof-failed' : 'credential.proved',
        reason: outcome.decision.reason,
        message: outcome.message,
        operationId: asked.operationId,
      });
}

/** The current credential proved good; nothing was pending. */
function proved(draft: Draft, outcome: ProofOutcome, now: number, policy: TimePolicy): void {
  const { current, activeOperation, phase } = draft.state;
  const becameManageable =
    current?.manageable === false && outcome.current?.manageable === true ? { manageable: true } : null;
  // What consumers read is the truth: another hand made it current, and it is good.
  const isOther = outcome.adopted !== undefined && outcome.current !== null;
  const adopted = isOther ? judgedAnswer(outcome.current, current, policy) : current;
  draft.succeeded();
  draft.clearAttention('credential');
  if (becameManageable !== null) tokenReissued(draft, outcome);
  draft.set({
    phase: 'active',
    current: adopted === null ? null : { ...adopted, provedAt: now, ...becameManageable },
    currentRejected: false,
    rejectedSince: null,
    doubtedSince: undefined,
    unproved: undefined,
    activeOperation: activeOperation?.kind === 'verify' ? null : activeOperation,
  });
  draft.condition('CredentialProved', 'True', 'ProofSucceeded', outcome.message);
  // Only a shared client is current before its first proof here.
  const first = phase !== 'active';
  draft.event({
    type: first ? 'registration.activated' : 'credential.proved',
    reason: 'ProofSucceeded',
    message: outcome.message,
    operationId: activeOperation?.operationId,
    ...(first ? { changes: { phase: { from: phase, to: 'active' } } } : {}),
    ...(outcome.adopted === undefined ? {} : { changes: { versionId: outcome.adopted } }),
  });
}

/**
 * Nothing was sent, as this client was refused too often lately. A rejection that no further try may confirm is believed
 * once it cannot be replication lag any more.
 */
function putOff(draft: Draft, outcome: ProofOutcome, until: number, now: number, policy: TimePolicy): void {
  const { rejectedSince, pending, currentRejected } = draft.state;
  const believedAt = rejectedSince === null || pending !== null ? null : rejectedSince + policy.replicationLag;
  if (believedAt !== null && now >= believedAt && !currentRejected) {
    rejected(draft, { ...outcome, decision: { action: 'keep', reason: 'CredentialRejected' } }, now, policy);
    draft.set({ nextAttemptAt: until });
    return;
  }
  finishVerify(draft, outcome);
  draft.set({ nextAttemptAt: believedAt === null || currentRejected ? until : Math.min(until, believedAt) });
}

/** Consumers read a version that nobody here knows to be good: health is theirs, whatever is known of the other one. */
function conflicting(draft: Draft, outcome: ProofOutcome): void {
  const { message, conflict = null } = outcome;
  const { reason } = outcome.decision;
  const { hold, conflict: shown } = draft.state;
  const refused = conflict?.verdict === 'rejected';
  draft.condition('CredentialProved', refused ? 'False' : 'Unknown', reason, message);
  draft.attention('credential', reason, message);
  draft.set({ conflict });
  finishVerify(draft, outcome);
  if (hold?.reason === reason && shown?.stored === conflict?.stored && shown?.verdict === conflict?.verdict) return;
  if (hold?.reason !== reason || shown?.stored !== conflict?.stored) holdForPerson(draft, reason);
  draft.event({ type: 'registration.attention', reason, message });
}

/** Consumers read what is known, or what proved good: there is nothing left to choose. */
function endConflict(draft: Draft): void {
  const { hold, conflict } = draft.state;
  const isHeld = hold?.reason === 'SecretStoreConflict';
  if (!isHeld && conflict === null) return;
  draft.set({ hold: isHeld ? null : hold, conflict: null });
  draft.clearAttention('credential');
}

/** Nothing can be learned, now or later. */
function unprovable(draft: Draft, outcome: ProofOutcome): void {
  const { phase } = draft.state;
  const { reason } = outcome.decision;
  draft.succeeded();
  draft.set({ doubtedSince: undefined });
  draft.condition('CredentialProved', 'Unknown', reason, outcome.message);
  // Only a shared client comes here before it is active.
  if (phase !== 'active') {
    draft.set({ phase: 'active' });
    draft.event({
      type: 'registration.activated',
      reason,
      message: `The credential is current. ${outcome.message}`,
      changes: { phase: { from: phase, to: 'active' } },
    });
  }
  finishVerify(draft, outcome);
}

/** An administrator gave a registration access token: from now on the credential can be rotated. */
function tokenReissued(draft: Draft, outcome: ProofOutcome): void {
  draft.set({ rotationPace: afterChangedPolicy(draft.state.rotationPace), rotationObstacle: null });
  draft.clearAttention('management');
  tellRotationAnew(draft);
  draft.event({
    type: 'management.token-received',
    message: `The administrator of the authorization server re-issued the registration access token of client ${outcome.current?.clientId ?? ''}.`,
  });
}

/** Nothing was learned: nothing is changed, and it is tried again. */
function inconclusive(draft: Draft, outcome: ProofOutcome, now: number, policy: TimePolicy): void {
  if (isUnproved(draft.state, now, policy)) unproved(draft, outcome);
  finishVerify(draft, outcome);
  delay(draft, { ...proofFailure(outcome), reason: 'ProofInconclusive' }, now, policy);
  const { doubtedSince } = draft.state;
  if (doubtedSince === undefined || now - doubtedSince < policy.proofInterval) return;
  // The watch goes on; nothing waits for a proof of the entity's own any more.
  draft.succeeded();
  draft.set({ doubtedSince: undefined });
}

/** Whether the watch asks for a proof of what was found good too long ago. */
function isUnproved({ activeOperation, pending, current, unproved }: EntityState, now: number, policy: TimePolicy) {
  // The watch knows when it was good last; the entity is not told of each proof.
  const asks = activeOperation?.actor === 'system' && activeOperation.reason === couldNotTell;
  if (!asks || unproved === true || pending !== null || current === null || current.provedAt === null) return false;
  return current.provedAt < provedTooLongAgo(now, policy.proofInterval);
}

/** What was known says nothing any more. */
function unproved(draft: Draft, outcome: ProofOutcome): void {
  const reason = 'CredentialNotProvedLately';
  const message = `${explain(reason)} ${outcome.message}`;
  draft.set({ unproved: true });
  draft.condition('CredentialProved', 'Unknown', reason, message);
  draft.attention('credential', reason, message);
  draft.event({ type: 'registration.attention', reason, message });
}

/** A rejection may be replication lag, or the vendor's distribution of what a person supplied: it is believed late. */
function rejected(draft: Draft, outcome: ProofOutcome, now: number, policy: TimePolicy): void {
  const { state } = draft;
  const supply = state.pending === null ? null : state.supply;
  const rejectedSince = state.rejectedSince ?? now;
  draft.set({ rejectedSince });
  if (now < (supply?.patientUntil ?? rejectedSince + policy.replicationLag)) {
    if (supply === null) delay(draft, proofFailure(outcome), now, policy);
    else awaitDistribution(draft, outcome, supply.patientUntil, now, policy);
    return;
  }
  if (supply !== null && state.current !== null && outcome.decision.reason === 'CredentialRejected') {
    dropSupplied(draft, outcome, supply.operationId);
    return;
  }
  const aside = outcome.decision.reason === 'CredentialRejected' ? asideAt(draft.state, policy) : null;
  if (aside !== null && now >= aside) {
    finishVerify(draft, outcome);
    setPendingAside(draft, outcome.message, policy);
    return;
  }

  const fresh = state.current === null;
  const reason = fresh ? reasonOfFresh(supply) : outcome.clientGone ? 'ClientLooksGone' : outcome.decision.reason;
  const ofCurrent = state.pending === null || outcome.decision.reason === 'BothCredentialsRejected';
  const believedNow = state.phase === 'verifying';
  draft.set({
    phase: fresh ? 'awaiting_enablement' : state.phase,
    currentRejected: ofCurrent && !fresh ? true : state.currentRejected,
    doubtedSince: ofCurrent ? undefined : state.doubtedSince,
  });
  const message = `${explain(reason)} ${outcome.message}`;
  draft.condition('CredentialProved', 'False', reason, message);
  draft.attention('credential', reason, message);
  if (supply !== null && believedNow) {
    const { operationId } = supply;
    draft.event({
      type: 'credential.proof-failed',
      reason,
      message,
      operationId,
      changes: { phase: { from: 'verifying', to: 'awaiting_enablement' } },
    });
  }
  finishVerify(draft, outcome);
  delay(draft, { ...proofFailure(outcome), reason }, now, policy);
  const { nextAttemptAt } = draft.state;
  if (aside !== null && nextAttemptAt !== null) draft.set({ nextAttemptAt: Math.min(nextAttemptAt, aside) });
}

function reasonOfFresh(supply: Supply | null): Reason {
  return supply === null ? 'ClientNotEnabled' : 'SuppliedCredentialRejected';
}

/** Nothing is wrong yet: it is shown what is waited for, and nobody is called. */
function awaitDistribution(draft: Draft, outcome: ProofOutcome, until: number, now: number, policy: TimePolicy): void {
  const reason = 'AwaitingDistribution';
  const message = `${explain(reason)} Until ${toRfc3339(until)} a rejection is not believed. ${outcome.message}`;
  draft.condition('CredentialProved', 'Unknown', reason, message);
  finishVerify(draft, outcome);
  waitPatiently(draft, reason, message, until, now, policy);
}

/** The new secret that a person supplied is no good: the current one stays, and the person is told. */
function dropSupplied(draft: Draft, outcome: ProofOutcome, operationId: string): void {
  const reason = 'SuppliedCredentialRejected';
  const message = `${explain(reason)} The current one stays in use. ${outcome.message}`;
  draft.succeeded();
  tellOtherRotation(draft, askedRotation(draft.state), operationId, message);
  draft.set({ pending: null, supply: null, rotation: null, rejectedSince: null });
  draft.attention('rotation', reason, message);
  draft.event({ type: 'credential.rotation-failed', reason, message, operationId });
  finishVerify(draft, outcome);
}

function finishVerify(draft: Draft, outcome: ProofOutcome): void {
  const { activeOperation } = draft.state;
  if (activeOperation?.kind !== 'verify') return;
  draft.set({ activeOperation: null });
  draft.event({
    type: 'credential.proof-failed',
    reason: outcome.decision.reason,
    message: outcome.message,
    operationId: activeOperation.operationId,
  });
}

function proofFailure(outcome: ProofOutcome): Failure {
  return {
    reason: outcome.decision.reason,
    retryClass: 'transient',
    status: null,
    retryAfterSeconds: null,
    message: outcome.message,
  };
}

/** A repeatable step failed: it is tried again. */
export function afterFailure(before: EntityState, failure: Failure, now: number, policy: TimePolicy): Applied {
  const draft = new Draft(before, now);
  delay(draft, failure, now, policy);
  return draft.finish();
}
