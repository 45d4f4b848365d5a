import { accepted, type Rule } from './rule.ts';

export const retire: Rule<'retire'> = {
  refusal: () => null,

  begin(draft, operation) {
    draft.set({
      phase: 'retiring',
      activeOperation: operation,
      operations: [],
      rotation: null,
      task: null,
      hold: null,
      conflict: null,
      suspended: null,
    });
    draft.event({ ...accepted(operation, 'Retirement asked for.'), type: 'registration.retiring' });
  },
};
