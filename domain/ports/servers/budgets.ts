import type { Turn, WorkClass } from '../../servers/budget.ts';

export interface Reservation {
  readonly turn: Turn;
  readonly now: number;
  /** Milliseconds that as many calls take at the steady rate. */
  readonly spacing: number;
}

/** Calls at one server, over all workers (DESIGN section 11). */
export interface Budgets {
  /**
   * Reserves all calls of a step, or says when to come again; nothing is kept open meanwhile. Times are those of the
   * database's clock.
   *
   * @param url of the token endpoint; before it is known, of what is asked first.
   */
  reserve(url: string, calls: number, workClass: WorkClass): Promise<Reservation>;
  /** The server asked for a pause: no turn of anybody at its budget comes before it is over, an hour at most. */
  pause(url: string, seconds: number): Promise<void>;
}
