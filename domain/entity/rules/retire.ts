import { askedRotation, tellGivenUp } from '../givenUp.ts';
import type { EntityState } from '../state.ts';
import { accepted, type Rule } from './rule.ts';

export const retire: Rule<'retire'> = {
  refusal: () => null,

  begin(draft, operation) {
    const given = givenUp(draft.state);
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
    for (const asked of given) tellGivenUp(draft, asked, 'The registration is being retired.');
  },
};

/**
 * What is waited for, and nobody will do any more. A supplied credential that is on its way to its proof is not: where
 * the retirement does not come about it is proved.
 */
function givenUp(state: EntityState) {
  const { operations, activeOperation, supply } = state;
  const rotation = askedRotation(state);
  const replaces = rotation?.operationId === supply?.operationId;
  return [activeOperation, replaces ? null : rotation, ...operations].filter((asked) => asked !== null);
}
