import { sql } from 'kysely';
import type { OrphanList } from '../../../domain/ports/lists/orphans.ts';
import type { Reason } from '../../../domain/reasons/index.ts';
import type { RecordsContext } from '../context.ts';
import { decodeCursor } from './cursor.ts';
import { readStretches, type Sorting, stretchesOf, toPage } from './keyset.ts';
import { visibleIn } from './visibility.ts';

const sorting: Sorting = { list: 'orphans', column: 'o.since', idColumn: 'o.orphan_id', descending: false };

/** The ledger of clients that nobody holds, oldest first. */
export function createOrphanList({ db }: RecordsContext): OrphanList {
  return {
    async orphans(visibility, page) {
      const cursor = decodeCursor(page.cursor, sorting.list, 'time');
      const query = db
        .selectFrom('orphans as o')
        .select([
          'o.orphan_id',
          'o.registration_id',
          'o.token_endpoint',
          'o.registration_endpoint',
          'o.client_id',
          'o.client_name',
          'o.reason',
          'o.since',
          sql<boolean>`o.sealed_token is not null`.as('has_token'),
        ])
        .where(visibleIn('o', visibility))
        // A client that was listed once and is held now, supplied by a person perhaps, is in use.
        .where(
          sql<boolean>`not exists (select 1 from client_holders as h
            where h.client_id = o.client_id and h.token_endpoint = split_part(o.token_endpoint, '?', 1))`,
        );
      const rows = await readStretches(stretchesOf(cursor, sorting), page.limit + 1, (stretch, limit) =>
        query.where(stretch.where).orderBy(stretch.orderBy).limit(limit).execute(),
      );
      return toPage(
        rows,
        page,
        sorting.list,
        (row) => ({ value: row.since.toISOString(), id: row.orphan_id }),
        (row) => ({
          orphanId: row.orphan_id,
          registrationId: row.registration_id,
          tokenEndpoint: row.token_endpoint,
          registrationEndpoint: row.registration_endpoint,
          clientId: row.client_id,
          clientName: row.client_name,
          reason: row.reason as Reason,
          since: row.since.toISOString(),
          hasManagementToken: row.has_token,
        }),
      );
    },
  };
}
