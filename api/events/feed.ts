import { parseRegistrationId } from '../../domain/ids.ts';
import type { EventList, EventRecord } from '../../domain/ports/lists/events.ts';
import type { Visibility } from '../../domain/ports/visibility.ts';
import { seesRegistration } from '../callers/caller.ts';

/** Events kept in memory for streams that keep up; the others read the database. */
const kept = 1_000;
const batch = 500;
const everything: Visibility = { tenantIds: null, applicationIds: null };

/** Events after a position, and the position to go on from. */
export interface Batch {
  readonly events: readonly EventRecord[];
  readonly position: number;
}

/**
 * What happened, in commit order, for any number of readers: one poller asks the database for new events while
 * somebody waits, and readers that keep up are served from memory.
 */
export class EventFeed {
  readonly #records: Pick<EventList, 'eventsAfter' | 'lastPosition'>;
  readonly #interval: number;
  readonly #waiting = new Set<() => void>();
  /** Every event in (start, end]. */
  #recent: EventRecord[] = [];
  #start = 0;
  #end = 0;
  #known = false;
  #polling = false;

  /** `interval`: milliseconds between two looks for new events. */
  constructor(records: Pick<EventList, 'eventsAfter' | 'lastPosition'>, interval: number) {
    this.#records = records;
    this.#interval = interval;
  }

  /** The newest position. */
  lastPosition(): Promise<number> {
    return this.#records.lastPosition();
  }

  /** The next visible events after a position; none when there are none yet. Rejects when the database does. */
  async after(position: number, visibility: Visibility): Promise<Batch> {
    const end = this.#end;
    if (this.#known && position >= this.#start) {
      const events = this.#recent.filter((event) => event.position > position && isVisible(event, visibility));
      return { events, position: Math.max(position, end) };
    }
    const events = await this.#records.eventsAfter(position, visibility, batch);
    const last = events.at(-1)?.position ?? position;
    // A full batch may be followed by more before `end`; after any other everything up to `end` was seen.
    return { events, position: events.length < batch ? Math.max(last, end) : last };
  }

  /**
   * Resolves to true when there may be events after `position`, to false after `timeout` milliseconds or when `signal`
   * ends the wait.
   */
  async wait(position: number, timeout: number, signal: AbortSignal): Promise<boolean> {
    if (this.#known && this.#end > position) return true;
    if (signal.aborted) return false;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const wake = () => resolve(true);
    const stop = () => resolve(false);
    const timer = setTimeout(stop, timeout);
    signal.addEventListener('abort', stop, { once: true });
    this.#waiting.add(wake);
    this.#poll().catch(stop);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      this.#waiting.delete(wake);
    }
  }

  /** Runs while somebody waits. What was kept before a pause may be far behind, so it starts anew. */
  async #poll(): Promise<void> {
    if (this.#polling) return;
    this.#polling = true;
    this.#known = false;
    this.#recent = [];
    try {
      while (this.#waiting.size > 0) {
        const found = await this.#look();
        if (found > 0) for (const wake of this.#waiting) wake();
        if (found < batch) await new Promise((resolve) => setTimeout(resolve, this.#interval));
      }
    } finally {
      this.#polling = false;
    }
  }

  /** How much is new. A database that does not answer is asked again with the next look. */
  async #look(): Promise<number> {
    try {
      if (!this.#known) {
        const newest = await this.#records.lastPosition();
        this.#start = newest;
        this.#end = newest;
        this.#known = true;
        return 1;
      }
      const events = await this.#records.eventsAfter(this.#end, everything, batch);
      this.#recent.push(...events);
      this.#end = events.at(-1)?.position ?? this.#end;
      const dropped = this.#recent.splice(0, Math.max(0, this.#recent.length - kept));
      this.#start = dropped.at(-1)?.position ?? this.#start;
      return events.length;
    } catch {
      return 0;
    }
  }
}

function isVisible(event: EventRecord, visibility: Visibility): boolean {
  if (visibility.tenantIds === null && visibility.applicationIds === null) return true;
  const parts = parseRegistrationId(event.registrationId);
  return parts !== null && seesRegistration(visibility, parts);
}
