import { sleep } from '@temporalio/workflow';
import { recordsRetryTime } from '../domain/entity/waking/rest.ts';
import type { TimePolicy } from '../domain/time/policy.ts';
import { isFailure } from './failure.ts';

/** The records as an entity reaches them: it asks until they answer, and what is decided waits. */
export class Records {
  #failures: number;
  readonly #mayEnd: (wakeAt: number) => Promise<void>;

  /**
   * @param failures times in a row that they could not be reached before this run.
   * @param mayEnd continues as new where a run is full, until then.
   */
  constructor(failures: number, mayEnd: (wakeAt: number) => Promise<void>) {
    this.#failures = failures;
    this.#mayEnd = mayEnd;
  }

  /** Times in a row that they could not be reached. */
  get failures(): number {
    return this.#failures;
  }

  async reach<Answer>(ask: () => Promise<Answer>, policy: TimePolicy): Promise<Answer> {
    for (;;) {
      try {
        const answer = await ask();
        this.#failures = 0;
        return answer;
      } catch (error) {
        if (!isFailure(error)) throw error;
      }
      const wait = recordsRetryTime(this.#failures, policy);
      this.#failures += 1;
      await this.#mayEnd(Date.now() + wait);
      await sleep(wait);
    }
  }
}
