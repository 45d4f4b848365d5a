import type { Clock } from '../../domain/time/clock.ts';
import { ProblemError } from '../problems/problem.ts';

const hour = 3_600_000;

/** Counts operations of a kind per principal within the last hour (DESIGN section 7, `bulk-limit`). */
export class BulkLimit {
  readonly #clock: Clock;
  readonly #most: number;
  readonly #what: string;
  readonly #taken = new Map<string, number[]>();

  constructor(clock: Clock, most: number, what: string) {
    this.#clock = clock;
    this.#most = most;
    this.#what = what;
  }

  /**
   * Takes one of the principal's operations; the answer gives it back, for an operation that did not happen.
   * Throws `bulk-limit` with `Retry-After` when none is left.
   */
  take(principal: string): () => void {
    const now = this.#clock.now();
    const times = (this.#taken.get(principal) ?? []).filter((time) => time > now - hour);
    if (times.length >= this.#most) {
      const seconds = Math.ceil(((times[0] ?? now) + hour - now) / 1000);
      throw new ProblemError(
        'bulk-limit',
        `More than ${this.#most} ${this.#what} within an hour by one caller are refused, as they may be a mistake. ` +
          `The next is possible in ${seconds} seconds.`,
        { headers: { 'retry-after': String(seconds) } },
      );
    }
    times.push(now);
    this.#taken.set(principal, times);
    return () => {
      const current = this.#taken.get(principal) ?? [];
      const index = current.indexOf(now);
      if (index >= 0) current.splice(index, 1);
    };
  }
}
