import type { EntityClient } from '../../domain/operations/request.ts';
import type { StartRequests } from '../../domain/ports/registrations/startRequests.ts';
import type { WakeRequests } from '../../domain/ports/registrations/wakeRequests.ts';
import type { TokenWakeRequests } from '../../domain/ports/servers/tokenWakeRequests.ts';
import type { ChoreIntervals } from '../../domain/time/chores.ts';
import type { Log } from '../log/log.ts';
import type { Chore } from './chore.ts';
import {
  type DispatchReport,
  operationQueue,
  queueChore,
  startQueue,
  type UndeliveredOperations,
  wakeQueue,
} from './dispatcher.ts';
import { tokenWakeQueue } from './wakeUps.ts';

/** Everything that waits in the database for entities. Each queue by itself: none waits for another. */
export function dispatchChores(
  records: StartRequests & WakeRequests & TokenWakeRequests & UndeliveredOperations,
  entities: Pick<EntityClient, 'start' | 'operate' | 'refresh'>,
  intervals: ChoreIntervals,
  log: Log,
): Chore[] {
  const report: DispatchReport = (queue, { delivered, failed }) => {
    if (delivered > 0) log.info('dispatcher.delivered', { step: queue, count: delivered });
    if (failed > 0) log.warn('dispatcher.put-off', { step: queue, count: failed });
  };
  return [
    queueChore('start', startQueue(records, entities), intervals, report),
    queueChore('wake', wakeQueue(records, entities), intervals, report),
    queueChore('operate', operationQueue(records, entities), intervals, report),
    queueChore('wake-for-token', tokenWakeQueue(records, entities), intervals, report),
  ];
}
