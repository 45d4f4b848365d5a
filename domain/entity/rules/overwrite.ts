import { releaseObstacle } from '../../registration/hold.ts';
import { accepted, type Rule } from './rule.ts';

/** An administrator lets Registrar's version take the place of the one that somebody else made current. */
export const overwrite: Rule<'overwrite'> = {
  refusal: ({ hold }) => releaseObstacle(hold, 'overwrite'),

  /** The hold stays until the store was asked: what fails there is still held. */
  begin(draft, operation) {
    draft.set({ activeOperation: operation, nextAttemptAt: null, attempts: 0, failingSince: null });
    draft.event(accepted(operation, 'The version of Registrar is to become current in the secret store.'));
  },
};
