import { type EntityClient, EntityError, type OperationRequest } from '../../domain/operations/request.ts';
import type { OperationLedger } from '../../domain/ports/entityState.ts';
import type { StartRequests } from '../../domain/ports/registrations/startRequests.ts';
import type { WakeRequest, WakeRequests } from '../../domain/ports/registrations/wakeRequests.ts';
import type { ChoreIntervals } from '../../domain/time/chores.ts';
import type { Chore } from './chore.ts';
import { type Emptied, emptyQueue, type Queue } from './queue.ts';

/** Operations that were accepted and that no entity took yet. */
export type UndeliveredOperations = Pick<
  OperationLedger,
  'undeliveredOperations' | 'acceptOperation' | 'dropOperation' | 'putOffOperation'
>;

/** Told of each round that handed something over, or could not. */
export type DispatchReport = (queue: string, emptied: Emptied) => void;

/** A queue as a chore. */
export function queueChore<Item>(
  name: string,
  queue: Queue<Item>,
  { dispatchEvery }: Pick<ChoreIntervals, 'dispatchEvery'>,
  report: DispatchReport,
): Chore {
  return {
    name,
    every: dispatchEvery,
    async round(_, signal) {
      const emptied = await emptyQueue(queue, signal);
      if (emptied.delivered > 0 || emptied.failed > 0) report(name, emptied);
    },
  };
}

/**
 * Starts the workflow of every committed registration, again and again until its first activity claims it: the API
 * commits row and start request together, and may die before it reaches Temporal.
 */
export function startQueue(records: StartRequests, entities: Pick<EntityClient, 'start'>): Queue<string> {
  return {
    due: (limit) => records.unstarted(limit),
    deliver: (registrationId) => entities.start(registrationId),
    // Temporal took it; only the claim ends it.
    end: (registrationId) => records.putOffStart(registrationId),
    putOff: (registrationId) => records.putOffStart(registrationId),
  };
}

/** Hands over what the commit of one registration asks of others. */
export function wakeQueue(
  records: WakeRequests,
  entities: Pick<EntityClient, 'start' | 'operate' | 'refresh'>,
): Queue<WakeRequest> {
  return {
    due: (limit) => records.wakeRequests(limit),
    async deliver({ kind, operationId, registrationId, reason }) {
      if (kind === 'refresh') await entities.refresh(registrationId);
      else await handOver(entities, registrationId, { operationId, kind, actor: 'system', reason });
    },
    end: ({ operationId }) => records.removeWakeRequest(operationId),
    putOff: ({ operationId }) => records.putOffWakeRequest(operationId),
  };
}

/** Hands over operations whose acceptor died between its commit and Temporal. */
export function operationQueue(
  records: UndeliveredOperations,
  entities: Pick<EntityClient, 'start' | 'operate'>,
): Queue<{ readonly registrationId: string; readonly operation: OperationRequest }> {
  return {
    due: (limit) => records.undeliveredOperations(limit),
    async deliver({ registrationId, operation }) {
      if (await handOver(entities, registrationId, operation)) await records.acceptOperation(operation.operationId);
      else await records.dropOperation(operation.operationId);
    },
    end: async () => undefined,
    putOff: ({ operation }) => records.putOffOperation(operation.operationId),
  };
}

/**
 * Gives an operation to an entity, which is started where it does not run. False: it refused, as it has nothing to do.
 * The same operation id again is carried out once.
 */
export async function handOver(
  entities: Pick<EntityClient, 'start' | 'operate'>,
  registrationId: string,
  operation: OperationRequest,
): Promise<boolean> {
  try {
    try {
      await entities.operate(registrationId, operation);
    } catch (error) {
      if (!(error instanceof EntityError) || error.code !== 'not-found') throw error;
      await entities.start(registrationId);
      await entities.operate(registrationId, operation);
    }
    return true;
  } catch (error) {
    if (error instanceof EntityError && error.code === 'refused') return false;
    throw error;
  }
}
