import type { StartRequests } from '../../../domain/ports/registrations/startRequests.ts';
import type { RecordsContext } from '../context.ts';

/** Registrations whose workflow has yet to be started; a row lives until the workflow was seen running. */
export function createStartRequests({ db }: RecordsContext): StartRequests {
  return {
    async unstarted(limit) {
      const rows = await db
        .selectFrom('start_requests')
        .select('registration_id')
        .orderBy('requested_at')
        .orderBy('registration_id')
        .limit(limit)
        .execute();
      return rows.map((row) => row.registration_id);
    },

    async markStarted(registrationId) {
      await db.deleteFrom('start_requests').where('registration_id', '=', registrationId).execute();
    },
  };
}
