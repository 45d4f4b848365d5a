import type { StartRequests } from '../../../domain/ports/registrations/startRequests.ts';
import type { RecordsContext } from '../context.ts';
import { isDue, putOff } from '../deliveries.ts';

/** Registrations whose workflow has yet to be started; a row lives until the entity's first activity claims it. */
export function createStartRequests({ db }: RecordsContext): StartRequests {
  return {
    async unstarted(limit) {
      const rows = await db
        .selectFrom('start_requests')
        .select('registration_id')
        .where(isDue)
        .orderBy('requested_at')
        .orderBy('registration_id')
        .limit(limit)
        .execute();
      return rows.map((row) => row.registration_id);
    },

    async putOffStart(registrationId) {
      await db.updateTable('start_requests').set(putOff).where('registration_id', '=', registrationId).execute();
    },
  };
}
