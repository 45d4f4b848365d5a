import { isSuspended } from '../suspension.ts';
import { accepted, type Rule } from './rule.ts';

/** A flag beside the phase: nothing is sent from now on but what settles a request that was sent before. */
export const suspend: Rule<'suspend'> = {
  refusal: (state) => (isSuspended(state) ? 'The registration is suspended already.' : null),

  begin(draft, operation) {
    const { phase } = draft.state;
    draft.set({ suspended: { since: draft.now } });
    draft.event({
      ...accepted(operation, 'Suspended: nothing is sent to the health system until the registration is resumed.'),
      type: 'registration.suspended',
      changes: { phase: { from: phase, to: 'suspended' } },
    });
  },
};
