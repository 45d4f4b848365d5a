import { sql } from 'kysely';
import { type BulkOperations, bulkWindow } from '../../../domain/ports/callers/bulkOperations.ts';
import { toRfc3339 } from '../../../domain/time/clock.ts';
import type { RecordsContext } from '../context.ts';
import type { Time } from '../tables/columns.ts';

type Tables = {
  /** Rows older than an hour go when their principal asks next: at most as many stay as were allowed. */
  bulk_operations: {
    operation_id: string;
    principal: string;
    kind: string;
    at: Time;
  };
};

/** Counts in the database: one process does not know what the others allowed. */
export function createBulkOperations({ db, clock }: RecordsContext): BulkOperations {
  const tables = db.withTables<Tables>();
  return {
    takeBulkOperation: ({ operationId, principal, kind, most }) =>
      tables.transaction().execute(async (transaction) => {
        // Two at once would both count before either is there.
        const key = `bulk ${kind} ${principal}`;
        await sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`.execute(transaction);
        const now = clock.now();
        await transaction
          .deleteFrom('bulk_operations')
          .where('principal', '=', principal)
          .where('kind', '=', kind)
          .where('at', '<=', new Date(now - bulkWindow))
          .execute();
        const taken = await transaction
          .selectFrom('bulk_operations')
          .select(['operation_id', 'at'])
          .where('principal', '=', principal)
          .where('kind', '=', kind)
          .orderBy('at')
          .execute();
        if (taken.some((row) => row.operation_id === operationId)) return { kind: 'counted' };
        // With more than `most` (the limit was higher before) it is not the oldest that must leave.
        const inTheWay = taken.at(-most);
        if (inTheWay !== undefined) return { kind: 'spent', nextAt: inTheWay.at.getTime() + bulkWindow };
        await transaction
          .insertInto('bulk_operations')
          .values({ operation_id: operationId, principal, kind, at: toRfc3339(now) })
          .execute();
        return { kind: 'taken' };
      }),

    async giveBackBulkOperation(operationId) {
      await tables.deleteFrom('bulk_operations').where('operation_id', '=', operationId).execute();
    },
  };
}
