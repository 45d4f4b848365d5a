import { accepted, type Rule } from './rule.ts';

export const verify: Rule<'verify'> = {
  refusal({ config, current, pending, discovery }) {
    if (config.holderRegistrationId !== null && discovery !== null) return null;
    return current === null && pending === null ? 'There is no credential to verify yet.' : null;
  },

  begin(draft, operation) {
    draft.set({ activeOperation: operation });
    draft.event(accepted(operation, 'Proof asked for.'));
  },
};
