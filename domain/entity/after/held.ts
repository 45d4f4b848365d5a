import type { ProofOutcome } from '../../ports/activities.ts';
import type { Draft } from '../draft.ts';
import type { EntityState } from '../state.ts';

/** What was proved is what the holder has now: it may be another credential than at the last proof. */
export function takeHeld(draft: Draft, { decision, current }: ProofOutcome): void {
  draft.set({ holderUnread: undefined });
  const taken = decision.reason === 'ProofSucceeded' || decision.reason === 'KeyHeldElsewhere';
  if (draft.state.current === null && !taken) return;
  draft.set({ current });
}

/** The holder's credential is another, and nothing else is to be told: it is shown all the same. */
export function tellHeld(draft: Draft, { current: before, config }: EntityState): void {
  const from = before?.versionId ?? null;
  const to = draft.state.current?.versionId ?? null;
  if (from === to) return;
  draft.event({
    type: 'registration.sharing',
    reason: 'ClientShared',
    message: `The client of ${config.holderRegistrationId} has another credential now.`,
    changes: { versionId: { from, to } },
  });
}
