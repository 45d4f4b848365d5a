import { share } from '../after/wayOn.ts';
import { currentClient } from '../clients/known.ts';
import { askedRotation, tellGivenUp } from '../givenUp.ts';
import { closeTask } from '../task.ts';
import { accepted, type Rule } from './rule.ts';

/** A registration that has no client yet takes up the one that was offered to it. */
export const shareClient: Rule<'shareClient'> = {
  refusal(state, { details }) {
    const { config, current, pending, request, registrationId } = state;
    if (config.holderRegistrationId !== null) return `The client of ${config.holderRegistrationId} is used already.`;
    if (details?.holderRegistrationId === registrationId) return 'A registration cannot share its client with itself.';
    // What it has is that registration's client.
    const isHolders =
      pending === null && request === null && currentClient(state)?.heldBy === details?.holderRegistrationId;
    if (current !== null && isHolders) return null;
    return current !== null || pending !== null || request !== null
      ? 'The registration has a client of its own, or is getting one.'
      : null;
  },

  begin(draft, operation) {
    const { details } = operation;
    if (details === undefined) return;
    const holder = details.holderRegistrationId;
    const { config, discovery } = draft.state;
    const rotation = askedRotation(draft.state);
    draft.set({
      config: { ...config, holderRegistrationId: holder },
      current: null,
      rotation: null,
      rotationObstacle: null,
      rejectedSince: null,
      currentRejected: false,
    });
    closeTask(draft);
    draft.clearAttention('management', 'rotation', 'pace');
    draft.event(accepted(operation, `The client of ${holder} is to be used.`));
    if (rotation !== null) tellGivenUp(draft, rotation, `The client of ${holder} is used instead; rotate that one.`);
    if (discovery !== null) {
      share(draft, holder, operation.operationId);
      return;
    }
    // Nothing more is asked of anybody: what follows has events of its own.
    draft.set({ phase: 'discovering' });
    const message = `The client of ${holder} is used as soon as the endpoints are discovered.`;
    draft.event({ type: 'registration.sharing', message, operationId: operation.operationId });
  },
};
