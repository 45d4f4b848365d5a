import { type EntityClient, EntityError } from '../../domain/operations/request.ts';
import type { StartRequests } from '../../domain/ports/registrations/startRequests.ts';
import type { WakeRequest, WakeRequests } from '../../domain/ports/registrations/wakeRequests.ts';

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
 * commits row and start request together, and may die before it reaches Temporal. Then it hands over what the commit of
 * one registration asks of others.
 */
export function startDispatcher(
  records: StartRequests & WakeRequests,
  entities: Pick<EntityClient, 'start' | 'operate'>,
  report: DispatcherReport,
): Dispatcher {
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  let busy = false;
  let again = false;

  /** Handles what waits, some at once; answers how many there were. */
  async function round<Item>(waiting: readonly Item[], handle: (item: Item) => Promise<void>): Promise<number> {
    let next = 0;
    async function lane(): Promise<void> {
      for (let item = waiting[next++]; item !== undefined && !stopped; item = waiting[next++]) await handle(item);
    }
    await Promise.all(Array.from({ length: width }, lane));
    return waiting.length;
  }

  const startSome = async () =>
    round(await records.unstarted(batch), async (registrationId) => {
      await entities.start(registrationId);
      await records.markStarted(registrationId);
    });

  const wakeSome = async () =>
    round(await records.wakeRequests(batch), async (request) => {
      await wake(entities, request);
      await records.removeWakeRequest(request.operationId);
    });

  async function drain(): Promise<void> {
    let total = 0;
    try {
      for (let count = batch; count === batch && !stopped; total += count) count = await startSome();
      for (let count = batch; count === batch && !stopped; ) count = await wakeSome();
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

/** An entity that cannot prove anything now has nothing to do either. */
async function wake(
  entities: Pick<EntityClient, 'start' | 'operate'>,
  { operationId, registrationId, reason }: WakeRequest,
): Promise<void> {
  const operation = { operationId, kind: 'verify', actor: 'system', reason } as const;
  try {
    await entities.operate(registrationId, operation);
  } catch (error) {
    if (!(error instanceof EntityError) || error.code === 'unavailable') throw error;
    if (error.code === 'refused') return;
    await entities.start(registrationId);
    await entities.operate(registrationId, operation);
  }
}
