import { accepted, type Rule } from './rule.ts';

export const supplyInitialAccessToken: Rule<'supplyInitialAccessToken'> = {
  refusal({ config, current, pending }) {
    if (config.holderRegistrationId !== null) return 'The client of another registration is used.';
    return current !== null || pending !== null ? 'The client is registered already.' : null;
  },

  begin(draft, operation) {
    const from = draft.state.phase;
    const to = from === 'awaiting_token' ? 'registering' : from;
    draft.set({ initialAccessTokenRef: operation.operationId, unansweredPosts: 0, phase: to });
    if (draft.state.hold === null) draft.clearAttention('registration');
    draft.event({
      ...accepted(operation, 'An initial access token was supplied.'),
      type: 'registration.token-supplied',
      changes: from === to ? undefined : { phase: { from, to } },
    });
  },
};
