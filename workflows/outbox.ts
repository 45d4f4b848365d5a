import type { OwnActivities, Unrecorded } from '../domain/ports/activities.ts';
import { recordsConflictOr } from './failure.ts';

/**
 * Transitions on their way to the records, in order. They ride with the next activity, which is one activity less than
 * recording them apart, and are sent again until an activity that carried them succeeded: recording is idempotent.
 */
export class Outbox {
  #waiting: Unrecorded = [];

  get empty(): boolean {
    return this.#waiting.length === 0;
  }

  add(transitions: Unrecorded): void {
    this.#waiting = [...this.#waiting, ...transitions];
  }

  /** Forgets what waits. */
  clear(): void {
    this.#waiting = [];
  }

  /** Runs an activity that records what it is given first. Rejects with {@link RecordsConflict} when that is refused. */
  async send<Result>(run: (unrecorded: Unrecorded) => Promise<Result>): Promise<Result> {
    const sent = this.#waiting.length;
    try {
      const result = await run(this.#waiting);
      this.#waiting = this.#waiting.slice(sent);
      return result;
    } catch (error) {
      throw recordsConflictOr(error);
    }
  }

  /** Records what waits; before the entity sleeps, ends or continues as new. */
  async flush(record: OwnActivities['record']): Promise<void> {
    if (!this.empty) await this.send(record);
  }
}
