import { afterNotYet, isNotYet } from '../../domain/entity/after/turn.ts';
import type { Applied } from '../../domain/entity/draft.ts';
import type { EntityState } from '../../domain/entity/state.ts';
import type { Failure } from '../../domain/ports/activities.ts';
import { failureOf } from '../failure.ts';

/** What a finished step does to the state as it is then: updates may have come in while it ran. */
export type Apply = (state: EntityState, now: number) => Applied;

/**
 * Runs an activity; what it answers, or failed with, as what follows from it.
 *
 * @param onNotYet where its turn has not come.
 */
export async function attempt<Result>(
  run: () => Promise<Result>,
  onResult: (result: Result) => Apply,
  onFailure: (failure: Failure) => Apply,
  onNotYet: (failure: Failure) => Apply = (failure) => (state, now) => afterNotYet(state, failure, now),
): Promise<Apply> {
  let result: Result;
  try {
    result = await run();
  } catch (error) {
    const failure = failureOf(error);
    return isNotYet(failure) ? onNotYet(failure) : onFailure(failure);
  }
  return onResult(result);
}
