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
    for (const { operationId, actor } of given)
      draft.event({
        type: 'operation.refused',
        reason: 'OperationNotPossible',
        message: 'The registration is being retired.',
        operationId,
        actor,
      });
  },
};

/** What others asked for, and wait for: nobody will do it any more. */
function givenUp({ operations, activeOperation, rotation }: EntityState) {
  return [activeOperation, rotation, ...operations]
    .filter((asked) => asked !== null)
    .filter(({ actor }) => actor !== 'system');
}
