import type { ApiAuthorizationServers } from '../../../domain/authorizationServer.ts';
import type { RecordsContext } from '../context.ts';

/** Registrations that a new credential may help; a row lives until the entity took its operation. */
export function createWakeRequests({
  db,
}: RecordsContext): Pick<ApiAuthorizationServers, 'wakeRequests' | 'endWakeRequest'> {
  return {
    async wakeRequests(limit) {
      const rows = await db
        .selectFrom('wake_requests')
        .select(['registration_id', 'operation_id'])
        .orderBy('requested_at')
        .orderBy('registration_id')
        .limit(limit)
        .execute();
      return rows.map((row) => ({ registrationId: row.registration_id, operationId: row.operation_id }));
    },

    async endWakeRequest(registrationId, operationId) {
      await db
        .deleteFrom('wake_requests')
        .where('registration_id', '=', registrationId)
        .where('operation_id', '=', operationId)
        .execute();
    },
  };
}
