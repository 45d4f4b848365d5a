import { type Applied, followedBy } from '../domain/entity/draft.ts';
import type { EntityState } from '../domain/entity/state.ts';
import { endedBetween } from '../domain/entity/waking/openOperations.ts';
import type { Decision } from '../domain/ports/entityState.ts';

/** What was decided since the records were written: one item of one transaction, together with the state. */
export type Unrecorded = Pick<Decision, 'afterSequence' | 'transitions' | 'endedOperations'>;

/** One decision more, made on a state; null = there is nothing to record. */
export function withDecision(waiting: Unrecorded | null, before: EntityState, applied: Applied): Unrecorded | null {
  if (applied.state === before) return waiting;
  const { afterSequence, transitions, endedOperations } = waiting ?? {
    afterSequence: before.sequence,
    transitions: [],
    endedOperations: [],
  };
  return {
    afterSequence,
    transitions: followedBy({ state: before, transitions }, applied).transitions,
    endedOperations: [...endedOperations, ...endedBetween(before, applied.state)],
  };
}
