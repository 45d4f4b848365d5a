import { isSuspended } from '../suspension.ts';
import { accepted, type Rule } from './rule.ts';

/** It goes on where it was; what was asked for meanwhile is done now. */
export const resume: Rule<'resume'> = {
  refusal: (state) => (isSuspended(state) ? null : 'The registration is not suspended.'),

  begin(draft, operation) {
    const { phase } = draft.state;
    draft.set({ suspended: null });
    draft.event({
      ...accepted(operation, `Resumed; it goes on in phase ${phase}.`),
      type: 'registration.resumed',
      changes: { phase: { from: 'suspended', to: phase } },
    });
  },
};
