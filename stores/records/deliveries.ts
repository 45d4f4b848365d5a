import { type RawBuilder, sql } from 'kysely';
import { type ChoreIntervals, defaultChoreIntervals } from '../../domain/time/chores.ts';
import { databaseNow } from './clock.ts';

/**
 * Rows that wait to be handed to entities carry how often that failed and when it may be tried again, so that one that
 * always fails stands behind the others. Waits are {@link retryAfter}'s, by the database's clock: several processes work
 * on the same rows.
 */
export const isDue: RawBuilder<boolean> = sql<boolean>`(not_before is null or not_before <= ${databaseNow})`;

type Retries = Pick<ChoreIntervals, 'deliveryRetry' | 'deliveryRetryMaximum'>;

/** When a row may be tried again; `failures` is the column that counts, before this one is added. */
export function laterThan(
  failures: string,
  { deliveryRetry, deliveryRetryMaximum }: Retries = defaultChoreIntervals,
): RawBuilder<string> {
  return sql<string>`${databaseNow} + interval '1 millisecond' *
    least(${deliveryRetryMaximum}::float8, ${deliveryRetry}::float8 * power(2, least(${sql.ref(failures)}, 30)))`;
}

/** What a put-off row is set to. */
export const putOff = {
  attempts: sql<number>`attempts + 1`,
  not_before: laterThan('attempts'),
};
