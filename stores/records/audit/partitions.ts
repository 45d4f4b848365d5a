import { type Kysely, sql } from 'kysely';
import { toRecordsError } from '../errors.ts';
import type { Database } from '../schema.ts';

/**
 * Makes the parts of this month and the two after it, where they are missing; a month whose rows came before its part
 * stays in the default one. Resolves to how many were made. Rejects with RecordsError.
 */
export async function makeAuditPartitions(db: Kysely<Database>): Promise<number> {
  try {
    const { rows } = await sql<{ made: number }>`
      select make_partitions('audit') + make_partitions('security_events') as made`.execute(db);
    return rows[0]?.made ?? 0;
  } catch (error) {
    throw toRecordsError(error);
  }
}
