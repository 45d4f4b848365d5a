import type { TokenWakeRequests } from '../../../domain/ports/servers/tokenWakeRequests.ts';
import type { RecordsContext } from '../context.ts';
import { isDue, putOff } from '../deliveries.ts';

/** Registrations that a new credential may help; a row lives until the entity took its operation. */
export function createTokenWakeRequests({ db }: RecordsContext): TokenWakeRequests {
  return {
    async tokenWakeRequests(limit) {
      const rows = await db
        .selectFrom('token_wake_requests')
        .select(['registration_id', 'operation_id'])
        .where(isDue)
        .orderBy('requested_at')
        .orderBy('registration_id')
        .limit(limit)
        .execute();
      return rows.map((row) => ({ registrationId: row.registration_id, operationId: row.operation_id }));
    },

    async endTokenWakeRequest(registrationId, operationId) {
      await db
        .deleteFrom('token_wake_requests')
        .where('registration_id', '=', registrationId)
        .where('operation_id', '=', operationId)
        .execute();
    },

    async putOffTokenWakeRequest(registrationId) {
      await db.updateTable('token_wake_requests').set(putOff).where('registration_id', '=', registrationId).execute();
    },
  };
}
