import { accepted, type Rule } from './rule.ts';

export const changeMetadata: Rule<'changeMetadata'> = {
  refusal: () => null,

  begin(draft, operation) {
    draft.set({ activeOperation: operation, change: null });
    draft.event(accepted(operation, 'A change of the registration asked for.'));
  },
};
