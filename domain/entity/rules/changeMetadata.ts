import { accepted, type Rule } from './rule.ts';

export const changeMetadata: Rule<'changeMetadata'> = {
  refusal({ config }) {
    return config.holderRegistrationId === null
      ? null
      : `The client belongs to ${config.holderRegistrationId}; change that one.`;
  },

  begin(draft, operation) {
    draft.set({ activeOperation: operation, change: null });
    draft.event(accepted(operation, 'A change of the registration asked for.'));
  },
};
