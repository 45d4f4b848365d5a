import type { Reconciliation } from '../../domain/ports/registrations/reconciliation.ts';
import type { ChoreIntervals } from '../../domain/time/chores.ts';
import type { Log } from '../log/log.ts';
import type { Chore } from './chore.ts';
import { emptyQueue } from './queue.ts';

/** What became of an entity that should be there. */
export type Kept = 'running' | 'started' | 'restarted';

/** Looks after entities; `runtime/temporal/` implements it. */
export interface EntityKeeper {
  /**
   * Starts an entity that does not run, and one anew from its record whose decisions fail again and again. Rejects with
   * EntityError when Temporal does not answer.
   */
  keep(registrationId: string): Promise<Kept>;
  /** Lets one that runs read its record again. Rejects as `keep` does. */
  rouse(registrationId: string): Promise<void>;
}

/** Rows that one round takes: at `reconcileEvery` this is the rate at which a fleet comes back. */
const mostAtOnce = 150;
const shown = 20;

type Find = Reconciliation['overdueEntities'];

/** Leases in one round as many as it may have. */
function bounded(find: Find, overdueAfter: number): (limit: number) => Promise<readonly string[]> {
  let left = mostAtOnce;
  return async (limit) => {
    const most = Math.min(limit, left);
    const ids = most === 0 ? [] : await find(overdueAfter, most);
    left -= ids.length;
    return ids;
  };
}

/**
 * Brings back entities that are gone (DESIGN section 5): those whose time passed, nearest expiry first; slowly every
 * one that is not retired, also those that wait for nothing but an operation; rouses those that run and sleep past their
 * time, or do not end what was handed to them, as after a restore of Temporal's data; and says where due or expiry passed and nobody noted it.
 */
export function reconcilerChores(
  records: Reconciliation,
  keeper: EntityKeeper,
  intervals: ChoreIntervals,
  log: Log,
): Chore[] {
  async function keep(registrationId: string): Promise<Kept> {
    const kept = await keeper.keep(registrationId);
    if (kept !== 'running') log.warn(`entity.${kept}`, { registrationId });
    return kept;
  }

  /** One that runs and sleeps past its recorded time may be older than its record, as after a restore of Temporal's data. */
  async function keepAwake(registrationId: string): Promise<void> {
    if ((await keep(registrationId)) === 'running') await keeper.rouse(registrationId);
  }
  const putOff = (registrationId: string) => records.putOffReconciling(registrationId);
  const end = (registrationId: string) => records.reconciled(registrationId);

  const round = (find: Find) => (signal: AbortSignal) =>
    emptyQueue({ due: bounded(find, intervals.overdueAfter), deliver: keepAwake, end, putOff }, signal);
  const overdue = round(records.overdueEntities);
  /** Entities read their open operations whenever they wake, so that one lost with Temporal's data is taken again. */
  const unended = round(records.unendedOperations);

  /** Where the sweep over all registrations is; a process that starts anew begins at the first. */
  let swept = '';
  async function sweepOne(): Promise<void> {
    const [registrationId] = await records.unretiredAfter(swept, 1);
    swept = registrationId ?? '';
    if (registrationId === undefined) return;
    try {
      await keep(registrationId);
    } catch (error) {
      log.debug('reconciler.left', { registrationId }, error);
      await putOff(registrationId);
    }
  }

  async function tellUnnoticed(): Promise<void> {
    const { count, first } = await records.unnoticed(shown);
    if (count > 0) log.error('credentials.unnoticed', { count });
    for (const { registrationId } of first) log.warn('credential.unnoticed', { registrationId });
  }

  return [
    { name: 'reconcile', every: intervals.reconcileEvery, round: async (_, signal) => void (await overdue(signal)) },
    {
      name: 'reconcile-operations',
      every: intervals.reconcileEvery,
      round: async (_, signal) => void (await unended(signal)),
    },
    { name: 'reconcile-all', every: intervals.reconcileOneEvery, round: sweepOne },
    { name: 'unnoticed', every: intervals.unnoticedEvery, round: tellUnnoticed },
  ];
}
