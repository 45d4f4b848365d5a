import { releaseObstacle } from '../../registration/hold.ts';
import { accepted, type Rule } from './rule.ts';

/** A person looked at what is held, and wants the same once more. */
export const retry: Rule<'retry'> = {
  refusal: ({ hold }) => releaseObstacle(hold, 'retry'),

  begin(draft, operation) {
    const { request } = draft.state;
    const held = draft.state.hold?.reason;
    if (held === 'AnswerSpooled' && request !== null) {
      draft.set({ request: { ...request, givenUp: true } });
      draft.clearAttention('peer');
    }
    draft.set({
      hold: null,
      conflict: null,
      unansweredPosts: 0,
      attempts: 0,
      failingSince: null,
      nextAttemptAt: null,
    });
    draft.clearAttention('registration');
    draft.event({
      ...accepted(operation, `What was held with ${held} is tried once more.`),
      type: 'registration.hold-released',
      reason: held,
    });
  },
};
