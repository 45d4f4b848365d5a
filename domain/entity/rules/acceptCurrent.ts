import { releaseObstacle } from '../../registration/hold.ts';
import { accepted, type Rule } from './rule.ts';

/** An administrator takes the version that somebody else made current in the secret store. */
export const acceptCurrent: Rule<'acceptCurrent'> = {
  refusal: ({ hold }) => releaseObstacle(hold, 'acceptCurrent'),

  /** The hold stays until the store was asked: what fails there is still held. */
  begin(draft, operation) {
    draft.set({ activeOperation: operation, nextAttemptAt: null, attempts: 0, failingSince: null });
    draft.event(accepted(operation, 'The version that is current in the secret store is to be taken.'));
  },
};
