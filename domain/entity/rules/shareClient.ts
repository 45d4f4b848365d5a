import { share } from '../after/wayOn.ts';
import { closeTask } from '../task.ts';
import { accepted, type Rule } from './rule.ts';

/** A registration that has no client yet takes up the one that was offered to it. */
export const shareClient: Rule<'shareClient'> = {
  refusal({ config, current, pending, request, registrationId }, { details }) {
    if (config.holderRegistrationId !== null) return `The client of ${config.holderRegistrationId} is used already.`;
    if (details?.holderRegistrationId === registrationId) return 'A registration cannot share its client with itself.';
    return current !== null || pending !== null || request !== null
      ? 'The registration has a client of its own, or is getting one.'
      : null;
  },

  begin(draft, operation) {
    const { details } = operation;
    if (details === undefined) return;
    const holder = details.holderRegistrationId;
    const { config, discovery } = draft.state;
    draft.set({ config: { ...config, holderRegistrationId: holder } });
    closeTask(draft);
    draft.event(accepted(operation, `The client of ${holder} is to be used.`));
    if (discovery === null) draft.set({ phase: 'discovering' });
    else share(draft, holder, operation.operationId);
  },
};
