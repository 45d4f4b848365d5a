import type { EntityClient } from '../domain/operations.ts';
import type { ApiRecords } from '../domain/records.ts';

/** Milliseconds between two looks for registrations whose workflow has not been started. */
const interval = 3000;
const batch = 100;
/** Starts in flight at once. */
const width = 10;

/** Reported by the dispatcher; the caller logs it. */
export type DispatcherReport = (event: 'dispatcher-started' | 'dispatcher-failed', fields: { count: number }) => void;

export interface Dispatcher {
  /** Looks at once instead of at the next tick. */
  nudge(): void;
  stop(): Promise<void>;
}

/**
 * Starts the workflow of every committed registration, at once and again every few seconds until it exists: the API
 * commits row and start request together, and may die before it reaches Temporal.
 */
export function startDispatcher(
  records: Pick<ApiRecords, 'unstarted' | 'markStarted'>,
  entities: Pick<EntityClient, 'start'>,
  report: DispatcherReport,
): Dispatcher {
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  let busy = false;
  let again = false;

  async function round(): Promise<number> {
    const waiting = await records.unstarted(batch);
    let next = 0;
    async function lane(): Promise<void> {
      for (
        let registrationId = waiting[next++];
        registrationId !== undefined && !stopped;
        registrationId = waiting[next++]
      ) {
        await entities.start(registrationId);
        await records.markStarted(registrationId);
      }
    }
    await Promise.all(Array.from({ length: width }, lane));
    return waiting.length;
  }

  async function drain(): Promise<void> {
    let total = 0;
    try {
      for (let count = batch; count === batch && !stopped; total += count) count = await round();
      if (total > 0) report('dispatcher-started', { count: total });
    } catch {
      // Database or Temporal are away: the rows stay, and the next tick tries again.
      report('dispatcher-failed', { count: total });
    }
  }

  function tick(): void {
    if (stopped) return;
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    running = drain().finally(() => {
      busy = false;
      if (again) {
        again = false;
        tick();
      }
    });
  }

  const timer = setInterval(tick, interval);
  timer.unref();
  tick();
  return {
    nudge: tick,
    async stop() {
      stopped = true;
      clearInterval(timer);
      await running;
    },
  };
}
