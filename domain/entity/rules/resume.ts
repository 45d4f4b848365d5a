import { isSuspended } from '../suspension.ts';
import { accepted, type Rule } from './rule.ts';

/**
 * It goes on where it was; what was asked for meanwhile is done now. A sharer was not told of its holder's rotations
 * meanwhile: it looks at once.
 */
export const resume: Rule<'resume'> = {
  refusal: (state) => (isSuspended(state) ? null : 'The registration is not suspended.'),

  begin(draft, operation) {
    const { phase, config } = draft.state;
    draft.set({ suspended: null });
    if (config.holderRegistrationId !== null) draft.set({ holderUnread: true, nextAttemptAt: null });
    draft.event({
      ...accepted(operation, `Resumed; it goes on in phase ${phase}.`),
      type: 'registration.resumed',
      changes: { phase: { from: 'suspended', to: phase } },
    });
  },
};
