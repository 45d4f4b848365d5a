import { accepted, type Rule } from './rule.ts';

export const discover: Rule<'discover'> = {
  refusal: () => null,

  begin(draft, operation) {
    draft.set({ activeOperation: operation });
    draft.event(accepted(operation, 'Discovery asked for.'));
  },
};
