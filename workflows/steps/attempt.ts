import type { Applied } from '../../domain/entity/draft.ts';
import type { EntityState } from '../../domain/entity/state.ts';
import type { Failure } from '../../domain/ports/activities.ts';
import { failureOf } from '../failure.ts';

/** What a finished step does to the state as it is then: updates may have come in while it ran. */
export type Apply = (state: EntityState, now: number) => Applied;

/** Runs an activity; what it answers, or failed with, as what follows from it. */
export async function attempt<Result>(
  run: () => Promise<Result>,
  onResult: (result: Result) => Apply,
  onFailure: (failure: Failure) => Apply,
): Promise<Apply> {
  let result: Result;
  try {
    result = await run();
  } catch (error) {
    return onFailure(failureOf(error));
  }
  return onResult(result);
}
