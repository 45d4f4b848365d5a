import type { EventList } from '../../../domain/ports/lists/events.ts';
import { toEvent } from '../audit/rows.ts';
import type { RecordsContext } from '../context.ts';
import { decodeCursor } from './cursor.ts';
import { toPage } from './keyset.ts';
import { visibleIn } from './visibility.ts';

/** Timelines and the event stream: the audit rows of registrations. */
export function createEvents({ db }: RecordsContext): EventList {
  const registrationEvents = () => db.selectFrom('audit').selectAll().where('subject_kind', '=', 'registration');
  return {
    async events(registrationId, page) {
      const list = `events:${registrationId}`;
      const cursor = decodeCursor(page.cursor, list, 'number');
      let query = registrationEvents().where('subject_id', '=', registrationId);
      if (cursor !== null) query = query.where('sequence', '<', Number(cursor.value));
      const rows = await query
        .orderBy('sequence', 'desc')
        .limit(page.limit + 1)
        .execute();
      return toPage(rows, page, list, (row) => ({ value: String(row.sequence), id: '' }), toEvent);
    },

    async eventsAfter(position, visibility, limit) {
      const rows = await registrationEvents()
        .where('position', '>', position)
        .where(visibleIn('audit', visibility))
        .orderBy('position')
        .limit(limit)
        .execute();
      return rows.map(toEvent);
    },

    async lastPosition() {
      const head = await db.selectFrom('audit_head').select('position').executeTakeFirstOrThrow();
      return head.position;
    },
  };
}
