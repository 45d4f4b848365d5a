import { nearerEnd } from '../../credential/dueTime.ts';
import { setAsideAt } from '../../credential/setAside.ts';
import type { Failure, SetAsideOutcome } from '../../ports/activities.ts';
import { explain } from '../../reasons/index.ts';
import type { TimePolicy } from '../../time/policy.ts';
import { type Applied, Draft } from '../draft.ts';
import type { EntityState } from '../state.ts';
import { attemptFailed, backOffAnew, rotationDelayed } from './failed.ts';

/** Secrets that are probed again; the store keeps every one. */
const mostSetAside = 10;

/** When a pending secret that the server issued and that stays rejected is set aside; null = it is not. */
export function asideAt(state: EntityState, policy: TimePolicy): number | null {
  const { pending, current, supply, rejectedSince } = state;
  if (pending === null || current === null || supply !== null || rejectedSince === null) return null;
  return setAsideAt(rejectedSince, nearerEnd(current)?.at ?? null, policy);
}

/**
 * The pending secret stays rejected while the current one is good: it is kept and counts as a failed attempt, and the
 * next one may come.
 */
export function setPendingAside(draft: Draft, said: string, policy: TimePolicy): void {
  const { pending, rotation } = draft.state;
  if (pending === null) return;
  const reason = 'SecretSetAside';
  const message = `${explain(reason)} It is version ${pending.versionId}. ${said}`;
  draft.succeeded();
  draft.clearAttention('credential');
  draft.set({
    pending: null,
    rejectedSince: null,
    unproved: undefined,
    setAside: [...draft.state.setAside, pending].slice(-mostSetAside),
  });
  attemptFailed(draft, 'refused', null, policy);
  draft.condition('CredentialProved', 'True', 'ProofSucceeded', 'The current credential is good.');
  draft.attention('rotation', reason, message);
  draft.event({ type: 'credential.rotation-failed', reason, message, operationId: rotation?.operationId });
}

/** What follows from probing those that were set aside, before the server is asked for yet another one. */
export function afterSetAside(before: EntityState, outcome: SetAsideOutcome, now: number): Applied {
  const draft = new Draft(before, now);
  const { rotation, setAside } = before;
  // As it was judged when it came, whatever the step says of its life.
  const good = setAside.find(({ versionId }) => versionId === outcome.good?.versionId) ?? null;
  if (rotation === null) return draft.finish();
  const { delayed: _, ...waited } = rotation;
  draft.set({ ...backOffAnew(before), rotation: { ...waited, probed: true } });
  if (good === null) {
    draft.clearAttention('peer');
    return draft.finish();
  }
  draft.set({
    pending: good,
    rejectedSince: null,
    setAside: setAside.filter(({ versionId }) => versionId !== good.versionId),
  });
  draft.event({
    type: 'request.settled',
    operationId: rotation.operationId,
    message:
      `Version ${good.versionId}, which had been set aside, is good now; it takes the place of the current one. ${outcome.probed.at(-1)?.message ?? ''}`.trim(),
  });
  return draft.finish();
}

/** They could not be probed: tried again, before anything is asked for. */
export function afterSetAsideFailure(before: EntityState, failure: Failure, now: number, policy: TimePolicy): Applied {
  const draft = new Draft(before, now);
  rotationDelayed(draft, failure, policy);
  return draft.finish();
}
