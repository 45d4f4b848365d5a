import type { EntityClient } from '../../domain/operations/request.ts';
import type { TokenWakeRequests } from '../../domain/ports/servers/tokenWakeRequests.ts';
import { handOver } from './dispatcher.ts';
import type { Queue } from './queue.ts';

const reason = 'A credential of the authorization server was put.';

/**
 * Lets registrations that wait for a token look again once a credential of their authorization server was put: the row
 * was committed with the credential, and lives until the entity took the operation. What the entity refuses needs no
 * waking: it is retired, or has enough to do.
 */
export function tokenWakeQueue(
  records: TokenWakeRequests,
  entities: Pick<EntityClient, 'start' | 'operate'>,
): Queue<{ readonly registrationId: string; readonly operationId: string }> {
  return {
    due: (limit) => records.tokenWakeRequests(limit),
    async deliver({ registrationId, operationId }) {
      await handOver(entities, registrationId, { operationId, kind: 'discover', actor: 'system', reason });
    },
    end: ({ registrationId, operationId }) => records.endTokenWakeRequest(registrationId, operationId),
    putOff: ({ registrationId }) => records.putOffTokenWakeRequest(registrationId),
  };
}
