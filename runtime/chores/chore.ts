import type { Clock } from '../../domain/time/clock.ts';
import type { Log } from '../log/log.ts';

/** What a process does by itself. A simulation calls the rounds; a process has {@link startChores} call them. */
export interface Chore {
  /** As the log names it. */
  readonly name: string;
  /** Milliseconds between two rounds. */
  readonly every: number;
  /**
   * One round; it keeps nothing between two of them that a restart would miss. What it rejects with is logged.
   *
   * @param now milliseconds since the epoch, UTC.
   * @param signal aborted when the process stops: a long round ends early.
   */
  round(now: number, signal: AbortSignal): Promise<void>;
}

export interface RunningChores {
  /** A round of each chore that is not under way, now; resolves at their end. A simulation calls it as time passes. */
  round(): Promise<void>;
  /** Begins a round of each chore at once instead of at its time. */
  nudge(): void;
  /** Ends what can be ended; resolves once nothing runs, or after the given time with what still does. */
  stop(): Promise<void>;
}

/**
 * Runs each chore at once, then at its interval. Chores do not wait for each other: one that hangs stops itself only. A
 * chore never runs twice at a time.
 *
 * @param stopWithin milliseconds that a stop waits for rounds under way.
 */
export function startChores(
  chores: readonly Chore[],
  { clock, log, stopWithin }: { readonly clock: Clock; readonly log: Log; readonly stopWithin: number },
): RunningChores {
  const controller = new AbortController();
  const { signal } = controller;
  const loops = chores.map((chore) => {
    let running: Promise<void> | null = null;
    let again = false;
    async function run(): Promise<void> {
      try {
        await chore.round(clock.now(), signal);
      } catch (error) {
        log.warn('chore.failed', { step: chore.name }, error);
      }
      running = null;
      if (again) tick();
    }
    function tick(): void {
      if (signal.aborted) return;
      again = running !== null;
      running ??= run();
    }
    const timer = setInterval(() => running === null && tick(), chore.every).unref();
    return { name: chore.name, tick, timer, running: () => running };
  });
  for (const { tick } of loops) tick();

  return {
    async round() {
      for (const { tick } of loops) tick();
      await Promise.all(loops.map(({ running }) => running()));
    },
    nudge: () => {
      for (const { tick } of loops) tick();
    },
    async stop() {
      controller.abort();
      for (const { timer } of loops) clearInterval(timer);
      const ended = Promise.all(loops.map(({ running }) => running()));
      const limit = Promise.withResolvers<'late'>();
      const timer = setTimeout(() => limit.resolve('late'), stopWithin);
      if ((await Promise.race([ended, limit.promise])) === 'late')
        for (const { name, running } of loops) if (running() !== null) log.warn('chore.left', { step: name });
      clearTimeout(timer);
    },
  };
}
